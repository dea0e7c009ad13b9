# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each answer to EnableMFADevice and ResyncMFADevice means."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.attach import Attacher
from ansible_collections.hardening.aws.plugins.module_utils._devices.codes import Codes, SeedCodes, SuppliedCodes
from ansible_collections.hardening.aws.plugins.module_utils._devices.journal import Journal
from ansible_collections.hardening.aws.plugins.module_utils._errors import (
    MfaError,
    NoAnswer,
    ReplyLost,
    SeedRefused,
    StaleView,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    Api,
    Time,
    arn,
    refused,
    wanted,
)

TOKEN = "GAHT12345678"
LOST = ReplyLost("No answer to iam:EnableMFADevice", operation="iam:EnableMFADevice")
WRONG = refused("InvalidAuthenticationCode")
NO_USER = refused("NoSuchEntity", text="The user with name alice cannot be found.")
NO_DEVICE = refused("NoSuchEntity", text="MFA Device with serial number x does not exist, for a user")


class Case:
    """An account where alice's device is to be attached."""

    def __init__(self, clock: Time, serial: str | None = None, codes: bool = False) -> None:
        self.api = Api(["alice", "bob"])
        self.serial = serial or arn("alice")
        self.api.devices[self.serial] = None
        self.journal = Journal()
        self.records_checked = 0
        self.attacher = Attacher(t.cast("t.Any", self.api), self._insist)
        self.desired = wanted("alice", device_name=None, serial_number=self.serial)
        if codes:
            self.desired = wanted("alice", codes=("123456", "789012"))
        given = SuppliedCodes(("123456", "789012"), clock.now)
        made = SeedCodes("seed", t.cast("t.Any", self.api), lambda: None, self.journal.wait)
        self.codes: Codes = given if codes else made

    def _insist(self, *_args: t.Any) -> None:
        self.records_checked += 1

    def takes_effect_unheard(self) -> None:
        self.api.devices[self.serial] = "alice"
        raise LOST

    def step_passes(self) -> None:
        self.api.clock.at_step += 1
        raise WRONG

    def attach(self) -> None:
        self.attacher.attach(self.desired, self.serial, self.codes, self.journal)
        assert self.journal.attached and self.api.devices[self.serial] == "alice"

    def resync(self) -> None:
        self.attacher.resync(self.desired, self.serial, self.codes)


def somebody_else(case: Case, user: str = "alice") -> t.Callable[[], None]:
    def attaches() -> None:
        case.api.devices[case.serial] = user
        raise refused("EntityAlreadyExists")

    return attaches


def test_attached_at_once(clock: Time) -> None:
    case = Case(clock)
    case.attach()
    assert case.api.calls == {"enable": 1} and not case.journal.unsure


@pytest.mark.parametrize(
    "answers",
    [
        [LOST],
        [LOST, LOST],
        [NO_DEVICE, NO_DEVICE],  # not known everywhere yet
        [WRONG],  # these codes were used before
    ],
    ids=["lost", "lost-twice", "not-known-yet", "used-codes"],
)
def test_tried_again(clock: Time, answers: list[Exception]) -> None:
    case = Case(clock)
    case.api.spoil["enable"] = [*answers]
    case.attach()
    assert case.api.calls["enable"] == len(answers) + 1


def test_a_step_that_passed_on_the_way_costs_no_wait(clock: Time) -> None:
    case, began = Case(clock), clock.now
    case.api.spoil["enable"] = [case.step_passes]
    case.attach()
    assert case.api.calls["enable"] == 2 and clock.now == began


def test_a_lost_reply_that_took_effect(clock: Time) -> None:
    case = Case(clock)
    case.api.spoil["enable"] = [case.takes_effect_unheard]
    case.attach()
    assert case.journal.unsure and case.api.calls["enable"] == 1


@pytest.mark.parametrize("then", ["EntityAlreadyExists", "InvalidAuthenticationCode"])
def test_a_lost_reply_that_took_effect_and_is_listed_late(clock: Time, then: str) -> None:
    """The list does not show it yet; the next attempt is refused because the first did its work."""
    case = Case(clock)
    case.api.spoil["enable"] = [case.takes_effect_unheard, refused(then)]
    visible_at = clock.now + 6
    case.api.hidden = lambda _serial: clock.now < visible_at
    case.attach()


def test_what_somebody_else_attached_is_not_ones_own_success(clock: Time) -> None:
    case = Case(clock)
    case.api.spoil["enable"] = [somebody_else(case)]
    with pytest.raises(StaleView, match="by somebody else"):
        case.attach()
    case = Case(clock)
    case.api.spoil["enable"] = [somebody_else(case, "bob")]
    with pytest.raises(StaleView, match="in use already"):
        case.attach()
    assert not case.journal.attached


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (refused("EntityAlreadyExists"), MfaError, "iam_mfa_device_info"),
        (NO_DEVICE, MfaError, "AWS knows no token with the serial number"),
        (NO_USER, StaleView, "the user alice cannot be found"),
        (refused("LimitExceeded"), MfaError, "as many MFA devices as AWS allows"),
        (refused("AccessDenied"), MfaError, "AccessDenied"),
        (NoAnswer("No answer in time"), NoAnswer, "No answer in time"),
    ],
    ids=["in-use", "unknown", "no-user", "limit", "denied", "timeout"],
)
def test_a_token_that_cannot_be_attached(clock: Time, answer: Exception, kind: type[Exception], words: str) -> None:
    case = Case(clock, TOKEN)
    case.api.spoil["enable"] = [answer]
    with pytest.raises(kind, match=words):
        case.attach()
    assert case.api.calls["enable"] == 1 and not case.journal.attached


def test_a_device_that_stays_unknown(clock: Time) -> None:
    case, began = Case(clock), clock.now
    case.api.spoil["enable"] = [NO_DEVICE] * 500
    with pytest.raises(StaleView, match="cannot be found"):
        case.attach()
    assert clock.now - began < 10 and case.records_checked == case.api.calls["enable"] - 1


def test_a_wrong_seed(clock: Time) -> None:
    case = Case(clock)
    case.api.spoil["enable"] = [WRONG] * 9
    with pytest.raises(SeedRefused, match="most likely not this device's"):
        case.attach()
    assert case.records_checked and case.journal.waited == 60


def test_wrong_codes(clock: Time) -> None:
    case = Case(clock, codes=True)
    case.api.spoil["enable"] = [WRONG] * 9
    with pytest.raises(MfaError, match="two consecutive codes of this very device"):
        case.attach()
    assert case.api.calls["enable"] == 1


def test_refused_codes_are_not_sent_again_whatever_lists_show(clock: Time) -> None:
    """A list shows the device as attached, and the next one as attached to nobody."""
    case = Case(clock, codes=True)

    def still_listed() -> None:
        case.api.devices[case.serial] = "alice"
        raise WRONG

    case.api.spoil["enable"] = [still_listed]
    with pytest.raises(StaleView, match="by somebody else"):
        case.attach()
    case.api.devices[case.serial] = None
    with pytest.raises(MfaError, match="two consecutive codes of this very device"):
        case.attach()
    assert case.api.calls["enable"] == 1


@pytest.mark.parametrize("answer", [LOST, WRONG])
def test_resynchronized(clock: Time, answer: Exception) -> None:
    case = Case(clock)
    case.api.spoil["resync"] = [answer]
    case.resync()
    assert case.api.calls["resync"] == 2


def test_not_resynchronized_with_another_seed(clock: Time) -> None:
    case = Case(clock)
    case.api.spoil["resync"] = [WRONG] * 9
    with pytest.raises(SeedRefused):
        case.resync()


def test_given_codes_that_a_lost_reply_used_up(clock: Time) -> None:
    """No list shows it. Without other codes to try, the loss is told."""
    case = Case(clock, codes=True)
    case.api.spoil["resync"] = [LOST]
    with pytest.raises(ReplyLost):
        case.resync()


@pytest.mark.parametrize(
    ("answer", "kind"), [(NO_DEVICE, StaleView), (refused("AccessDenied"), MfaError), (NoAnswer("x"), NoAnswer)]
)
def test_no_device_to_resynchronize(clock: Time, answer: Exception, kind: type[Exception]) -> None:
    case = Case(clock)
    case.api.spoil["resync"] = [answer]
    with pytest.raises(kind):
        case.resync()
    assert case.api.calls["resync"] == 1
