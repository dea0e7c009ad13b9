# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates, deletes and tags virtual devices, patient with what AWS does not know everywhere yet.

This module is private to hardening.aws. A device whose seed was lost with AWS's reply is made once more.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws.deadline import Deadline
from .._aws.iam import MfaApi, NewDevice
from .._aws.model import split_virtual_arn
from .._errors import AwsRefused, MfaError, StaleView
from .._seeds.totp import SeedError, normalize_seed
from . import plan as plans
from .attach import SETTLE_SECONDS, kind_of, pause
from .plan import Desired

# How often each is tried in any case: a single slow answer may take longer than IAM takes to settle.
_ATTEMPTS = 4


class VirtualDevices:
    """The virtual devices of an account."""

    def __init__(self, api: MfaApi) -> None:
        self._api = api

    def create(
        self, desired: Desired, serial: str, tags: t.Mapping[str, str], replace: bool, done: list[str] | None = None
    ) -> NewDevice:
        """Create a device, with I(replace) in place of one whose seed nobody knows.

        :param done: Is told when that one is deleted.
        :raises StaleView: It exists already.
        :raises MfaError: It cannot be created.
        """
        if desired.state == "enabled":
            self._api.clock.insist()  # the codes need it: better no device than one that stays behind
        path, name = split_virtual_arn(serial)
        settling = Deadline(SETTLE_SECONDS, attempts=_ATTEMPTS)
        while True:
            if replace and self.delete(serial) and done is not None:
                done.append(plans.DELETE)
            # From now on, what is replaced is what this very call made.
            done = None
            try:
                created = self._api.create(path, name, tags)
                return dataclasses.replace(created, seed=normalize_seed(created.seed))
            except SeedError as error:
                # The device exists, but what came as its seed cannot be one: as if the reply had been lost.
                if settling.passed():
                    self.delete(serial)
                    raise MfaError(
                        f"AWS repeatedly returned an unusable seed for {serial}: it {error}. Run again later."
                    ) from None
            except AwsRefused as refusal:
                if kind_of(refusal) == "LimitExceeded":
                    raise _at_the_quota(refusal, desired.user_name) from None
                if kind_of(refusal) != "EntityAlreadyExists":
                    raise
                if settling.passed() or not (refusal.unsure or replace):
                    raise StaleView(f"the device {serial} exists already") from None
            # The reply to an earlier attempt was lost, and the seed with it; or the deletion is not known yet.
            replace = True
            pause()

    def delete(self, serial: str) -> bool:
        """Delete a device. Return whether there was one.

        :raises StaleView: Somebody has attached it.
        """
        settling = Deadline(SETTLE_SECONDS, attempts=_ATTEMPTS)
        while True:
            try:
                self._api.delete(serial)
                return True
            except AwsRefused as refusal:
                kind = kind_of(refusal)
                if kind == "NoSuchEntity":
                    return refusal.unsure
                if kind != "DeleteConflict":
                    raise
                # It was detached a moment ago, which is not known everywhere yet; or somebody has attached it.
                if settling.passed():
                    raise StaleView(f"{serial} is in use, although AWS lists no user for it") from None
                pause()

    def tag(self, serial: str, tags: t.Mapping[str, str]) -> None:
        """Set tags of a device."""
        _patiently(lambda: self._api.tag(serial, tags))

    def untag(self, serial: str, keys: t.Iterable[str]) -> None:
        """Remove tags of a device."""
        _patiently(lambda: self._api.untag(serial, keys))


def _at_the_quota(refusal: AwsRefused, user_name: str) -> MfaError:
    return MfaError(
        f"The account has reached its quota of virtual MFA devices, so none can be created for {user_name}. Delete "
        f"unassigned devices, or raise the quota. AWS: {refusal.aws_message}",
        refusal.code,
        refusal.operation,
    )


def _patiently(call: t.Callable[[], None]) -> None:
    """Make a call on a device that may have been created a moment ago."""
    settling = Deadline(SETTLE_SECONDS, attempts=_ATTEMPTS)
    while True:
        try:
            call()
            return
        except AwsRefused as refusal:
            if kind_of(refusal) != "NoSuchEntity" or settling.passed():
                raise
            pause()
