# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call to AWS: signed on AWS's clock, paced, repeated where that is safe, and refused in words that help.

This module is private to hardening.aws. botocore's own retries are off: they would send one-time codes again.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import functools
import gc
import os
import random
import re
import threading
import time
import typing as t

from ._errors import AwsRefused, BadInput, MfaError, NoAnswer, ReplyLost
from ._pacer import Pacer
from ._totp import AwsClock

try:
    import botocore.auth
    import botocore.config
    import botocore.exceptions
    import botocore.parsers
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

_THROTTLES = {"Throttling", "Throttled", "RequestLimitExceeded", "RequestThrottled", "TooManyRequests", "SlowDown"}
_THROTTLES |= {"TooManyUpdates"}
_PASSING = {"ServiceFailure", "InternalFailure", "InternalServiceError", "InternalServerError", "InternalError"}
_PASSING |= {"ServiceUnavailable", "ConcurrentModification", "EntityTemporarilyUnmodifiable", "RequestTimeout"}
_CLOCK_CODES = {"SignatureDoesNotMatch", "InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"}
_CREDENTIAL_CODES = {"ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "AuthFailure", "InvalidAccessKeyId"}
_CREDENTIAL_CODES |= {"MissingAuthenticationToken", "IncompleteSignature"}

_SIGNER = "hardening-aws-v4"


def short_code(code: str) -> str:
    """Return an error code without the suffix that JSON services add to it."""
    return code[: -len("Exception")] if code.endswith("Exception") else code


class Connection:
    """The clients of one run, with the one clock that they share and a pace for each service, as AWS meters each.

    :param module: The running module, for its credentials, region and endpoint options.
    :param concurrency: How many calls may be under way at once: the size of the connection pool.
    :raises BadInput: An option of the connection cannot be used.
    """

    def __init__(self, module: AnsibleAWSModule, concurrency: int = 1) -> None:
        self._module = module
        self._config, self._attempts = _connection_config(module.params, concurrency)
        self.clock = AwsClock()
        self._pacers: dict[str, Pacer] = {}
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
            self._pacers.setdefault(service, Pacer()),
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

    @property
    def attempts(self) -> int:
        """How often a call may be attempted now."""
        return self._attempts if self._given_up < self._IN_A_ROW else 1

    def answered(self) -> None:
        """The service works."""
        self._given_up = 0

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

    def open(self) -> Client:
        """Open the client, unless it is open, and return it.

        Otherwise it is opened with the first call: that takes a tenth of a second, and a run that changes nothing
        needs no seed store.

        :raises BadInput: An option of the connection cannot be used.
        """
        with self._opening:
            if self._opened is None:
                self._opened = self._open_client()
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
    ) -> Params:
        """Make one call, as often as it takes, and return its answer.

        :param operation: As the API names it, for example C(ListMFADevices).
        :param params: The call's parameters, or a function that makes them anew for each attempt.
        :param resend: Whether the call may be sent again when it is unknown if it took effect.
        :param expected: Error codes that the caller handles, so that they need no explanation.
        :raises AwsRefused: AWS refused it for good.
        :raises ReplyLost: It was sent, no answer came, and I(resend) is false.
        """
        name = f"{self.service}:{operation}"
        method = getattr(self._client, xform_name(operation))
        failures, unsure, clock_set = 0, False, False
        give_up_at = time.monotonic() + _THROTTLE_PATIENCE_SECONDS
        while True:
            self._pacer.wait()
            # Made after the wait: a code does not outlive a long one.
            made = params() if callable(params) else params
            sent_at = self._clock.tick()
            try:
                answer = method(**made)
            except botocore.exceptions.ClientError as error:
                self._observe(error.response, sent_at)
                code = error.response.get("Error", {}).get("Code", "")
                text = error.response.get("Error", {}).get("Message", "")
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
                kind = short_code(code)
                if kind in _THROTTLES or status == 429:
                    self._pacer.throttled(sent_at)
                    if time.monotonic() < give_up_at:
                        continue
                    raise AwsRefused(
                        f"AWS goes on throttling {name} ({text}). Run again later, or with a lower concurrency.",
                        code,
                        name,
                        text,
                        unsure,
                    ) from None
                self._pacer.admitted()
                if kind in _CLOCK_CODES and not clock_set and _is_about_time(text):
                    clock_set = True
                    continue
                if (kind in _PASSING or status >= 500) and kind not in expected:
                    failures += 1
                    if status >= 500:
                        unsure = True
                    if failures < self._patience.attempts:
                        _back_off(failures)
                        continue
                    self._patience.given_up()
                else:
                    self._patience.answered()
                raise AwsRefused(_explain(name, kind, code, text), code, name, text, unsure) from None
            except (botocore.exceptions.ConnectTimeoutError, botocore.exceptions.ReadTimeoutError) as error:
                text = self._no_answer(name, error)
                raise (MfaError(text, operation=name) if resend else NoAnswer(text, operation=name)) from None
            except (
                botocore.exceptions.HTTPClientError,
                botocore.exceptions.ConnectionError,
                botocore.parsers.ResponseParserError,
            ) as error:
                if _is_certificate(error):
                    raise MfaError(
                        f"The certificate of {self._client.meta.endpoint_url} is not trusted: {error}. "
                        "Set aws_ca_bundle to the authority's certificate.",
                        operation=name,
                    ) from None
                failures += 1
                never_sent = isinstance(error, botocore.exceptions.EndpointConnectionError)
                unsure = unsure or not never_sent
                text = f"No answer to {name} from {self._client.meta.endpoint_url}: {error}"
                if not resend and not never_sent:
                    raise ReplyLost(text, operation=name) from None
                if failures < (min(self._patience.attempts, 4) if never_sent else self._patience.attempts):
                    _back_off(failures)
                    continue
                self._patience.given_up()
                raise MfaError(text + ". Check the network, and endpoint_url if it is set.", operation=name) from None
            except (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError) as error:
                raise MfaError(
                    f"No complete AWS credentials were found ({error}). Set profile, or access_key and secret_key, "
                    "or AWS_PROFILE in the environment.",
                    operation=name,
                ) from None
            except (botocore.exceptions.BotoCoreError, OSError, ValueError) as error:
                raise MfaError(f"{name} could not be called: {error}", operation=name) from None
            self._pacer.admitted()
            self._patience.answered()
            self._observe(answer, sent_at)
            return t.cast("Params", answer)

    def _observe(self, answer: Params, sent_at: float) -> None:
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        self._clock.observe(headers.get("date"), sent_at)

    def _no_answer(self, name: str, error: Exception) -> str:
        config = self._client.meta.config
        if isinstance(error, botocore.exceptions.ConnectTimeoutError):
            limit, option = config.connect_timeout, "connect_timeout"
        else:
            limit, option = config.read_timeout, "read_timeout"
        return (
            f"{self._client.meta.endpoint_url} gave no answer to {name} within {limit} s (aws_config.{option}). "
            "Check the network and endpoint_url, then run again: a rerun takes up from whatever took effect."
        )


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


def _is_about_time(text: str) -> bool:
    return bool(re.search(r"expired|not yet current|time", text, re.IGNORECASE))


def _is_certificate(error: Exception) -> bool:
    return isinstance(error, botocore.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)


def _back_off(failures: int) -> None:
    longest = min(_BACKOFF_CAP_SECONDS, _BACKOFF_SECONDS * 2**failures)
    time.sleep(random.uniform(longest / 4, longest))


def _explain(name: str, kind: str, code: str, text: str) -> str:
    """Say what to do about a refusal. I(name) is the call, C(service:Operation)."""
    if kind in ("AccessDenied", "UnauthorizedOperation"):
        action = re.search(r"not authorized to perform:? ?\[?([\w-]+:\w+)", text)
        resource = re.search(r"on resource:? (\S+)", text)
        missing = action.group(1) if action else name
        where = f" on {resource.group(1)}" if resource else ""
        if "explicit deny" in text:
            return (
                f"A policy explicitly denies the action {missing}{where}. Lift that deny for this caller. AWS: {text}"
            )
        return f"The IAM action {missing} is missing: allow it{where} to the caller. AWS: {text}"
    if kind in _CREDENTIAL_CODES or kind in _CLOCK_CODES:
        return f"AWS does not accept the credentials of the caller ({code}): renew or correct them. AWS: {text}"
    if kind in _PASSING:
        return f"AWS could not carry out {name} ({code}: {text}), also when tried again. Run again later."
    return f"AWS refused {name} ({code}): {text}"
