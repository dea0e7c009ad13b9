# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls, and temporary credentials: GetCallerIdentity, GetSessionToken, and what AWS refuses of a caller."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable

from . import call as params
from . import totp
from .answers import QUERY_SERVICES, ApiError, iso, text
from .call import Call
from .state import Root, Session

ROOT_SESSION_SECONDS = 3600
SESSION_SECONDS = 43200
_BAD_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
_NOT_OWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
    "and associated with this user."
)
_HALF = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."


def get_caller_identity(call: Call) -> str:
    ident, arn = call.caller_identity()
    return f"<Arn>{text(arn)}</Arn><UserId>{text(ident)}</UserId><Account>{call.account.account_id}</Account>"


def check_mfa(call: Call) -> bool:
    """Whether the call proves MFA. The device must be the caller's, the code of now, and not used before."""
    serial_number, code = call.params.get("SerialNumber"), call.params.get("TokenCode")
    if serial_number is None and code is None:
        return False
    if serial_number is None or code is None:
        raise ApiError("AccessDenied", _HALF)
    call.check("serialNumber", serial_number, params.SERIAL_NUMBER)
    call.check("tokenCode", code, params.CODE)
    call.valid()
    holder = call.caller()
    device = None if holder is None else call.account.devices.get(serial_number)
    if device is None or device.holder is not holder or device.seed is None:
        raise ApiError("AccessDenied", _NOT_OWN)
    key, now = totp.decode_seed(device.seed), totp.step_at(call.world.clock.now())
    for step in range(now, now - int(call.conditions["code_window"]) - 1, -1):
        if step not in device.used_steps and hmac.compare_digest(totp.hotp(key, step), code):
            device.used_steps.add(step)
            return True
    raise ApiError("AccessDenied", _BAD_CODE)


def get_session_token(call: Call) -> str:
    if call.access_key.startswith("ASIA"):
        raise ApiError("AccessDenied", "Cannot call GetSessionToken with session credentials")
    raw = call.params.get("DurationSeconds", str(SESSION_SECONDS))
    if not re.fullmatch(r"\d{1,9}", raw):
        raise ApiError("MalformedInput", f"Invalid integer value for DurationSeconds: {raw}")
    low = "Member must have value greater than or equal to 900"
    high = "Member must have value less than or equal to 129600"
    if not 900 <= int(raw) <= 129600:
        constraint = low if int(raw) < 900 else high
        message = f"1 validation error detected: Value '{raw}' at 'durationSeconds' failed to satisfy constraint: "
        raise ApiError("ValidationError", message + constraint)
    mfa = check_mfa(call)
    holder = call.caller()
    duration = min(int(raw), ROOT_SESSION_SECONDS) if isinstance(holder, Root) else int(raw)
    key = call.account.backend.create_temp_access_key()
    token = secrets.token_urlsafe(120)
    now = call.world.clock.now()
    expires = now + duration
    call.world.sessions[key.access_key_id] = Session(holder, token, now, expires, mfa)
    return (
        f"<Credentials><AccessKeyId>{key.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{text(key.secret_access_key)}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{iso(expires)}</Expiration></Credentials>"
    )


def check_caller(call: Call, token: str) -> None:
    """Refuse keys that are inactive or gone, sessions that are over, and IAM without MFA in a session."""
    key = call.account.backend.access_keys.get(call.access_key)
    root_key = next((item for item in call.account.root.access_keys if item["access_key_id"] == call.access_key), None)
    inactive = (key is not None and key.status != "Active") or (root_key is not None and not root_key["active"])
    if inactive or call.access_key in call.world.deleted_keys:
        raise _invalid(call.service)
    session = call.world.sessions.get(call.access_key)
    if session is None:
        return
    if session.token != token:
        raise _invalid(call.service)
    if session.expires <= call.world.clock.now():
        raise _refusal(call.service, "ExpiredToken", "The security token included in the request is expired")
    if call.service == "iam" and not session.mfa:
        raise _invalid(call.service)
    if call.service == "sts" and call.action not in ("AssumeRole", "GetCallerIdentity"):
        raise ApiError("AccessDenied", f"Cannot call {call.action} with session credentials")


def _invalid(service: str) -> ApiError:
    return _refusal(service, "InvalidClientTokenId", "The security token included in the request is invalid.")


def _refusal(service: str, code: str, message: str) -> ApiError:
    """A refusal in the words of the service's protocol."""
    if service in QUERY_SERVICES:
        return ApiError(code, message, 403)
    json_code = {"ExpiredToken": "ExpiredTokenException", "InvalidClientTokenId": "UnrecognizedClientException"}[code]
    return ApiError(json_code, message, 400)


HANDLERS: dict[str, Callable[[Call], str | None]] = {
    "GetCallerIdentity": get_caller_identity,
    "GetSessionToken": get_session_token,
}
