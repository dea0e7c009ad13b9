# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account in memory that answers as hardening.aws.iam_mfa_devices does, and plans for it."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import batches
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import SeedFile

PREFIX = "arn:aws:iam::123456789012:mfa/"
SINCE = "2025-01-01T00:00:00+00:00"
NOW = "2026-06-30T12:00:00Z"


class Account:
    """Stands in for hardening.aws.iam_mfa_devices: devices by serial number, with their seed and who has them."""

    def __init__(self) -> None:
        self.devices: dict[str, dict[str, t.Any]] = {}
        self.calls: list[tuple[str, int]] = []
        self.refuse: dict[str, str] = {}  # by state: the code that AWS refuses all of it with
        self.break_at: str | None = None  # a state in which the module does not run at all
        self._made = 0
        self.file: SeedFile | None = None

    def __call__(self, options: dict[str, t.Any], batch_number: int) -> dict[str, t.Any]:
        state = options["state"]
        self.calls.append((state, len(options["devices"])))
        if state == self.break_at:
            raise AnsibleConnectionFailure("the host is gone")
        return {"results": [self._one(state, device) for device in options["devices"]]}

    def _one(self, state: str, item: dict[str, t.Any]) -> dict[str, t.Any]:
        serial = item.get("serial_number") or PREFIX + item["device_name"]
        result = {"user_name": item["user_name"], "serial_number": serial, "changed": False, "actions": []}
        result |= {"failed": False, "msg": ""}
        code = self.refuse.get(state)
        if state == "absent":
            del self.devices[serial]
        elif state == "present" and not code and serial not in self.devices:
            self._made += 1
            self.devices[serial] = {"seed": f"SEED{self._made}", "user_name": None}
            result |= {"changed": True, "actions": ["create"], "seed": f"SEED{self._made}", "created": NOW}
        elif state == "enabled" and not code:
            device = self.devices[serial]
            if device["seed"] != item["seed"]:
                code = "InvalidAuthenticationCode"
            else:
                if self.file:  # seed before attach
                    assert self.file.read()[serial]["seed"] == device["seed"]
                device["user_name"] = item["user_name"]
                result |= {"changed": True, "actions": ["enable"]}
        if code:
            result |= {"failed": True, "msg": f"refused with {code}", "error": {"code": code, "operation": state}}
        return result

    def attached(self) -> list[str]:
        return sorted(device["user_name"] for device in self.devices.values() if device["user_name"])


def planned(*names: str, size: int = 2, limit: int = 0, unassigned: t.Container[str] = ()) -> dict[str, t.Any]:
    return {
        "settings": {"batch_size": size, "stop_after_failures": limit, "concurrency": 4},
        "retrieved": NOW,
        "nobody": "nobody",
        "devices": [{"user_name": name, "device_name": name} for name in names],
        "kept_here": [
            {"serial_number": PREFIX + name, "user_since": SINCE, "is_unassigned": name in unassigned} for name in names
        ],
        "batches": batches.labels(len(names), size),
    }
