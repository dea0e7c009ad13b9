# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's calls on users and MFA devices: parameters, paging, and AWS's shapes as plain values.

This module is private to hardening.aws. The calls and their errors are those of the IAM API reference.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import time
import typing as t

from .._errors import AwsRefused, MfaError
from .client import Client, Params
from .connection import Connection
from .model import Device, Tags, VirtualDevice
from .refusals import short_code

_PAGE = 1000
# What makes a new device usable; without its seed it is as if the reply had been lost.
_NEW_DEVICE = tuple(f"VirtualMFADevice.{member}" for member in ("SerialNumber", "Base32StringSeed", "QRCodePNG"))


@dataclasses.dataclass(frozen=True)
class NewDevice:
    """A virtual device just created. Its seed is shown once, here, as AWS wrote it."""

    serial_number: str
    seed: str = dataclasses.field(repr=False)
    qr_code_png: str = dataclasses.field(repr=False)  # base64
    created: str  # ISO 8601, on AWS's clock


class IamApi:
    """Some of IAM's calls. What they are is the subclass's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._iam: Client = connection.client("iam").open()

    def seconds_waited(self) -> float:
        """Return how long this run has waited for AWS so far, because AWS throttles it."""
        return self._connection.pacers.waited

    def _exists(self, operation: str, params: Params) -> bool:
        """Return whether there is what a call asks for."""
        try:
            self._iam.call(operation, params, expected=("NoSuchEntity",))
        except AwsRefused as refusal:
            if short_code(refusal.code or "") == "NoSuchEntity":
                return False
            raise
        return True

    def _answers(self, operation: str, params: Params, requires: t.Sequence[str]) -> t.Iterator[Params]:
        """Return the answers of a call that has pages, each as it is needed.

        :param requires: What each must have; one without it was damaged on its way.
        """
        marker: Params = {}
        while True:
            answer = self._iam.call(operation, {**params, **marker, "MaxItems": _PAGE}, requires=requires)
            yield answer
            if not answer.get("IsTruncated"):
                return
            marker = {"Marker": answer["Marker"]}


class MfaApi(IamApi):
    """IAM's MFA calls on one account."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._account: tuple[str, str] | None = None
        self._created: dict[str, datetime.datetime] = {}
        self.clock = connection.clock

    def clock_text(self) -> str:
        """Return AWS's time, in ISO 8601; that of this machine if no answer of AWS has told it."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock.now() if self.clock.known else None))

    def account(self) -> tuple[str, str]:
        """Return the partition and the number of the account. Asked once, and not at all if a list has told it."""
        return self._account or _account_of(self.caller())

    def account_id(self) -> str:
        """Return the number of the account."""
        return self.account()[1]

    def caller(self) -> str:
        """Return the ARN of whoever makes the calls, an IAM user's or a role's session's."""
        arn = self._connection.client("sts").call("GetCallerIdentity", {}, requires=("Arn",))["Arn"]
        self._account = _account_of(arn)
        return arn

    def virtual_arn(self, path: str, name: str) -> str:
        """Return the ARN of a virtual device of this account."""
        partition, account_id = self.account()
        return f"arn:{partition}:iam::{account_id}:mfa{path}{name}"

    def devices_of(self, user_name: str) -> tuple[Device, ...] | None:
        """Return the devices attached to a user, or None if there is no such user."""
        try:
            found = self._pages("ListMFADevices", "MFADevices", {"UserName": user_name})
        except AwsRefused as refusal:
            if short_code(refusal.code or "") == "NoSuchEntity":
                return None
            raise
        return tuple(Device(item["SerialNumber"], user_name, _iso(item.get("EnableDate"))) for item in found)

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        """Return every virtual device of the account, assigned or not, by ARN."""
        found = self._pages("ListVirtualMFADevices", "VirtualMFADevices", {"AssignmentStatus": "Any"})
        devices = {}
        for item in found:
            serial, user = item["SerialNumber"], item.get("User") or {}
            # The root user has an ARN and no name.
            owner = user.get("UserName") or user.get("Arn")
            devices[serial] = VirtualDevice(serial, owner, _iso(item.get("EnableDate")))
        if found:
            self._account = _account_of(found[0]["SerialNumber"])
        return devices

    def users(self) -> list[dict[str, t.Any]]:
        """Return all users of the account, in IAM's own shape: UserName, Arn, Path, UserId, CreateDate."""
        return self._users("ListUsers", "Users", {})

    def users_in_detail(self) -> list[dict[str, t.Any]]:
        """Return all users of the account with GroupList, Tags and AttachedManagedPolicies besides."""
        return self._users("GetAccountAuthorizationDetails", "UserDetailList", {"Filter": ["User"]})

    def _users(self, operation: str, member: str, params: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        found = self._pages(operation, member, params)
        if found:
            self._account = _account_of(found[0]["Arn"])
        self._created.update((user["UserName"], user["CreateDate"]) for user in found)
        return found

    def user_created(self, user_name: str) -> datetime.datetime | None:
        """Return when a user was created, or None if there is no such user. Not asked if a list has told it."""
        if user_name not in self._created:
            try:
                answer = self._iam.call(
                    "GetUser", {"UserName": user_name}, expected=("NoSuchEntity",), requires=("User.CreateDate",)
                )
            except AwsRefused as refusal:
                if short_code(refusal.code or "") == "NoSuchEntity":
                    return None
                raise
            self._created[user_name] = answer["User"]["CreateDate"]
        return self._created[user_name]

    def own_devices(self) -> list[Device]:
        """Return the devices of the user whose credentials are used."""
        found = self._pages("ListMFADevices", "MFADevices", {})
        return [Device(item["SerialNumber"], item["UserName"], _iso(item.get("EnableDate"))) for item in found]

    def account_alias(self) -> str | None:
        """Return the account's alias, if it has one."""
        aliases = self._iam.call("ListAccountAliases", {}, requires=("AccountAliases",))["AccountAliases"]
        return aliases[0] if aliases else None

    def root_summary(self) -> tuple[bool, bool | None]:
        """Return whether the root user has an MFA device, and whether it has access keys, active or not."""
        summary = self._iam.call("GetAccountSummary", {}, requires=("SummaryMap",))["SummaryMap"]
        keys = summary.get("AccountAccessKeysPresent")
        return bool(summary.get("AccountMFAEnabled")), None if keys is None else bool(keys)

    def credential_report(self, patience: float = 60) -> tuple[str, t.Any]:
        """Return the credential report, CSV, and when AWS made it; it is remade every four hours at most.

        :param patience: How many seconds it may take AWS to make it.
        """
        give_up_at = time.monotonic() + patience
        pause = 0.05
        while self._iam.call("GenerateCredentialReport", {}, requires=("State",))["State"] != "COMPLETE":
            if time.monotonic() > give_up_at:
                raise MfaError(f"AWS did not complete the credential report within {patience:g} s. Run again later.")
            time.sleep(pause)
            pause = min(2 * pause, 2.0)
        answer = self._iam.call("GetCredentialReport", {}, requires=("Content", "GeneratedTime"))
        return answer["Content"].decode(), answer["GeneratedTime"]

    def tags_of(self, serial_number: str) -> Tags:
        """Return a virtual device's tags."""
        found = self._pages("ListMFADeviceTags", "Tags", {"SerialNumber": serial_number})
        return {item["Key"]: item["Value"] for item in found}

    def create(self, path: str, name: str, tags: t.Mapping[str, str]) -> NewDevice:
        """Create a virtual device. C(EntityAlreadyExists) is the caller's to judge, and so is the text of the seed."""
        params: dict[str, t.Any] = {"VirtualMFADeviceName": name, "Path": path}
        if tags:
            params["Tags"] = _tag_list(tags)
        made = self._iam.call("CreateVirtualMFADevice", params, requires=_NEW_DEVICE)
        device = made["VirtualMFADevice"]
        return NewDevice(
            device["SerialNumber"],
            device["Base32StringSeed"].decode(errors="replace"),
            base64.b64encode(device["QRCodePNG"]).decode(),
            self.clock_text(),
        )

    def enable(self, user_name: str, serial_number: str, codes: t.Callable[[], tuple[str, str]]) -> None:
        """Attach a device to a user. I(codes) is asked anew for each attempt, just before it is sent."""
        self._with_codes("EnableMFADevice", user_name, serial_number, codes)

    def resync(self, user_name: str, serial_number: str, codes: t.Callable[[], tuple[str, str]]) -> None:
        """Bring a user's device back into step. I(codes) is asked anew for each attempt."""
        self._with_codes("ResyncMFADevice", user_name, serial_number, codes)

    def _with_codes(
        self, operation: str, user_name: str, serial_number: str, codes: t.Callable[[], tuple[str, str]]
    ) -> None:
        def params() -> dict[str, t.Any]:
            first, second = codes()
            return {
                "UserName": user_name,
                "SerialNumber": serial_number,
                "AuthenticationCode1": first,
                "AuthenticationCode2": second,
            }

        self._iam.call(operation, params, resend=False)

    def deactivate(self, user_name: str, serial_number: str) -> None:
        """Take a device off a user."""
        self._iam.call("DeactivateMFADevice", {"UserName": user_name, "SerialNumber": serial_number})

    def delete(self, serial_number: str) -> None:
        """Delete a virtual device that is attached to nobody."""
        self._iam.call("DeleteVirtualMFADevice", {"SerialNumber": serial_number})

    def tag(self, serial_number: str, tags: t.Mapping[str, str]) -> None:
        """Set tags of a virtual device."""
        self._iam.call("TagMFADevice", {"SerialNumber": serial_number, "Tags": _tag_list(tags)})

    def untag(self, serial_number: str, keys: t.Iterable[str]) -> None:
        """Remove tags of a virtual device."""
        self._iam.call("UntagMFADevice", {"SerialNumber": serial_number, "TagKeys": sorted(keys)})

    def _pages(self, operation: str, member: str, params: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        return [item for answer in self._answers(operation, params, (member,)) for item in answer[member]]


def user_of_caller(arn: str) -> str | None:
    """Return the name of the IAM user who makes the calls; None for a role's session and for the root user."""
    resource = arn.split(":", 5)[5]
    return resource.rsplit("/", 1)[1] if resource.startswith("user/") else None


def _account_of(arn: str) -> tuple[str, str]:
    parts = arn.split(":")
    return parts[1], parts[4]


def _tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _iso(moment: t.Any) -> str | None:
    return moment.isoformat() if moment is not None else None
