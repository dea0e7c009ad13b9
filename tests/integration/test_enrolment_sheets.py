# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment sheets: what is on them, who can read them, and that a seed is nowhere else."""

from __future__ import annotations

import pathlib
import re
import stat
import subprocess
import typing as t

import chromium
import pytest
from controller import PARAMETERS, PLURAL, SECRETS, SHEETS, VENV, Controller, Play, devices, may_fail, task
from project import BUILD

STRANGE = "A.b+c=d_e@f-g"
ALICE, OTHER = "mfa-123456789012-alice.html", f"mfa-123456789012-{STRANGE}.html"


def sheets(**options: t.Any) -> dict[str, t.Any]:
    return task(SHEETS, **{"dest": "sheets", "seed_store": SECRETS, **options})


def account_with(controller: Controller, *names: str, enrolled: t.Sequence[str]) -> None:
    """An account of these users, some of whom have a device whose seed is in the store."""
    controller.emulator.fixture({"account_alias": "acme", "users": [{"user_name": name} for name in names]})
    controller.run_module(PLURAL, devices=[{"user_name": name} for name in enrolled], seed_store=SECRETS)


def assert_silent(controller: Controller, play: Play, *secrets: str) -> None:
    """No seed is in what a run shows, returns or leaves behind outside of the sheets."""
    told = play.output + repr([result.data for result in play.results])
    files = [path for path in controller.home.rglob("*") if path.is_file() and path.parent.name != "sheets"]
    assert any(path.name == "ansible.log" for path in files)
    for text in [told, *(path.read_text(encoding="utf-8", errors="replace") for path in files)]:
        for secret in secrets:
            assert secret not in text and secret[:20] not in text


def test_sheets_of_seeds_in_a_store(controller: Controller) -> None:
    account_with(controller, "alice", STRANGE, "bob", enrolled=["alice", STRANGE])
    refused = {
        "encrypt: no vault password is loaded": sheets(encrypt=True),
        "There is no user Alice in this account; there is alice": sheets(user_names=["Alice", "bob"]),
        "has no seed of arn:aws:iam::123456789012:mfa/alice": sheets(seed_store=PARAMETERS, user_names=["alice"]),
    }
    play = controller.play(
        {**sheets(), "check_mode": True},
        *[sheets()] * 2,
        *may_fail(*refused.values()),
        arguments=["-vvvv"],
        environment={"ANSIBLE_LOG_PATH": "ansible.log"},
    )
    for text, result in zip(refused, play.results[3:], strict=True):
        assert result.failed and text in result.msg, (text, result.msg)
    assert "bob has no virtual MFA device" in play[4].msg
    predicted, real, again = play.results[:3]
    assert [item.changed for item in (predicted, real, again)] == [True, True, False]
    assert not any(item.writes for item in (predicted, real, again))
    assert real["results"] == predicted["results"] == [{**item, "changed": True} for item in again["results"]]
    assert real["summary"] == {"total": 2, "changed": 2, "unchanged": 0, "failed": 0}
    dest = controller.home / "sheets"
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in dest.iterdir()} == {ALICE: 0o600, OTHER: 0o600}
    assert stat.S_IMODE(dest.stat().st_mode) == 0o700
    records = [controller.secret(f"mfa/{name}") for name in ("alice", STRANGE)]
    assert_silent(controller, play, *(record["seed"] for record in records))
    pages = [(dest / name).read_text(encoding="utf-8") for name in (ALICE, OTHER)]
    assert "https://acme.signin.aws.amazon.com/console" in pages[0] and "acme (123456789012)" in pages[0]
    assert not re.search(r"(src|href)=.(?!https://acme\.signin|otpauth:)", "".join(pages)) and "<script" not in pages[0]

    import qr_reader

    for record, page in zip(records, pages, strict=True):
        assert qr_reader.texts(qr_reader.picture_of(page)) == [record["otpauth_uri"]]
        assert record["otpauth_uri"].count(record["seed"]) == 1
        controller.assert_seed_works(record["user_name"], record["serial_number"], record["seed"])
    # What AWS itself draws of a new device has the same form.
    controller.emulator.set(qr_codes=True)
    new = controller.boto3("iam").create_virtual_mfa_device(VirtualMFADeviceName="bob")["VirtualMFADevice"]
    theirs = qr_reader.texts(new["QRCodePNG"])
    ours = records[0]["otpauth_uri"].replace(records[0]["seed"], new["Base32StringSeed"].decode())
    assert theirs == [ours.replace(":alice@", ":bob@")]


def test_a_sheet_on_a_phone_and_on_paper(controller: Controller) -> None:
    if chromium.find() is None:
        pytest.skip("Chromium is not installed: the QR code of a page that a browser draws was not read")
    import qr_reader

    account_with(controller, "alice", enrolled=["alice"])
    contact = "the IT service desk, " + "in words that are not few, " * 3
    play = controller.play(sheets(contact=contact))
    page = pathlib.Path(play[0]["results"][0]["path"])
    uri = controller.secret("mfa/alice")["otpauth_uri"]
    folder = BUILD / "sheets"
    folder.mkdir(parents=True, exist_ok=True)
    with chromium.Chromium() as browser:
        for name, width, mobile in (("phone", 360, True), ("screen", 1100, False)):
            browser.view(width, 740, mobile=mobile)
            browser.open(page)
            browser.screenshot(folder / f"{name}.png")
            assert qr_reader.texts((folder / f"{name}.png").read_bytes()) == [uri]
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
        browser.pdf(folder / "paper.pdf")
        assert browser.problems() == []
    assert len(re.findall(rb"/Type\s*/Page\b", (folder / "paper.pdf").read_bytes())) == 1


def test_encrypted_sheets_and_seeds_of_a_vaulted_file(controller: Controller) -> None:
    account_with(controller, "alice", "bob", enrolled=["bob"])
    password = controller.home / "password"
    password.write_text("correct horse", encoding="utf-8")
    vault = ["--vault-id", f"mfa@{password}"]
    made = {**devices([{"user_name": "alice"}], state="present"), "register": "made", "no_log": True}
    keep = task("hardening.aws.vaulted_seeds", path="seeds.yml", records="{{ made.results }}", no_log=True)
    enable = devices([{"user_name": "alice", "seed": "{{ made.results[0].seed }}"}], no_log=True)
    file = {"dest": "sheets", "seed_store": None, "seed_vault_file": {"path": "seeds.yml"}}
    play = controller.play(
        made,
        keep,
        enable,
        sheets(**file),
        *[sheets(**file, encrypt=True, vault_id="mfa")] * 2,
        *may_fail(sheets(**file, user_names=["alice", "bob"])),
        arguments=vault,
        violations=True,
        environment={"ANSIBLE_LOG_PATH": "ansible.log"},
    )
    clear, *encrypted, named = play.results[3:]
    assert [item["user_name"] for item in clear["results"]] == ["alice"]
    assert [item.changed for item in (clear, *encrypted)] == [True, True, False]
    assert any("is an earlier sheet of alice" in text for text in encrypted[0]["warnings"])
    assert named.failed and "seed_vault_file has no seed of arn:aws:iam::123456789012:mfa/bob" in named.msg
    dest = controller.home / "sheets"
    assert sorted(path.name for path in dest.iterdir()) == [ALICE, f"{ALICE}.vault"]
    locked = dest / f"{ALICE}.vault"
    assert locked.read_bytes().startswith(b"$ANSIBLE_VAULT;1.2;AES256;mfa\n")
    command = [str(VENV / "bin/ansible-vault"), "view", *vault, str(locked)]
    shown = subprocess.run(command, env=controller.environment(), capture_output=True, text=True, check=True).stdout
    assert shown.rstrip() == (dest / ALICE).read_text(encoding="utf-8").rstrip()
    found = re.search(r"secret=([A-Z2-7]+)", shown)
    assert found
    assert_silent(controller, play, found[1])


def test_sheets_of_those_whom_the_role_enrols(controller: Controller) -> None:
    account_with(controller, "alice", "carol", enrolled=["carol"])
    inputs = {"users": ["alice", "carol"], "seed_store": SECRETS, "enrolment_sheets": {"dest": "sheets"}}
    role = {
        "name": "harden",
        "ansible.builtin.include_role": {"name": "hardening.aws.iam_user_hardening"},
        "vars": {f"iam_user_hardening_{name}": value for name, value in inputs.items()},
    }
    dest = controller.home / "sheets"
    play = controller.play(role)
    assert [path.name for path in dest.iterdir()] == [ALICE]  # Carol had her device before
    facts = [item["ansible_facts"] for item in play.results if item.name.endswith("Keep the result for later tasks")]
    assert [fact["iam_user_hardening_result"]["enrolment_sheets"] for fact in facts] == [[str(dest / ALICE)]]
    assert f"enrolment sheets to hand over, in {dest}: 1" in play.stdout
    assert controller.secret("mfa/alice")["seed"] not in play.output
