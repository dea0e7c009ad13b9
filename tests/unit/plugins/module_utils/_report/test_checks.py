# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts, worked out by hand."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import checks as rules
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    ACCOUNT,
    REFUSED,
    account,
    device,
    exemption,
    orphan,
    read,
    root,
    user,
    without_report,
)

P, F, X, N, U = rules.PASS, rules.FAIL, rules.EXEMPT, rules.NOT_APPLICABLE, rules.UNKNOWN


def judge(info: dict[str, t.Any], **params: t.Any) -> rules.Compliance:
    rules.check_info(info)
    return rules.evaluate(info, read(**params))


def check_of(result: rules.Compliance, name: str) -> dict[str, t.Any]:
    return next(check for check in result.checks if check["id"] == name)


USERS = [
    # what, user, console_mfa, access_key_mfa, single_device
    ("nothing at all", user("a", console=False), N, N, N),
    ("no console password, no MFA", user("a", console=False, keys=[]), N, N, N),
    ("no console password, MFA", user("a", "virtual", console=False), N, N, F),
    ("console, no MFA", user("a"), F, N, N),
    ("console, virtual", user("a", "virtual"), P, N, F),
    ("console, hardware only", user("a", "hardware"), P, N, F),
    ("console, FIDO only", user("a", "fido"), P, N, F),
    ("console, SMS", user("a", "sms"), P, N, F),
    ("console, several", user("a", "virtual", "fido"), P, N, P),
    ("console, two of a kind", user("a", "virtual", "virtual"), P, N, P),
    ("active key, no MFA", user("a", console=False, keys=[True]), N, F, N),
    ("inactive key, no MFA", user("a", console=False, keys=[False]), N, N, N),
    ("one of two keys active", user("a", console=False, keys=[False, True]), N, F, N),
    ("active key, MFA", user("a", "virtual", console=False, keys=[True, True]), N, P, F),
    ("console and key, no MFA", user("a", keys=[True]), F, F, N),
    ("unknown report, MFA", user("a", "virtual", console=None, keys=None), U, U, F),
    ("unknown report, no MFA", user("a", console=None, keys=None), U, U, N),
    ("unknown MFA", user("a", keys=[True], mfa_active=None), U, U, U),
    ("unknown MFA, no password", user("a", console=False, mfa_active=None), N, N, U),
    ("MFA by the report only", user("a", mfa_active=True), P, N, U),
    ("devices that the report is too old for", user("a", "virtual", mfa_active=False), P, N, F),
    ("second devices were not asked for", user("a", "virtual", mfa_devices_complete=False), P, N, U),
    ("two, and others not asked for", user("a", "virtual", "virtual", mfa_devices_complete=False), P, N, P),
    ("no such user", user("a", console=None, keys=None, exists=False, mfa_active=None), N, N, N),
]


@pytest.mark.parametrize("facts, console, key, single", [case[1:] for case in USERS], ids=[case[0] for case in USERS])
def test_users(facts: dict[str, t.Any], console: str, key: str, single: str) -> None:
    checks = ["console_mfa", "access_key_mfa", "single_device"]
    result = judge(account(facts), checks=checks)
    found = {name: item["verdict"] for name, item in result.users[0]["checks"].items()}
    assert found == {"console_mfa": console, "access_key_mfa": key, "single_device": single}
    for item in result.users[0]["checks"].values():
        assert bool(item.get("reason")) == (item["verdict"] in (F, U))
    for check in result.checks:
        assert check["verdict"] == found[check["id"]]
        assert check["counts"][found[check["id"]]] == 1 == sum(check["counts"].values())


@pytest.mark.parametrize(
    "facts, mfa, hardware",
    [
        (root("none"), F, F),
        (root("virtual"), P, F),
        (root("hardware"), P, P),
        (root("hardware", mfa_active=None, mfa_type=None), U, U),
        (root("hardware", mfa_type=None), P, U),
        (root("none", console_password=False), N, N),
        (root("none", console_password=False, access_keys_active=True), F, F),
        (root("none", console_password=None), F, F),
        (None, U, U),
    ],
)
def test_root(facts: t.Any, mfa: str, hardware: str) -> None:
    result = judge(account(root=facts))
    assert [check_of(result, name)["verdict"] for name in ("root_mfa", "root_hardware_mfa")] == [mfa, hardware]


@pytest.mark.parametrize(
    "benchmark, numbers",
    [
        *((version, ["1.5", "1.6", "1.10"]) for version in ("1.4", "1.5", "2.0", "3.0", "4.0")),
        ("5.0", ["1.4", "1.5", "1.9"]),
        ("6.0", ["2.4", "2.5", "2.9"]),
        ("7.0", ["2.5", "2.6", "2.10"]),
    ],
)
def test_numbers_of_the_benchmarks(benchmark: str, numbers: list[str]) -> None:
    result = judge(account(user("a")), benchmark=benchmark)
    assert [check_of(result, name)["cis"] for name in ("root_mfa", "root_hardware_mfa", "console_mfa")] == numbers
    assert check_of(result, "orphaned_devices")["cis"] is None


def test_config_rules() -> None:
    result = judge(account(user("a")))
    assert {check["id"]: check["config_rule"] for check in result.checks if check["config_rule"]} == {
        "root_mfa": "root-account-mfa-enabled",
        "root_hardware_mfa": "root-account-hardware-mfa-enabled",
        "console_mfa": "mfa-enabled-for-iam-console-access",
        "access_key_mfa": "iam-user-mfa-enabled",
    }
    assert [check["id"] for check in result.checks if check["config_rule_is_nearest"]] == ["access_key_mfa"]


@pytest.mark.parametrize(
    "enabled, complete, verdict",
    [
        (["2026-03-01T00:00:00+00:00"], True, P),
        (["2025-03-11T00:00:00+00:00"], True, P),  # 365 days
        (["2025-03-10T00:00:00+00:00"], True, F),  # 366 days
        (["2026-03-01T00:00:00+00:00", "2020-01-01T00:00:00+00:00"], True, F),
        (["2020-01-01T00:00:00+00:00", None], True, F),
        ([None], True, U),
        (["2026-03-01T00:00:00+00:00"], False, U),
        (["2020-01-01T00:00:00+00:00"], False, F),
        ([], True, N),
    ],
)
def test_device_age(enabled: list[str], complete: bool, verdict: str) -> None:
    facts = user("a", *["virtual"] * bool(enabled), mfa_devices_complete=complete)
    facts["mfa_devices"] = [device("virtual", f"a{number}", date) for number, date in enumerate(enabled)]
    result = judge(account(facts), max_device_age_days=365)
    assert result.users[0]["checks"]["device_age"]["verdict"] == verdict


def test_device_age_is_off_without_a_number_of_days() -> None:
    assert "device_age" not in {check["id"] for check in judge(account(user("a", "virtual"))).checks}


def test_single_device_is_left_out_where_second_devices_were_not_asked_for() -> None:
    info = account(user("a", "virtual", mfa_devices_complete=False))
    assert "single_device" not in {check["id"] for check in judge(info).checks}
    assert check_of(judge(info, checks=["single_device"]), "single_device")["verdict"] == U


def test_orphans() -> None:
    assert check_of(judge(account()), "orphaned_devices")["verdict"] == P
    found = judge(account(orphaned_devices=[orphan("b"), orphan("a")]))
    assert check_of(found, "orphaned_devices")["counts"][F] == 2
    assert [item["checks"]["orphaned_devices"]["verdict"] for item in found.orphaned_devices] == [F, F]


@pytest.mark.parametrize(
    "facts",
    [
        {"account": None},
        {"orphaned_devices": None},
        {"unknown": [{"what": "orphaned_devices", "why": "Missing the IAM action iam:ListVirtualMFADevices"}]},
    ],
)
def test_orphans_that_were_not_listed_are_unknown(facts: dict[str, t.Any]) -> None:
    check = check_of(judge(account(**facts)), "orphaned_devices")
    assert check["verdict"] == U and check["reason"]


def test_unknown_never_counts_as_pass() -> None:
    """Without a credential report nobody passes what depends on it, whatever devices there are."""
    info = without_report(user("a", "virtual"), user("b"), user("c", "fido", "hardware"))
    result = judge(info)
    for name in ("console_mfa", "access_key_mfa"):
        check = check_of(result, name)
        assert check["verdict"] == U
        assert check["counts"] == {P: 0, F: 0, X: 0, N: 0, U: 3}
        assert REFUSED in check["reason"]
    assert all(REFUSED in item["checks"]["console_mfa"]["reason"] for item in result.users)


def test_users_who_may_be_missing_make_a_check_unknown() -> None:
    info = account(user("a", "virtual"), unknown=[{"what": "users_since_report", "why": "no iam:ListUsers"}])
    check = check_of(judge(info), "console_mfa")
    assert (check["verdict"], check["counts"][P]) == (U, 1)
    assert "no iam:ListUsers" in check["reason"]


def test_a_user_newer_than_the_report_is_unknown_without_a_date_in_the_reason() -> None:
    result = judge(account(user("a", console=None, keys=None)))
    assert "not in the credential report yet" in result.users[0]["checks"]["console_mfa"]["reason"]


# Exemptions


@pytest.mark.parametrize(
    "name, verdict",
    [("svc-*", X), ("svc-a", X), ("*", X), ("svc-?", X), ("svc-[ab]", X), ("svc", F), ("SVC-*", F), ("other", F)],
)
def test_exemption_by_name_or_pattern(name: str, verdict: str) -> None:
    info = account(user("svc-a"), user("svc-c", "virtual"))
    exempt = exemption(["console_mfa"], "no person signs in", user_name=name)
    result = judge(info, exemptions=[exempt], checks=["console_mfa"])
    item = result.users[0]["checks"]["console_mfa"]
    assert item["verdict"] == verdict
    if verdict == X:
        assert item["reason"] == "no person signs in"
        assert item["finding"] == "has a console password and no MFA device"
        assert item["without_exemption"] == F
    assert result.users[1]["checks"]["console_mfa"]["verdict"] == P
    assert result.exemptions[0]["applied"] == (1 if verdict == X else 0)
    # Somebody passes by merit, so the check does.
    assert result.checks[0]["verdict"] == (P if verdict == X else F)


@pytest.mark.parametrize(
    "until, verdict", [("2026-03-10", F), ("2026-03-11", X), ("2026-03-12", X), (None, X), ("2027-01-31", X)]
)
def test_exemption_ends_after_its_last_day(until: str | None, verdict: str) -> None:
    exempt = exemption(["console_mfa"], "migration", user_name="a", until=until)
    result = judge(account(user("a")), exemptions=[exempt])
    item = result.users[0]["checks"]["console_mfa"]
    assert item["verdict"] == verdict
    if verdict == F:
        assert "an exemption until 2026-03-10 has expired: migration" in item["reason"]
    assert result.exemptions[0]["expired"] == (verdict == F)


def test_exemption_of_one_check_only() -> None:
    exempt = exemption(["console_mfa"], user_name="a")
    checks = judge(account(user("a", keys=[True])), exemptions=[exempt]).users[0]["checks"]
    assert {name: item["verdict"] for name, item in checks.items()} == {
        "console_mfa": X,
        "access_key_mfa": F,
        "single_device": N,
    }


def test_a_later_exemption_holds_where_an_earlier_one_has_expired() -> None:
    old = exemption(["console_mfa"], "old", user_name="a", until="2020-01-01")
    new = exemption(["console_mfa"], "new", user_name="*")
    result = judge(account(user("a")), exemptions=[old, new])
    assert result.users[0]["checks"]["console_mfa"]["reason"] == "new"
    assert [item["applied"] for item in result.exemptions] == [0, 1]


def test_no_pattern_means_root() -> None:
    everyone = exemption(["root_mfa"], user_name="*")
    assert check_of(judge(account(root=root("none")), exemptions=[everyone]), "root_mfa")["verdict"] == F
    by_name = exemption(["root_mfa"], user_name="<root_account>")
    assert check_of(judge(account(root=root("none")), exemptions=[by_name]), "root_mfa")["verdict"] == X


def test_exemption_of_an_orphan() -> None:
    info = account(orphaned_devices=[orphan("kept"), orphan("lost")])
    exempt = exemption(["orphaned_devices"], "handed out on Monday", serial_number="*:mfa/kept")
    result = judge(info, exemptions=[exempt])
    assert [item["verdict"] for item in result.orphaned_devices] == [X, F]


def test_unknown_can_be_exempt() -> None:
    exempt = exemption(["console_mfa"], user_name="a")
    item = judge(without_report(user("a")), exemptions=[exempt]).users[0]["checks"]["console_mfa"]
    assert (item["verdict"], item["without_exemption"]) == (X, U)


# What is refused


@pytest.mark.parametrize(
    "params, problem",
    [
        ({"max_device_age_days": 0}, "max_device_age_days: 0 is less than 1"),
        ({"exemptions": [exemption(["console_mfa"], " ", user_name="a")]}, "exemptions[0].reason: is empty"),
        ({"exemptions": [exemption([], user_name="a")]}, "exemptions[0].checks: is empty"),
        (
            {"exemptions": [exemption(["console_mfa"], user_name="a", until="soon")]},
            "exemptions[0].until: 'soon' is not a day",
        ),
        (
            {"exemptions": [exemption(["console_mfa"], user_name="a", until="2026-02-30")]},
            "exemptions[0].until: '2026-02-30' is not a day",
        ),
        ({"exemptions": [exemption(["orphaned_devices"], user_name="a")]}, "exemptions[0].user_name: an orphaned"),
        ({"exemptions": [exemption(["console_mfa"], serial_number="a")]}, "exemptions[0].serial_number: is for"),
    ],
)
def test_options_that_are_refused(params: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(**params)
    assert problem in caught.value.message


@pytest.mark.parametrize(
    "fail_on, params, problem",
    [
        (["device_age"], {}, "fail_on: device_age is not checked, so it could not fail: set max_device_age_days."),
        (["single_device"], {}, "fail_on: single_device is not checked, so it could not fail: set all_kinds=true"),
        (
            ["console_mfa"],
            {"checks": ["root_mfa"]},
            "fail_on: console_mfa is not checked, so it could not fail: add it",
        ),
        (["device_age"], {"checks": ["root_mfa"]}, "add it to checks and set max_device_age_days."),
        (["root_mfa"], {"checks": []}, "fail_on: root_mfa is not checked"),
        (["critical"], {"checks": ["console_mfa"]}, "fail_on: no check of severity critical or above is made"),
        (
            ["high"],
            {"checks": ["access_key_mfa", "device_age"]},
            "make root_mfa and root_hardware_mfa and console_mfa.",
        ),
        (["low"], {"checks": ["device_age"]}, "fail_on: no check of severity low or above is made"),
        (["consol_mfa"], {}, "fail_on: 'consol_mfa' is neither a check nor a severity. Did you mean console_mfa?"),
        (["High"], {}, "fail_on: 'High' is neither a check nor a severity. Did you mean high?"),
        (["everything"], {}, "fail_on: 'everything' is neither a check nor a severity. There are critical, high,"),
        (["high", "x" * 20], {}, "is neither a check nor a severity"),
    ],
)
def test_a_gate_that_could_not_close_is_refused(fail_on: list[str], params: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(fail_on=fail_on, **params)
    assert problem in caught.value.message


@pytest.mark.parametrize(
    "fail_on, params, gaps",
    [
        ([], {}, ""),
        (["high", "console_mfa"], {}, ""),
        (["console_mfa"], {"checks": ["console_mfa"]}, ""),
        (["single_device"], {"all_kinds": True}, ""),
        (["single_device"], {"checks": ["single_device"]}, ""),
        (["low"], {"all_kinds": True, "max_device_age_days": 90}, ""),
        (["low"], {"all_kinds": True}, "device_age (set max_device_age_days)."),
        (
            ["low"],
            {},
            "device_age (set max_device_age_days), single_device (set all_kinds=true where the account is read).",
        ),
        (["critical", "high"], {"checks": ["root_mfa", "console_mfa"]}, "root_hardware_mfa (add it to checks)."),
    ],
)
def test_what_a_severity_does_not_cover_is_named(fail_on: list[str], params: dict[str, t.Any], gaps: str) -> None:
    options = read(fail_on=fail_on, **params)
    found = rules.gate_gaps(fail_on, rules.checks_not_made(options, bool(params.get("all_kinds"))))
    assert found == (gaps and f"fail_on does not cover these checks, as they are not made: {gaps}")


def test_what_was_read_tells_itself_which_kinds_are_known() -> None:
    """Given account_info, it is looked at after the options."""
    options = read(fail_on=["single_device"], account_info={})
    complete, narrow = account(user("a", "fido")), account(user("a", "virtual", mfa_devices_complete=False))
    for info, made in ((complete, True), (narrow, False)):
        not_made = rules.checks_not_made(options, all_kinds=not rules.lacks_kinds(info))
        assert ("single_device" not in not_made) == made == ("single_device" in rules.active_checks(info, options))
        assert (rules.gate_problems(["single_device"], not_made) == []) == made


@pytest.mark.parametrize(
    "info, problem",
    [
        ("text", "account_info: is not a dictionary"),
        ({"users": []}, "account_info.retrieved: is missing"),
        ({"skipped": True, "changed": False}, "account_info.users: is missing"),
        (account(users="x"), "account_info.users: is not a list"),
        (account({"user_name": "a"}), "account_info.users[0].mfa_devices: is missing"),
        (account(user("a"), "x"), "account_info.users[1]: is not a dictionary"),
        (account(user("a", mfa_devices=["x"])), "account_info.users[0].mfa_devices[0]: is not a dictionary"),
        (account(user("a", access_keys=["x"])), "account_info.users[0].access_keys[0]: is not a dictionary"),
        (account(user("a", mfa_active="yes")), "account_info.users[0].mfa_active: is not true or false"),
        (account(user("a", mfa_active=1)), "account_info.users[0].mfa_active: is not true or false"),
        (account(user("a", exists="no")), "account_info.users[0].exists: is not true or false"),
        (account(user("a", groups=[1])), "account_info.users[0].groups[0]: is not a text"),
        (account(user("a", tags={"team": 1})), "account_info.users[0].tags.team: is not a text"),
        (account(user("a", tags={1: "x"})), "account_info.users[0].tags: has a key that is no text"),
        (account(user("a", attached_policies=[1])), "account_info.users[0].attached_policies[0]: is not a text"),
        (account(user("a", password_last_used=1)), "account_info.users[0].password_last_used: is not a text"),
        (account(user("a", create_date=[])), "account_info.users[0].create_date: is not a text"),
        (account(user("a", mfa_devices_complete="x")), "account_info.users[0].mfa_devices_complete: is not true"),
        (
            account(user("a", access_keys=[{"active": "no"}])),
            "account_info.users[0].access_keys[0].active: is not true",
        ),
        (account(user("a", access_keys=[{"active": True, "last_rotated": 1}])), "[0].last_rotated: is not a text"),
        (account(user("a", mfa_devices=[{**device("fido"), "type": 1}])), "mfa_devices[0].type: is not a text"),
        (account(user("a", mfa_devices=[{**device("fido"), "tags": {"a": 1}}])), "[0].tags.a: is not a text"),
        (account(orphaned_devices=["x"]), "account_info.orphaned_devices[0]: is not a dictionary"),
        (account(orphaned_devices=[{**orphan(), "device_name": 1}]), "orphaned_devices[0].device_name: is not a text"),
        (account(orphaned_devices=[{**orphan(), "device_path": 1}]), "orphaned_devices[0].device_path: is not a text"),
        (account(unknown=["x"]), "account_info.unknown[0]: is not a dictionary"),
        (account(unknown=[{"what": "x", "why": 1}]), "account_info.unknown[0].why: is not a text"),
        (account(root={"mfa_active": "no"}), "account_info.root.mfa_active: is not true or false"),
        (account(root=root(mfa_type=1)), "account_info.root.mfa_type: is not a text"),
        (account(root=root(password_last_used=1)), "account_info.root.password_last_used: is not a text"),
        (
            account(account={"account_id": 123456789012}),
            "account_info.account.account_id: is not a number of 12 digits",
        ),
        (account(account={"account_id": "../../x"}), "account_info.account.account_id: is not a number of 12 digits"),
        (account(account={"account_id": "12345678901\n"}), "account_info.account.account_id: is not a number of 12"),
        (account(account={}), "account_info.account.account_id: is missing"),
        (account(account={"account_id": ACCOUNT, "alias": 1}), "account_info.account.alias: is not a text"),
        (account(credential_report={"available": 1}), "account_info.credential_report.available: is not true or false"),
        (account(credential_report={"msg": ["x"]}), "account_info.credential_report.msg: is not a text"),
        (account(credential_report={"generated_time": 1}), "account_info.credential_report.generated_time: is not a"),
        (account(retrieved=1), "account_info.retrieved: is not a text"),
    ],
)
def test_information_that_is_refused(info: t.Any, problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        rules.check_info(info)
    assert problem in caught.value.message


def test_all_problems_are_named_up_to_a_number() -> None:
    with pytest.raises(BadInput) as caught:
        rules.check_info(account(*({} for _number in range(30))))
    assert len(caught.value.problems) == 21 and "and 40 more" in caught.value.problems[-1]
