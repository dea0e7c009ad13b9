# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's calls, as strict as AWS's: each code once, a device on one user, eight devices, lists that lag behind."""

from __future__ import annotations

import json
import typing as t

from account import ACCOUNT, STEP, Account, Device, Person, View, arn, code, moment
from seams import EPOCH
from stores import Refused

MOST = 8
Answer = dict[str, t.Any]


def _no_user(name: str) -> Refused:
    return Refused("NoSuchEntity", f"The user with name {name} cannot be found.", 404)


def _no_device(serial: str) -> Refused:
    return Refused("NoSuchEntity", f"MFA Device with serial number {serial} does not exist.", 404)


class Iam:
    """IAM and STS for one scenario.

    :param now: Returns the seconds on the scenario's clock.
    :param age: Returns how old the list is that is asked for.
    :param lag: How many seconds it takes until all of IAM knows of a change.
    """

    def __init__(self, account: Account, now: t.Callable[[], float], age: t.Callable[[], float], lag: float) -> None:
        self.account = account
        self._now, self._age, self._lag = now, age, lag

    # Reading

    def _view(self) -> View:
        return self.account.seen(self._now() - self._age())

    def _seen_person(self, name: str) -> Person:
        person = self._view().people.get(name)
        if person is None:
            raise _no_user(name)
        return person

    @staticmethod
    def _user(person: Person) -> Answer:
        user_arn = f"arn:aws:iam::{ACCOUNT}:user/{person.name}"
        created = moment(person.created)
        return {"UserName": person.name, "Arn": user_arn, "Path": "/", "UserId": "AIDA", "CreateDate": created}

    def get_caller_identity(self) -> Answer:
        return {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/hardening/run"}

    def get_user(self, UserName: str) -> Answer:
        return {"User": self._user(self._seen_person(UserName))}

    def list_users(self, **_page: t.Any) -> Answer:
        return {"Users": [self._user(person) for person in self._view().people.values()]}

    def list_mfa_devices(self, UserName: str, **_page: t.Any) -> Answer:
        view = self._view()
        if UserName not in view.people:
            raise _no_user(UserName)
        found = [device for device in view.devices.values() if device.owner == UserName]
        return {
            "MFADevices": [
                {"UserName": UserName, "SerialNumber": device.serial, "EnableDate": moment(device.since)}
                for device in found
            ]
        }

    def list_virtual_mfa_devices(self, **_page: t.Any) -> Answer:
        found = []
        for device in self._view().devices.values():
            if device.virtual:
                item: Answer = {"SerialNumber": device.serial}
                if device.owner:
                    item |= {"User": {"UserName": device.owner}, "EnableDate": moment(device.since)}
                found.append(item)
        return {"VirtualMFADevices": found}

    def list_mfa_device_tags(self, SerialNumber: str, **_page: t.Any) -> Answer:
        device = self._view().devices.get(SerialNumber)
        if device is None:
            raise _no_device(SerialNumber)
        return {"Tags": [{"Key": key, "Value": value} for key, value in device.tags.items()]}

    # Devices

    def _device(self, serial: str) -> Device:
        """A device, if all of IAM knows it."""
        device = self.account.devices.get(serial)
        if device is None or (device.virtual and self._now() - device.made < self._age()):
            raise _no_device(serial)
        return device

    def _person(self, name: str) -> Person:
        person = self.account.people.get(name)
        if person is None:
            raise _no_user(name)
        return person

    def create_virtual_mfa_device(self, VirtualMFADeviceName: str, Path: str, Tags: t.Any = ()) -> Answer:
        serial = arn(VirtualMFADeviceName, Path)
        if serial in self.account.devices:
            raise Refused("EntityAlreadyExists", "MFA device already exists.", 409)
        tags = {tag["Key"]: tag["Value"] for tag in Tags}
        device = Device(serial, self.account.new_seed(), self._now(), tags=tags)
        self.account.devices[serial] = device
        shown = {"SerialNumber": serial, "Base32StringSeed": device.seed.encode(), "QRCodePNG": b"png"}
        return {"VirtualMFADevice": shown}

    def _use(self, device: Device, first: str, second: str) -> None:
        now = int((self._now() + EPOCH) // STEP)
        for step in (now, now - 1):
            fresh = device.used.isdisjoint((step - 1, step))
            if fresh and (first, second) == (code(device.seed, step - 1), code(device.seed, step)):
                device.used.update((step - 1, step))
                return
        raise Refused("InvalidAuthenticationCode", "Authentication code for device is not valid", 403)

    def enable_mfa_device(self, UserName: str, SerialNumber: str, **codes: str) -> Answer:
        person, device = self._person(UserName), self._device(SerialNumber)
        if device.owner is not None:
            raise Refused("EntityAlreadyExists", "MFA Device is already in use.", 409)
        if len(self.account.of(UserName)) >= MOST:
            raise Refused("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {MOST}", 409)
        self._use(device, codes["AuthenticationCode1"], codes["AuthenticationCode2"])
        device.owner, device.since = person.name, self._now()
        return {}

    def _attached(self, name: str, serial: str) -> Device:
        self._person(name)
        device = self.account.devices.get(serial)
        if device is None:
            raise _no_device(serial)
        if device.owner != name:
            raise Refused("NoSuchEntity", "MFA Device invalid for user.", 404)
        return device

    def resync_mfa_device(self, UserName: str, SerialNumber: str, **codes: str) -> Answer:
        device = self._attached(UserName, SerialNumber)
        self._use(device, codes["AuthenticationCode1"], codes["AuthenticationCode2"])
        return {}

    def deactivate_mfa_device(self, UserName: str, SerialNumber: str) -> Answer:
        self.account.detach(self._attached(UserName, SerialNumber), self._now())
        return {}

    def delete_virtual_mfa_device(self, SerialNumber: str) -> Answer:
        device = self._device(SerialNumber)
        if device.owner is not None or self._now() - device.freed < self._age():
            raise Refused("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first", 409)
        del self.account.devices[SerialNumber]
        return {}

    def tag_mfa_device(self, SerialNumber: str, Tags: t.Any) -> Answer:
        self._device(SerialNumber).tags.update((tag["Key"], tag["Value"]) for tag in Tags)
        return {}

    def untag_mfa_device(self, SerialNumber: str, TagKeys: t.Sequence[str]) -> Answer:
        device = self._device(SerialNumber)
        device.tags = {key: value for key, value in device.tags.items() if key not in TagKeys}
        return {}

    # What else a user signs in with

    def get_login_profile(self, UserName: str) -> Answer:
        if not self._seen_person(UserName).password:
            raise Refused("NoSuchEntity", f"Login Profile for User {UserName} cannot be found.", 404)
        return {"LoginProfile": {"UserName": UserName}}

    def delete_login_profile(self, UserName: str) -> Answer:
        person = self._person(UserName)
        if not person.password:
            raise Refused("NoSuchEntity", f"Login Profile for User {UserName} cannot be found.", 404)
        person.password = False
        return {}

    def list_access_keys(self, UserName: str, **_page: t.Any) -> Answer:
        person = self._seen_person(UserName)
        made = moment(person.created)
        return {
            "AccessKeyMetadata": [
                {"AccessKeyId": key, "Status": "Active" if active else "Inactive", "CreateDate": made}
                for key, active in person.keys.items()
            ]
        }

    def update_access_key(self, UserName: str, AccessKeyId: str, Status: str) -> Answer:
        person = self._person(UserName)
        if AccessKeyId not in person.keys:
            raise Refused("NoSuchEntity", f"The Access Key with id {AccessKeyId} cannot be found.", 404)
        person.keys[AccessKeyId] = Status == "Active"
        return {}

    def delete_access_key(self, UserName: str, AccessKeyId: str) -> Answer:
        if self._person(UserName).keys.pop(AccessKeyId, None) is None:
            raise Refused("NoSuchEntity", f"The Access Key with id {AccessKeyId} cannot be found.", 404)
        return {}

    def list_ssh_public_keys(self, UserName: str, **_page: t.Any) -> Answer:
        return {"SSHPublicKeys": [{"SSHPublicKeyId": key} for key in self._seen_person(UserName).ssh_keys]}

    def delete_ssh_public_key(self, UserName: str, SSHPublicKeyId: str) -> Answer:
        person = self._person(UserName)
        if SSHPublicKeyId not in person.ssh_keys:
            raise Refused("NoSuchEntity", f"The Public Key with id {SSHPublicKeyId} cannot be found.", 404)
        person.ssh_keys.remove(SSHPublicKeyId)
        return {}

    def list_signing_certificates(self, UserName: str, **_page: t.Any) -> Answer:
        self._seen_person(UserName)
        return {"Certificates": []}

    def list_service_specific_credentials(self, UserName: str) -> Answer:
        self._seen_person(UserName)
        return {"ServiceSpecificCredentials": []}

    def get_user_policy(self, UserName: str, PolicyName: str) -> Answer:
        policy = self._seen_person(UserName).policy
        if policy is None:
            raise Refused("NoSuchEntity", f"The user policy with name {PolicyName} cannot be found.", 404)
        return {"PolicyName": PolicyName, "PolicyDocument": policy}

    def put_user_policy(self, UserName: str, PolicyName: str, PolicyDocument: str) -> Answer:
        self._person(UserName).policy = json.loads(PolicyDocument)
        return {}
