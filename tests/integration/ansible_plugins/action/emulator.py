# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task between the tasks under test that speaks with the emulator's control API: settings, fixtures, fresh codes."""

from __future__ import annotations

import json
import os
import sys
import time
import typing as t

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Options: I(set), settings to change; I(fixture), what to make; I(codes_of), a serial number."""

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        sys.path.insert(0, os.environ["EMULATOR_PACKAGE"])
        from aws_emulator import totp
        from aws_emulator.client import Emulator

        # Ansible marks strings with where they come from; the control API gets plain ones.
        wanted = json.loads(json.dumps(self._task.args))
        emulator = Emulator(os.environ["EMULATOR_URL"], os.environ.get("EMULATOR_CA"))
        if wanted.get("set"):
            emulator.set(**wanted["set"])
        if wanted.get("fixture"):
            emulator.fixture(wanted["fixture"])
        if not wanted.get("codes_of"):
            return {"changed": False}
        device = emulator.device(wanted["codes_of"])
        codes = totp.code_pair(device["seed"], time.time() + emulator.settings()["clock_offset"])
        return {"changed": False, "codes": list(codes)}
