# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of one run to AWS: its options, its clients, and the one clock that they share.

This module is private to hardening.aws. botocore's own retries are off: they would send one-time codes again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import os
import threading
import typing as t

from ansible.module_utils.ansible_release import __version__ as ANSIBLE_CORE
from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info

from .._core_version import core_problem
from .._errors import BadInput
from .assumed_role import AssumedRole, GivenCredentials, credentials_of, wanted_role
from .client import Client, Params, Patience, without_credentials
from .clock import AwsClock
from .pacer import Pacers
from .signing import SessionKeys, sign_on

try:
    import botocore.config
    import botocore.exceptions
    import botocore.session
    import botocore.utils
except ImportError:
    pass  # AnsibleAWSModule refuses to start without botocore

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

DEFAULT_ATTEMPTS = 10
_ANY_REGION = "us-east-1"  # of global services, if none is set
_USER_AGENT = f"APN/1.0 Ansible/{ANSIBLE_CORE} hardening.aws"


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of a connection where there is no module of their own: for a lookup, or for another caller.

    :param params: By their names in a module: C(profile), C(access_key), C(secret_key), C(region) and so on.
    """

    params: Params

    @staticmethod
    def fail_json(msg: str, **_more: t.Any) -> t.NoReturn:
        """Refuse the options, as amazon.aws has a module do."""
        raise BadInput([msg])


def with_credentials(params: Params, **given: str | None) -> Options:
    """Return the options of a connection with other credentials, and none of those in I(params).

    :param given: By their names in a module, such as C(profile).
    """
    others = dict.fromkeys(("profile", "access_key", "secret_key", "session_token", "assume_role"))
    return Options({**params, **others, **given})


class Connection:
    """The clients of one run, with the one clock that they share and a pace for each service, as AWS meters each.

    :param module: The running module, for its credentials, region and endpoint options; or these alone.
    :param concurrency: How many calls may be under way at once: the size of the connection pool.
    :raises BadInput: An option of the connection cannot be used.
    """

    def __init__(self, module: AnsibleAWSModule | Options, concurrency: int = 1) -> None:
        too_old = core_problem()
        if too_old:
            raise BadInput([too_old])
        params = module.params
        self._role = wanted_role(params.get("assume_role"))
        self._config, self._attempts = connection_config(params, concurrency)
        _refuse_profile_beside_keys(params)
        # One session for all clients: each of its own would read the profile and the endpoints again.
        self._session = _session(params.get("profile"))
        _refuse_missing_profile(self._session, params.get("profile"))
        self._region, self._endpoint_url, self._access = _access_of(module)
        self._opening = threading.Lock()
        self.clock = AwsClock()
        self.pacers = Pacers()
        if self._role is not None:
            _refuse_other_partition(self._session, self._role.arn, self._region)
            self._session, self._access = self._assuming(self._role, params.get("profile"))

    def _assuming(self, role: AssumedRole, profile: str | None) -> tuple[t.Any, Params]:
        """Return a session whose credentials are those of the role, and what clients of it are opened with."""
        opener = functools.partial(self._open, "sts", self._global_region(), self._endpoint_url)
        sts = self._client_of("sts", opener)
        sts.open()  # with the session and the access of the caller
        source = functools.partial(_get_credentials, self._session, self._access)
        session = _session(profile)
        provider = GivenCredentials(credentials_of(role, sts, self.clock, source))
        session.get_component("credential_provider").providers.insert(0, provider)
        return session, {"verify": self._access.get("verify")}

    def client(self, service: str, region: str | None = None, endpoint_url: str | None = None) -> Client:
        """Return a client of I(service), with the module's own region and endpoint where none are given."""
        region = region or self._region
        if not region:
            # These are global; only regional services depend on a region of the caller's.
            if service not in ("iam", "organizations", "sts"):
                raise BadInput([f"region: none is set, and {service} needs one. Set region or AWS_REGION."])
            region = self._global_region()
        return self._client_of(service, functools.partial(self._open, service, region, endpoint_url))

    def _global_region(self) -> str:
        return self._region or (self._role.default_region if self._role else None) or _ANY_REGION

    def client_of_others(self, service: str, keys: t.Callable[[], SessionKeys]) -> Client:
        """Return a client whose calls are signed with what I(keys) returns at each, in the thread that makes it.

        It is one client for any number of accounts, as a client of its own for each would cost more than the calls.
        """
        # Should other keys ever be missing, AWS refuses these; those of the caller must not stand in for them.
        nobody = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), "replaced")
        opener = functools.partial(self._open, service, self._global_region(), None, nobody, keys)
        return self._client_of(service, opener)

    def use_regional_sts(self) -> None:
        """Have clients of STS made from now on call the region's own endpoint, whatever botocore is configured to do.

        The global one does not know every call, and is what botocore before 1.40 takes in some regions.
        """
        self._session.set_config_variable("sts_regional_endpoints", "regional")

    def _client_of(self, service: str, open_client: t.Callable[[], t.Any]) -> Client:
        patience = Patience(self._attempts)
        renews = self._role is not None
        return Client(service, open_client, self.clock, patience, self.pacers.of(service), renews)

    def _open(
        self,
        service: str,
        region: str,
        endpoint_url: str | None,
        access: Params | None = None,
        keys: t.Callable[[], SessionKeys] | None = None,
    ) -> t.Any:
        try:
            # A session is not made for several threads.
            with self._opening:
                boto3_client = self._session.create_client(
                    service,
                    region_name=region,
                    endpoint_url=endpoint_url or self._endpoint_url,
                    config=self._config,
                    **{**self._access, **(access or {})},
                )
        except (botocore.exceptions.BotoCoreError, ValueError) as error:
            raise BadInput([f"cannot connect to {service}: {error}"]) from None
        sign_on(self.clock, boto3_client, keys)
        return boto3_client


def _get_credentials(session: t.Any, access: Params) -> None:
    """Have botocore get the credentials of a session, of which a profile may be a role itself.

    :raises MfaError: AWS refused.
    """
    if access.get("aws_access_key_id"):
        return
    try:
        credentials = session.get_credentials()
        if credentials is not None:
            credentials.get_frozen_credentials()
    except botocore.exceptions.ClientError as error:
        raise without_credentials(error, "sts:AssumeRole") from None


def _session(profile: str | None) -> t.Any:
    session = botocore.session.Session(profile=profile or None)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_timestamp)
    return session


def _refuse_other_partition(session: t.Any, role_arn: str, region: str | None) -> None:
    """Refuse a region in which AWS knows nothing of the role."""
    if not region:
        return
    partition = role_arn.split(":")[1]
    try:
        found = session.get_partition_for_region(region)
    except botocore.exceptions.BotoCoreError:
        return  # a region that this botocore does not know
    if found != partition:
        raise BadInput(
            [
                f"assume_role.role_arn: {role_arn} is in the partition {partition}, and the region {region} in {found}."
                f" Set region to one of {partition}."
            ]
        )


def _access_of(module: AnsibleAWSModule | Options) -> tuple[str | None, str | None, Params]:
    """Return the region, the endpoint, and the credentials and trust, as botocore names them, of a module's options."""
    try:
        region, endpoint_url, access = get_aws_connection_info(module)
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        raise BadInput([f"cannot connect to AWS: {error}"]) from None
    for not_of_a_client in ("profile_name", "aws_config"):
        access.pop(not_of_a_client, None)
    return region, endpoint_url, access


def connection_config(params: Params, concurrency: int) -> tuple[t.Any, int]:
    """Return the botocore configuration of a run and how often a failed call is attempted in all."""
    given = {
        "user_agent": _USER_AGENT,
        "max_pool_connections": max(concurrency, 10),
        **(params.get("aws_config") or {}),
    }
    attempts = _attempts_in(given.pop("retries", None) or {})
    for option in ("connect_timeout", "read_timeout"):
        value = given.get(option)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0):
            raise BadInput([f"aws_config.{option}: must be a number of seconds above 0, not {value!r}."])
    bundle = params.get("aws_ca_bundle")
    if bundle and params.get("validate_certs") and not os.path.exists(bundle):
        raise BadInput([f"aws_ca_bundle: there is no file {bundle} on the host that runs the module."])
    try:
        return botocore.config.Config(**{**given, "retries": {"total_max_attempts": 1, "mode": "standard"}}), attempts
    except (TypeError, ValueError, botocore.exceptions.BotoCoreError) as error:
        raise BadInput([f"aws_config: botocore does not accept it: {error}."]) from None


def _attempts_in(retries: t.Any) -> int:
    """Return how often a call is attempted in all, by the option aws_config.retries."""
    attempts = DEFAULT_ATTEMPTS
    if not isinstance(retries, dict):
        raise BadInput(["aws_config.retries: must be a dictionary, such as {total_max_attempts: 5}."])
    for option, extra in (("max_attempts", 1), ("total_max_attempts", 0)):
        if option in retries:
            value = retries[option]
            if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value + extra < 1:
                raise BadInput([f"aws_config.retries.{option}: must be a whole number above 0, not {value!r}."])
            attempts = value + extra
    return attempts


# Where amazon.aws takes an access key from if the option is not given.
_KEY_VARIABLES = [f"{prefix}_{what}" for prefix in ("AWS", "EC2") for what in ("ACCESS_KEY", "SECRET_KEY")]
_KEY_VARIABLES += ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
_KEY_VARIABLES += ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "EC2_SECURITY_TOKEN"]


def _refuse_profile_beside_keys(params: Params) -> None:
    profile = params.get("profile")
    given = [option for option in ("access_key", "secret_key", "session_token") if params.get(option)]
    if not profile or not given:
        return
    values = {params[option] for option in given}
    variables = [name for name in _KEY_VARIABLES if os.environ.get(name) in values]
    places = f"the environment has {_list(variables)}" if variables else f"{_list(given)} are given too"
    remedy = f"unset {_list(variables)}" if variables else f"leave out {_list(given)}"
    raise BadInput(
        [f"profile: {profile} cannot be combined with access keys, and {places}. Use one: {remedy}, or no profile."]
    )


def _refuse_missing_profile(session: t.Any, profile: str | None) -> None:
    if not profile:
        return
    try:
        session.get_scoped_config()
    except botocore.exceptions.ProfileNotFound:
        files = [os.path.expanduser(session.get_config_variable(name)) for name in ("config_file", "credentials_file")]
        read = ", ".join(name if os.path.exists(name) else f"{name} (which does not exist)" for name in files)
        raise BadInput(
            [f"profile: there is no profile {profile} on the host that runs the module. Files read: {read}."]
        ) from None
    except botocore.exceptions.BotoCoreError as error:
        raise BadInput([f"profile: the files of profiles cannot be read: {error}."]) from None


def _list(names: t.Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def parse_timestamp(value: t.Any) -> datetime.datetime:
    """Return a moment of an answer, as botocore does.

    botocore's own parser, dateutil's, took a third of the time needed to read the lists of an account of 5,000 users.
    """
    if isinstance(value, str) and value[10:11] == "T":
        with contextlib.suppress(ValueError):
            return datetime.datetime.fromisoformat(value)
    return t.cast("datetime.datetime", botocore.utils.parse_timestamp(value))
