# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on an organization: the same from any slices, in any order, and never better than what was read."""

from __future__ import annotations

import copy
import csv
import io
import json
import pathlib
import random
import typing as t
from xml.etree import ElementTree

import jsonschema
import pytest
import referencing

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import formats, organization, sources
from ansible_collections.hardening.aws.plugins.module_utils._report.changes import changes_since, read_previous
from ansible_collections.hardening.aws.plugins.module_utils._report.dates import Dates
from ansible_collections.hardening.aws.plugins.module_utils._report.findings import findings
from ansible_collections.hardening.aws.plugins.module_utils._report.gate import gate, gate_problems
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    account,
    exemption,
    hostile_report,
    make,
    orphan,
    root,
    user,
    written,
)

GOOD, BAD, ODD, GONE = "111111111111", "222222222222", "333333333333", "444444444444"
LATER = "2026-03-12T00:00:00Z"
REASON = "sts:AssumeRole was denied"


SCHEMAS = pathlib.Path(__file__).resolve().parents[5] / "docs/schema"


def of(number: str, *users: dict[str, t.Any], alias: str | None = None, **facts: t.Any) -> dict[str, t.Any]:
    own = {"account_id": number, "partition": "aws", "alias": alias, "caller": None}
    return account(*users, account=own, **facts)


def reports() -> dict[str, dict[str, t.Any]]:
    """An account where all is well, one where nothing is, and one that is exempt."""
    return {
        GOOD: make(of(GOOD, user("alice", "fido", "hardware"), alias="good")),
        BAD: make(of(BAD, user("alice"), user("bob", "virtual"), root=root("none"), orphaned_devices=[orphan("left")])),
        ODD: make(
            of(ODD, user("carol"), user("alice", "fido", "virtual")),
            exemptions=[exemption(["console_mfa"], "in a safe", user_name="carol")],
        ),
    }


def merged(*found: dict[str, t.Any], unread: t.Sequence[str] = ()) -> dict[str, t.Any]:
    parts = [part for report in found for part in organization.parts_of(report)]
    parts += [organization.unread_part(number, "legacy", REASON) for number in unread]
    return organization.merge(parts, "7.0", LATER)


def saved(folder: pathlib.Path, name: str, report: dict[str, t.Any]) -> str:
    path = folder / f"{name}.json"
    path.write_text(written(report, "json"), encoding="utf-8")
    return str(path)


def read(*names: str, unread: t.Sequence[dict[str, t.Any]] = (), but: str | None = None) -> dict[str, t.Any]:
    found = sources.read_sources(names, but)
    return organization.merge(found.accounts(unread, {GOOD: "from the inventory", BAD: "bad"}), found.benchmark, LATER)


def check_of(report: dict[str, t.Any], name: str) -> dict[str, t.Any]:
    return next(check for check in report["checks"] if check["id"] == name)


def test_slices_in_any_order_make_the_report_of_a_single_run(tmp_path: pathlib.Path) -> None:
    """Also if some are merged reports themselves, and one account could not be read."""
    everyone = [saved(tmp_path, number, report) for number, report in reports().items()]
    gone = {"account_id": GONE, "account_name": "legacy", "reason": REASON}
    single = read(*everyone, unread=[gone])
    chance = random.Random(11)
    for number in range(12):
        chance.shuffle(everyone)
        cut = chance.randint(0, 3)
        slices = [everyone[:cut], everyone[cut:]]
        names = []
        for index, names_of_slice in enumerate(slices):
            missing = [gone] if index == number % 2 else []
            if names_of_slice or missing:
                names.append(saved(tmp_path, f"slice-{number}-{index}", read(*names_of_slice, unread=missing)))
        again = read(*names)
        assert again == single
        for form in formats.FORMATS:
            assert formats.render(again, form) == formats.render(single, form), form


def test_the_worst_account_is_first_and_nothing_is_lost() -> None:
    report = merged(*reports().values(), unread=[GONE])
    assert [part["account_id"] for part in report["accounts"]] == [BAD, GONE, ODD, GOOD]
    assert (report["accounts_read"], report["accounts_unread"], report["verdict"]) == (3, 1, "fail")
    assert check_of(report, "console_mfa")["counts"] == {
        "pass": 3,
        "fail": 1,
        "exempt": 1,
        "not_applicable": 0,
        "unknown": 0,
    }
    assert check_of(report, "root_mfa")["counts"]["unknown"] == 1
    assert report["coverage"]["all_users"]["users"] == 5
    assert report["coverage"]["all_users"]["percent"] is None
    assert merged(*reports().values())["coverage"]["all_users"]["percent"] == 60.0


def test_the_page_says_how_many_accounts_there_are() -> None:
    """It shows the first few, and scrolls."""
    assert "3 in all, the worst first." in written(merged(*reports().values()), "html")


def test_an_account_that_could_not_be_read_never_passes() -> None:
    report = merged(reports()[GOOD], unread=[GONE])
    assert {check["verdict"] for check in report["checks"]} == {"unknown"}
    assert report["verdict"] == "unknown"
    assert all(REASON in check["reason"] and GONE in check["reason"] for check in report["checks"])
    stopped = gate(report, ["critical"], True)
    assert [(item["check"], item["subject"]) for item in stopped] == [("root_mfa", GONE), ("root_access_key", GONE)]
    nothing = merged(unread=[GONE])
    assert nothing["verdict"] == "unknown" and nothing["checks"]
    for form in formats.FORMATS:
        assert REASON in formats.render(nothing, form).replace("&#58;", ":"), form


def test_a_check_that_some_accounts_did_not_make_does_not_pass() -> None:
    whole = make(of(GOOD, user("alice", "fido", "virtual")))
    part = make(of(BAD, user("alice", "fido", "hardware")), checks=["root_mfa"])
    report = merged(whole, part)
    assert check_of(report, "console_mfa")["verdict"] == "unknown"
    assert check_of(report, "root_mfa")["verdict"] == "pass"
    not_made = {item["check"]: item["why"] for item in report["not_made"]}
    assert not_made["console_mfa"] == f"in 1 of 2 accounts; {BAD}: add it to checks"
    assert "console_mfa is not checked" in gate_problems(["console_mfa"], not_made)[0]
    assert gate_problems(["root_mfa"], not_made) == []
    for form in formats.FORMATS:
        assert formats.render(report, form)


def test_what_is_asked_of_the_organization_needs_one_answer() -> None:
    features = {"root_credentials_management": True, "root_sessions": True, "reason": None}
    manager = make(of(GOOD, user("alice", "fido", "virtual"), root_features=features))
    report = merged(manager, make(of(BAD, user("bob", "fido", "virtual"))), unread=[GONE])
    assert check_of(report, "root_centralized")["verdict"] == "pass"
    assert check_of(report, "root_centralized")["counts"]["unknown"] == 0
    assert "root_centralized" not in {item["check"] for item in report["not_made"]}
    assert "root_centralized" not in {item["check"] for item in findings(report)}
    nobody = merged(make(of(BAD, user("bob", "fido", "virtual"))))
    assert "root_centralized" in {item["check"] for item in nobody["not_made"]}


def test_findings_say_which_account() -> None:
    found = findings(merged(*reports().values()), "fail")
    assert {item["account_id"] for item in found} == {BAD}
    assert ("console_mfa", "alice") in {(item["check"], item["subject"]) for item in found}


@pytest.mark.parametrize("form", formats.FORMATS)
def test_an_unchanged_organization_differs_in_dates_only(form: str) -> None:
    first, second = (merged(*reports().values(), unread=[GONE]) for _time in range(2))
    second["generated"] = "2026-03-13T01:02:03Z"
    for part in second["accounts"]:
        if part["read"]:
            part["retrieved"] = "2026-03-13T00:00:00Z"
    dates = Dates(second)
    text = formats.render(dates.report, form)
    assert dates.same(text, formats.render(first, form))
    assert dates.put(text) == formats.render(second, form)
    assert not dates.same(text, formats.render(merged(*reports().values()), form))


def test_changes(tmp_path: pathlib.Path) -> None:
    old = reports()
    new = copy.deepcopy(old)
    new[BAD] = make(of(BAD, user("alice", "fido"), user("eve"), root=root("none")))
    before = merged(old[BAD], old[GOOD], unread=[GONE])
    after = merged(new[BAD], new[ODD], unread=[GOOD, GONE])
    path = saved(tmp_path, "before", before)
    previous = read_previous(path, after)
    assert previous is not None
    changes = changes_since(previous, after)
    assert changes["accounts_added"] == [ODD] and changes["accounts_removed"] == []
    assert changes["accounts_no_longer_read"] == [GOOD] and changes["accounts_read_again"] == []
    assert changes["users_added"] == [f"{BAD}/eve"] and changes["users_removed"] == [f"{BAD}/bob"]
    assert [(item["account_id"], item["subject"], item["after"]) for item in changes["verdicts"]][:1] == [
        (BAD, "alice", "pass")
    ]
    after["changes"] = changes
    for form in ("html", "md"):
        assert f"{BAD}/eve" in formats.render(after, form)
        assert "Accounts that can no longer be read" in formats.render(after, form)
    for other, problem in (
        (saved(tmp_path, "one", old[GOOD]), "is about one account, and not about an organization"),
        (saved(tmp_path, "others", merged(make(of("999999999999")))), "is about other accounts"),
    ):
        with pytest.raises(BadInput, match=problem):
            read_previous(other, after)
    with pytest.raises(BadInput, match="is about an organization, and not about one account"):
        read_previous(path, old[GOOD])


def test_what_is_no_source_is_refused_by_name(tmp_path: pathlib.Path) -> None:
    good = saved(tmp_path, "good", reports()[GOOD])
    twin = saved(tmp_path, "twin", reports()[GOOD])
    older = make(of(BAD), benchmark="5.0")
    damaged = {**reports()[BAD], "users": [{"user_name": 1}]}
    foreign = copy.deepcopy(reports()[BAD])
    foreign["users"][0]["checks"]["new_check"] = {"verdict": "pass"}
    for name, text in (("empty", ""), ("text", "no JSON"), ("nan", '{"a": NaN}'), ("list", "[]")):
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    for names, problem in (
        ([str(tmp_path / "none.json")], "there is no file"),
        ([str(tmp_path / "none-*.json")], "no file matches"),
        ([str(tmp_path)], "is a directory: name its files"),
        ([str(tmp_path / "empty.json")], "is not a JSON report"),
        ([str(tmp_path / "text.json")], "is not a JSON report"),
        ([str(tmp_path / "nan.json")], "is not a JSON report"),
        ([str(tmp_path / "list.json")], "schema version 1"),
        ([saved(tmp_path, "two", {**reports()[BAD], "schema_version": "2.0"})], "schema version 1"),
        ([saved(tmp_path, "some", make(account(account=None)))], "does not say of which account"),
        ([saved(tmp_path, "damaged", damaged)], "is a damaged report"),
        ([saved(tmp_path, "foreign", foreign)], "is a damaged report"),
        ([good, twin], f"account {GOOD}"),
        ([good, saved(tmp_path, "older", older)], "several benchmarks"),
    ):
        with pytest.raises(BadInput) as refused:
            sources.read_sources(names, None)
        assert problem in refused.value.message and str(tmp_path) in refused.value.message, names
        assert "sources" in refused.value.message
    # Each file once, and never the report that is about to be replaced.
    out = saved(tmp_path, "organization", merged(reports()[GOOD]))
    assert list(sources.read_sources([good, str(tmp_path / "goo*.json")], None).parts) == [GOOD]
    assert list(sources.read_sources([str(tmp_path / "good.json"), f"{tmp_path}/organiz*.json"], out).parts) == [GOOD]


@pytest.mark.parametrize("kind", ["one", "many"])
@pytest.mark.parametrize("place", range(12))
def test_a_damaged_source_is_refused_or_used_and_never_a_traceback(
    tmp_path: pathlib.Path, kind: str, place: int
) -> None:
    """Whatever single thing in it is something else; each of 12 runs tries another part of the things."""

    def nodes(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            yield (*path, key)
            yield from nodes(item, (*path, key))

    source = reports()[ODD] if kind == "one" else merged(reports()[ODD], unread=[GONE])
    now = merged(reports()[ODD])
    for where in list(nodes(source))[place::12]:
        for wrong in (None, 1, "x", [], {"x": 1}):
            damaged = copy.deepcopy(source)
            target: t.Any = damaged
            for step in where[:-1]:
                target = target[step]
            target[where[-1]] = wrong
            path = tmp_path / "damaged.json"
            path.write_text(json.dumps(damaged), encoding="utf-8")
            try:
                report = read(str(path))
            except BadInput as error:
                assert str(path) in error.message
                continue
            for form in formats.FORMATS:
                assert formats.render(report, form), (where, wrong)
            if kind == "many":
                try:
                    previous = read_previous(str(path), now)
                except BadInput:
                    continue
                assert previous is not None and changes_since(previous, now)


def test_options_that_name_accounts() -> None:
    unread = [
        {"account_id": "12", "reason": "x"},
        {"account_id": GONE, "reason": " "},
        {"account_id": GONE, "reason": "x"},
    ]
    problems = sources.input_problems(["", "a\0b"], unread, {"1": "x", GOOD: ""})
    assert [problem.split(":")[0] for problem in problems] == [
        "sources[0]",
        "sources[1]",
        "unread[0].account_id",
        "unread[1].reason",
        "unread[2].account_id",
        "account_names",
        f"account_names.{GOOD}",
    ]
    assert "sources: is empty" in sources.input_problems([], [], {})[0]
    assert sources.input_problems([], unread[2:], {}) == []


def test_an_unread_account_has_no_older_report(tmp_path: pathlib.Path) -> None:
    path = saved(tmp_path, "old", reports()[GOOD])
    unread = [{"account_id": GOOD, "account_name": None, "reason": " denied\n today "}]
    assert sources.outdated(sources.read_sources([path], None), unread) == {GOOD: path}
    report = read(path, unread=unread)
    assert [(part["read"], part["reason"]) for part in report["accounts"]] == [(False, "denied today")]
    assert organization.unread(report) == [
        {"account_id": GOOD, "account_name": "from the inventory", "reason": "denied today"}
    ]


def test_hostile_text_is_inert_in_every_format() -> None:
    one = hostile_report()
    report = merged(one, make(of(BAD, user("alice"))))
    everything = " ".join(HOSTILE.values())
    report["accounts"].append(organization.unread_part(everything, everything, everything))
    page = written(report, "html")
    assert page.count("<script>") == 2 == page.count("</script>") and "<img" not in page
    rows = list(csv.reader(io.StringIO(written(report, "csv"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")]
    assert ElementTree.fromstring(written(report, "junit").encode()).tag == "testsuites"
    for form in ("json", "sarif", "ocsf"):
        assert json.loads(written(report, form))


def validator() -> jsonschema.Draft202012Validator:
    """Of the documented schema, which refers to that of one account's report."""
    names = ("organization-report-1.0.json", "report-1.1.json")
    schema, other = (json.loads((SCHEMAS / name).read_text(encoding="utf-8")) for name in names)
    registry = referencing.Registry().with_resource(other["$id"], referencing.Resource.from_contents(other))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, registry=registry)


def test_schema() -> None:
    old, new = merged(*reports().values()), merged(reports()[BAD], hostile_report(), unread=[GONE, ODD])
    new["changes"] = changes_since(old, new)
    for report in (old, new, merged(unread=[GONE])):
        validator().validate(json.loads(written(report, "json")))


@pytest.mark.parametrize("change", [{"more": 1}, {"accounts": [{"account_id": GOOD}]}, {"verdict": "maybe"}])
def test_schema_refuses_what_is_no_report(change: dict[str, t.Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({**merged(*reports().values()), **change})
