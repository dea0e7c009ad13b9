# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of AWS requests: in memory for the control API, and one line a request in a file. Never a secret."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from typing import Any, TextIO

from .answers import iso

KEPT = 200_000
REDACTED = "***"
_SECRET_PARAMETERS = frozenset(
    {
        "AuthenticationCode1",
        "AuthenticationCode2",
        "ExternalId",
        "NewPassword",
        "OldPassword",
        "Password",
        "SecretBinary",
        "SecretString",
        "TokenCode",
        "Value",
        "WebIdentityToken",
    }
)
_SEED_LIKE = re.compile(r"[A-Z2-7]{32,}")


def redact(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters without codes, passwords, secret values and anything that looks like a seed."""
    shown: dict[str, Any] = {}
    for name, value in params.items():
        if name in _SECRET_PARAMETERS:
            shown[name] = REDACTED
        elif isinstance(value, str):
            shown[name] = _SEED_LIKE.sub(REDACTED, value) if len(value) >= 32 else value
        elif isinstance(value, (int, float, bool)) or value is None:
            shown[name] = value
        else:
            shown[name] = _SEED_LIKE.sub(REDACTED, repr(value)) if name not in ("Tags", "TagKeys") else value
    return shown


class RequestLog:
    """Thread-safe."""

    def __init__(self, access_log: TextIO | None = None) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._file = access_log
        self._sequence = 0
        self._counts: Counter[str] = Counter()
        self._by_action: Counter[str] = Counter()
        self._by_code: Counter[str] = Counter()
        self._by_account: Counter[str] = Counter()

    def begin(
        self, service: str, action: str, params: dict[str, Any], access_key: str, account_id: str
    ) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "seq": 0,
            "time": time.time(),
            "service": service,
            "action": action,
            "params": redact(params),
            "status": None,
            "code": None,
            "took_effect": False,
            "throttled": False,
            "fault": False,
            "lost_reply": False,
            "damaged": None,
            "held": None,
            "access_key": access_key,
            "account_id": account_id,
        }
        with self._lock:
            self._sequence += 1
            entry["seq"] = self._sequence
            self._entries.append(entry)
            self._counts["total"] += 1
            self._by_action[f"{service}:{action}"] += 1
            self._by_account[account_id] += 1
        return entry

    def end(self, entry: dict[str, Any], now: float) -> None:
        """Count what came of the request and write its line."""
        with self._lock:
            for flag in ("throttled", "fault", "lost_reply"):
                if entry[flag]:
                    self._counts[flag] += 1
            if entry["code"]:
                self._by_code[entry["code"]] += 1
            if self._file is None:
                return
            params = entry["params"]
            target = params.get("SerialNumber") or params.get("SecretId") or params.get("Name") or "-"
            user = params.get("UserName") or params.get("VirtualMFADeviceName") or "-"
            remarks = [flag for flag in ("throttled", "fault", "lost_reply") if entry[flag]]
            if entry["held"]:
                remarks.append(f"held:{entry['held']}")
            fields = [
                iso(now),
                entry["service"],
                entry["action"],
                entry["access_key"] or "-",
                str(user),
                str(target),
                str(entry["status"] or "-"),
                entry["code"] or "-",
                *remarks,
            ]
            self._file.write(" ".join(re.sub(r"\s+", "_", item) for item in fields) + "\n")
            self._file.flush()

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(entry) for entry in self._entries]

    def counts(self) -> dict[str, Any]:
        with self._lock:
            return {
                "total": self._counts["total"],
                "throttled": self._counts["throttled"],
                "faults": self._counts["fault"],
                "lost_replies": self._counts["lost_reply"],
                "by_action": dict(self._by_action),
                "by_code": dict(self._by_code),
                "by_account": dict(self._by_account),
            }

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._counts.clear()
            self._by_action.clear()
            self._by_code.clear()
            self._by_account.clear()
            self._sequence = 0
