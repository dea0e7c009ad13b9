# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls, and temporary credentials: GetCallerIdentity, GetSessionToken, and what AWS refuses of a caller.

Roles are in sts_roles.py.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Any

from . import call as params
from . import totp
from .answers import QUERY_SERVICES, ApiError, iso, text
from .call import Call
from .state import Holder, Root, Session

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
    seconds = call.number("DurationSeconds", SESSION_SECONDS, 900, 129600)
    call.valid()
    mfa = check_mfa(call)
    holder = call.caller()
    if isinstance(holder, Root):
        seconds = min(seconds, ROOT_SESSION_SECONDS)
    return issue(call, call.account.account_id, seconds, holder=holder, mfa=mfa)


def issue(call: Call, account_id: str, seconds: int, *, mfa: bool, holder: Holder | None = None, **details: Any) -> str:
    """A new session in an account, and its credentials as XML; ``details`` are the fields of Session."""
    key = call.world.account(account_id).backend.create_temp_access_key()
    token = secrets.token_urlsafe(120)
    now = call.world.clock.now()
    session = Session(account_id, holder, token, now, now + seconds, mfa, **details)
    call.world.sessions[key.access_key_id] = session
    return (
        f"<Credentials><AccessKeyId>{key.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{text(key.secret_access_key)}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{iso(session.expires)}</Expiration></Credentials>"
    )


def check_caller(call: Call, token: str) -> None:
    """Refuse keys that are inactive or gone, sessions that are over or unknown, a key with somebody else's token."""
    key = call.account.backend.access_keys.get(call.access_key)
    root_key = next((item for item in call.account.root.access_keys if item["access_key_id"] == call.access_key), None)
    inactive = (key is not None and key.status != "Active") or (root_key is not None and not root_key["active"])
    if inactive or call.access_key in call.world.deleted_keys or not call.account_is_active():
        raise _invalid(call.service)
    session = call.world.sessions.get(call.access_key)
    if session is None:
        # What is kinder here stays so for tests that know one account only
        if call.world.strict_roles and (token or call.access_key.startswith("ASIA")):
            raise _invalid(call.service)
        return
    if session.token != token:
        raise _invalid(call.service)
    if session.expires <= call.world.clock.now():
        raise _refusal(call.service, "ExpiredToken", "The security token included in the request is expired")
    if session.kind == "token" and call.service == "iam" and not session.mfa:
        raise _invalid(call.service)
    if call.service == "sts" and _is_closed(session, call.action):
        raise ApiError("AccessDenied", f"Cannot call {call.action} with session credentials")


def _is_closed(session: Session, action: str) -> bool:
    """Whether STS refuses this call of a session, whatever the policies say."""
    if session.kind == "token":
        return action not in ("AssumeRole", "GetCallerIdentity")
    return action in ("GetFederationToken", "GetSessionToken")


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
