# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a session waits for its code, and what it says when there is none. No test waits: time is a number."""

from __future__ import annotations

import datetime
import pathlib
import types
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices import codes_in_turn, session
from ansible_collections.hardening.aws.plugins.module_utils._devices.codes_in_turn import CodesInTurn, CodesTaken
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, BadInput, MfaError, ReplyLost
from ansible_collections.hardening.aws.plugins.module_utils._seeds import turns
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.plugins.module_utils._seeds.totp import codes_at_step

SERIAL = "arn:aws:iam::123456789012:mfa/alice"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = 58_000_000
INVALID = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


class Time:
    """Local time and AWS's in one."""

    fresh = True

    def __init__(self, second: float) -> None:
        self.second = second

    def now(self) -> float:
        return self.second

    def sleep(self, seconds: float) -> None:
        self.second += seconds

    def step(self, _refresh: t.Any = None) -> int:
        return int(self.second // 30)

    def seconds_until_step(self, step: int) -> float:
        return max(0.0, step * 30 - self.second)


@pytest.fixture
def clock(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time(STEP * 30 + 25)
    monkeypatch.setenv(turns.VARIABLE, str(tmp_path))
    for module in (codes_in_turn, session):
        monkeypatch.setattr(module, "time", types.SimpleNamespace(sleep=made.sleep, monotonic=made.now))
    return made


def codes(clock: Time, patience: float) -> CodesInTurn:
    return CodesInTurn(SERIAL, SEED, t.cast(t.Any, clock), lambda: None, patience)


class Sts:
    """Fails each time, and keeps the codes that it was sent."""

    def __init__(self, failure: MfaError) -> None:
        self.failure = failure
        self.sent: list[str] = []

    def call(self, _operation: str, params: t.Callable[[], dict[str, str]], **_options: t.Any) -> t.NoReturn:
        self.sent.append(params()["TokenCode"])
        raise self.failure


@pytest.mark.parametrize(("patience", "waits"), [(20, True), (6, True), (4, False), (0, False)])
def test_a_turn_within_the_patience_is_waited_for(clock: Time, patience: int, waits: bool) -> None:
    first = codes(clock, 60).next()
    if waits:
        assert codes(clock, patience).next() != first and clock.second == (STEP + 1) * 30
        return
    with pytest.raises(CodesTaken, match=f"for the next 5 seconds.* wait_timeout is {patience}:"):
        codes(clock, patience).next()


def test_the_code_that_enabled_the_device_is_not_given_out(clock: Time) -> None:
    """It was used where nobody took a turn."""
    enabled = CodesInTurn(SERIAL, SEED, t.cast(t.Any, clock), lambda: None, 60, skips_current=True)
    assert enabled.next() == codes_at_step(SEED, STEP + 1)[1] and clock.second == (STEP + 1) * 30
    assert codes(clock, 60).next() == codes_at_step(SEED, STEP + 2)[1]


@pytest.mark.parametrize(("age", "is_just"), [(0, True), (119, True), (121, False), (-60, True), (-4000, False)])
def test_a_seed_that_was_made_just_now(clock: Time, age: int, is_just: bool) -> None:
    made = datetime.datetime.fromtimestamp(clock.now() - age, datetime.timezone.utc).isoformat()
    record = Record(SEED, SERIAL, "alice", "", made)
    assert codes_in_turn._is_just_enrolled(record, t.cast(t.Any, clock)) is is_just


@pytest.mark.parametrize(
    ("patience", "sent", "text"), [(1, 1, "refused a code"), (10, 2, "refused 2 codes"), (90, 3, "3 codes")]
)
def test_refused_codes_are_told_as_such(clock: Time, patience: int, sent: int, text: str) -> None:
    sts = Sts(AwsRefused("denied", "AccessDenied", "sts:GetSessionToken", INVALID))
    with pytest.raises(MfaError, match=text) as error:
        session.open_session(t.cast(t.Any, sts), codes(clock, patience), SERIAL, {})
    assert len(set(sts.sent)) == len(sts.sent) == sent and "given out" not in error.value.message
    assert error.value.code == "AccessDenied" and not [code for code in sts.sent if code in error.value.message]


def test_lost_replies_are_told_as_such(clock: Time) -> None:
    sts = Sts(ReplyLost("No answer came.", operation="sts:GetSessionToken"))
    with pytest.raises(MfaError, match="No answer came. The next code comes in 30 seconds, after wait_timeout"):
        session.open_session(t.cast(t.Any, sts), codes(clock, 20), SERIAL, {})
    assert len(set(sts.sent)) == len(sts.sent) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "MultiFactorAuthentication failed, unable to validate MFA code.",
            "is not attached to the user whose keys were",
        ),
        ("Cannot call GetSessionToken with session credentials", "Give the user's own access key as user_access_key"),
        ("User is not authorized", None),
    ],
)
def test_refused_sessions_are_explained(text: str, told: str | None) -> None:
    refusal = AwsRefused(f"refused: {text}", "AccessDenied", "sts:GetSessionToken", text)
    found = session._explained(refusal, SERIAL)
    assert (found is refusal) if told is None else (told in found.message and text in found.message)
    assert (found.code, found.operation) == ("AccessDenied", "sts:GetSessionToken")


NOTHING = dict.fromkeys(("duration_seconds", "role_arn", "role_session_name", "user_access_key", "user_secret_key"))
ROLE = "arn:aws:iam::123456789012:role/ops"


@pytest.mark.parametrize(
    ("given", "call"),
    [
        ({}, {}),
        ({"duration_seconds": 900}, {"DurationSeconds": 900}),
        ({"role_arn": ROLE}, {"RoleArn": ROLE, "RoleSessionName": "alice"}),
        ({"role_arn": ROLE, "role_session_name": "x.y"}, {"RoleArn": ROLE, "RoleSessionName": "x.y"}),
    ],
)
def test_what_a_session_is_asked_for(given: dict[str, t.Any], call: dict[str, t.Any]) -> None:
    assert session._wanted({**NOTHING, "user_name": "alice", **given}) == call


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"duration_seconds": 899}, "duration_seconds: is 899"),
        ({"role_arn": "ops"}, "role_arn: 'ops' is not the ARN of a role"),
        ({"user_access_key": "AKIA"}, "user_access_key: and user_secret_key go together"),
        ({"role_session_name": "xy"}, "role_session_name: requires role_arn"),
        ({"role_arn": ROLE, "role_session_name": "x"}, "role_session_name: 'x' must be 2 to 64"),
    ],
)
def test_sessions_that_are_refused(given: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        session._wanted({**NOTHING, "user_name": "alice", **given})
    assert [text for text in caught.value.problems if text.startswith(problem)], caught.value.problems
