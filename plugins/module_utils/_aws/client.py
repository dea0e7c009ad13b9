# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call to AWS: signed on AWS's clock, paced, repeated where that is safe, and refused in words that help.

This module is private to hardening.aws. botocore's own retries are off: they would send one-time codes again.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import datetime
import functools
import gc
import os
import random
import threading
import time
import typing as t

from .._core_version import core_problem
from .._errors import AwsRefused, BadInput, MfaError, NoAnswer, ReplyLost
from .._messages import warn
from .clock import AwsClock
from .pacer import Pacer, Pacers, Ticket
from .refusals import Refusal, explain

try:
    import botocore.auth
    import botocore.config
    import botocore.exceptions
    import botocore.parsers
    import botocore.session
    import botocore.utils
    from botocore import xform_name
except ImportError:
    pass  # AnsibleAWSModule refuses to start without botocore

from ansible_collections.amazon.aws.plugins.module_utils.botocore import boto3_inventory_conn, get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleBotocoreError

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    Params = dict[str, t.Any]

DEFAULT_ATTEMPTS = 10
_BACKOFF_SECONDS = 0.1
_BACKOFF_CAP_SECONDS = 5.0
_THROTTLE_PATIENCE_SECONDS = 300.0

# A call that gave no answer within the time limit costs that time: it is not tried as often as one that failed at once.
_TIMEOUT_ATTEMPTS = 3

_SIGNER = "hardening-aws-v4"


class Connection:
    """The clients of one run, with the one clock that they share and a pace for each service, as AWS meters each.

    :param module: The running module, for its credentials, region and endpoint options.
    :param concurrency: How many calls may be under way at once: the size of the connection pool.
    :raises BadInput: An option of the connection cannot be used.
    """

    def __init__(self, module: AnsibleAWSModule, concurrency: int = 1) -> None:
        too_old = core_problem()
        if too_old:
            raise BadInput([too_old])
        self._module = module
        self._config, self._attempts = _connection_config(module.params, concurrency)
        _check_profile(module.params)
        self.clock = AwsClock()
        self.pacers = Pacers()
        # When the process ends, Python would look through all that botocore has loaded for garbage, for 50 to 100 ms.
        atexit.register(gc.freeze)

    def client(self, service: str, region: str | None = None, endpoint_url: str | None = None) -> Client:
        """Return a client of I(service), with the module's own region and endpoint where none are given."""
        region = region or self._module.params.get("region") or self._module.region
        if not region:
            # IAM and STS are global; only regional services depend on a region of the caller's.
            if service not in ("iam", "sts"):
                raise BadInput([f"region: none is set, and {service} needs one. Set region or AWS_REGION."])
            region = "us-east-1"
        return Client(
            service,
            functools.partial(self._open, service, region, endpoint_url),
            self.clock,
            Patience(self._attempts),
            self.pacers.of(service),
        )

    def _open(self, service: str, region: str, endpoint_url: str | None) -> t.Any:
        try:
            _region, default_endpoint, kwargs = get_aws_connection_info(self._module)
            kwargs["aws_config"] = self._config
            botocore.parsers.DEFAULT_TIMESTAMP_PARSER = parse_timestamp
            boto3_client = boto3_inventory_conn(
                conn_type="client", resource=service, region=region, endpoint=endpoint_url or default_endpoint, **kwargs
            )
        except (AnsibleBotocoreError, botocore.exceptions.BotoCoreError, ValueError) as error:
            raise BadInput([f"cannot connect to {service}: {error}"]) from None
        _sign_on_aws_clock(boto3_client, self.clock)
        return boto3_client


class Patience:
    """How often a call is attempted: I(attempts) times, but once only while the service fails call after call."""

    _IN_A_ROW = 3

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        self._given_up = 0
        self.was_answered = False

    @property
    def attempts(self) -> int:
        """How often a call may be attempted now."""
        return self._attempts if self._given_up < self._IN_A_ROW else 1

    def answered(self) -> None:
        """The service works."""
        self._given_up = 0
        self.was_answered = True

    def given_up(self) -> None:
        """A call failed each time."""
        self._given_up += 1


class Client:
    """Calls one service. Safe to use from several threads."""

    def __init__(
        self, service: str, open_client: t.Callable[[], t.Any], clock: AwsClock, patience: Patience, pacer: Pacer
    ) -> None:
        self.service = service
        self._open_client = open_client
        self._opened: t.Any = None
        self._opening = threading.Lock()
        self._pacer = pacer
        self._clock = clock
        self._patience = patience
        self._way = _Way()

    def open(self) -> Client:
        """Open the client, unless it is open, and return it.

        Otherwise it is opened with the first call: that takes a tenth of a second, and a run that changes nothing
        needs no seed store.

        :raises BadInput: An option of the connection cannot be used.
        """
        with self._opening:
            if self._opened is None:
                opened = self._open_client()
                self._way.watch(opened)
                self._opened = opened
        return self

    def open_soon(self) -> None:
        """Open the client while this thread does something else. What is wrong with it, the first call tells."""

        def try_to() -> None:
            with contextlib.suppress(MfaError):
                self.open()

        threading.Thread(target=try_to, daemon=True).start()

    @property
    def _client(self) -> t.Any:
        return self.open()._opened

    def call(
        self,
        operation: str,
        params: Params | t.Callable[[], Params],
        resend: bool = True,
        expected: t.Container[str] = (),
        requires: t.Sequence[str] = (),
    ) -> Params:
        """Make one call, as often as it takes, and return its answer.

        :param operation: As the API names it, for example C(ListMFADevices).
        :param params: The call's parameters, or a function that makes them anew for each attempt.
        :param resend: Whether the call may be sent again when it is unknown if it took effect.
        :param expected: Error codes that the caller handles, so that they need no explanation.
        :param requires: What an answer must have, with dots for members of members, for example C(Parameter.Version).
            One without counts as lost: something on the way has damaged it.
        :raises AwsRefused: AWS refused it for good.
        :raises ReplyLost: It was sent, no answer came that can be read, and I(resend) is false.
        """
        attempts = _Attempts(f"{self.service}:{operation}", resend, expected)
        method = getattr(self._client, xform_name(operation))
        while True:
            ticket = self._pacer.wait(attempts.throttled)
            # Made after the wait: a code does not outlive a long one.
            made = params() if callable(params) else params
            self._way.begin()
            sent_at = self._clock.tick()
            try:
                answer = method(**made)
            except botocore.exceptions.ClientError as error:
                self._refused(attempts, error.response, ticket, sent_at)
            except Exception as error:  # noqa: BLE001  # pylint: disable=broad-except
                # botocore's parsers meet a damaged answer with errors of many kinds, and some quote it.
                self._failed(attempts, error)
            else:
                self._observe(answer, sent_at)
                self._pacer.admitted(ticket)
                attempts.throttled = 0
                missing = [member for member in requires if not _has(answer, member)]
                if not missing:
                    self._patience.answered()
                    return t.cast("Params", answer)
                self._unreadable(attempts, f"lacks {', '.join(missing)}")

    # What may become of an attempt: each of these returns if there shall be another one, and raises if not. ----------

    def _refused(self, attempts: _Attempts, response: Params, ticket: Ticket, sent_at: float) -> None:
        """An error came back."""
        self._observe(response, sent_at)
        refusal = Refusal.of(response)
        if refusal.is_throttle:
            self._throttled(attempts, refusal, ticket)
            return
        self._pacer.admitted(ticket)
        attempts.throttled = 0
        if refusal.is_unreadable and refusal.status < 500:
            self._unreadable(attempts, "has no error code")
            return
        if refusal.is_about_time and not attempts.clock_set and self._clock.known:
            attempts.clock_set = True
            return
        if refusal.is_passing and refusal.kind not in attempts.expected:
            attempts.unsure = attempts.unsure or refusal.status >= 500
            if self._tries_again(attempts, self._patience.attempts):
                return
        else:
            self._patience.answered()
        text = explain(attempts.name, refusal)
        raise AwsRefused(text, refusal.code, attempts.name, refusal.text, attempts.unsure) from None

    def _throttled(self, attempts: _Attempts, refusal: Refusal, ticket: Ticket) -> None:
        self._pacer.throttled(ticket)
        attempts.throttled += 1
        news = self._pacer.news()
        if news:
            warn(news)
        if time.monotonic() < attempts.give_up_at:
            return
        text = f"AWS goes on throttling {attempts.name} ({refusal.text}). Run again later, or with a lower concurrency."
        raise AwsRefused(text, refusal.code, attempts.name, refusal.text, attempts.unsure) from None

    def _failed(self, attempts: _Attempts, error: Exception) -> None:
        """No answer came, or none that can be read."""
        if isinstance(error, (botocore.exceptions.ConnectTimeoutError, botocore.exceptions.ReadTimeoutError)):
            self._timed_out(attempts, error)
        elif isinstance(error, (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError)):
            self._unreached(attempts, error)
        elif isinstance(error, (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError)):
            raise MfaError(
                f"No complete AWS credentials were found ({error}). Set profile, or access_key and secret_key, "
                "or AWS_PROFILE in the environment.",
                operation=attempts.name,
            ) from None
        elif self._way.sent or isinstance(error, botocore.parsers.ResponseParserError):
            self._unreadable(attempts, "cannot be parsed")
        elif isinstance(error, (botocore.exceptions.BotoCoreError, OSError, ValueError)):
            raise MfaError(f"{attempts.name} could not be called: {error}", operation=attempts.name) from None
        else:
            raise error

    def _timed_out(self, attempts: _Attempts, error: Exception) -> None:
        config = self._client.meta.config
        never_sent = isinstance(error, botocore.exceptions.ConnectTimeoutError)
        option = "connect_timeout" if never_sent else "read_timeout"
        text = (
            f"{self._endpoint} gave no answer to {attempts.name} within {getattr(config, option)} s "
            f"(aws_config.{option}). Check the network and endpoint_url, then run again: a rerun takes up from "
            "whatever took effect."
        )
        attempts.unsure = attempts.unsure or not never_sent
        if not attempts.resend and not never_sent:
            raise NoAnswer(text, operation=attempts.name) from None
        # An address where nothing ever answered is most likely wrong.
        most = 1 if never_sent and not self._patience.was_answered else _TIMEOUT_ATTEMPTS
        if not self._tries_again(attempts, most):
            raise MfaError(text, operation=attempts.name) from None

    def _unreached(self, attempts: _Attempts, error: Exception) -> None:
        if isinstance(error, botocore.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise MfaError(
                f"The certificate of {self._endpoint} is not trusted: {error}. Set aws_ca_bundle to the authority's "
                "certificate.",
                operation=attempts.name,
            ) from None
        never_sent = isinstance(error, botocore.exceptions.EndpointConnectionError)
        text = f"No answer to {attempts.name} from {self._endpoint}: {_told(error)}"
        most = 4 if never_sent else self._patience.attempts
        self._lost(attempts, text + ". Check the network, and endpoint_url if it is set.", never_sent, most)

    def _unreadable(self, attempts: _Attempts, what: str) -> None:
        status = self._way.status or 200
        text = (
            f"The answer to {attempts.name} from {self._endpoint}{f' (HTTP status {status})' if status != 200 else ''} "
            f"{what}, so it is no answer of AWS's or was damaged on its way. Check endpoint_url, and what lies between "
            "this host and AWS."
        )
        self._lost(attempts, text, 400 <= status < 500, self._patience.attempts)

    def _lost(self, attempts: _Attempts, text: str, without_effect: bool, most: int) -> None:
        attempts.unsure = attempts.unsure or not without_effect
        if not attempts.resend and not without_effect:
            raise ReplyLost(text, operation=attempts.name) from None
        if not self._tries_again(attempts, most):
            raise MfaError(text, operation=attempts.name) from None

    def _tries_again(self, attempts: _Attempts, most: int) -> bool:
        """Count a failure. Return whether the call is worth another attempt, after a pause."""
        attempts.failures += 1
        if attempts.failures < min(most, self._patience.attempts):
            _back_off(attempts.failures)
            return True
        self._patience.given_up()
        return False

    def _observe(self, answer: Params, sent_at: float) -> None:
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        self._clock.observe(headers.get("date"), sent_at)

    @property
    def _endpoint(self) -> str:
        return t.cast(str, self._client.meta.endpoint_url)


@dataclasses.dataclass
class _Attempts:
    """A call, and what has become of its attempts so far. I(unsure) is whether one of them may have taken effect."""

    name: str
    resend: bool
    expected: t.Container[str]
    failures: int = 0
    throttled: int = 0  # in a row
    unsure: bool = False
    clock_set: bool = False
    give_up_at: float = dataclasses.field(default_factory=lambda: time.monotonic() + _THROTTLE_PATIENCE_SECONDS)


class _Way(threading.local):
    """How far this thread's call came: botocore's own errors do not tell whether there was an answer."""

    sent = False
    status: int | None = None

    def begin(self) -> None:
        """A call begins."""
        self.sent, self.status = False, None

    def watch(self, boto3_client: t.Any) -> None:
        """Follow the calls of a client."""
        boto3_client.meta.events.register("before-send", self._leaves)
        boto3_client.meta.events.register("before-parse", self._arrives)

    def _leaves(self, **_kwargs: t.Any) -> None:
        self.sent = True

    def _arrives(self, response_dict: Params, **_kwargs: t.Any) -> None:
        self.status = response_dict.get("status_code")


def _has(answer: Params, member: str) -> bool:
    """Whether an answer has a member, such as C(Parameter.Version)."""
    found: t.Any = answer
    for name in member.split("."):
        if not isinstance(found, dict) or found.get(name) is None:
            return False
        found = found[name]
    return True


def _told(error: Exception) -> str:
    """Return what an error of botocore's tells, without the part of an answer that some of them quote."""
    if error.__class__ is botocore.exceptions.HTTPClientError:  # its subclasses tell what happened
        cause = getattr(error, "kwargs", {}).get("error")
        return f"what came is not HTTP, or was cut ({type(cause).__name__})"
    return str(error).rstrip(".")


def _connection_config(params: Params, concurrency: int) -> tuple[t.Any, int]:
    """Return the botocore configuration of a run and how often a failed call is attempted in all."""
    given = dict(params.get("aws_config") or {})
    retries = given.pop("retries", None) or {}
    attempts = DEFAULT_ATTEMPTS
    if not isinstance(retries, dict):
        raise BadInput(["aws_config.retries: must be a dictionary, such as {total_max_attempts: 5}."])
    for option, extra in (("max_attempts", 1), ("total_max_attempts", 0)):
        if option in retries:
            value = retries[option]
            if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value + extra < 1:
                raise BadInput([f"aws_config.retries.{option}: must be a whole number above 0, not {value!r}."])
            attempts = value + extra
    for option in ("connect_timeout", "read_timeout"):
        value = given.get(option)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0):
            raise BadInput([f"aws_config.{option}: must be a number of seconds above 0, not {value!r}."])
    bundle = params.get("aws_ca_bundle")
    if bundle and params.get("validate_certs") and not os.path.exists(bundle):
        raise BadInput([f"aws_ca_bundle: there is no file {bundle} on the host that runs the module."])
    given.setdefault("max_pool_connections", max(concurrency, 10))
    try:
        return botocore.config.Config(**{**given, "retries": {"total_max_attempts": 1, "mode": "standard"}}), attempts
    except (TypeError, ValueError, botocore.exceptions.BotoCoreError) as error:
        raise BadInput([f"aws_config: botocore does not accept it: {error}."]) from None


# Where amazon.aws takes an access key from if the option is not given.
_KEY_VARIABLES = [f"{prefix}_{what}" for prefix in ("AWS", "EC2") for what in ("ACCESS_KEY", "SECRET_KEY")]
_KEY_VARIABLES += ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
_KEY_VARIABLES += ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "EC2_SECURITY_TOKEN"]


def _check_profile(params: Params) -> None:
    """Refuse a profile that does not exist, or that other credentials contradict."""
    profile = params.get("profile")
    if not profile:
        return
    given = [option for option in ("access_key", "secret_key", "session_token") if params.get(option)]
    if given:
        values = {params[option] for option in given}
        variables = [name for name in _KEY_VARIABLES if os.environ.get(name) in values]
        places = f"the environment has {_list(variables)}" if variables else f"{_list(given)} are given too"
        remedy = f"unset {_list(variables)}" if variables else f"leave out {_list(given)}"
        raise BadInput(
            [f"profile: {profile} cannot be combined with access keys, and {places}. Use one: {remedy}, or no profile."]
        )
    session = botocore.session.Session(profile=profile)
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

    Its own way, by dateutil, took a third of the time that the account's lists of 5,000 users took.
    """
    if isinstance(value, str) and value[10:11] == "T":
        with contextlib.suppress(ValueError):
            return datetime.datetime.fromisoformat(value)
    return t.cast("datetime.datetime", botocore.utils.parse_timestamp(value))


def _sign_on_aws_clock(boto3_client: t.Any, clock: AwsClock) -> None:
    """Let the client date its signatures by AWS's clock, so that a controller whose clock is off still gets in."""

    class AwsClockSigV4(botocore.auth.SigV4Auth):
        def _modify_request_before_signing(self, request: t.Any) -> None:
            if clock.known:
                aws_now = time.gmtime(clock.now())
                request.context["timestamp"] = time.strftime(botocore.auth.SIGV4_TIMESTAMP, aws_now)
            super()._modify_request_before_signing(request)

    def choose(signature_version: t.Any, **_kwargs: t.Any) -> str | None:
        return _SIGNER if signature_version == "v4" else None

    botocore.auth.AUTH_TYPE_MAPS[_SIGNER] = AwsClockSigV4
    service = boto3_client.meta.service_model.service_id.hyphenize()
    boto3_client.meta.events.register_first(f"choose-signer.{service}", choose)


def _back_off(failures: int) -> None:
    longest = min(_BACKOFF_CAP_SECONDS, _BACKOFF_SECONDS * 2**failures)
    time.sleep(random.uniform(longest / 4, longest))
