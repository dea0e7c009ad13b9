# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under /_emulator/: settings, fixtures, the log of requests, the truth about devices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .conditions import SettingError
from .fixture import FixtureError, describe_devices
from .organization_fixture import load
from .web import WebRequest, WebResponse

if TYPE_CHECKING:
    from .server import Emulator

PREFIX = "/_emulator/"


def _json(value: Any, status: int = 200) -> WebResponse:
    return WebResponse(status, json.dumps(value).encode(), [("Content-Type", "application/json")])


def _document(request: WebRequest) -> dict[str, Any]:
    try:
        document = json.loads(request.body or b"{}")
    except ValueError as error:
        raise SettingError(f"the body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise SettingError("the body must be a JSON object")
    return document


def control(emulator: Emulator, request: WebRequest) -> WebResponse:
    """Answer a request of the control API."""
    what = (request.method, request.path[len(PREFIX) :].strip("/"))
    try:
        return _answer(emulator, request, what)
    except (SettingError, FixtureError) as error:
        return _json({"error": str(error)}, 400)


def _answer(emulator: Emulator, request: WebRequest, what: tuple[str, str]) -> WebResponse:
    conditions, world = emulator.conditions, emulator.world
    if what == ("GET", "settings"):
        return _json(conditions.all())
    if what == ("PATCH", "settings"):
        emulator.change_settings(_document(request))
        return _json(conditions.all())
    if what == ("POST", "reset"):
        emulator.reset()
        return _json({})
    if what == ("POST", "fixture"):
        with world.iam_lock:
            return _json(load(world, _document(request)))
    if what == ("GET", "requests"):
        return _json(emulator.log.entries())
    if what == ("DELETE", "requests"):
        emulator.log.clear()
        return _json({})
    if what == ("GET", "counts"):
        return _json(emulator.log.counts())
    if what == ("GET", "devices"):
        with world.iam_lock:
            return _json(describe_devices(world))
    if what == ("GET", "violations"):
        return _json(list(world.violations))
    if what == ("GET", "halted"):
        return _json(conditions.halted())
    if what == ("POST", "release"):
        return _json({"released": conditions.release()})
    return _json({"error": f"the control API has no {what[0]} {PREFIX}{what[1]}"}, 404)
