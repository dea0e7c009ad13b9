# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is registered with Ansible as secret, where it has a register."""

from __future__ import annotations

import types

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _known_secrets

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"


class Tagged(str):
    """A text as Ansible marks it, which shows itself differently."""

    __slots__ = ()

    def __str__(self) -> str:
        return "somebody asks for a secret"


def test_texts_are_registered_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[list[str]] = []
    monkeypatch.setattr(_known_secrets, "_ansible_secrets", types.SimpleNamespace(register_secrets=registered.append))
    _known_secrets.mask(Tagged(SEED), "", None, 123456, b"bytes", "654321")
    assert registered == [[SEED, "654321"]] and not isinstance(registered[0][0], Tagged)
    _known_secrets.mask("", None)
    _known_secrets.mask()
    assert len(registered) == 1


def test_an_older_ansible_has_no_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_known_secrets, "_ansible_secrets", None)
    _known_secrets.mask(SEED)
