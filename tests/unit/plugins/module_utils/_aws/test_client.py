# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each outcome of a call: what is sent again and how often, and what a person is told in the end."""

from __future__ import annotations

import time
import types
import typing as t

import botocore.exceptions
import botocore.parsers
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws import client as clients
from ansible_collections.hardening.aws.plugins.module_utils._aws.client import Client, Patience
from ansible_collections.hardening.aws.plugins.module_utils._aws.clock import AwsClock
from ansible_collections.hardening.aws.plugins.module_utils._aws.pacer import Pacers
from ansible_collections.hardening.aws.plugins.module_utils._errors import (
    AwsRefused,
    BadInput,
    MfaError,
    NoAnswer,
    ReplyLost,
)

URL = "https://iam.example"
DATE = "Thu, 26 Nov 2026 10:00:00 GMT"
SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
FINE: dict[str, t.Any] = {"User": {"UserName": "alice"}, "ResponseMetadata": {"HTTPHeaders": {"date": DATE}}}

READ_TIMEOUT = botocore.exceptions.ReadTimeoutError(endpoint_url=URL)
CONNECT_TIMEOUT = botocore.exceptions.ConnectTimeoutError(endpoint_url=URL)
BROKEN = botocore.exceptions.ConnectionClosedError(endpoint_url=URL)
NEVER_SENT = botocore.exceptions.EndpointConnectionError(endpoint_url=URL)
UNPARSED = botocore.parsers.ResponseParserError(f"invalid XML: <Base32StringSeed>{SEED}")


def refusal(code: str, status: int = 400, text: str = "Oops", date: str | None = DATE) -> Exception:
    """An error of AWS's, as botocore raises it."""
    headers = {"date": date} if date else {}
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": headers}
    response: t.Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": metadata}
    return botocore.exceptions.ClientError(response, "GetUser")


class FakeBotocore:
    """A client of botocore's that answers with I(outcomes), one after the other, the last one for ever."""

    def __init__(self, *outcomes: t.Any) -> None:
        self._outcomes = list(outcomes)
        self._handlers: dict[str, t.Callable[..., None]] = {}
        self.sent: list[dict[str, t.Any]] = []
        config = types.SimpleNamespace(connect_timeout=3, read_timeout=7)
        events = types.SimpleNamespace(register=self._handlers.__setitem__)
        self.meta = types.SimpleNamespace(config=config, endpoint_url=URL, events=events)

    def get_user(self, **params: t.Any) -> dict[str, t.Any]:
        self.sent.append(params)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if callable(outcome):
            outcome = outcome(self._handlers)
        if isinstance(outcome, Exception):
            raise outcome
        answer: dict[str, t.Any] = outcome
        return answer


class Called:
    """What became of a call, and of how many attempts."""

    def __init__(self, fake: FakeBotocore, client: Client, clock: AwsClock) -> None:
        self.fake, self.client, self.clock = fake, client, clock
        self.answer: dict[str, t.Any] | None = None
        self.error: Exception | None = None

    def again(self, **options: t.Any) -> Called:
        """Make the call, and keep what comes of it."""
        self.answer = self.error = None
        try:
            self.answer = self.client.call("GetUser", options.pop("params", {}), **options)
        except Exception as error:  # noqa: BLE001
            self.error = error
        return self

    @property
    def attempts(self) -> int:
        return len(self.fake.sent)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing waits; the pauses between attempts are noted."""
    noted: list[float] = []
    monkeypatch.setattr(time, "sleep", noted.append)
    return noted


def called(*outcomes: t.Any, attempts: int = 10, **options: t.Any) -> Called:
    fake, clock = FakeBotocore(*outcomes), AwsClock()
    client = Client("iam", lambda: fake, clock, Patience(attempts), Pacers(sleep=lambda _seconds: None).of("iam"))
    return Called(fake, client, clock).again(**options)


# Success


def test_an_answer_is_returned_and_tells_the_time() -> None:
    done = called(FINE, params={"UserName": "alice"})
    assert done.answer == FINE and done.fake.sent == [{"UserName": "alice"}]
    assert time.strftime("%H:%M", time.gmtime(done.clock.now())) == "10:00"


def test_parameters_are_made_anew_for_each_attempt() -> None:
    numbers = iter(range(10))
    done = called(refusal("Throttling"), refusal("ServiceFailure", 500), FINE, params=lambda: {"n": next(numbers)})
    assert done.fake.sent == [{"n": 0}, {"n": 1}, {"n": 2}]


# Throttled


def test_a_throttled_call_is_sent_until_it_is_taken() -> None:
    done = called(*[refusal("Throttling")] * 25, FINE)
    assert done.answer == FINE and done.attempts == 26


def test_a_throttled_call_with_codes_is_sent_again_too() -> None:
    """A call that was throttled had no effect."""
    assert called(refusal("ThrottlingException", 400), refusal("Odd", 429), FINE, resend=False).attempts == 3


def test_throttling_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_THROTTLE_PATIENCE_SECONDS", 0.0)
    done = called(refusal("Throttling"))
    assert isinstance(done.error, AwsRefused) and done.error.code == "Throttling"
    assert "lower concurrency" in done.error.message


# Faults and refusals


def test_a_passing_fault_is_tried_as_often_as_aws_config_says(pauses: list[float]) -> None:
    done = called(refusal("ServiceFailure", 500), attempts=4)
    assert done.attempts == 4 and len(pauses) == 3
    assert isinstance(done.error, AwsRefused) and done.error.unsure
    assert "iam:GetUser" in done.error.message and done.error.code == "ServiceFailure"


def test_a_fault_passes() -> None:
    assert called(refusal("ServiceUnavailable", 503), FINE).answer == FINE


def test_a_fault_that_the_caller_expects_is_not_sent_again() -> None:
    done = called(refusal("ConcurrentModification", 409), expected=("ConcurrentModification",))
    assert done.attempts == 1 and isinstance(done.error, AwsRefused)


def test_a_refusal_is_final_and_sure() -> None:
    done = called(refusal("NoSuchEntity", 404, "no such user"))
    assert done.attempts == 1 and isinstance(done.error, AwsRefused)
    assert (done.error.code, done.error.operation, done.error.aws_message, done.error.unsure) == (
        "NoSuchEntity",
        "iam:GetUser",
        "no such user",
        False,
    )


def test_a_refusal_after_a_fault_may_be_of_ones_own_making() -> None:
    done = called(refusal("ServiceFailure", 500), refusal("EntityAlreadyExists", 409))
    assert isinstance(done.error, AwsRefused) and done.error.unsure


def test_a_service_that_fails_call_after_call_is_tried_once() -> None:
    done = called(refusal("ServiceFailure", 500), attempts=4)
    done.again().again()
    before = done.attempts
    assert before == 12 and done.again().attempts == before + 1


def test_a_clock_that_is_off_is_set_once() -> None:
    skewed = refusal("SignatureDoesNotMatch", 403, "Signature expired: 1 is now earlier than 2")
    assert called(skewed, FINE).answer == FINE
    hopeless = called(skewed)
    assert hopeless.attempts == 2 and isinstance(hopeless.error, AwsRefused)
    assert "Correct the clock" in hopeless.error.message


def test_a_clock_that_no_answer_tells_is_not_set() -> None:
    assert called(refusal("RequestTimeTooSkewed", 403, date=None)).attempts == 1


# No answer


@pytest.mark.parametrize("timeout", [READ_TIMEOUT, CONNECT_TIMEOUT])
def test_a_call_that_timed_out_is_tried_three_times(timeout: Exception) -> None:
    """Each attempt costs the whole time limit, so not as often as one that failed at once."""
    done = called(FINE)  # something answers at this address
    before = done.attempts
    done.fake._outcomes = [timeout]
    assert done.again().attempts == before + 3
    assert isinstance(done.error, MfaError) and not isinstance(done.error, ReplyLost)


def test_fewer_attempts_than_three_hold_for_a_timeout_too() -> None:
    assert called(READ_TIMEOUT, attempts=2).attempts == 2


def test_an_address_where_nothing_ever_answered_is_tried_once() -> None:
    done = called(CONNECT_TIMEOUT)
    assert done.attempts == 1 and "within 3 s (aws_config.connect_timeout)" in str(done.error)


def test_a_call_with_codes_that_timed_out_is_not_sent_again() -> None:
    done = called(READ_TIMEOUT, resend=False)
    assert done.attempts == 1 and isinstance(done.error, NoAnswer)
    assert "within 7 s (aws_config.read_timeout)" in done.error.message


def test_a_call_with_codes_that_never_left_is_sent_again() -> None:
    done = called(FINE)
    done.fake._outcomes = [CONNECT_TIMEOUT, NEVER_SENT, FINE]
    assert done.again(resend=False).answer == FINE and done.attempts == 4


def test_a_lost_reply_is_asked_for_again_where_that_is_safe() -> None:
    assert called(BROKEN, FINE).answer == FINE
    done = called(BROKEN, attempts=3)
    assert done.attempts == 3 and isinstance(done.error, MfaError) and not isinstance(done.error, ReplyLost)
    lost = called(BROKEN, FINE, resend=False)
    assert lost.attempts == 1 and isinstance(lost.error, ReplyLost) and not isinstance(lost.error, NoAnswer)


def test_a_lost_reply_makes_the_next_refusal_unsure() -> None:
    done = called(BROKEN, refusal("NoSuchEntity", 404))
    assert isinstance(done.error, AwsRefused) and done.error.unsure


def test_an_endpoint_that_cannot_be_reached_is_tried_four_times() -> None:
    done = called(NEVER_SENT)
    assert done.attempts == 4 and URL in str(done.error) and "endpoint_url" in str(done.error)


def test_a_certificate_does_not_get_better_with_time() -> None:
    untrusted = botocore.exceptions.SSLError(endpoint_url=URL, error="[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
    done = called(untrusted)
    assert done.attempts == 1 and "Set aws_ca_bundle" in str(done.error)


def test_what_is_not_http_is_not_quoted() -> None:
    done = called(botocore.exceptions.HTTPClientError(error=ValueError(SEED)), attempts=1)
    assert SEED not in str(done.error) and "(ValueError)" in str(done.error)


# Answers that cannot be read


def answers(status: int, then: Exception) -> t.Callable[[dict[str, t.Callable[..., None]]], Exception]:
    """An answer comes, and botocore's parser fails on it."""

    def outcome(handlers: dict[str, t.Callable[..., None]]) -> Exception:
        handlers["before-send"]()
        handlers["before-parse"](response_dict={"status_code": status})
        return then

    return outcome


@pytest.mark.parametrize("error", [UNPARSED, KeyError(SEED), ValueError(SEED)])
def test_an_answer_that_cannot_be_parsed_counts_as_lost(error: Exception) -> None:
    assert called(answers(200, error), FINE).answer == FINE
    done = called(answers(200, error), attempts=3)
    assert done.attempts == 3 and "cannot be parsed" in str(done.error) and SEED not in str(done.error)
    lost = called(answers(200, error), FINE, resend=False).error
    assert isinstance(lost, ReplyLost) and not isinstance(lost, NoAnswer)


def test_a_damaged_refusal_had_no_effect() -> None:
    """Whatever answers with a status of 400 to 499 has not done what was asked."""
    assert called(answers(404, UNPARSED), FINE, resend=False).answer == FINE


def test_an_error_without_a_code_is_unreadable() -> None:
    def outcome(handlers: dict[str, t.Callable[..., None]]) -> Exception:
        handlers["before-parse"](response_dict={"status_code": 418})
        return refusal("418", 418, f"<html>{SEED}")

    done = called(outcome, attempts=2)
    assert done.attempts == 2 and "(HTTP status 418)" in str(done.error) and SEED not in str(done.error)


def test_an_answer_that_lacks_what_it_must_have_counts_as_lost() -> None:
    assert called({"User": None}, FINE, requires=("User.UserName",)).answer == FINE
    done = called({"User": {}}, attempts=2, requires=("User.UserName",))
    assert done.attempts == 2 and "lacks User.UserName" in str(done.error)
    assert isinstance(called({}, resend=False, requires=("User.UserName",)).error, ReplyLost)


# What is wrong on this side


def test_no_credentials() -> None:
    done = called(botocore.exceptions.NoCredentialsError())
    assert done.attempts == 1 and isinstance(done.error, MfaError)
    assert "Set profile, or access_key and secret_key" in done.error.message


def test_a_call_that_cannot_be_made() -> None:
    done = called(botocore.exceptions.ParamValidationError(report="bad"))
    assert done.attempts == 1 and "iam:GetUser" in str(done.error)


def test_a_defect_of_ones_own_is_not_taken_for_an_answer() -> None:
    assert isinstance(called(KeyError("ours")).error, KeyError)


def test_a_client_that_cannot_be_opened_says_so_with_its_first_call() -> None:
    def refuse() -> t.Any:
        raise BadInput(["endpoint_url: is no URL."])

    client = Client("iam", refuse, AwsClock(), Patience(10), Pacers().of("iam"))
    client.open_soon()
    with pytest.raises(BadInput, match="endpoint_url"):
        client.call("GetUser", {})


def test_a_client_is_opened_once() -> None:
    opened: list[FakeBotocore] = []

    def open_client() -> FakeBotocore:
        opened.append(FakeBotocore(FINE))
        return opened[-1]

    client = Client("iam", open_client, AwsClock(), Patience(10), Pacers().of("iam"))
    assert opened == []
    client.open().open().call("GetUser", {})
    assert len(opened) == 1
