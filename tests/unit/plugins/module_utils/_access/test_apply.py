# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of refused calls: nothing that could be taken away stays, and no password is left without MFA."""

from __future__ import annotations

import datetime
import itertools
import json
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _progress
from ansible_collections.hardening.aws.plugins.module_utils._access import plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._access.api import UserGone
from ansible_collections.hardening.aws.plugins.module_utils._access.apply import take_access
from ansible_collections.hardening.aws.plugins.module_utils._access.bulk import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._access.options import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._access.plan import Credential, Key
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError

NOW = datetime.datetime(2026, 11, 24, 12, 0, 0, tzinfo=datetime.timezone.utc)
PHONE, TOKEN = "arn:aws:iam::123456789012:mfa/bob", "GAHT12345678"
EVERYTHING = Wanted(
    "bob",
    "users[0] (bob)",
    console_password=True,
    access_keys="inactive",
    other_credentials=True,
    sessions=True,
    mfa_devices=True,
)


class Clock:
    """AWS's."""

    known = True

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> float:
        return self.moment.timestamp()


class FakeIam:
    """One user, bob, in memory. Calls whose names are in I(refused) are refused; in I(lost), their replies are lost."""

    seconds_waited = staticmethod(lambda: 0.0)

    def __init__(self, refused: t.Iterable[str] = (), lost: t.Iterable[str] = ()) -> None:
        self.refused, self.lost = set(refused), set(lost)
        self.clock = Clock()
        self.calls: list[str] = []
        self.there = True
        self.password = True
        self.active = {"AKIAONE": True, "AKIATWO": False, "AKIATHREE": True}
        self.used: dict[str, datetime.datetime] = {}
        self.others = {plans.DELETE_SSH_KEY: ["APKA1"], plans.DELETE_CERTIFICATE: ["C1"]}
        self.others[plans.DELETE_SERVICE_CREDENTIAL] = ["ACCA1", "ACCA2"]
        self.attached = [PHONE, TOKEN]
        self.virtual = {PHONE}
        self.policy: t.Any = None
        self.slow = datetime.timedelta()  # that each call takes

    def _call(self, name: str, effect: t.Callable[[], None] | None = None) -> None:
        self.calls.append(name)
        self.clock.moment += self.slow
        if name in self.refused:
            raise AwsRefused(f"{name} is missing", "AccessDenied", f"iam:{name}", "not authorized")
        if not self.there:
            raise UserGone("bob is gone", "NoSuchEntity", f"iam:{name}")
        if effect:
            effect()
            assert not (self.password and PHONE not in self.attached), "a password without the MFA that was there"
        if name in self.lost:
            raise MfaError(f"No answer to {name}")

    def user(self, user_name: str) -> dict[str, t.Any] | None:
        try:
            self._call("GetUser")
        except UserGone:
            return None
        return {"UserName": "bob"} if user_name.lower() == "bob" else None

    def users(self) -> list[dict[str, t.Any]]:
        self._call("ListUsers")
        return [{"UserName": "bob"}]

    def sessions_policy(self, _user_name: str) -> t.Any:
        self._call("GetUserPolicy")
        return self.policy

    def revoke_sessions(self, _user_name: str, document: t.Any) -> None:
        self._call("PutUserPolicy", lambda: setattr(self, "policy", document))

    def has_password(self, _user_name: str) -> bool:
        self._call("GetLoginProfile")
        return self.password

    def delete_password(self, _user_name: str) -> bool:
        self._call("DeleteLoginProfile", lambda: setattr(self, "password", False))
        return True

    def keys(self, _user_name: str) -> list[Key]:
        self._call("ListAccessKeys")
        made = NOW - datetime.timedelta(days=400)
        return [Key(key_id, active, made) for key_id, active in self.active.items()]

    def key_last_used(self, key_id: str) -> tuple[str | None, datetime.datetime | None]:
        self._call("GetAccessKeyLastUsed")
        return "bob", self.used.get(key_id)

    def deactivate_key(self, _user_name: str, key_id: str) -> bool:
        self._call("UpdateAccessKey", lambda: self.active.update({key_id: False}))
        return True

    def delete_key(self, _user_name: str, key_id: str) -> bool:
        self._call("DeleteAccessKey", lambda: self.active.pop(key_id) and None)
        return True

    def other_credentials(self, _user_name: str, action: str) -> list[Credential]:
        self._call(action.replace("delete", "list"))
        return [Credential(action, "credential", name) for name in self.others[action]]

    def delete_credential(self, _user_name: str, credential: Credential) -> bool:
        self._call(credential.action, lambda: self.others[credential.action].remove(credential.credential_id))
        return True

    def virtual_arn(self, path: str, name: str) -> str:
        return f"arn:aws:iam::123456789012:mfa{path}{name}"

    def devices_of(self, user_name: str) -> tuple[Device, ...] | None:
        self._call("ListMFADevices")
        return tuple(Device(serial, user_name) for serial in self.attached)

    def deactivate(self, _user_name: str, serial: str) -> None:
        self._call("DeactivateMFADevice", lambda: self.attached.remove(serial))

    def delete(self, serial: str) -> None:
        self._call("DeleteVirtualMFADevice", lambda: self.virtual.discard(serial))


def take(iam: FakeIam, wanted: Wanted = EVERYTHING, check_mode: bool = False, ignore_missing: bool = False) -> Outcome:
    (outcome,) = take_access(t.cast("t.Any", iam), [wanted], check_mode, ignore_missing, 1)
    return outcome


READS = ["GetUser", "GetUserPolicy", "GetLoginProfile", "ListAccessKeys", "list_ssh_key", "ListMFADevices"]
WRITES = ["PutUserPolicy", "DeleteLoginProfile", "UpdateAccessKey", "delete_ssh_key", "DeactivateMFADevice"]
SETS = [names for size in range(4) for names in itertools.combinations(READS + WRITES, size)]


@pytest.mark.parametrize("refused", SETS, ids="+".join)
def test_refused_calls(refused: tuple[str, ...]) -> None:
    iam = FakeIam(refused=refused)
    outcome = take(iam)
    assert outcome.failed is bool(refused)
    told = {error.operation for error in outcome.errors}
    assert {f"iam:{name}" for name in refused if name in iam.calls} == told - {None}
    # Each thing is gone, unless the very call that takes it away was refused, or nobody can tell what there is.
    assert (iam.policy is None) is ("PutUserPolicy" in refused)
    assert iam.password is ("DeleteLoginProfile" in refused)
    assert any(iam.active.values()) is bool({"ListAccessKeys", "UpdateAccessKey"} & set(refused))
    assert bool(iam.others[plans.DELETE_SSH_KEY]) is bool({"list_ssh_key", "delete_ssh_key"} & set(refused))
    assert iam.others[plans.DELETE_CERTIFICATE] == iam.others[plans.DELETE_SERVICE_CREDENTIAL] == []
    # MFA devices go last, and only if nothing is left that they guard.
    stay = iam.password or any(iam.active.values()) or {"ListMFADevices", "DeactivateMFADevice"} & set(refused)
    assert iam.attached == ([PHONE, TOKEN] if stay else [])
    if iam.password or any(iam.active.values()):
        assert "ListMFADevices" in refused or "stay on" in outcome.msg


@pytest.mark.parametrize("lost", [names for names in SETS if not set(names) & set(READS)], ids="+".join)
def test_lost_replies(lost: tuple[str, ...]) -> None:
    """What AWS then shows tells: the change took effect, so it was made."""
    iam = FakeIam(lost=lost)
    outcome = take(iam)
    assert not outcome.failed, outcome.msg
    assert outcome.actions == take(FakeIam()).actions
    assert not iam.password and not any(iam.active.values()) and not iam.attached and not iam.virtual


def test_the_order_and_the_second_run() -> None:
    iam = FakeIam()
    first = take(iam)
    assert first.actions == [
        "revoke_sessions",
        "delete_password",
        "deactivate_key",
        "deactivate_key",
        "delete_ssh_key",
        "delete_certificate",
        "delete_service_credential",
        "delete_service_credential",
        "disable_mfa",
        "delete_mfa",
        "disable_mfa",
    ]
    assert [item["target"] for item in first.details["changes"]][2:4] == ["AKIAONE", "AKIATHREE"]
    iam.calls.clear()
    iam.clock.moment += datetime.timedelta(days=1)
    again = take(iam)
    assert not again.changed and not again.failed
    assert not [call for call in iam.calls if not call.lower().startswith(("get", "list"))]


def test_sessions_that_begin_while_the_run_is_slow() -> None:
    """The policy's date lies after the moment when the last thing went with which a session can begin."""
    iam = FakeIam()
    iam.slow = datetime.timedelta(minutes=4)
    outcome = take(iam)
    date = plans.revoked_before(iam.policy)
    gone = NOW + iam.slow * (max(index for index, call in enumerate(iam.calls) if call == "UpdateAccessKey") + 1)
    assert date is not None and date > gone
    assert outcome.actions.count("revoke_sessions") > 1 and not outcome.failed


def test_a_user_who_can_sign_in_again_has_new_sessions() -> None:
    iam = FakeIam()
    take(iam)
    iam.active["AKIAONE"] = True
    iam.clock.moment += datetime.timedelta(days=1)
    assert take(iam).actions == ["revoke_sessions", "deactivate_key"]
    date = plans.revoked_before(iam.policy)
    assert date is not None and date > iam.clock.moment


def test_a_password_that_reads_do_not_show_yet() -> None:
    """Somebody has just given one: nothing is left with it that has no MFA any more."""

    class Behind(FakeIam):
        def has_password(self, _user_name: str) -> bool:
            self._call("GetLoginProfile")
            return False

    iam = Behind()
    outcome = take(iam)
    assert not iam.password and not iam.attached and "delete_password" in outcome.actions and not outcome.failed
    iam = Behind(refused=["DeleteLoginProfile"])
    assert take(iam).failed and iam.attached == [PHONE, TOKEN]
    iam = FakeIam()
    iam.password = False
    iam.attached.clear()
    take(iam)
    assert "DeleteLoginProfile" not in iam.calls  # nothing to guard


def test_check_mode() -> None:
    iam = FakeIam()
    outcome = take(iam, check_mode=True)
    assert not [call for call in iam.calls if not call.lower().startswith(("get", "list"))]
    assert outcome.actions == take(iam).actions
    assert outcome.before[0] == "bob: console password" and "bob: access key AKIAONE: inactive" in outcome.after


@pytest.mark.parametrize("name", ["alice", "Bob"])
@pytest.mark.parametrize("ignored", [False, True])
def test_names(name: str, ignored: bool) -> None:
    iam = FakeIam()
    outcome = take(iam, Wanted(name, "", console_password=True), ignore_missing=ignored)
    assert iam.password and not outcome.changed
    assert outcome.failed is (name == "Bob" or not ignored)
    if outcome.failed:
        assert f"There is no IAM user {name}" in outcome.msg
        assert ("there is bob" in outcome.msg) is (name == "Bob")


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("call", ["GetUserPolicy", "DeleteLoginProfile", "ListAccessKeys", "ListMFADevices"])
def test_a_user_deleted_in_mid_run(call: str, ignored: bool) -> None:
    class Fleeting(FakeIam):
        def _call(self, name: str, effect: t.Callable[[], None] | None = None) -> None:
            self.there = self.there and name != call
            super()._call(name, effect)

    outcome = take(Fleeting(), ignore_missing=ignored)
    assert outcome.failed is not ignored
    assert outcome.msg == ("" if ignored else "bob is gone")


def test_a_user_whom_iam_does_not_know_yet_is_not_taken_for_gone() -> None:
    class Lagging(FakeIam):
        def has_password(self, _user_name: str) -> bool:
            raise UserGone("bob is gone")

    assert take(Lagging(), ignore_missing=True).failed


@pytest.mark.parametrize(
    ("wanted", "spared"),
    [
        (Wanted("bob", console_password=True, only_without_mfa=True), True),
        (Wanted("bob", access_keys="absent", only_without_mfa=True), True),
        (Wanted("bob", console_password=True), False),
    ],
)
def test_only_without_mfa(wanted: Wanted, spared: bool) -> None:
    iam = FakeIam()
    outcome = take(iam, wanted)
    assert outcome.changed is not spared and bool(outcome.details["kept"]) is spared
    without = take(FakeIamWithoutMfa(), wanted)
    assert without.changed and not without.details["kept"]


class FakeIamWithoutMfa(FakeIam):
    """Bob has no MFA device."""

    def __init__(self) -> None:
        super().__init__()
        self.attached.clear()

    def _call(self, name: str, effect: t.Callable[[], None] | None = None) -> None:
        super()._call(name)
        if effect:
            effect()


def test_only_unused_days() -> None:
    wanted = Wanted("bob", access_keys="inactive", only_unused_days=90)
    iam = FakeIam()
    iam.used["AKIAONE"] = NOW - datetime.timedelta(hours=3)
    outcome = take(iam, wanted)
    assert iam.active == {"AKIAONE": True, "AKIATWO": False, "AKIATHREE": False} and not outcome.failed
    assert [(item["target"], item["reason"]) for item in outcome.details["kept"]] == [
        ("AKIAONE", "was last used at 2026-11-24T09:00:00Z")
    ]
    # Nobody can say when it was used: it is kept, and that is a failure.
    iam = FakeIam(refused=["GetAccessKeyLastUsed"])
    outcome = take(iam, wanted)
    assert iam.active["AKIAONE"] and outcome.failed and not outcome.changed


@pytest.mark.parametrize(("state", "failed"), [("inactive", True), ("absent", False)])
def test_a_key_that_is_not_there(state: str, failed: bool) -> None:
    iam = FakeIam()
    wanted = Wanted("bob", access_keys=state, access_key_ids=("AKIAELSE", "AKIAONE"))
    outcome = take(iam, wanted)
    assert outcome.failed is failed and not iam.active.get("AKIAONE") and iam.active["AKIATHREE"]
    assert "bob has no access key AKIAELSE" in "".join([outcome.msg, *outcome.warnings])


def test_a_key_of_somebody_else() -> None:
    class Shared(FakeIam):
        def key_last_used(self, key_id: str) -> tuple[str | None, datetime.datetime | None]:
            return "carol", None

    outcome = take(Shared(), Wanted("bob", access_keys="absent", access_key_ids=("AKIAELSE",)))
    assert outcome.failed and "belongs to carol, not to bob" in outcome.msg


def test_mfa_devices_of_a_user_who_keeps_the_password() -> None:
    iam = FakeIam()
    outcome = take(iam, Wanted("bob", mfa_devices=True))
    assert outcome.failed and "set console_password to absent" in outcome.msg and iam.attached == [PHONE, TOKEN]


def test_no_room_for_the_policy() -> None:
    class Full(FakeIam):
        def revoke_sessions(self, _user_name: str, document: t.Any) -> None:
            text = "Maximum policy size of 2048 bytes exceeded for user bob"
            raise AwsRefused("refused", "LimitExceeded", "iam:PutUserPolicy", text)

    iam = Full()
    outcome = take(iam)
    assert "inline policies would be longer than 2,048 characters" in outcome.msg and not iam.attached


def test_each_user_is_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv(_progress.FILE_VARIABLE, str(tmp_path / "progress"))
    wanted = [Wanted(name, "", console_password=True) for name in ("bob", "nobody")]
    take_access(t.cast("t.Any", FakeIam()), wanted, False, False, 2)
    last = json.loads((tmp_path / "progress").read_text(encoding="ascii").splitlines()[-1])
    assert [last[name] for name in ("verb", "total", "done", "changed", "failed")] == ["processed", 2, 2, 1, 1]


def test_a_run_that_changes_nothing_reads_each_thing_once() -> None:
    iam = FakeIam()
    take(iam)
    iam.calls.clear()
    assert not take(iam).changed
    assert sorted(iam.calls) == sorted(
        [
            "GetUser",
            "GetUserPolicy",
            "ListAccessKeys",
            "GetLoginProfile",
            "list_ssh_key",
            "list_certificate",
            "list_service_credential",
            "ListMFADevices",
        ]
    )


class Records:
    """The seed of a device that is named like bob, and which a killed run may have left."""

    def __init__(self, iam: FakeIam, meanwhile: t.Callable[[], None]) -> None:
        self._iam, self._meanwhile = iam, meanwhile
        self.kept = {PHONE: "its record"}

    def retirable(self, _user_name: str, serial: str) -> str | None:
        self._meanwhile()
        return self.kept.get(serial)

    def retire(self, _user_name: str, serial: str, record: str) -> bool:
        assert serial not in self._iam.attached
        return self.kept.pop(serial) == record


@pytest.mark.parametrize("enrolled_meanwhile", [True, False])
def test_the_seed_of_a_device_that_another_run_attached_stays(enrolled_meanwhile: bool) -> None:
    iam = FakeIam()
    iam.password, iam.attached = False, [TOKEN]
    records = Records(iam, lambda: iam.attached.append(PHONE) if enrolled_meanwhile else None)
    (outcome,) = take_access(t.cast("t.Any", iam), [EVERYTHING], False, False, 1, t.cast("t.Any", records))
    assert not outcome.failed, outcome.msg
    assert records.kept == ({PHONE: "its record"} if enrolled_meanwhile else {})
    assert ("retire_seed" in outcome.actions) is not enrolled_meanwhile


def test_a_seed_that_another_run_stored_after_the_device_went_stays() -> None:
    """What is deleted is the record that was there before, and not what is found under its name afterwards."""
    iam = FakeIam()
    iam.password, iam.attached = False, [PHONE]
    records = Records(iam, lambda: None)
    asked = []
    records.retire = lambda _name, serial, record: asked.append((serial, record)) or False  # type: ignore[method-assign,func-returns-value]
    delete = iam.delete

    def delete_and_enrol_again(serial: str) -> None:
        delete(serial)
        records.kept[PHONE] = "another run's"

    iam.delete = delete_and_enrol_again  # type: ignore[method-assign]
    (outcome,) = take_access(t.cast("t.Any", iam), [EVERYTHING], False, False, 1, t.cast("t.Any", records))
    assert asked == [(PHONE, "its record")]
    assert not outcome.failed and "retire_seed" not in outcome.actions


def test_a_store_that_cannot_be_read_keeps_no_device_attached() -> None:
    iam = FakeIam()
    iam.password, iam.attached = False, [PHONE]
    records = Records(iam, lambda: None)

    def refuse(_user_name: str, _serial: str) -> t.NoReturn:
        raise MfaError("the store is closed")

    records.retirable = refuse  # type: ignore[method-assign]
    (outcome,) = take_access(t.cast("t.Any", iam), [EVERYTHING], False, False, 1, t.cast("t.Any", records))
    assert outcome.msg == "the store is closed" and not iam.attached
    assert "retire_seed" not in outcome.actions
