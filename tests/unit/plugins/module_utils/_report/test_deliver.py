# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a report in a real module: files, changes since an earlier one, and the gate."""

from __future__ import annotations

import json
import os
import pathlib
import stat
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import deliver
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import account, make, user
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils.test_bulk_module import patch_module_args

LATER = "2026-03-12T23:25:36+00:00"


@pytest.fixture(name="run")
def fixture_run(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """Deliver a report, and return the module's answer."""

    def run(report: dict[str, t.Any], check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
        with patch_module_args({**given, "_ansible_check_mode": check_mode}):
            module = AnsibleModule(argument_spec=deliver.output_options("mfa"), supports_check_mode=True)
            with pytest.raises(SystemExit):
                deliver.deliver(module, report, module.params["name"], deliver.read_asked(module.params))
        return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))

    return run


def report_on(*users: dict[str, t.Any], **facts: t.Any) -> dict[str, t.Any]:
    return {**make(account(*users, **facts)), "changes": None}


def test_without_a_destination_nothing_is_written(run: t.Any) -> None:
    answer = run(report_on(user("alice", "virtual", "fido")))
    assert answer["changed"] is False and answer["paths"] == {} and answer["verdict"] == "pass"


def test_files_are_written_once(run: t.Any, tmp_path: pathlib.Path) -> None:
    """Again, and a day later, they are as they were: only dates would differ."""
    given = {"dest": str(tmp_path / "reports"), "formats": ["json", "csv"], "mode": "0600"}
    predicted = run(report_on(user("alice", "virtual", "fido")), check_mode=True, **given)
    assert predicted["changed"] is True and list(tmp_path.iterdir()) == []
    written = run(report_on(user("alice", "virtual", "fido")), **given)
    assert written["changed"] is True and sorted(written["paths"]) == ["csv", "json"]
    files = {path: pathlib.Path(path).read_bytes() for path in written["paths"].values()}
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in files} == {0o600}
    for day in ({}, {"retrieved": LATER}):
        assert run(report_on(user("alice", "virtual", "fido"), **day), **given)["changed"] is False
        assert {path: pathlib.Path(path).read_bytes() for path in files} == files
    assert run(report_on(user("alice", "virtual", "fido"), retrieved=LATER), force=True, **given)["changed"] is True
    assert LATER[:10] in pathlib.Path(written["paths"]["json"]).read_text(encoding="utf-8")
    pathlib.Path(written["paths"]["csv"]).chmod(0o644)
    assert run(report_on(user("alice", "virtual", "fido"), retrieved=LATER), **given)["changed"] is True
    assert stat.S_IMODE(os.stat(written["paths"]["csv"]).st_mode) == 0o600


def test_what_changed_since_the_report_that_is_replaced(run: t.Any, tmp_path: pathlib.Path) -> None:
    given = {"dest": str(tmp_path), "formats": ["json"]}
    assert run(report_on(user("alice")), **given)["changes"] is None
    later = run(report_on(user("alice", "virtual", "fido"), retrieved=LATER), **given)
    assert later["changed"] is True and later["changes"]["verdict_before"] == "fail" and later["verdict"] == "pass"
    assert later["diff"]["before"] != later["diff"]["after"]
    # The same once more: what is written tells what changed before, and stays.
    again = run(report_on(user("alice", "virtual", "fido"), retrieved=LATER), **given)
    assert again["changed"] is False and again["changes"] == later["changes"]


def test_a_report_that_cannot_be_compared(run: t.Any, tmp_path: pathlib.Path) -> None:
    """One that is only replaced is no obstacle, but one that was asked for is."""
    (tmp_path / "mfa.json").write_text("{}", encoding="utf-8")
    answer = run(report_on(user("alice", "virtual", "fido")), dest=str(tmp_path), formats=["json"])
    assert answer["changed"] is True and answer["changes"] is None
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    with patch_module_args({"previous": str(tmp_path / "other.json")}):
        module = AnsibleModule(argument_spec=deliver.output_options("mfa"), supports_check_mode=True)
        with pytest.raises(BadInput, match=r"previous: .*other\.json is not a JSON report"):
            deliver.deliver(module, report_on(), "mfa", deliver.read_asked(module.params))


@pytest.mark.parametrize(
    ("given", "failed"),
    [({}, False), ({"fail_on": ["console_mfa"]}, True), ({"fail_on": ["root_mfa"]}, False)],
)
def test_the_gate(run: t.Any, tmp_path: pathlib.Path, given: dict[str, t.Any], failed: bool) -> None:
    """A pipeline that is stopped has the files, and no list of users."""
    answer = run(report_on(user("alice")), dest=str(tmp_path), formats=["json"], **given)
    assert answer.get("failed", False) is failed and (tmp_path / "mfa.json").exists()
    assert ("findings" in answer) is ("changes" in answer) is not failed
    assert not failed or "console_mfa" in answer["msg"]


def test_a_gate_that_could_not_close_is_refused() -> None:
    params = {"fail_on": ["device_age"]}
    deliver.check_gate(params, {})
    with pytest.raises(BadInput, match="device_age is not checked"):
        deliver.check_gate(params, {"device_age": "set max_device_age_days"})


GIVEN: dict[str, t.Any] = {"name": "mfa", "dest": "reports", "previous": None, "mode": "0640"}


@pytest.mark.parametrize(
    "mode", ["0640", "640", "0o640", 0o640, 0, "u=rw,g=r", "u=rw,g=r,o=", "a+rX", "-x", "u=rw,g=u"]
)
def test_modes_that_ansible_sets(mode: t.Any) -> None:
    assert deliver.output_problems({**GIVEN, "mode": mode}) == []


@pytest.mark.parametrize(
    "mode", ["", "rw", "0680", "07777777", "٠٦٤٠", "u=rw\n", 0o10000, -1, True, 1.5, [[]], {}, None]
)
def test_modes_that_are_none(mode: t.Any) -> None:
    [problem] = deliver.output_problems({**GIVEN, "mode": mode})
    assert problem.startswith(f"mode: {mode!r} is no file mode: give one in quotes")


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "..", "a\nb"])
def test_names_that_are_none_of_a_file(name: str) -> None:
    (problem,) = deliver.output_problems({**GIVEN, "name": name})
    assert problem.startswith(f"name: {name!r} is no file name")


@pytest.mark.parametrize("option", ["dest", "previous"])
def test_a_path_with_a_null_character(option: str) -> None:
    given = {**GIVEN, option: "a\0b"}
    assert deliver.output_problems(given) == [f"{option}: has a null character, which no path can have."]


def test_paths() -> None:
    params = {"dest": "/reports", "formats": ["md", "junit"]}
    assert deliver.output_paths(params, "x") == {"md": "/reports/x.md", "junit": "/reports/x.junit.xml"}
    assert deliver.output_paths({**params, "dest": None}, "x") == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"dest": " "}, "dest: is empty: give a path, or leave it out."),
        ({"previous": ""}, "previous: is empty: give a path, or leave it out."),
        ({"name": "n" * 201}, "name: is longer than 200 bytes"),
        ({"name": "ä" * 101}, "name: is longer than 200 bytes"),
        ({"dest": "file/below"}, "dest: 'file/below' cannot be a directory: Not a directory."),
        ({"dest": "file"}, "dest: 'file' cannot be a directory: "),
        ({"dest": "d" * 1000}, f"dest: '{'d' * 1000}' cannot be a directory: File name too long."),
    ],
)
def test_files_that_cannot_be(
    given: dict[str, str], problem: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read in the account."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert [text[: len(problem)] for text in deliver.output_problems({**GIVEN, **given})] == [problem]


def test_a_previous_report_that_is_none(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read in the account."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(BadInput) as refused:
        deliver.read_asked({**GIVEN, "previous": "file"})
    assert [text.partition(":")[0] for text in refused.value.problems] == ["previous"]
    assert refused.value.problems[0].startswith("previous: file is not a JSON report of hardening.aws")
    assert deliver.read_asked({**GIVEN, "previous": "none.json"}) is deliver.read_asked(GIVEN) is None


def test_files_that_can_be(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ({"dest": "."}, {"dest": "new/below"}, {"dest": str(tmp_path)}, {"previous": "none.json"}):
        assert deliver.output_problems({**GIVEN, **given}) == []
    assert os.listdir(tmp_path) == []
