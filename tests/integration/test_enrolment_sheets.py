# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment sheets: what is on them, who can read them, and that a seed is nowhere else."""

from __future__ import annotations

import os
import pathlib
import re
import stat
import subprocess
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import (
    PARAMETERS,
    SECRETS,
    SHEETS,
    VENV,
    Controller,
    Play,
    arn,
    devices,
    four_steps,
    may_fail,
    task,
)

STRANGE = "A.b+c=d,e@f-g"
ALICE, OTHER = "mfa-123456789012-alice.html", f"mfa-123456789012-{STRANGE}.html"


def sheets(**options: t.Any) -> dict[str, t.Any]:
    return task(SHEETS, **{"dest": "sheets", "seed_store": SECRETS, **options})


@pytest.fixture(name="dest")
def _dest(emulator: Emulator, controller: Controller) -> pathlib.Path:
    """Where sheets go, in an account with two enrolled users and one who is not."""
    names = ("alice", STRANGE, "bob")
    emulator.fixture({"account_alias": "acme", "users": [{"user_name": name} for name in names]})
    controller.play(devices([{"user_name": name} for name in names[:2]], seed_store=SECRETS))
    return controller.home / "sheets"


def seeds(controller: Controller) -> list[str]:
    return [controller.secret(f"mfa/{name}")["seed"] for name in ("alice", STRANGE.replace(",", "_x2C_"))]


def assert_silent(controller: Controller, play: Play, secrets: list[str]) -> None:
    """No seed is in what a run shows, returns or leaves behind outside of the sheets."""
    told = play.output + repr([result.data for result in play.results])
    files = [path for path in controller.home.rglob("*") if path.is_file() and path.parent.name != "sheets"]
    for text in [told, *(path.read_text(encoding="utf-8", errors="replace") for path in files)]:
        for secret in secrets:
            assert secret not in text and secret[:20] not in text


def test_sheets_in_check_mode_for_real_and_again(controller: Controller, dest: pathlib.Path) -> None:
    play = controller.play(*four_steps(sheets()), arguments=["-vvvv"], environment={"ANSIBLE_LOG_PATH": "ansible.log"})
    predicted, real, predicted_again, again = play.of("iam_mfa")
    assert [item.changed for item in (predicted, real, predicted_again, again)] == [True, True, False, False]
    assert not any(item.writes for item in play.results)
    assert real["results"] == predicted["results"]
    assert real["summary"] == {"total": 2, "changed": 2, "unchanged": 0, "failed": 0}
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in dest.iterdir()} == {ALICE: 0o600, OTHER: 0o600}
    assert stat.S_IMODE(dest.stat().st_mode) == 0o700
    assert_silent(controller, play, seeds(controller))
    page = (dest / ALICE).read_text(encoding="utf-8")
    assert "https://acme.signin.aws.amazon.com/console" in page and "acme (123456789012)" in page
    assert re.sub(r"</?span>| ", "", page).count(seeds(controller)[0]) == 2  # as text, and in the link
    assert not re.search(r"(src|href)=.(?!https://acme\.signin|otpauth:)", page) and "<script" not in page


def test_a_phone_reads_the_seed(controller: Controller, emulator: Emulator, dest: pathlib.Path) -> None:
    import qr_reader

    made = devices([{"user_name": "bob"}], state="present", no_log=True)
    controller.play(sheets(), made)
    for name, seed in zip((ALICE, OTHER), seeds(controller), strict=True):
        user = name.removeprefix("mfa-123456789012-").removesuffix(".html")
        assert qr_reader.texts(qr_reader.picture_of((dest / name).read_text(encoding="utf-8"))) == [
            controller.secret(f"mfa/{user.replace(',', '_x2C_')}")["otpauth_uri"]
        ]
        controller.assert_seed_works(user, arn(user), seed)


def test_encrypted_sheets(controller: Controller, dest: pathlib.Path) -> None:
    password = controller.home / "password"
    password.write_text("correct horse", encoding="utf-8")
    encrypted = sheets(encrypt=True, vault_id="mfa", user_names=["alice"])
    vault = ["--vault-id", f"mfa@{password}"]
    play = controller.play(sheets(user_names=["alice"]), *four_steps(encrypted), arguments=vault)
    assert [item.changed for item in play] == [True, True, True, False, False]
    assert ALICE in play.output.replace("\n", " ")  # the earlier sheet in clear text is named
    locked = dest / f"{ALICE}.vault"
    assert locked.read_bytes().startswith(b"$ANSIBLE_VAULT;1.2;AES256;mfa\n")
    command = [str(VENV / "bin/ansible-vault"), "view", *vault, str(locked)]
    shown = subprocess.run(command, env=controller.environment(), capture_output=True, text=True, check=True).stdout
    assert shown.rstrip() == (dest / ALICE).read_text(encoding="utf-8").rstrip()
    assert_silent(controller, play, seeds(controller))


def test_seeds_of_a_vaulted_file(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}, {"user_name": "bob"}]})
    password = controller.home / "password"
    password.write_text("correct horse", encoding="utf-8")
    made = {**devices([{"user_name": "alice"}], state="present"), "register": "made", "no_log": True}
    keep = task("hardening.aws.vaulted_seeds", path="seeds.yml", records="{{ made.results }}", no_log=True)
    enable = devices([{"user_name": "alice", "seed": "{{ made.results[0].seed }}"}], no_log=True)
    file = {"dest": "sheets", "seed_vault_file": {"path": "seeds.yml"}}
    play = controller.play(
        made,
        keep,
        enable,
        devices([{"user_name": "bob"}], seed_store=SECRETS),
        task(SHEETS, **file),
        *may_fail(task(SHEETS, user_names=["alice", "bob"], **file)),
        arguments=["--vault-password-file", str(password)],
        violations=True,
    )
    everybody, named = play[4], play[5]
    assert [item["user_name"] for item in everybody["results"]] == ["alice"] and everybody.changed
    assert named.failed and "seed_vault_file has no seed of arn:aws:iam::123456789012:mfa/bob" in named.msg
    assert [path.name for path in (controller.home / "sheets").iterdir()] == [ALICE]


def test_what_is_refused(controller: Controller, dest: pathlib.Path) -> None:
    wide = controller.home / "wide"
    wide.mkdir(mode=0o755)
    os.chmod(wide, 0o755)
    (controller.home / "file").touch()
    inside = controller.home / "ansible_collections/a/b"
    inside.mkdir(parents=True)
    refused = {
        "chmod 0700": sheets(dest="wide"),
        "is not a directory": sheets(dest="file"),
        "there is no directory": sheets(dest="missing/sheets"),
        "inside an installed collection": sheets(dest=str(inside)),
        "no vault password is loaded": sheets(encrypt=True),
        "vault_id: has no effect": sheets(vault_id="mfa"),
        "one of the following is required: seed_store": task(SHEETS, dest="sheets"),
        "user_names[1]: ALICE is user_names[0]": sheets(user_names=["alice", "ALICE"]),
        "There is no user Alice in this account; there is alice": sheets(user_names=["Alice"]),
        "bob has no virtual MFA device": sheets(user_names=["bob"]),
        "seed_store.verify": sheets(seed_store={**SECRETS, "verify": False}),
        "has no seed of arn:aws:iam::123456789012:mfa/alice": sheets(seed_store=PARAMETERS, user_names=["alice"]),
        "contact: is 121": sheets(contact="x" * 121),
        "line break": sheets(contact="a\nb"),
    }
    play = controller.play(*may_fail(*refused.values()))
    for (text, _task), result in zip(refused.items(), play, strict=True):
        assert result.failed and text in result.msg, (text, result.msg)
    assert not dest.exists() or not list(dest.iterdir())
