# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with MFA for a user whose seed is known. No code is sent twice.

This module is private to hardening.aws.
"""

from __future__ import annotations

import re
import time
import typing as t

from .._aws.client import Client, Params
from .._aws.connection import Connection, with_credentials
from .._aws.iam import MfaApi, user_of_caller
from .._aws.model import device_name_of
from .._aws.signing import SESSION
from .._errors import AwsRefused, BadInput, MfaError, ReplyLost
from .._known_secrets import mask
from .._problems import Problems, refuse
from .._seeds.registry import open_store
from . import options
from .codes_in_turn import CodesInTurn, CodesTaken, stored_record
from .plan import Desired
from .secrecy import has_job_file, refuse_kept_seeds

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

# After so many codes that AWS refused, the seed is not the device's.
_REFUSALS = 3


def session_options() -> dict[str, t.Any]:
    """Return the module's argument spec."""
    target = options.target_options()
    return {
        **{name: target[name] for name in ("user_name", "serial_number", "device_name", "device_path", "seed")},
        "seed_store": options.run_options()["seed_store"],
        "user_access_key": {"type": "str", "no_log": False},
        "user_secret_key": {"type": "str", "no_log": True},
        "role_arn": {"type": "str"},
        "role_session_name": {"type": "str"},
        "duration_seconds": {"type": "int"},
        "wait_timeout": {"type": "int", "default": 60},
    }


def run(module: AnsibleAWSModule, item: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the credentials, and the device whose code was used.

    :param item: The module's parameters with its secrets.
    :raises MfaError: There is no session.
    """
    params = module.params
    desired = _desired(module, item)
    wanted = _wanted(params)
    if module.check_mode:
        return {"msg": f"Check mode: {desired.user_name} was not signed in."}
    connection = Connection(module)
    own = connection
    if params["user_access_key"]:
        keys = {"access_key": params["user_access_key"], "secret_key": params["user_secret_key"]}
        own = Connection(with_credentials(params, **keys))
    user = MfaApi(own)
    _insist_on_user(user.caller(), desired.user_name)
    serial = desired.serial_number or user.virtual_arn(desired.device_path, desired.device_name or desired.user_name)
    seed = desired.seed or _stored_seed(params["seed_store"], connection, user, desired, serial)
    codes = CodesInTurn(serial, seed, own.clock, user.caller, params["wait_timeout"])
    credentials = open_session(own.client("sts"), codes, serial, wanted)
    mask(credentials["secret_key"], credentials["session_token"])
    return {"sts_creds": credentials, "serial_number": serial}


def _desired(module: AnsibleAWSModule, item: t.Mapping[str, t.Any]) -> Desired:
    """Return the device that is meant.

    :raises BadInput: Credentials would be shown, or an option cannot be used.
    """
    if not module.no_log or has_job_file():
        raise BadInput(
            [
                "no_log: this module returns credentials, which Ansible would print and log. Set no_log: true on the "
                "task, and leave out async, whose job file would hold them."
            ]
        )
    if item["seed"] is not None:
        refuse_kept_seeds(module)
    options.require_libraries()
    return options.only_desired(item, {**module.params, "state": "resynced", "purge_tags": True})


def _wanted(params: t.Mapping[str, t.Any]) -> Params:
    """Return the parameters of the call, but for the device and its code."""
    problems = Problems("")
    duration, role = params["duration_seconds"], params["role_arn"]
    if duration is not None and not 900 <= duration <= 129600:
        problems.add("duration_seconds", f"is {duration}: give 900 to 129600.")
    if role is not None and not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", role, re.ASCII):
        problems.add("role_arn", f"{role!r} is not the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME.")
    if (params["user_access_key"] is None) != (params["user_secret_key"] is None):
        problems.add("user_access_key", "and user_secret_key go together: give both, or neither.")
    name = params["role_session_name"]
    if name is not None and role is None:
        problems.add("role_session_name", "requires role_arn.")
    if name is not None and not re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII):
        problems.add("role_session_name", f"{name!r} must be 2 to 64 letters, digits and +=,.@_-.")
    refuse(problems.found)
    wanted: Params = {} if duration is None else {"DurationSeconds": duration}
    if role is not None:
        wanted |= {"RoleArn": role, "RoleSessionName": name or f"{params['user_name']:_<2}"}
    return wanted


def _insist_on_user(caller: str, user_name: str) -> None:
    """Refuse credentials that are not the user's: AWS would call the device unknown."""
    if (user_of_caller(caller) or "").lower() != user_name.lower():
        raise BadInput(
            [
                f"user_name: the credentials are those of {caller}, and a session with the device of {user_name} takes "
                "that user's own. Give user_access_key and user_secret_key."
            ]
        )


def _stored_seed(store: Params, connection: Connection, user: MfaApi, desired: Desired, serial: str) -> str:
    api = MfaApi(connection)
    opened = open_store(store, connection, api.account_id)
    record = stored_record(opened, user, desired.user_name, device_name_of(serial))
    if record.serial_number != serial:
        text = f"what is kept for {desired.user_name} is the seed of {record.serial_number}, not of {serial}."
        raise BadInput([f"seed_store: {text}"])
    return record.seed


def open_session(sts: Client, codes: CodesInTurn, serial_number: str, wanted: Params) -> dict[str, str]:
    """Ask for a session until there is one, or until codes come too late.

    :param sts: Signs with the user's own credentials.
    :param wanted: C(DurationSeconds) if it is given, and for a role C(RoleArn) and C(RoleSessionName).
    :returns: As amazon.aws names them: access_key, secret_key, session_token, expiration.
    :raises MfaError: AWS refused.
    """
    operation = "AssumeRole" if "RoleArn" in wanted else "GetSessionToken"

    def params() -> Params:
        return {**wanted, "SerialNumber": serial_number, "TokenCode": codes.next()}

    refused = 0
    failure: MfaError | None = None
    while True:
        try:
            answer = sts.call(operation, params, resend=False, requires=SESSION)
            return _credentials(answer["Credentials"])
        except CodesTaken as taken:
            raise (taken if failure is None else _out_of_time(failure, taken)) from None
        except ReplyLost as lost:
            # Whether AWS has taken that code is not known, so it counts as used.
            failure = lost
            time.sleep(0.2)
        except AwsRefused as refusal:
            if "invalid MFA one time pass code" not in refusal.aws_message:
                raise _explained(refusal, serial_number) from None
            # It was used elsewhere, or the device is out of step, or the seed is another device's.
            refused += 1
            failure = _codes_refused(refusal, serial_number, refused)
            if refused == _REFUSALS:
                raise failure from None


def _codes_refused(refusal: AwsRefused, serial_number: str, refused: int) -> MfaError:
    if refused < _REFUSALS:
        text = (
            f"AWS refused {'a code' if refused == 1 else f'{refused} codes'} of {serial_number}. It was used "
            "elsewhere, or the seed is that of another device, or the device is out of step."
        )
    else:
        text = (
            f"AWS refused {_REFUSALS} codes of {serial_number} one after the other. The seed is that of another "
            "device, or the device is out of step: hardening.aws.iam_mfa_device with state=resynced tells which."
        )
    return MfaError(text, refusal.code, refusal.operation)


def _out_of_time(failure: MfaError, taken: CodesTaken) -> MfaError:
    """Return why the last attempt failed; that the next code comes too late is only why there was no other."""
    text = f"{failure.message} The next code comes in {taken.seconds} seconds, after wait_timeout: give more."
    return MfaError(text, failure.code, failure.operation)


def _credentials(given: Params) -> dict[str, str]:
    expiration = given.get("Expiration")
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "session_token": given["SessionToken"],
        "expiration": "" if expiration is None else expiration.isoformat(),
    }


def _explained(refusal: AwsRefused, serial_number: str) -> MfaError:
    text = refusal.aws_message
    if "MultiFactorAuthentication failed" in text:
        told = f"{serial_number} is not attached to the user whose keys were used. AWS: {text.strip()}"
    elif "with session credentials" in text:
        told = (
            "Temporary credentials cannot ask for a session. Give the user's own access key as user_access_key and "
            f"user_secret_key. AWS: {text}"
        )
    else:
        return refusal
    return MfaError(told, refusal.code, refusal.operation)
