# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts, worked out by hand."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import judge
from ansible_collections.hardening.aws.plugins.module_utils._report.checks import (
    CHECK_IDS,
    EXEMPT,
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    REFUSED,
    account,
    check_of,
    device,
    exemption,
    judged,
    orphan,
    root,
    user,
    without_report,
)

P, F, X, N, U = PASS, FAIL, EXEMPT, NOT_APPLICABLE, UNKNOWN


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
    result = judged(account(facts), checks=checks)
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
    result = judged(account(root=facts))
    assert [check_of(result, name)["verdict"] for name in ("root_mfa", "root_hardware_mfa")] == [mfa, hardware]


@pytest.mark.parametrize("benchmark, mfa", [("4.0", F), ("5.0", N), ("6.0", N), ("7.0", N)])
def test_root_without_credentials_needs_no_mfa_since_version_5(benchmark: str, mfa: str) -> None:
    result = judged(account(root=root("none", console_password=False)), benchmark=benchmark)
    assert check_of(result, "root_mfa")["verdict"] == mfa
    # A key that is not active is a credential, too.
    left = root("none", console_password=False, access_keys_present=True)
    assert check_of(judged(account(root=left), benchmark=benchmark), "root_mfa")["verdict"] == F


@pytest.mark.parametrize(
    "present, active, verdict",
    [
        (False, False, P),
        (False, None, P),
        (True, True, F),
        (True, False, F),
        (True, None, F),
        (None, True, F),
        (None, False, U),
        (None, None, U),
    ],
)
def test_access_keys_of_root(present: bool | None, active: bool | None, verdict: str) -> None:
    """The credential report tells of active ones only, and may be older."""
    result = judged(account(root=root(access_keys_present=present, access_keys_active=active)))
    assert check_of(result, "root_access_key")["verdict"] == verdict


OFF = "Centralized root access is not fully switched on"


@pytest.mark.parametrize(
    "credentials, sessions, verdict",
    [(True, True, P), (True, False, F), (False, False, F), (False, None, F), (None, None, None), (True, None, None)],
)
def test_centralized_root_access(credentials: bool | None, sessions: bool | None, verdict: str | None) -> None:
    """It is left out where the organization does not tell, and unknown if it is asked for by name."""
    features = {"root_credentials_management": credentials, "root_sessions": sessions, "reason": OFF}
    info = account(root_features=features)
    made = {check["id"]: check for check in judged(info).checks}
    assert (made["root_centralized"]["verdict"] if verdict else None) == verdict
    assert ("root_centralized" in made) == bool(verdict)
    named = check_of(judged(info, checks=["root_centralized"]), "root_centralized")
    assert named["verdict"] == (verdict or U) and (named["verdict"] != U or OFF in named["reason"])
    assert "root_centralized" not in {check["id"] for check in judged(account()).checks}


def test_reasons_of_centralized_root_access() -> None:
    off = {"root_credentials_management": True, "root_sessions": False}
    for reason, said in ((OFF, OFF), (None, "centralized root access is not fully switched on")):
        result = judged(account(root_features={**off, "reason": reason}))
        assert result.root["checks"]["root_centralized"] == {"verdict": F, "reason": said}
    on = {"root_credentials_management": True, "root_sessions": True, "reason": ""}
    assert judged(account(root_features=on)).root["checks"]["root_centralized"] == {"verdict": P}


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
    result = judged(account(facts), max_device_age_days=365)
    assert result.users[0]["checks"]["device_age"]["verdict"] == verdict


def test_device_age_is_off_without_a_number_of_days() -> None:
    assert "device_age" not in {check["id"] for check in judged(account(user("a", "virtual"))).checks}


def test_single_device_is_left_out_where_second_devices_were_not_asked_for() -> None:
    info = account(user("a", "virtual", mfa_devices_complete=False))
    assert "single_device" not in {check["id"] for check in judged(info).checks}
    assert check_of(judged(info, checks=["single_device"]), "single_device")["verdict"] == U


def test_orphans() -> None:
    assert check_of(judged(account()), "orphaned_devices")["verdict"] == P
    found = judged(account(orphaned_devices=[orphan("b"), orphan("a")]))
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
    check = check_of(judged(account(**facts)), "orphaned_devices")
    assert check["verdict"] == U and check["reason"]


def test_unknown_never_counts_as_pass() -> None:
    """Without a credential report nobody passes what depends on it, whatever devices there are."""
    info = without_report(user("a", "virtual"), user("b"), user("c", "fido", "hardware"))
    result = judged(info)
    for name in ("console_mfa", "access_key_mfa"):
        check = check_of(result, name)
        assert check["verdict"] == U
        assert check["counts"] == {P: 0, F: 0, X: 0, N: 0, U: 3}
        assert REFUSED in check["reason"]
    assert all(REFUSED in item["checks"]["console_mfa"]["reason"] for item in result.users)


def test_users_who_may_be_missing_make_a_check_unknown() -> None:
    info = account(user("a", "virtual"), unknown=[{"what": "users_since_report", "why": "no iam:ListUsers"}])
    check = check_of(judged(info), "console_mfa")
    assert (check["verdict"], check["counts"][P]) == (U, 1)
    assert "no iam:ListUsers" in check["reason"]


def test_a_user_newer_than_the_report_is_unknown_without_a_date_in_the_reason() -> None:
    result = judged(account(user("a", console=None, keys=None)))
    assert "not in the credential report yet" in result.users[0]["checks"]["console_mfa"]["reason"]


@pytest.mark.parametrize(
    "name, verdict",
    [("svc-*", X), ("svc-a", X), ("*", X), ("svc-?", X), ("svc-[ab]", X), ("svc", F), ("SVC-*", F), ("other", F)],
)
def test_exemption_by_name_or_pattern(name: str, verdict: str) -> None:
    info = account(user("svc-a"), user("svc-c", "virtual"))
    exempt = exemption(["console_mfa"], "no person signs in", user_name=name)
    result = judged(info, exemptions=[exempt], checks=["console_mfa"])
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
    result = judged(account(user("a")), exemptions=[exempt])
    item = result.users[0]["checks"]["console_mfa"]
    assert item["verdict"] == verdict
    if verdict == F:
        assert "an exemption until 2026-03-10 has expired: migration" in item["reason"]
    assert result.exemptions[0]["expired"] == (verdict == F)


def test_exemption_of_one_check_only() -> None:
    exempt = exemption(["console_mfa"], user_name="a")
    checks = judged(account(user("a", keys=[True])), exemptions=[exempt]).users[0]["checks"]
    assert {name: item["verdict"] for name, item in checks.items()} == {
        "console_mfa": X,
        "access_key_mfa": F,
        "single_device": N,
    }


def test_a_later_exemption_holds_where_an_earlier_one_has_expired() -> None:
    old = exemption(["console_mfa"], "old", user_name="a", until="2020-01-01")
    new = exemption(["console_mfa"], "new", user_name="*")
    result = judged(account(user("a")), exemptions=[old, new])
    assert result.users[0]["checks"]["console_mfa"]["reason"] == "new"
    assert [item["applied"] for item in result.exemptions] == [0, 1]


def test_no_pattern_means_root() -> None:
    everyone = exemption(["root_mfa"], user_name="*")
    assert check_of(judged(account(root=root("none")), exemptions=[everyone]), "root_mfa")["verdict"] == F
    by_name = exemption(["root_mfa"], user_name="<root_account>")
    assert check_of(judged(account(root=root("none")), exemptions=[by_name]), "root_mfa")["verdict"] == X


def test_exemption_of_an_orphan() -> None:
    info = account(orphaned_devices=[orphan("kept"), orphan("lost")])
    exempt = exemption(["orphaned_devices"], "handed out on Monday", serial_number="*:mfa/kept")
    result = judged(info, exemptions=[exempt])
    assert [item["verdict"] for item in result.orphaned_devices] == [X, F]


def test_unknown_can_be_exempt() -> None:
    exempt = exemption(["console_mfa"], user_name="a")
    item = judged(without_report(user("a")), exemptions=[exempt]).users[0]["checks"]["console_mfa"]
    assert (item["verdict"], item["without_exemption"]) == (X, U)


NO_REPORT = {"available": False, "generated_time": None, "msg": ""}
ALL_UNKNOWN = user("a", console=None, keys=None, mfa_active=None)


def told(**whys: str) -> dict[str, t.Any]:
    """What an account says of why things are not known, where there is no report that could hold them."""
    return {"unknown": [{"what": what, "why": why} for what, why in whys.items()], "credential_report": NO_REPORT}


def refused_report(message: str) -> dict[str, t.Any]:
    return {"credential_report": {**NO_REPORT, "msg": message}}


@pytest.mark.parametrize(
    "facts, others, check, verdict, reason",
    [
        (user("a"), {}, "console_mfa", F, "has a console password and no MFA device"),
        (user("a", keys=[True]), {}, "access_key_mfa", F, "has an active access key and no MFA device"),
        (user("a", keys=[True, True]), {}, "access_key_mfa", F, "has 2 active access keys and no MFA device"),
        (user("a", keys=[True, False]), {}, "access_key_mfa", F, "has an active access key and no MFA device"),
        (user("a", "virtual"), {}, "single_device", F, "has a single MFA device"),
        (
            user("a", mfa_active=True),
            {},
            "single_device",
            U,
            "has MFA by the credential report, but AWS lists no device",
        ),
        # what is not known, and by which of an account's reasons
        (
            user("a", "virtual", console=None),
            {},
            "console_mfa",
            U,
            "has MFA, but whether there is a console password is not known: "
            "not in the credential report yet, which AWS remakes at most every four hours",
        ),
        (
            user("a", console=None),
            told(console_password="no password", credential_report="no report"),
            "console_mfa",
            U,
            "has no MFA, and whether there is a console password is not known: no password",
        ),
        (
            ALL_UNKNOWN,
            told(credential_report="no report", access_keys="no keys"),
            "console_mfa",
            U,
            "whether there is a console password is not known: no report",
        ),
        (
            ALL_UNKNOWN,
            told(access_keys="no keys", credential_report="no report", console_password="no password"),
            "access_key_mfa",
            U,
            "whether there are active access keys is not known: no keys",
        ),
        (
            ALL_UNKNOWN,
            told(credential_report="no report", console_password="no password"),
            "access_key_mfa",
            U,
            "whether there are active access keys is not known: no report",
        ),
        (
            ALL_UNKNOWN,
            told(console_password="no password", mfa_active="no MFA"),
            "access_key_mfa",
            U,
            "whether there are active access keys is not known: no password",
        ),
        (
            user("a", mfa_active=None),
            told(mfa_devices="no devices", mfa_active="no MFA"),
            "console_mfa",
            U,
            "has a console password; whether there is MFA is not known: no MFA",
        ),
        (
            user("a", mfa_active=None),
            told(mfa_devices="no devices"),
            "console_mfa",
            U,
            "has a console password; whether there is MFA is not known: no devices",
        ),
        (
            user("a", mfa_active=None),
            told(mfa_active="no MFA", mfa_devices="no devices"),
            "single_device",
            U,
            "the devices are not known: no devices",
        ),
        (
            user("a", mfa_active=None),
            told(mfa_active="no MFA"),
            "single_device",
            U,
            "the devices are not known: no MFA",
        ),
        # no reason given: that of the report
        (
            user("a", mfa_active=None),
            refused_report(""),
            "single_device",
            U,
            "the devices are not known: the credential report was not asked for",
        ),
        (
            user("a", mfa_active=None),
            refused_report("not asked for"),
            "single_device",
            U,
            "the devices are not known: the credential report was not asked for",
        ),
        (
            user("a", mfa_active=None),
            refused_report(REFUSED),
            "single_device",
            U,
            f"the devices are not known: {REFUSED}",
        ),
    ],
)
def test_reasons_of_users(
    facts: dict[str, t.Any], others: dict[str, t.Any], check: str, verdict: str, reason: str
) -> None:
    item = judged(account(facts, **others), checks=[check]).users[0]["checks"][check]
    assert item == {"verdict": verdict, "reason": reason}


NOT_LISTED = "the whole account was not asked for (account=true)"


@pytest.mark.parametrize(
    "facts, others, check, verdict, reason",
    [
        (root("none"), {}, "root_mfa", F, "root has no MFA device"),
        (root("virtual"), {}, "root_hardware_mfa", F, "root's MFA device is a virtual one"),
        (
            root(access_keys_present=True, access_keys_active=True),
            {},
            "root_access_key",
            F,
            "root has an active access key",
        ),
        (root(access_keys_present=True, access_keys_active=None), {}, "root_access_key", F, "root has an access key"),
        (root(access_keys_present=True), {}, "root_access_key", F, "root has an access key that is not active"),
        (None, {}, "root_mfa", U, NOT_LISTED),
        (None, {}, "root_access_key", U, NOT_LISTED),
        (None, told(root="no root"), "root_mfa", U, "no root"),
        (
            root(mfa_active=None),
            told(root_mfa="no MFA", root="no root"),
            "root_mfa",
            U,
            "whether root has MFA is not known: no root",
        ),
        (root(mfa_active=None), told(root_mfa="no MFA"), "root_mfa", U, "whether root has MFA is not known: no MFA"),
        (
            root(mfa_type=None),
            told(root_mfa="no MFA", root="no root"),
            "root_hardware_mfa",
            U,
            "the kind of root's MFA device is not known: no root",
        ),
        (
            root(mfa_type=None),
            told(root_mfa="no MFA"),
            "root_hardware_mfa",
            U,
            "the kind of root's MFA device is not known: no MFA",
        ),
        (
            root(access_keys_present=None),
            told(root="no root"),
            "root_access_key",
            U,
            "whether root has an access key is not known: no root",
        ),
        (
            root(access_keys_present=None),
            {},
            "root_access_key",
            U,
            "whether root has an access key is not known: it was not asked for when the account was read",
        ),
    ],
)
def test_reasons_of_root(facts: t.Any, others: dict[str, t.Any], check: str, verdict: str, reason: str) -> None:
    result = judged(account(root=facts, **others), checks=[check])
    assert result.root["checks"][check] == {"verdict": verdict, "reason": reason}
    assert check_of(result, check)["reason"] == (reason if verdict == U else "")


@pytest.mark.parametrize(
    "facts, verdict",
    [
        (root("hardware"), {"verdict": P}),
        (root("none", console_password=False), {"verdict": N}),
    ],
)
def test_root_that_is_safe_has_no_reason(facts: dict[str, t.Any], verdict: dict[str, str]) -> None:
    result = judged(account(root=facts))
    for check in ("root_mfa", "root_hardware_mfa"):
        assert result.root["checks"][check] == verdict
    assert result.root["checks"]["root_access_key"] == {"verdict": P}


@pytest.mark.parametrize(
    "facts, reason",
    [
        ({"orphaned_devices": None}, NOT_LISTED),
        ({"account": None, "root": None}, NOT_LISTED),
        ({"orphaned_devices": None, **told(orphaned_devices="no list")}, "no list"),
        (told(orphaned_devices="a list that ended early"), "a list that ended early"),
    ],
)
def test_reasons_of_orphans_that_were_not_listed(facts: dict[str, t.Any], reason: str) -> None:
    check = check_of(judged(account(**facts)), "orphaned_devices")
    assert (check["verdict"], check["reason"]) == (U, reason)


def test_an_orphan_that_was_listed_fails_also_where_the_list_ended_early() -> None:
    found = judged(account(orphaned_devices=[orphan("a")], **told(orphaned_devices="a list that ended early")))
    check = check_of(found, "orphaned_devices")
    assert (check["verdict"], check["reason"], check["counts"][F]) == (F, "", 1)


@pytest.mark.parametrize(
    "enabled, limit, reason",
    [
        (["2026-03-10"], 1, None),
        (["2026-03-09"], 1, "a device was enabled on 2026-03-09, longer ago than 1 day"),
        (["2024-01-02"], 365, "a device was enabled on 2024-01-02, longer ago than 365 days"),
        (["2024-01-02", "2023-01-02", "2026-03-10"], 365, "2 devices were enabled, longer ago than 365 days"),
        ([None], 365, "the date when a device was enabled is not known"),
    ],
)
def test_reasons_of_old_devices(enabled: list[str | None], limit: int, reason: str | None) -> None:
    facts = user("a", *["virtual"] * len(enabled))
    for item, date in zip(facts["mfa_devices"], enabled, strict=True):
        item["enable_date"] = date and f"{date}T10:00:00+00:00"
    item = judged(account(facts), max_device_age_days=limit).users[0]["checks"]["device_age"]
    assert item.get("reason") == reason


def test_what_an_exemption_tells() -> None:
    exempt = exemption(["console_mfa", "access_key_mfa"], "a robot", user_name="a", until="2026-12-31")
    assert judged(account(user("a")), exemptions=[exempt]).exemptions == [
        {
            "user_name": "a",
            "serial_number": None,
            "checks": ["console_mfa", "access_key_mfa"],
            "reason": "a robot",
            "until": "2026-12-31",
            "expired": False,
            "applied": 1,
        }
    ]
    of_device = exemption(["orphaned_devices"], serial_number="*:mfa/kept")
    assert judged(account(), exemptions=[of_device]).exemptions[0]["serial_number"] == "*:mfa/kept"


def test_each_check_has_a_rule() -> None:
    assert tuple(judge._RULES) == CHECK_IDS
