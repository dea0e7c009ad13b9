# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attaches a device to a user: what each of AWS's answers to EnableMFADevice means, lost ones included.

This module is private to hardening.aws. A device that somebody else attached is never taken for one's own success.
"""

from __future__ import annotations

import random
import time
import typing as t

from .._aws.deadline import Deadline
from .._aws.iam import MfaApi
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError, NoAnswer, NoSuchToken, ReplyLost, SeedRefused, StaleView
from . import plan as plans
from .codes import NEW_CODES_SECONDS, Codes, SuppliedCodes
from .journal import Journal
from .plan import Desired

# How long IAM may take to show everywhere what one call changed. It has been seen to settle within 2 seconds.
SETTLE_SECONDS = 15.0
# How often a device is attached in any case: to see that a lost reply was no success can take all of that time.
_ATTEMPTS = 4


class Attacher:
    """Makes the two calls that take codes.

    :param insist_on_record: Raises StaleView if the store no longer holds the seed that is being used.
    :param code_patience: How many seconds may be spent on waiting for codes that were not used before.
    """

    def __init__(
        self,
        api: MfaApi,
        insist_on_record: t.Callable[[Desired, str, Journal], None],
        code_patience: float = NEW_CODES_SECONDS,
    ) -> None:
        self._api = api
        self._insist_on_record = insist_on_record
        self._code_patience = code_patience

    # Attaching ------------------------------------------------------------------------------------------------------

    def attach(self, desired: Desired, serial: str, codes: Codes, journal: Journal) -> None:
        """Call EnableMFADevice until this run has attached the device, or it is certain that it cannot.

        :raises StaleView: Somebody else has attached it, or AWS does not show what it is said to have.
        """
        if journal.refusal:
            raise codes_refused(desired, serial, journal.refusal)
        seconds = SETTLE_SECONDS if journal.created else SETTLE_SECONDS / 3
        settling = Deadline(seconds, lambda: journal.waited, attempts=_ATTEMPTS)
        while True:
            try:
                self._api.enable(desired.user_name, serial, codes)
                break
            except ReplyLost as lost:
                journal.unsure = True
                if self._took_effect(desired, serial, lost):
                    break
                if isinstance(lost, NoAnswer) or settling.passed():
                    raise
                pause()
            except AwsRefused as refusal:
                journal.unsure = journal.unsure or refusal.unsure
                if self._done_after_all(desired, serial, codes, journal, refusal, settling):
                    break
        journal.attached = True

    def _took_effect(self, desired: Desired, serial: str, lost: ReplyLost) -> bool:
        if isinstance(lost, NoAnswer):
            return self.is_attached(desired, serial)
        return self.becomes_attached(desired, serial)

    def _done_after_all(
        self,
        desired: Desired,
        serial: str,
        codes: Codes,
        journal: Journal,
        refusal: AwsRefused,
        settling: Deadline,
    ) -> bool:
        """Whether an earlier attempt of this run has attached the device; False if it is worth another one."""
        kind = kind_of(refusal)
        if kind == "EntityAlreadyExists":
            return self._in_use(desired, serial, journal, refusal)
        if kind == "InvalidAuthenticationCode":
            return self._codes_refused(desired, serial, codes, journal, refusal)
        if kind == "LimitExceeded":
            raise MfaError(
                f"{desired.user_name} has as many MFA devices as AWS allows ({plans.MAX_DEVICES_PER_USER}). "
                f"Remove one with state=absent first. AWS: {refusal.aws_message}",
                refusal.code,
                refusal.operation,
            ) from None
        if kind != "NoSuchEntity":
            raise refusal
        self._not_found(desired, serial, journal, refusal, settling)
        return False

    def _in_use(self, desired: Desired, serial: str, journal: Journal, refusal: AwsRefused) -> bool:
        if self.becomes_attached(desired, serial):
            if journal.unsure:
                return True
            raise StaleView(f"{serial} was attached to {desired.user_name} by somebody else")
        if not desired.is_virtual:
            raise MfaError(
                f"The token {serial} is attached to another user of the account, and no list of AWS's tells which. "
                "Find that user with hardening.aws.iam_mfa_device_info, and remove the token there first.",
                refusal.code,
                refusal.operation,
            ) from None
        raise StaleView(f"{serial} is in use already, and AWS does not list yet by whom") from None

    def _codes_refused(
        self, desired: Desired, serial: str, codes: Codes, journal: Journal, refusal: AwsRefused
    ) -> bool:
        # After a lost reply the codes may be refused because they did their work.
        if journal.unsure and self.becomes_attached(desired, serial):
            return True
        self._insist_on_record(desired, serial, journal)
        if codes.renew(self._code_patience):
            return False
        if self.is_attached(desired, serial):
            if journal.unsure:
                return True
            if isinstance(codes, SuppliedCodes):
                journal.refusal = refusal
            raise StaleView(f"{serial} was attached to {desired.user_name} by somebody else") from None
        raise codes_refused(desired, serial, refusal) from None

    def _not_found(
        self, desired: Desired, serial: str, journal: Journal, refusal: AwsRefused, settling: Deadline
    ) -> None:
        if "user" in refusal.aws_message.lower().split("device")[0]:
            raise StaleView(f"the user {desired.user_name} cannot be found") from None
        if not desired.is_virtual:
            raise NoSuchToken(
                f"AWS knows no token with the serial number {serial}. Check it. AWS: {refusal.aws_message}",
                refusal.code,
                refusal.operation,
            ) from None
        # A device just created is not known everywhere at once.
        if settling.passed():
            raise StaleView(f"the device {serial} cannot be found") from None
        self._insist_on_record(desired, serial, journal)
        pause()

    def is_attached(self, desired: Desired, serial: str) -> bool:
        """Whether the device is on the user, as AWS lists it now."""
        return any(device.serial_number == serial for device in self._api.devices_of(desired.user_name) or ())

    def becomes_attached(self, desired: Desired, serial: str) -> bool:
        """Whether the device shows up on the user within the time that IAM takes to settle."""
        settling = Deadline(SETTLE_SECONDS / 3)
        while not self.is_attached(desired, serial):
            if settling.passed():
                return False
            pause()
        return True

    # Resynchronizing ------------------------------------------------------------------------------------------------

    def resync(self, desired: Desired, serial: str, codes: Codes) -> None:
        """Bring an attached device back into step with AWS. Accepted codes also prove that their seed is its own.

        :raises SeedRefused: AWS refused codes of the seed.
        """
        lost = False
        while True:
            try:
                self._api.resync(desired.user_name, serial, codes)
                return
            except NoAnswer:
                raise
            except ReplyLost:
                # No list shows whether it took effect. If it did, these codes are used up.
                lost = True
                if not codes.renew(self._code_patience):
                    raise
            except AwsRefused as refusal:
                if kind_of(refusal) == "NoSuchEntity":
                    raise StaleView(f"{serial} cannot be found on {desired.user_name}") from None
                if kind_of(refusal) != "InvalidAuthenticationCode":
                    raise
                if not codes.renew(self._code_patience):
                    if lost and isinstance(codes, SuppliedCodes):
                        return
                    raise codes_refused(desired, serial, refusal) from None


def codes_refused(desired: Desired, serial: str, refusal: AwsRefused) -> MfaError:
    """Return the error for codes that AWS did not accept."""
    if desired.codes:
        return MfaError(
            f"AWS refused the codes for {serial} on {desired.user_name}; nothing was changed. Check that they are "
            "two consecutive codes of this very device, the older one first as authentication_code1; that they are "
            "fresh (the second one is still shown or has just gone) and were not used before; and that they are "
            "quoted in YAML, where an unquoted 012345 loses its zero.",
            refusal.code,
            refusal.operation,
        )
    return SeedRefused(
        f"AWS refused codes computed from the seed of {serial} for {desired.user_name}, on AWS's own clock; "
        "nothing was changed. The seed is most likely not this device's: check it. If it is, and the device was "
        "used within the last minute, run again.",
        refusal.code,
        refusal.operation,
    )


def kind_of(refusal: AwsRefused) -> str:
    """Return AWS's error code, without the suffix that some services add."""
    return short_code(refusal.code or "")


def pause() -> None:
    """Wait a moment before AWS is asked again."""
    time.sleep(random.uniform(0.2, 0.6))
