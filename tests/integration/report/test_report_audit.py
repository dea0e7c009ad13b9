# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook hardening.aws.audit on an account: its verdicts, what it writes, and when it writes again."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import time
from typing import Any
from xml.etree import ElementTree

import pytest
from audit_runner import NAME, audit
from aws_emulator.client import Emulator
from controller import INFO, REPORT, Controller, arn, may_fail, task

REFUSED = "iam:GenerateCredentialReport"

# Worked out by hand: user, console_mfa, access_key_mfa, single_device with all_kinds.
PEOPLE: list[tuple[dict[str, Any], str, str, str]] = [
    ({"user_name": "nothing"}, "not_applicable", "not_applicable", "not_applicable"),
    ({"user_name": "console", "console_password": True}, "fail", "not_applicable", "not_applicable"),
    ({"user_name": "key", "access_keys": [{}]}, "not_applicable", "fail", "not_applicable"),
    (
        {"user_name": "old-key", "access_keys": [{"active": False}]},
        "not_applicable",
        "not_applicable",
        "not_applicable",
    ),
    (
        {"user_name": "virtual", "console_password": True, "mfa_devices": [{"kind": "virtual"}]},
        "pass",
        "not_applicable",
        "fail",
    ),
    (
        {
            "user_name": "hardware",
            "console_password": True,
            "mfa_devices": [{"kind": "hardware", "serial_number": "GAHT00000001"}],
        },
        "pass",
        "not_applicable",
        "fail",
    ),
    (
        {
            "user_name": "fido",
            "console_password": True,
            "access_keys": [{}, {"active": False}],
            "mfa_devices": [{"kind": "fido", "device_name": "fido-key"}],
        },
        "pass",
        "pass",
        "fail",
    ),
    (
        {"user_name": "sms", "console_password": True, "mfa_devices": [{"kind": "sms", "device_name": "sms"}]},
        "pass",
        "not_applicable",
        "fail",
    ),
    (
        {
            "user_name": "several",
            "console_password": True,
            "access_keys": [{}],
            "mfa_devices": [{"kind": "virtual"}, {"kind": "fido", "device_name": "several-key"}],
        },
        "pass",
        "pass",
        "pass",
    ),
    (
        {"user_name": "no-password", "mfa_devices": [{"kind": "virtual", "device_name": "no-password"}]},
        "not_applicable",
        "not_applicable",
        "fail",
    ),
]
ACCOUNT: dict[str, Any] = {"users": [person[0] for person in PEOPLE], "root": {"mfa": "virtual"}}


def test_verdicts_user_by_user(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    run = audit(controller, all_kinds=True)
    for place, check in enumerate(("console_mfa", "access_key_mfa", "single_device"), 1):
        expected = {person[0]["user_name"]: str(person[place]) for person in PEOPLE}
        assert run.verdicts(check) == expected, check
    assert run.verdict("orphaned_devices") == "pass"


TOKEN = {"kind": "hardware", "serial_number": "GAHTROOT0001"}


@pytest.mark.parametrize(
    "devices, verdicts",
    [
        ([], ("fail", "fail")),
        ([TOKEN], ("pass", "pass")),
        ([{"kind": "virtual", "device_name": "root-account-mfa-device"}], ("pass", "fail")),
        ([{"kind": "virtual", "device_name": "my-phone"}], ("pass", "fail")),
        ([TOKEN, {"kind": "virtual", "device_name": "my-phone"}], ("pass", "fail")),
    ],
)
def test_root(
    controller: Controller, emulator: Emulator, devices: list[dict[str, Any]], verdicts: tuple[str, str]
) -> None:
    """A virtual device of root's may have any name, and root's first one's name may be that of a user's device."""
    hers = [] if "root-account" in str(devices) else [{"device_name": "root-account-mfa-device"}]
    people = [{"user_name": "alice", "mfa_devices": hers}]
    emulator.fixture({"users": people, "root": {"mfa_devices": devices, "access_keys": [{}]}})
    run = audit(controller)
    assert (run.verdict("root_mfa"), run.verdict("root_hardware_mfa")) == verdicts


def test_orphans_and_age(controller: Controller, emulator: Emulator) -> None:
    old = {"device_name": "old", "enable_date": "2020-01-01T00:00:00Z"}
    emulator.fixture(
        {
            "users": [{"user_name": "old", "mfa_devices": [old]}, {"user_name": "new", "mfa_devices": [{}]}],
            "unassigned_virtual_devices": [{"device_name": "left-behind", "path": "/team/"}],
        }
    )
    run = audit(controller, max_device_age_days=365)
    assert run.verdicts("device_age") == {"new": "pass", "old": "fail"}
    assert [item["serial_number"] for item in run.report["orphaned_devices"]] == [arn("left-behind", "/team/")]
    assert run.verdict("orphaned_devices") == "fail"


# What is written, and when


def test_files_and_their_modes(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    run = audit(controller)
    assert sorted(path.name for path in run.folder.iterdir()) == sorted(
        f"{NAME}.{suffix}" for suffix in ("html", "json", "csv", "md", "junit.xml", "sarif", "ocsf.json")
    )
    assert {stat.S_IMODE(path.stat().st_mode) for path in run.folder.iterdir()} == {0o640}
    assert stat.S_IMODE(run.folder.stat().st_mode) & 0o027 == 0
    assert run.result["paths"]["html"] == str(run.folder / f"{NAME}.html")
    assert run.result["verdict"] == "fail"


def test_what_another_task_has_read(controller: Controller, emulator: Emulator) -> None:
    """It makes the same report without a call, and without showing a user of it."""
    emulator.fixture(hostile_fixture())
    read_itself = audit(controller, user_details=True).report
    folder = controller.home / "given"
    play = controller.play(
        task(INFO, account=True, user_details=True, register="mfa"),
        task(REPORT, account_info="{{ mfa }}", dest=str(folder), formats=["json"]),
        arguments=["-vvv"],
    )
    assert play[0].calls and not play[1].calls
    assert play[1]["invocation"]["module_args"]["account_info"] == "not shown"
    given = json.loads((folder / f"{NAME}.json").read_text(encoding="utf-8"))
    assert {name for name in given if given[name] != read_itself[name]} <= {"generated", "retrieved", "not_made"}


def test_bad_input_is_refused_before_the_account_is_read(controller: Controller, emulator: Emulator) -> None:
    exempt = {"user_name": "x", "checks": ["console_mfa"], "reason": " ", "until": "soon"}
    run = audit(controller, exemptions=[exempt], max_device_age_days=0, code=2)
    for option in (
        "exemptions[0].reason: is empty",
        "exemptions[0].until: 'soon' is not a day",
        "max_device_age_days: 0",
    ):
        assert option in run.result["msg"]
    wrong = {"account_info": {"users": []}, "all_kinds": True, "concurrency": 0, "name": "../report"}
    msg = controller.run({"name": "report", "ignore_errors": True, REPORT: wrong})[0].msg
    for option in ("all_kinds: has no effect", "concurrency: is 0", "name: '../report' is no file name"):
        assert option in msg
    for options, problem in (
        ({"name": "a\nb"}, "name: 'a\\nb' is no file name"),
        ({"dest": "a\0b"}, "dest: has a null character"),
        ({"previous": "a\0b"}, "previous: has a null character"),
    ):
        assert problem in controller.run_module(REPORT, **options)["msg"]
    assert emulator.counts()["total"] == 0


def test_an_account_that_cannot_be_read(controller: Controller, emulator: Emulator) -> None:
    emulator.set(denied_actions=["iam:ListUsers", "iam:GetAccountAuthorizationDetails", REFUSED])
    run = audit(controller, code=2)
    assert "lacks the IAM permission iam:ListUsers" in run.result["msg"]
    assert run.result["error"] == {"code": "AccessDenied", "operation": "iam:ListUsers"}
    assert not run.folder.exists()


def test_four_steps(controller: Controller, emulator: Emulator) -> None:
    """Check mode says changed and writes nothing, the first run writes, and neither does anything again."""
    emulator.fixture(ACCOUNT)
    first = audit(controller, "--check", "--diff")
    assert first.changed == 1 and not first.folder.exists()
    assert "+console_mfa: fail (" in first.output
    assert audit(controller).changed == 1
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in first.folder.iterdir()}
    assert audit(controller, "--check").changed == 0
    time.sleep(1.1)
    assert audit(controller).changed == 0
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in first.folder.iterdir()} == before


def test_force_renews_the_dates_only(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    before = audit(controller).report
    emulator.set(clock_offset=7200)
    run = audit(controller, force=True)
    assert run.changed == 1
    after = run.report
    assert {name for name in after if after[name] != before[name]} <= {"generated", "retrieved", "credential_report"}
    assert after["retrieved"] > before["retrieved"]


def test_what_changed_since(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    first = audit(controller).report
    assert first["changes"] is None
    old = controller.home / "old.json"
    old.write_text(json.dumps(first), encoding="utf-8")
    emulator.fixture({"users": [{"user_name": "newcomer", "console_password": True}]})
    emulator.set(clock_offset=5 * 3600)  # AWS remakes the credential report every four hours
    second = audit(controller)
    changes = second.report["changes"]
    assert changes["users_added"] == ["newcomer"] and not changes["users_removed"]
    assert changes["since"] == first["retrieved"]
    assert "newcomer" in second.text("html").split("What changed since")[1].split("</section>")[0]
    # The account stays as it is, and so does the report, with what changed before that.
    assert audit(controller).changed == 0
    assert audit(controller).report["changes"] == changes
    # Since the last week's report, say.
    third = audit(controller, previous=str(old))
    assert third.changed == 0 and third.report["changes"] == changes


def test_a_wrong_previous_report_is_refused(controller: Controller, emulator: Emulator) -> None:
    wrong = controller.home / "wrong.json"
    wrong.write_text("[]", encoding="utf-8")
    run = audit(controller, previous=str(wrong), code=2)
    assert "previous: " in run.output and "is not a JSON report of" in run.output
    assert not run.folder.exists()


def test_a_mode_that_was_changed_is_set_again(controller: Controller, emulator: Emulator) -> None:
    run = audit(controller)
    path = run.folder / f"{NAME}.csv"
    path.chmod(0o666)
    assert audit(controller).changed == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert audit(controller).changed == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(controller: Controller) -> None:
    (controller.home / "report").mkdir(mode=0o500)
    assert "The report cannot be written to" in audit(controller, code=2).output


# The gate


def test_gate(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    assert audit(controller, fail_on=["orphaned_devices"]).changed == 1
    run = audit(controller, fail_on=["high"], code=2)
    msg = run.result["msg"]
    assert "- root_hardware_mfa: <root_account>" in msg and "- console_mfa: console" in msg
    assert "access_key_mfa" not in msg
    assert run.report["verdict"] == "fail"


def test_a_gate_that_could_not_close_is_refused_before_the_account_is_read(
    controller: Controller, emulator: Emulator
) -> None:
    """A check that is not made can never fail."""
    emulator.fixture(ACCOUNT)
    book = [
        task(REPORT, fail_on=["device_age"]),
        task(REPORT, fail_on=["single_device"]),
        task(REPORT, fail_on=["console_mfa"], checks=["root_mfa"]),
        task(REPORT, fail_on=["critical"], checks=["console_mfa"]),
        task(REPORT, fail_on=["consol_mfa", "High"]),
    ]
    emulator.clear_requests()
    play = controller.run(*may_fail(*book))
    for result, problem in zip(
        play.results,
        (
            "device_age is not checked, so it could not fail: set max_device_age_days",
            "single_device is not checked, so it could not fail: set all_kinds=true",
            "console_mfa is not checked, so it could not fail: add it to checks",
            "no check of severity critical or above is made",
            "'consol_mfa' is neither a check nor a severity. Did you mean console_mfa?",
        ),
        strict=True,
    ):
        assert result.failed and f"fail_on: {problem}" in result.msg, result.msg
    assert emulator.requests() == []


def test_the_playbook_refuses_such_a_gate_too(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    run = audit(controller, fail_on=["device_age"], code=2)
    assert "audit_fail_on: device_age is not checked" in run.output and not run.folder.exists()


def test_a_gate_looks_at_what_account_info_knows(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    book = [task(INFO, account=True, all_kinds=kinds, register=f"kinds_{kinds}") for kinds in (True, False)]
    book += may_fail(
        task(REPORT, account_info="{{ kinds_True }}", fail_on=["single_device"]),
        task(REPORT, account_info="{{ kinds_False }}", fail_on=["single_device"]),
        task(REPORT, account_info="{{ kinds_False }}", fail_on=["low"]),
    )
    play = controller.play(*book)
    closed, refused, gaps = play.results[2:]
    assert "- single_device: fido, hardware, no-password, sms, virtual" in closed.msg
    assert "single_device is not checked, so it could not fail: set all_kinds=true where" in refused.msg
    assert "3 of the checks in fail_on fail" in gaps.msg
    said = play.output.replace("\n", " ")
    assert "does not cover these checks, as they are not made: root_centralized (the organization was not asked" in said
    assert "device_age (set max_device_age_days)" in said


def test_a_gate_that_closes_prints_no_list_of_users(controller: Controller, emulator: Emulator) -> None:
    """Ansible shows a failed result as a whole, so it names the report, which has them all."""
    emulator.fixture({"generate": {"count": 1500, "prefix": "user-", "console_password": True}})
    run = audit(controller, fail_on=["console_mfa"], formats=["html", "json", "sarif"], code=2)
    assert "and 1,490 more" in run.result["msg"] and str(run.folder / f"{NAME}.html") in run.result["msg"]
    assert not {"findings", "changes"} & set(run.result)
    assert run.output.count("user-") < 30 and len(run.output) < 20_000
    assert run.verdicts("console_mfa")["user-1500"] == "fail"
    places = [
        result["locations"][0]["physicalLocation"] for result in json.loads(run.text("sarif"))["runs"][0]["results"]
    ]
    assert {place["artifactLocation"]["uri"] for place in places} == {f"{NAME}.json"}


def test_gate_with_exemptions(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    exempt = {"user_name": "cons*", "checks": ["console_mfa"], "reason": "sealed", "until": "2999-12-31"}
    run = audit(controller, fail_on=["console_mfa"], exemptions=[exempt])
    assert run.verdicts("console_mfa")["console"] == "exempt"
    exempt["until"] = "2020-12-31"
    run = audit(controller, fail_on=["console_mfa"], exemptions=[exempt], code=2)
    assert "- console_mfa: console" in run.result["msg"]
    assert "has expired: sealed" in run.text("md").replace("&#58;", ":")


# What may not be read


def test_a_missing_credential_report_is_unknown_and_never_pass(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(ACCOUNT)
    emulator.set(denied_actions=[REFUSED])
    run = audit(controller)
    for check in ("console_mfa", "access_key_mfa"):
        assert set(run.verdicts(check).values()) == {"unknown"}
        assert run.verdict(check) == "unknown"
    assert run.report["coverage"]["console_users"]["percent"] is None
    for suffix in ("html", "json", "csv", "md", "junit.xml", "sarif", "ocsf.json"):
        assert REFUSED in run.text(suffix).replace("&#58;", ":"), suffix
    # What does not depend on it is judged all the same.
    assert run.verdict("root_mfa") == "pass" and run.verdict("root_hardware_mfa") == "fail"
    assert audit(controller).changed == 0
    stopped = audit(controller, fail_on=["console_mfa"], code=2)
    assert REFUSED in stopped.result["msg"]
    assert audit(controller, fail_on=["console_mfa"], fail_on_unknown=False).changed == 0


@pytest.mark.parametrize(
    "action, unknown",
    [
        ("iam:ListVirtualMFADevices", {"orphaned_devices", "root_hardware_mfa"}),
        ("iam:GetAccountAuthorizationDetails", set()),
        ("iam:ListAccountAliases", set()),
        ("iam:GetAccountSummary", {"root_access_key"}),
    ],
)
def test_other_missing_permissions(controller: Controller, emulator: Emulator, action: str, unknown: set[str]) -> None:
    emulator.fixture(ACCOUNT)
    emulator.set(denied_actions=[action])
    run = audit(controller)
    assert {check["id"] for check in run.report["checks"] if check["verdict"] == "unknown"} == unknown
    assert action in json.dumps(run.report["unknown"])
    assert run.verdicts("console_mfa")["virtual"] == "pass"


# Hostile text

TEXTS = [
    "<script>alert(document.domain)</script>",
    "</script></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    'a|b`c`,"e;=1+1\n# d',
    "[x](javascript:alert(1))",
    "]]><failure/>",
    "données 数据 🔑",
    "abc\u202egpj.exe",
]


def as_path(text: str) -> str:
    """The text with what a path of IAM's can hold of it: printable ASCII and no blank."""
    return f"/{re.sub('[^!-~]', '_', text)}/"


def hostile_fixture() -> dict[str, Any]:
    people = [
        {
            "user_name": f"user-{number}",
            "path": as_path(text),
            "console_password": True,
            "groups": [text],
            "tags": {text: text},
            "mfa_devices": [{"device_name": f"device-{number}", "path": as_path(text), "tags": {text: text}}],
        }
        for number, text in enumerate(TEXTS)
    ]
    formulas = ["=1+1", "+1", "-1", "@a"]
    orphans = [{"device_name": f"orphan-{number}", "path": as_path(text)} for number, text in enumerate(TEXTS)]
    return {
        "account_alias": " ".join(TEXTS),
        "users": people + [{"user_name": name, "console_password": True} for name in formulas],
        "unassigned_virtual_devices": orphans,
        "root": {"mfa": "hardware"},
    }


def test_hostile_text_is_inert_in_every_format(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(hostile_fixture())
    run = audit(controller)
    page = run.text("html")
    assert page.count("<script>") == 2 == page.count("</script>") and "<img" not in page
    assert "&lt;script&gt;alert(document.domain)&lt;/script&gt;" in page
    assert not re.search(r"<[^>]* on\w+=", page)
    rows = list(csv.reader(io.StringIO(run.text("csv"), newline=""), strict=True))
    assert {"'=1+1", "'+1", "'-1", "'@a"} <= {row[1] for row in rows}
    assert not [cell for row in rows for cell in row if re.match(r"\s*[=+\-@\t\r\n]", cell)]
    assert {len(row) for row in rows} == {len(rows[0])}
    text = re.sub(r"`[\w+=,.@/: -]*`", "", run.text("md"))
    assert set(re.findall(r"<[^>]*>", text)) <= {"<code>", "</code>"} and "](" not in text and "`" not in text
    tree = ElementTree.fromstring(run.text("junit.xml").encode())
    assert len(list(tree.iter("failure"))) == sum(1 for item in run.result["findings"] if item["verdict"] == "fail")
    assert json.loads(run.text("sarif"))["version"] == "2.1.0"
    assert run.report["account"]["alias"] == " ".join(TEXTS)
    assert {key for user in run.report["users"] for key in user["tags"] or {}} == set(TEXTS)
    assert audit(controller).changed == 0


# Size


def test_five_thousand_users(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": 5000, "device": "virtual"}, "root": {"mfa": "hardware"}})
    emulator.clear_requests()
    run = audit(controller)
    assert emulator.counts()["total"] <= 20
    assert [user["user_name"] for user in run.report["users"]] == [f"user-{number:04}" for number in range(1, 5001)]
    assert run.report["coverage"]["console_users"]["percent"] == 100.0
    assert run.verdict("console_mfa") == "pass"
