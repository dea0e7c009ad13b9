# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes of a seed, for the filters. Pure, but for the controller's clock where no moment is given.

This module is private to hardening.aws. No error holds a seed.
"""

from __future__ import annotations

import datetime
import re
import time
import typing as t

import jinja2
from ansible.errors import AnsibleFilterError

from ansible_collections.hardening.aws.plugins.module_utils._aws.clock import STEP_SECONDS
from ansible_collections.hardening.aws.plugins.module_utils._known_secrets import mask
from ansible_collections.hardening.aws.plugins.module_utils._messages import readable
from ansible_collections.hardening.aws.plugins.module_utils._seeds import totp

_NEXT = 3  # how many codes are looked at for one that was not used


def seed_of(value: t.Any, plugin: str) -> str:
    """Return the seed in its canonical form.

    :raises AnsibleFilterError: It is none, or pyotp is missing.
    :raises jinja2.UndefinedError: Its variable is not defined, which filters are told before ansible-core 2.19.
    """
    if isinstance(value, jinja2.StrictUndefined):
        str(value)
    if not totp.HAS_PYOTP:
        raise AnsibleFilterError(f"{plugin}: the Python library pyotp is not installed on the controller.")
    if not isinstance(value, str):
        raise AnsibleFilterError(f"{plugin}: the seed must be text, and is of type {type(value).__name__}.")
    mask(value)
    try:
        return totp.normalize_seed(value)
    except totp.SeedError as error:
        raise AnsibleFilterError(f"{plugin}: the seed {error}.") from None


def step_at(at: t.Any, plugin: str) -> int:
    """Return the step of 30 seconds that a moment is in: seconds since 1970, ISO 8601, or now if it is None."""
    return int(_seconds(at, plugin) // STEP_SECONDS)


def _seconds(at: t.Any, plugin: str) -> float:
    if at is None:
        return time.time()
    if isinstance(at, str) and not re.fullmatch(r"\d+(\.\d+)?", at.strip()):
        try:
            moment = datetime.datetime.fromisoformat(at.strip())
        except ValueError:
            raise _no_moment(at, plugin) from None
        return moment.replace(tzinfo=moment.tzinfo or datetime.timezone.utc).timestamp()
    if isinstance(at, bool) or not isinstance(at, (int, float, str)) or float(at) < STEP_SECONDS:
        raise _no_moment(at, plugin)
    return float(at)


def _no_moment(at: t.Any, plugin: str) -> AnsibleFilterError:
    text = f"{plugin}: at={at!r} is no moment: give seconds since 1970, or ISO 8601, such as 2026-11-26T12:00:00Z."
    return AnsibleFilterError(readable(text))


def code(value: t.Any, at: t.Any = None, used: t.Any = ()) -> str:
    """Return the code at a moment, or the first after it that is not among those that were used."""
    seed, step = seed_of(value, "totp"), step_at(at, "totp")
    if isinstance(used, str) or not isinstance(used, (list, tuple)):
        used = [used]
    if not all(isinstance(one, str) and re.fullmatch(r"\d{6}", one, re.ASCII) for one in used):
        raise AnsibleFilterError("totp: used must be codes of six digits. Quote them, as 012345 loses its zero.")
    for ahead in range(_NEXT):
        found = totp.codes_at_step(seed, step + ahead)[1]
        if found not in used:
            return found
    raise AnsibleFilterError(f"totp: the code and the {_NEXT - 1} that follow it are all among those used.")


def pair(value: t.Any, at: t.Any = None) -> list[str]:
    """Return the code before that at a moment, and that one."""
    return list(totp.codes_at_step(seed_of(value, "totp_pair"), step_at(at, "totp_pair")))


def uri(value: t.Any, device_name: t.Any, account_id: t.Any) -> str:
    """Return the URI that an authenticator app is enrolled with."""
    seed = seed_of(value, "otpauth_uri")
    account_id = f"{account_id:012}" if isinstance(account_id, int) and not isinstance(account_id, bool) else account_id
    if not isinstance(account_id, str) or not re.fullmatch(r"\d{12}", account_id, re.ASCII):
        raise AnsibleFilterError("otpauth_uri: account_id must be the 12 digits of the account, in quotes.")
    if not isinstance(device_name, str) or not re.fullmatch(r"[\w+=,.@-]{1,226}", device_name, re.ASCII):
        raise AnsibleFilterError("otpauth_uri: device_name must be a name of letters, digits and +=,.@_-.")
    return totp.otpauth_uri(seed, device_name, account_id)
