# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that a run assumes: what is refused of it, its credentials, and why AWS does not grant them.

This module is private to hardening.aws. botocore itself asks for credentials anew before they expire, by AWS's clock.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import re
import time
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._assume_role_option import ASSUME_ROLE
from .._errors import AwsRefused, BadInput, MfaError
from .._problems import Problems, refuse
from .client import Client, Params
from .clock import AwsClock
from .role_refusals import NAME, explain_role
from .signing import SESSION, SESSION_UNTIL

try:
    import botocore.credentials
except ImportError:
    pass  # AnsibleAWSModule refuses to start without botocore

_ROLE_ARN = re.compile(r"arn:(aws[a-z-]*):iam::\d{12}:role/(?:[!-~]+/)?[\w+=,.@-]{1,64}", re.ASCII)
_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[!-~]+", re.ASCII)
# Where STS is asked in a partition if no region is set.
_REGIONS = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
# After a failure AWS is not asked again at once.
_PAUSE_SECONDS = 30.0


class GivenCredentials:
    """Provides a session of botocore's with credentials that are there, as its own providers do."""

    METHOD = "assume-role"

    def __init__(self, credentials: t.Any) -> None:
        self._credentials = credentials

    def load(self) -> t.Any:
        """Return them."""
        return self._credentials


@dataclasses.dataclass(frozen=True)
class AssumedRole:
    """A role to assume, after validation.

    :param params: Those of the call.
    """

    params: Params = dataclasses.field(repr=False)

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return str(self.params["RoleArn"])

    @property
    def default_region(self) -> str | None:
        """The region to use if none is set, or None if any will do."""
        return _REGIONS.get(self.arn.split(":")[1])


def wanted_role(option: t.Any) -> AssumedRole | None:
    """Return the role that the option asks for.

    :param option: The value of O(assume_role). That of a lookup is not typed yet.
    :raises BadInput: It cannot be used.
    """
    if option is None:
        return None
    if not isinstance(option, dict):
        raise BadInput(
            ["assume_role: give a dictionary, such as {role_arn: arn:aws:iam::123456789012:role/hardening}."]
        )
    unknown = sorted(set(option) - set(ASSUME_ROLE["options"]), key=str)
    if unknown:
        keys = ", ".join(ASSUME_ROLE["options"])
        raise BadInput([f"assume_role: has the unknown key {str(unknown[0])[:80]!r}. Its keys are {keys}."])
    checked = ArgumentSpecValidator(ASSUME_ROLE["options"]).validate(
        {name: value for name, value in option.items() if value is not None}
    )
    if checked.error_messages:
        raise BadInput([f"assume_role: {text}." for text in checked.error_messages])
    given = checked.validated_parameters
    if isinstance(given["policy"], dict):
        given["policy"] = json.dumps(given["policy"])
    _check(given)
    params = {"RoleArn": given["role_arn"], "RoleSessionName": given["session_name"]}
    params["DurationSeconds"] = given["duration_seconds"]
    if given["external_id"] is not None:
        params["ExternalId"] = given["external_id"]
    if given["policy"] is not None:
        params["Policy"] = given["policy"]
    if given["policy_arns"]:
        params["PolicyArns"] = [{"arn": arn} for arn in given["policy_arns"]]
    return AssumedRole(params)


def _check(given: t.Mapping[str, t.Any]) -> None:
    problems = Problems("assume_role.")
    if not _ROLE_ARN.fullmatch(given["role_arn"]):
        problems.add(
            "role_arn",
            f"is {given['role_arn'][:80]!r}: give the ARN of a role, such as arn:aws:iam::123456789012:role/hardening.",
        )
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", given["session_name"], re.ASCII):
        problems.add("session_name", f"is {given['session_name'][:80]!r}: give 2 to 64 letters, digits and +=,.@_-.")
    external = given["external_id"]
    if external is not None and not re.fullmatch(r"[\w+=,.@:/\\-]{2,1224}", external, re.ASCII):
        problems.add("external_id", "is not one: it has 2 to 1,224 letters, digits and +=,.@:/\\_-.")
    if not 900 <= given["duration_seconds"] <= 43200:
        problems.add("duration_seconds", f"is {given['duration_seconds']}: give 900 to 43200.")
    if given["policy"] is not None and not _is_policy(given["policy"]):
        problems.add("policy", "is not a policy: give JSON or a dictionary with Version and Statement.")
    _check_policy_arns(problems, given["policy_arns"] or [])
    refuse(problems.found)


def _check_policy_arns(problems: Problems, arns: t.Sequence[str]) -> None:
    if len(arns) > 10:
        problems.add("policy_arns", f"names {len(arns)} policies; AWS takes 10.")
    for index, arn in enumerate(arns):
        if not _POLICY_ARN.fullmatch(arn):
            problems.add(f"policy_arns[{index}]", f"is {arn[:80]!r}: give the ARN of a managed policy.")


def _is_policy(text: t.Any) -> bool:
    try:
        return isinstance(json.loads(text)["Statement"], (dict, list))
    except (ValueError, TypeError, KeyError):
        return False


class RoleNotAssumed(MfaError):
    """AWS does not grant the role's credentials.

    It is not AwsRefused, so that no caller takes it for an answer to its own call.
    """


def credentials_of(role: AssumedRole, sts: Client, clock: AwsClock, source: t.Callable[[], t.Any]) -> t.Any:
    """Return credentials of a role, as botocore's clients take them. The role is assumed with the first call.

    :param sts: Signs with the credentials that may assume the role, and waits for no other call, as others wait for it.
    :param source: Has botocore get these credentials, or raises MfaError.
    """

    def now() -> datetime.datetime:
        return datetime.datetime.fromtimestamp(clock.best_guess(), datetime.timezone.utc)

    seconds = role.params["DurationSeconds"]
    return botocore.credentials.RefreshableCredentials(
        "",
        "",
        "",
        datetime.datetime.fromtimestamp(0, datetime.timezone.utc),
        _Sessions(role, sts, source).new,
        GivenCredentials.METHOD,
        time_fetcher=now,
        # botocore's own, 15 and 10 minutes, would ask anew before each call of a session of 15 minutes.
        advisory_timeout=min(900, seconds // 3),
        mandatory_timeout=min(600, seconds // 5),
    )


class _Sessions:
    """Asks for sessions of a role. botocore calls it from one thread at a time."""

    def __init__(self, role: AssumedRole, sts: Client, source: t.Callable[[], t.Any]) -> None:
        self._role = role
        self._sts = sts
        self._source = source
        self._failure: MfaError | None = None
        self._quiet_until = 0.0

    def new(self) -> dict[str, str]:
        """Return a session, as botocore wants it.

        :raises MfaError: There is none. Nor does the next call ask at once: each of many threads would.
        """
        if self._failure is not None and time.monotonic() < self._quiet_until:
            raise self._failure
        try:
            self._source()
            answer = self._sts.call("AssumeRole", self._role.params, requires=(*SESSION, SESSION_UNTIL))["Credentials"]
        except MfaError as error:
            self._failure = RoleNotAssumed(self._told(error), error.code, "sts:AssumeRole")
            self._quiet_until = time.monotonic() + _PAUSE_SECONDS
            raise self._failure from None
        self._failure = None
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }

    def _told(self, error: MfaError) -> str:
        if isinstance(error, AwsRefused):
            return explain_role(self._role.params, error, self._caller)
        return f"{NAME}: the role {self._role.arn} could not be assumed. {error.message}"

    def _caller(self) -> str | None:
        """Return whose credentials assume the role, or None if AWS does not say."""
        with contextlib.suppress(MfaError):
            return str(self._sts.call("GetCallerIdentity", {}, requires=("Arn",))["Arn"])
        return None
