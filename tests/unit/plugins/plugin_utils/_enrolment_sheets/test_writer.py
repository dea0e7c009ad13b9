# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sheet for each device: who gets one from a vaulted file, and that one failure loses no other's."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets import writer
from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.folder import SheetFolder

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def serial(name: str) -> str:
    return f"arn:aws:iam::123456789012:mfa/{name}"


def device(name: str, device_name: str = "", **more: t.Any) -> dict[str, t.Any]:
    """What the module returns of a device."""
    found = {"user_name": name, "serial_number": serial(device_name or name), "failed": False, "msg": ""}
    return {**found, "seed": SEED, "user_created": SINCE, **more}


def record(name: str, created: str = "2026-02-01T00:00:00Z", **more: str) -> dict[str, str]:
    return {"user_name": name, "seed": SEED, "created": created, **more}


def write(
    folder: pathlib.Path,
    devices: list[dict[str, t.Any]],
    kept: dict[str, dict[str, str]] | None = None,
    named: bool = False,
    predicting: bool = False,
) -> list[dict[str, t.Any]]:
    """Write sheets and return the results."""
    read = {"results": devices, "account_id": "123456789012", "account_alias": None, "sign_in_url": "https://x"}
    sheets = SheetFolder(str(folder / "sheets"))
    return writer.SheetWriter(sheets, read, "", kept, predicting).write(named)


def test_written_once(tmp_path: pathlib.Path) -> None:
    predicted = write(tmp_path, [device("alice")], predicting=True)
    assert predicted[0]["changed"] and not (tmp_path / "sheets").exists()
    assert [result["changed"] for result in write(tmp_path, [device("alice"), device("bob")])] == [True, True]
    again = write(tmp_path, [device("alice"), device("bob")])
    assert not any(result["changed"] or result["failed"] for result in again)
    assert SEED not in str(again) and all(pathlib.Path(result["path"]).exists() for result in again)


def test_who_gets_none(tmp_path: pathlib.Path) -> None:
    """One whose seed was handed over, one whom the module failed for, and one whose seed is none: others do."""
    devices = [
        device("alice", handed_over="2026-03-01"),
        device("bob", failed=True, msg="no seed", error={"code": "X"}),
        device("carol", seed="ABC-890!"),
        device("dave", seed=None),
        device("erin"),
    ]
    results = write(tmp_path, devices)
    assert [result["failed"] for result in results] == [False, True, True, True, False]
    assert (results[0]["handed_over"], results[1]["msg"], results[1]["error"]) == (
        "2026-03-01",
        "no seed",
        {"code": "X"},
    )
    assert "ABC-890" not in results[2]["msg"] and "is not base32" in results[2]["msg"]
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == [pathlib.Path(results[4]["path"]).name]


EARLIER = {serial("alice"): record("alice", "2025-06-01T00:00:00Z")}  # of a user who had that name before


@pytest.mark.parametrize(
    ("kept", "named", "failed"),
    [
        ({serial("alice"): record("alice")}, False, {"alice": False}),
        ({serial("alice"): record("alice")}, True, {"alice": False, "bob": True}),
        (EARLIER, False, {}),
        (EARLIER, True, {"alice": True, "bob": True}),
        ({serial("alice"): record("bob")}, True, {"alice": True, "bob": True}),
        ({serial("alice"): record("alice", seed="?")}, False, {"alice": True}),
        ({}, False, {}),
    ],
)
def test_from_a_vaulted_file(
    tmp_path: pathlib.Path, kept: dict[str, dict[str, str]], named: bool, failed: dict[str, bool]
) -> None:
    """Who is named must have a seed there, of any device, that was made for this very person."""
    devices = [device("alice", seed=None), device("alice", "spare", seed=None), device("bob", seed=None)]
    results = write(tmp_path, devices, kept, named)
    found: dict[str, bool] = {}
    for result in results:
        found[result["user_name"]] = found.get(result["user_name"], False) or result["failed"]
    assert found == failed
    for result in results:
        assert not result["failed"] or "seed_vault_file" in result["msg"]


def test_a_sheet_in_the_other_form_is_named(tmp_path: pathlib.Path) -> None:
    """An encrypted one beside one that is not, or the other way round."""
    write(tmp_path, [device("alice")])
    (page,) = (tmp_path / "sheets").glob("*.html")
    page.rename(f"{page}.vault")
    read = {"results": [device("alice")], "account_id": "1", "account_alias": None, "sign_in_url": "https://x"}
    sheets = writer.SheetWriter(SheetFolder(str(tmp_path / "sheets")), read, "", None, False)
    assert sheets.write(False)[0]["changed"]
    assert sheets.warnings == [f"{page}.vault is an earlier sheet of alice in the other form. Delete it."]
