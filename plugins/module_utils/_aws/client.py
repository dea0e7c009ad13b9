# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call to AWS: paced, sent again where that is safe, and its failures told in words that help.

This module is private to hardening.aws. See connection.py for the options of the connection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import threading
import time
import typing as t

from .._errors import AwsRefused, MfaError, NoAnswer, ReplyLost
from .._messages import warn
from .clock import AwsClock
from .pacer import Pacer, Ticket
from .refusals import Refusal, explain

try:
    import botocore.exceptions
    import botocore.parsers
    from botocore import xform_name
except ImportError:
    pass  # AnsibleAWSModule refuses to start without botocore

Params = dict[str, t.Any]

_BACKOFF_SECONDS = 0.1
_BACKOFF_CAP_SECONDS = 5.0
_THROTTLE_PATIENCE_SECONDS = 300.0

# A call that gave no answer within the time limit costs that time: it is not tried as often as one that failed at once.
_TIMEOUT_ATTEMPTS = 3


class Patience:
    """How often a call is attempted: I(attempts) times, or only once while every call to the service fails."""

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
        """Note that the service works."""
        self._given_up = 0
        self.was_answered = True

    def given_up(self) -> None:
        """Note that every attempt of a call failed."""
        self._given_up += 1


class Client:
    """Calls one service. Safe to use from several threads.

    :param renews: Whether the credentials are renewed, by AWS's clock, when a call is signed.
    """

    def __init__(
        self,
        service: str,
        open_client: t.Callable[[], t.Any],
        clock: AwsClock,
        patience: Patience,
        pacer: Pacer,
        renews: bool = False,
    ) -> None:
        self.service = service
        self._open_client = open_client
        self._opened: t.Any = None
        self._opening = threading.Lock()
        self._pacer = pacer
        self._clock = clock
        self._patience = patience
        self._renews = renews
        self._state = _CallState()

    def open(self) -> Client:
        """Open the client, unless it is open, and return it.

        A client that is not opened beforehand opens with its first call. That takes up to a tenth of a second, and a
        run that changes nothing needs no client of the seed store.

        :raises BadInput: An option of the connection cannot be used.
        """
        with self._opening:
            if self._opened is None:
                opened = self._open_client()
                self._state.watch(opened)
                self._opened = opened
        return self

    def open_soon(self) -> None:
        """Open the client in the background. If that fails, the first call says why."""

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
            An answer without it counts as lost: something on the way has damaged it.
        :raises AwsRefused: AWS refused it for good.
        :raises ReplyLost: It was sent, no answer came that can be read, and I(resend) is false.
        :raises MfaError: It could not be made.
        """
        attempts = _Attempts(f"{self.service}:{operation}", resend, expected, requires)
        method = getattr(self._client, xform_name(operation))
        while True:
            answer = self._attempt(method, params, attempts)
            if answer is not None:
                return answer

    def _attempt(
        self, method: t.Callable[..., Params], params: Params | t.Callable[[], Params], attempts: _Attempts
    ) -> Params | None:
        """Send the call once. Return its answer, or None if it should be sent again."""
        ticket = self._pacer.wait(attempts.throttled)
        # Made after the wait, as a code could expire during a long one.
        made = params() if callable(params) else params
        self._state.begin()
        sent_at = self._clock.tick()
        try:
            answer = method(**made)
        except botocore.exceptions.ClientError as error:
            if _is_about_credentials(error, attempts.name):
                raise without_credentials(error, attempts.name) from None
            self._refused(attempts, error.response, ticket, sent_at)
        except Exception as error:  # noqa: BLE001  # pylint: disable=broad-except
            # botocore's parsers raise errors of many kinds on a damaged answer, and some quote it.
            self._failed(attempts, error)
        else:
            return self._answered(attempts, answer, ticket, sent_at)
        return None

    # The outcomes of an attempt. Each returns if the call should be sent again, and raises if not. -------------------

    def _answered(self, attempts: _Attempts, answer: Params, ticket: Ticket, sent_at: float) -> Params | None:
        """AWS did what was asked. Return the answer, or None if it is damaged and the call should be sent again."""
        self._observe(answer, sent_at)
        self._pacer.admitted(ticket)
        attempts.throttled = 0
        missing = [member for member in attempts.requires if not _has(answer, member)]
        if missing:
            self._unreadable(attempts, f"lacks {', '.join(missing)}")
            return None
        self._patience.answered()
        return answer

    def _refused(self, attempts: _Attempts, response: Params, ticket: Ticket, sent_at: float) -> None:
        """AWS, or something on the way to it, answered with an error."""
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
        # A host that slept did not notice that time passed. This very answer has told it, so the next attempt renews.
        if refusal.kind == "ExpiredToken" and self._renews and not attempts.renewed:
            attempts.renewed = True
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
        text = f"AWS keeps throttling {attempts.name} ({refusal.text}). Run again later, or with a lower concurrency."
        raise AwsRefused(text, refusal.code, attempts.name, refusal.text, attempts.unsure) from None

    def _failed(self, attempts: _Attempts, error: Exception) -> None:
        """No answer came, or it cannot be read."""
        if isinstance(error, MfaError):
            raise error  # of what a signature needed
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
        elif self._state.sent or isinstance(error, botocore.parsers.ResponseParserError):
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
            f"(aws_config.{option}). Check the network and endpoint_url, then run again: a rerun continues from "
            "what already took effect."
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
                f"The certificate of {self._endpoint} is not trusted: {error}. Set aws_ca_bundle to the certificate "
                "of its authority.",
                operation=attempts.name,
            ) from None
        never_sent = isinstance(error, botocore.exceptions.EndpointConnectionError)
        text = f"No answer to {attempts.name} from {self._endpoint}: {_described(error)}"
        most = 4 if never_sent else self._patience.attempts
        self._lost(attempts, text + ". Check the network, and endpoint_url if it is set.", never_sent, most)

    def _unreadable(self, attempts: _Attempts, what: str) -> None:
        status = self._state.status or 200
        text = (
            f"The answer to {attempts.name} from {self._endpoint}{f' (HTTP status {status})' if status != 200 else ''} "
            f"{what}: it did not come from AWS, or was damaged on the way. Check endpoint_url, and any proxy between "
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
        """Count a failure. Return, after a pause, whether the call should be sent again."""
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
    """The attempts of one call so far. I(unsure) says whether one of them may have taken effect."""

    name: str
    resend: bool
    expected: t.Container[str]
    requires: t.Sequence[str]
    failures: int = 0
    throttled: int = 0  # in a row
    unsure: bool = False
    clock_set: bool = False
    renewed: bool = False
    give_up_at: float = dataclasses.field(default_factory=lambda: time.monotonic() + _THROTTLE_PATIENCE_SECONDS)


class _CallState(threading.local):
    """How far this thread's call got: botocore's errors do not say whether there was an answer."""

    sent = False
    status: int | None = None

    def begin(self) -> None:
        """Note that a call begins."""
        self.sent, self.status = False, None

    def watch(self, boto3_client: t.Any) -> None:
        """Follow the calls of a client."""
        boto3_client.meta.events.register("before-send", self._leaves)
        boto3_client.meta.events.register("before-parse", self._arrives)

    def _leaves(self, **_kwargs: t.Any) -> None:
        self.sent = True

    def _arrives(self, response_dict: Params, **_kwargs: t.Any) -> None:
        self.status = response_dict.get("status_code")


def _is_about_credentials(error: t.Any, name: str) -> bool:
    """Whether what AWS refused is not the call I(name), but one with which botocore gets credentials for it."""
    return error.operation_name.startswith("AssumeRole") and not name.endswith(f":{error.operation_name}")


def without_credentials(error: t.Any, name: str) -> MfaError:
    """Return the failure of the call I(name), for which AWS refused botocore the credentials."""
    refusal = Refusal.of(error.response)
    return MfaError(
        f"There are no credentials for {name}: AWS refused {error.operation_name} ({refusal.code}), with which the "
        "profile or the environment of the host that runs the module gets them. Correct role_arn, source_profile or "
        f"web_identity_token_file there. AWS: {refusal.text}",
        refusal.code,
        f"sts:{error.operation_name}",
    )


def _has(answer: Params, member: str) -> bool:
    """Whether an answer has a member, such as C(Parameter.Version)."""
    found: t.Any = answer
    for name in member.split("."):
        if not isinstance(found, dict) or found.get(name) is None:
            return False
        found = found[name]
    return True


def _described(error: Exception) -> str:
    """Return what an error of botocore's says, without the part of an answer that some of them quote."""
    if error.__class__ is botocore.exceptions.HTTPClientError:  # its subclasses say what happened
        cause = getattr(error, "kwargs", {}).get("error")
        return f"the answer is not HTTP, or was cut off ({type(cause).__name__})"
    return str(error).rstrip(".")


def _back_off(failures: int) -> None:
    longest = min(_BACKOFF_CAP_SECONDS, _BACKOFF_SECONDS * 2**failures)
    time.sleep(random.uniform(longest / 4, longest))
