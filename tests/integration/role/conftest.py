# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the role's tests."""

from __future__ import annotations

import pathlib

import pytest

pytest.register_assert_rewrite("role_runner")

from aws_emulator.client import Emulator
from controller import Controller
from role_runner import Role


@pytest.fixture
def role(controller: Controller, emulator: Emulator) -> Role:
    """Runs the role."""
    return Role(controller, emulator)


@pytest.fixture
def vault_password(tmp_path: pathlib.Path) -> pathlib.Path:
    """A file with a vault password."""
    path = tmp_path / "vault-password"
    path.write_text("correct horse battery staple\n", encoding="utf-8")
    return path
