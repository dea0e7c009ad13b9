# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds in a file that ansible-vault encrypts: which password is taken, and what is refused, named by the option."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils import _seed_vault_file
from ansible_collections.hardening.aws.plugins.plugin_utils._vault_cipher import seed_file
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import VaultedSeedsError, clean
from ansible_collections.hardening.aws.tests.unit.plugins.action.making import loader_with

ALICE = "arn:aws:iam::123456789012:mfa/alice"
RECORD = clean({"serial_number": ALICE, "seed": "AAAA", "user_name": "alice"}, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("vault_id", "header"),
    [(None, b"$ANSIBLE_VAULT;1.1;AES256\n"), ("prod", b"$ANSIBLE_VAULT;1.2;AES256;prod\n")],
)
def test_what_was_written_is_read(tmp_path: pathlib.Path, vault_id: str | None, header: bytes) -> None:
    path = tmp_path / "seeds.yml"
    both = loader_with(default="one", prod="two")
    seed_file(str(path), vault_id, both).add([RECORD])
    content = path.read_bytes()
    assert content.startswith(header) and b"AAAA" not in content
    assert seed_file(str(path), None, both).read() == {ALICE: RECORD}
    option = {"path": str(path), "vault_id": vault_id}
    assert _seed_vault_file.opened(option, both)[1] == {ALICE: RECORD}


def test_refused(tmp_path: pathlib.Path) -> None:
    """And a file that cannot be read stays as it is."""
    path = tmp_path / "seeds.yml"
    seed_file(str(path), None, loader_with(default="one")).add([RECORD])
    content = path.read_bytes()
    for secrets, vault_id, words in (
        (loader_with(), None, "no vault password is loaded"),
        (
            loader_with(default="one"),
            "prod",
            "vault_id: no password with the vault ID prod is loaded, there are default",
        ),
        (loader_with(default="two"), None, "cannot be decrypted with the vault passwords of this run"),
    ):
        with pytest.raises(VaultedSeedsError, match=words):
            seed_file(str(path), vault_id, secrets).add([RECORD])
        assert path.read_bytes() == content
    path.write_text("mfa_seeds: {}\n", encoding="utf-8")
    with pytest.raises(VaultedSeedsError, match="is not encrypted, and is left as it is"):
        seed_file(str(path), None, loader_with(default="one")).read()
    path.write_text(" \n", encoding="utf-8")
    assert seed_file(str(path), None, loader_with(default="one")).read() == {}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("seeds.yml", "seed_vault_file: give a dictionary of path and vault_id"),
        ([{"path": "seeds.yml"}], "seed_vault_file: give a dictionary of path and vault_id"),
        ({"vault_id": "prod"}, "missing required arguments: path found in seed_vault_file"),
        ({"path": "seeds.yml", "vaultid": "prod"}, "vaultid"),
        ({"path": ""}, "seed_vault_file: "),
        ({"path": "seeds.yml"}, "seed_vault_file: .*seeds.yml holds no seeds, or does not exist"),
        ({"path": "seeds.yml", "vault_id": "prod"}, "seed_vault_file: vault_id: no password with the vault ID prod"),
    ],
)
def test_the_option(tmp_path: pathlib.Path, given: t.Any, words: str) -> None:
    if isinstance(given, dict) and given.get("path"):
        given = {**given, "path": str(tmp_path / given["path"])}
    with pytest.raises(VaultedSeedsError, match=words):
        _seed_vault_file.opened(given, loader_with(default="one"))


def test_a_file_may_be_empty(tmp_path: pathlib.Path) -> None:
    """As when the seeds in it were removed."""
    path = str(tmp_path / "seeds.yml")
    file, kept = _seed_vault_file.opened({"path": path}, loader_with(default="one"), may_be_empty=True)
    assert kept == {} and file.path == path
