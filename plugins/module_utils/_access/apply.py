# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes away what users sign in with, in the order that fails closed, and judges lost replies by what AWS lists.

This module is private to hardening.aws. Sessions, password, keys, other credentials, MFA devices: a step that fails
stops no later one, but MFA devices stay on as long as there may be a password or a key that they protect.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import time
import typing as t

from .._aws.model import Device, device_type
from .._devices import plan as mfa_plans
from .._devices.apply import Applier
from .._devices.attach import SETTLE_SECONDS
from .._devices.journal import Journal
from .._devices.plan import Action
from .._devices.seed_records import SeedRecords
from .._errors import AwsRefused, MfaError, StaleView
from .._progress import Progress
from . import plan as plans
from .api import OTHER_KINDS, AccessApi, UserGone
from .bulk import Outcome, counted_by, for_each
from .change import Change
from .effect import made, shows
from .options import ABSENT, Wanted
from .plan import Kept, Key, Moment

# Up to this many users are looked up one by one; for more, listing all users is cheaper.
_FEW = 10


class People:
    """The users of the account, by their names as IAM spells them.

    :param many: Whether to list all users at once instead of looking each up.
    """

    def __init__(self, api: AccessApi, many: bool) -> None:
        self._api = api
        self._listed: dict[str, dict[str, t.Any]] | None = None
        if many:
            self._list()

    def _list(self) -> dict[str, dict[str, t.Any]]:
        if self._listed is None:
            self._listed = {user["UserName"]: user for user in self._api.users()}
        return self._listed

    def find(self, user_name: str) -> dict[str, t.Any] | None:
        """Return the user with exactly this name, or None."""
        if self._listed is not None:
            return self._listed.get(user_name)
        found = self._api.user(user_name)
        return found if found is not None and found["UserName"] == user_name else None

    def similar(self, user_name: str) -> str | None:
        """Return the name of a user that differs only in upper and lower case, or None."""
        lower = user_name.lower()
        return next((name for name in self._list() if name.lower() == lower), None)


def take_access(
    api: AccessApi,
    wanted: t.Sequence[Wanted],
    check_mode: bool,
    ignore_missing: bool,
    concurrency: int,
    records: SeedRecords | None = None,
) -> list[Outcome]:
    """Take away what is asked for from each user, and return the outcomes in the same order.

    :param records: Where the seeds of devices that are deleted are kept, if these go as well.
    """
    outcomes = [Outcome(item.label, {"user_name": item.user_name}) for item in wanted]
    by_outcome = {id(outcome): item for outcome, item in zip(outcomes, wanted, strict=True)}
    unknown: list[MfaError] = []
    people = None
    try:
        people = People(api, many=len(wanted) > _FEW)
    except MfaError as error:
        # Access is taken away although it is not known whether the names are right.
        unknown.append(error)

    def work(outcome: Outcome) -> None:
        user = OneUser(api, by_outcome[id(outcome)], outcome, check_mode, records)
        outcome.errors += unknown
        outcome.details = user.details
        if user.exists(people, ignore_missing):
            user.take_all()
            user.judge_gone(ignore_missing)

    for_each(work, outcomes, concurrency, counted_by(Progress("processed", len(outcomes), api.seconds_waited)))
    return outcomes


class OneUser:
    """Takes away what is asked for from one user. Everything is read just before it is decided."""

    def __init__(
        self, api: AccessApi, wanted: Wanted, outcome: Outcome, check_mode: bool, records: SeedRecords | None = None
    ) -> None:
        self._api = api
        self._records = records
        self._wanted = wanted
        self._name = wanted.user_name
        self._outcome = outcome
        self._check_mode = check_mode
        self._password_last_used: Moment | None = None
        self._revoked_before: Moment | None = None
        self._has_password: bool | None = None  # None: not known
        self._password_was_taken = False
        self._keys_are_done = wanted.access_keys is None
        # What the first step read, for the next ones; forgotten if that step wrote anything, which may have taken long.
        self._keys_just_read: list[Key] | None = None
        self._no_password_just_read = False
        self.details: dict[str, t.Any] = {"create_date": None, "changes": [], "kept": []}

    def exists(self, people: People | None, ignore_missing: bool) -> bool:
        """Return whether the user exists, or may exist.

        :raises MfaError: The user does not exist, and that is not to be ignored.
        """
        if people is None:
            return True
        try:
            user = people.find(self._name)
            similar = people.similar(self._name) if user is None else None
        except MfaError as error:
            # It is not known whether the name is right; access is taken away all the same.
            self._outcome.errors.append(error)
            return True
        if user is not None:
            self._password_last_used = user.get("PasswordLastUsed")
            created = user.get("CreateDate")
            self.details["create_date"] = created.isoformat() if created else None
        elif similar is not None or not ignore_missing:
            raise MfaError(plans.nothing_such(self._wanted, similar))
        return user is not None

    def take_all(self) -> None:
        """Do each step that is asked for, also if an earlier one failed."""
        steps = (
            (self._wanted.sessions, self._end_sessions),
            (self._wanted.console_password, self._take_password),
            (self._wanted.access_keys, self._take_keys),
            (self._wanted.other_credentials, self._take_others),
            (self._wanted.mfa_devices, self._take_devices),
        )
        for asked_for, step in steps:
            if asked_for:
                self._outcome.attempt(step)

    def judge_gone(self, ignore_missing: bool) -> None:
        """Count a user who was deleted in the meantime as done, if that was asked for."""
        errors = self._outcome.errors
        if any(isinstance(error, UserGone) for error in errors):
            moot: tuple[type[MfaError], ...] = (_Remains,)
            # Look again: one of IAM's replicas may not know yet of a user who was created a moment ago.
            if ignore_missing and shows(lambda: self._api.user(self._name) is None):
                moot = (UserGone, _Remains)
            errors[:] = [error for error in errors if not isinstance(error, moot)]

    # Sessions

    def _end_sessions(self) -> None:
        self._revoked_before = plans.revoked_before(self._read(self._api.sessions_policy, None))
        if self._revoked_before is not None:
            may_sign_in, signs = self._signs_of_use()
            if plans.sessions_are_revoked(self._wanted, self._revoked_before, self._now(), may_sign_in, signs):
                return
        self._write_sessions_policy()

    def _signs_of_use(self) -> tuple[bool, list[Moment | None]]:
        """Return whether the user can sign in, and moments when the user could. What is unknown counts as yes."""
        try:
            keys = self._api.keys(self._name)
            may_sign_in = any(key.active for key in keys) or self._api.has_password(self._name)
        except MfaError:
            return True, []
        self._keys_just_read, self._no_password_just_read = keys, not may_sign_in
        return may_sign_in, [self._password_last_used, *(key.created for key in keys)]

    def _write_sessions_policy(self) -> None:
        self._keys_just_read, self._no_password_just_read = None, False
        old, new = self._revoked_before, plans.new_date(self._wanted, self._now())
        document = plans.sessions_document(plans.date_text(new))

        def write() -> bool:
            try:
                self._api.revoke_sessions(self._name, document)
            except AwsRefused as refusal:
                if (refusal.code or "").startswith("LimitExceeded"):
                    raise MfaError(
                        f"The sessions of {self._name} could not be ended, as the user's inline policies would be "
                        "longer than 2,048 characters in all: shorten or delete one of them, and run again. AWS: "
                        f"{refusal.aws_message}",
                        refusal.code,
                        refusal.operation,
                    ) from None
                raise
            return True

        self._change(
            plans.session_change(self._wanted, old, new),
            write,
            lambda: self._api.sessions_policy(self._name) == document,
        )
        self._revoked_before = new

    def _keep_sessions_ended(self) -> None:
        """Make sure that sessions which begin before the next call takes effect are denied as well."""
        if self._revoked_before is not None and self._revoked_before < self._now() + plans.STILL_AHEAD:
            self._outcome.attempt(self._write_sessions_policy)

    # Password

    def _take_password(self) -> None:
        self._has_password = None
        if self._no_password_just_read or not self._read(self._api.has_password, True):
            self._has_password = False
            return
        if self._is_spared("console_password", None):
            self._has_password = True
            return
        self._keep_sessions_ended()
        self._change(
            plans.password_change(self._wanted),
            lambda: self._api.delete_password(self._name),
            lambda: not self._api.has_password(self._name),
        )
        self._has_password, self._password_was_taken = False, True

    def _look_for_password(self) -> None:
        self._has_password = self._api.has_password(self._name)

    def _insist_on_no_password(self) -> None:
        """Delete the password although none was seen: reads may be seconds behind, and the MFA devices go next."""
        if self._has_password is False and not self._password_was_taken and not self._check_mode:
            self._has_password = None
            if self._api.delete_password(self._name):
                self._note([plans.password_change(self._wanted)])
            self._has_password = False

    def _is_spared(self, what: str, target: str | None) -> bool:
        """Return whether something is kept because the user has an MFA device."""
        if not self._wanted.only_without_mfa:
            return False
        devices = self._devices()
        if devices:
            self._keep(Kept(what, target, f"the user has an MFA device now: {devices[0].serial_number}"))
        return bool(devices)

    # Keys

    def _take_keys(self) -> None:
        keys = self._api.keys(self._name) if self._keys_just_read is None else self._keys_just_read
        todo = plans.plan_keys(self._wanted, keys)
        done = [self._outcome.attempt(functools.partial(self._take_key, key)) for key in todo.doomed]
        done += [self._outcome.attempt(functools.partial(self._look_for, key_id)) for key_id in todo.missing]
        self._keys_are_done = all(done)

    def _take_key(self, key: Key) -> None:
        if self._wanted.only_unused_days is not None:
            try:
                _owner, last_used = self._api.key_last_used(key.key_id)
            except AwsRefused:
                if key.key_id in {item.key_id for item in self._api.keys(self._name)}:
                    raise
                return
            kept = plans.kept_key(self._wanted, key, last_used, self._now())
            if kept is not None:
                self._keep(kept)
                return
        if self._is_spared("access_key", key.key_id):
            return
        self._keep_sessions_ended()
        delete = self._wanted.access_keys == ABSENT
        call = self._api.delete_key if delete else self._api.deactivate_key

        def is_done() -> bool:
            listed = {item.key_id: item.active for item in self._api.keys(self._name)}
            return key.key_id not in listed if delete else not listed.get(key.key_id)

        self._change(plans.key_change(self._wanted, key), lambda: call(self._name, key.key_id), is_done)

    def _look_for(self, key_id: str) -> None:
        """Say what is known of a key that was named and that the user does not have."""
        owner = None
        with contextlib.suppress(AwsRefused):
            owner, _last_used = self._api.key_last_used(key_id)
        if owner not in (None, self._name):
            raise MfaError(f"The access key {key_id} belongs to {owner}, not to {self._name}: correct access_key_ids.")
        if self._wanted.access_keys != ABSENT:
            raise MfaError(
                f"{self._name} has no access key {key_id}: correct access_key_ids, or remove the key if it was deleted."
            )
        self._outcome.warnings.append(f"{self._name} has no access key {key_id}: it counts as deleted.")

    # Other credentials

    def _take_others(self) -> None:
        for action in OTHER_KINDS:
            self._outcome.attempt(functools.partial(self._take_kind, action))

    def _take_kind(self, action: str) -> None:
        for credential in self._api.other_credentials(self._name, action):
            self._outcome.attempt(functools.partial(self._take_credential, credential))

    def _take_credential(self, credential: plans.Credential) -> None:
        self._change(
            plans.credential_change(self._wanted, credential),
            lambda: self._api.delete_credential(self._name, credential),
            lambda: credential not in self._api.other_credentials(self._name, credential.action),
        )

    # MFA devices

    def _take_devices(self) -> None:
        devices = self._devices()
        gone = self._take_attached(devices) if devices else {}
        for serial, journal in gone.items():
            self._outcome.attempt(functools.partial(self._retire_seed, serial, journal))
        # A run that was killed may have left the seed of the device that is named like the user.
        serial = self._api.virtual_arn("/", self._name) if self._records is not None else ""
        if serial and serial not in gone:
            self._outcome.attempt(functools.partial(self._retire_left_seed, serial))

    def _take_attached(self, devices: t.Sequence[Device]) -> dict[str, Journal]:
        """Take the devices that are attached away, and return the journals of those that are gone, by serial number."""
        if self._wanted.console_password:
            self._outcome.attempt(self._insist_on_no_password)
        else:
            self._outcome.attempt(self._look_for_password)
        obstacle = plans.mfa_obstacle(self._wanted, self._has_password, self._keys_are_done)
        if obstacle:
            raise _Remains(obstacle)
        gone: dict[str, Journal] = {}
        for device in devices:
            self._outcome.attempt(functools.partial(self._take_device, device, gone))
        return gone

    def _look_up_seed(self, serial: str, journal: Journal) -> None:
        """Note what the seed store holds of a device, if that goes as well."""
        if self._records is not None and device_type(serial) == "virtual":
            journal.record = self._records.retirable(self._name, serial)

    def _retire_left_seed(self, serial: str) -> None:
        """Delete the record of a device that this run did not take, unless another run has attached it by now."""
        journal = Journal()
        self._look_up_seed(serial, journal)
        if journal.record is not None and all(device.serial_number != serial for device in self._devices()):
            self._retire_seed(serial, journal)

    def _retire_seed(self, serial: str, journal: Journal) -> None:
        """Delete the record of a device that is gone."""
        if self._records is None or journal.record is None:
            return
        if self._check_mode or self._records.retire(self._name, serial, journal.record):
            self._note([plans.seed_change(serial)])

    def _take_device(self, device: Device, gone: dict[str, Journal]) -> None:
        serial, journal = device.serial_number, Journal()
        changes = plans.mfa_changes(self._wanted, serial, device.type == "virtual")
        # Before the device goes: another run may make one of the same name after that, and store its seed.
        self._outcome.attempt(functools.partial(self._look_up_seed, serial, journal))
        if self._check_mode:
            self._note(changes)
            gone[serial] = journal
            return
        steps = {mfa_plans.DISABLE: changes[0], mfa_plans.DELETE: changes[-1]}
        try:
            self._remove(device, journal)
            gone[serial] = journal
        finally:
            self._note([steps[done] for done in journal.done])

    def _remove(self, device: Device, journal: Journal) -> None:
        """Take a device off its user and delete it. Try again while AWS's lists are out of date."""
        desired = mfa_plans.Desired(self._name, ABSENT, self._wanted.label, serial_number=device.serial_number)
        kinds = [mfa_plans.DISABLE]
        if device_type(device.serial_number) == "virtual":
            kinds.append(mfa_plans.DELETE)
        applier = Applier(self._api, None)
        give_up_at = time.monotonic() + 2 * SETTLE_SECONDS
        lost = 0
        while True:
            todo = tuple(Action(kind, device.serial_number) for kind in kinds if kind not in journal.done)
            try:
                applier.apply(desired, mfa_plans.Plan(todo), device.serial_number, journal)
                return
            except StaleView as stale:
                if time.monotonic() > give_up_at:
                    raise MfaError(
                        f"{stale.message}, and it stayed so. Look at the device in the console, then run again."
                    ) from None
                time.sleep(0.5)
            except MfaError as error:
                lost += 1
                if lost > len(kinds) or (isinstance(error, AwsRefused) and not error.unsure):
                    raise
                # No answer came: AWS's list tells whether the call took effect.
                if mfa_plans.DISABLE not in journal.done and device not in self._devices():
                    journal.done.append(mfa_plans.DISABLE)

    def _devices(self) -> tuple[Device, ...]:
        devices = self._api.devices_of(self._name)
        if devices is None:
            raise UserGone(f"There is no IAM user {self._name} any more: it was deleted while this ran.")
        return devices

    # Reading and changing

    def _read(self, call: t.Callable[[str], t.Any], unknown: t.Any) -> t.Any:
        """Return what a call says of the user, or I(unknown) if it fails, which is noted as an error."""
        try:
            return call(self._name)
        except UserGone:
            raise
        except MfaError as error:
            if self._check_mode:
                raise
            self._outcome.errors.append(error)
            return unknown

    def _change(self, change: Change, call: t.Callable[[], bool], is_done: t.Callable[[], bool]) -> None:
        """Make one change, or in check mode only note it. If the reply is lost, see whether it took effect."""
        if self._check_mode or made(call, is_done):
            self._note([change])

    def _note(self, changes: t.Sequence[Change]) -> None:
        for change in changes:
            self._outcome.note(change)

    def _keep(self, kept: Kept) -> None:
        self.details["kept"].append({"what": kept.what, "target": kept.target, "reason": kept.reason})

    def _now(self) -> Moment:
        """Return AWS's own time."""
        if not self._api.clock.known:
            raise MfaError(
                "AWS's time is not known, as no call was answered yet, so no sessions can be ended. Run again."
            )
        return datetime.datetime.fromtimestamp(self._api.clock.now(), datetime.timezone.utc)


class _Remains(MfaError):
    """MFA devices stay on because something else could not be taken away."""
