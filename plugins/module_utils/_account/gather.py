# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MFA devices there are: of some users, or of the whole account in a few calls.

This module is private to hardening.aws. What may not be read is said to be unknown, and never guessed.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import typing as t

from .._aws.connection import Connection
from .._aws.iam import MfaApi, user_of_caller
from .._aws.model import Device, VirtualDevice, device_type, split_virtual_arn
from .._errors import AwsRefused, MfaError
from .._progress import Progress
from . import credential_report as credentials

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Result = dict[str, t.Any]
Found = t.TypeVar("Found")

# A credential report of this age decides on its own that a user has no device; an older one is checked by a call.
_FRESH_REPORT = datetime.timedelta(minutes=10)
# How many of the users of whom something is not known stand in the reason; the list has all.
_SHOWN_NAMES = 5
_MINUTE = datetime.timedelta(minutes=1)


@dataclasses.dataclass
class Request:
    """What to look for. Without I(user_names) and I(account): the devices of the caller."""

    user_names: t.Sequence[str] = ()
    account: bool = False
    device_tags: bool = False
    user_details: bool = False
    credential_report: bool = False
    all_kinds: bool = False


def gather(
    module: AnsibleAWSModule,
    user_names: t.Sequence[str] = (),
    account: bool = False,
    credential_report: bool = False,
    connection: Connection | None = None,
) -> Result:
    """Return what a module whose options are those of M(options.account_options) is to read.

    :param connection: The module's, if it has one already.
    """
    params = module.params
    request = Request(
        user_names=user_names,
        account=account,
        device_tags=params["device_tags"],
        user_details=params["user_details"],
        credential_report=credential_report,
        all_kinds=params["all_kinds"],
    )
    concurrency = params["concurrency"]
    return Gatherer(MfaApi(connection or Connection(module, concurrency)), request, concurrency).gather()


class Gatherer:
    """Reads from one account what a request asks for.

    :param concurrency: How many users are asked for at once.
    """

    def __init__(self, api: MfaApi, request: Request, concurrency: int) -> None:
        self._api = api
        self._request = request
        self._concurrency = concurrency
        self._unknown: list[Result] = []

    def gather(self) -> Result:
        """Return the module's result."""
        if self._request.account:
            return self._account()
        if self._request.user_names:
            return self._users(self._request.user_names)
        devices = self._api.own_devices()
        name = devices[0].user_name if devices else None
        users = [_user(name, devices, self._now(), True, True)] if name else []
        return self._result(users, devices=devices)

    def _users(self, names: t.Sequence[str]) -> Result:
        report = self._report()
        found = self._ask(names)
        now = self._now()
        users = []
        for name in sorted(set(names)):
            devices = found[name]
            user = _user(name, devices or (), now, devices is not None, True)
            users.append(_with_report(user, report.row(name)))
        return self._result(users, report=report)

    def _account(self) -> Result:
        with concurrent.futures.ThreadPoolExecutor(6) as executor:
            # None depends on another, and each waits for AWS.
            reading_report = executor.submit(self._report)
            reading_virtual = executor.submit(self._or_unknown, "orphaned_devices", self._api.virtual_devices)
            reading_root = executor.submit(self._or_unknown, "root", self._api.root_summary)
            reading_alias = executor.submit(self._or_unknown, "account_alias", self._api.account_alias)
            reading_caller = executor.submit(self._or_unknown, "caller", self._api.caller)
            basics = self._basics(reading_report.result)
            report, virtual = reading_report.result(), reading_virtual.result()
            root = self._root(report, virtual, reading_root.result())
            alias, caller = reading_alias.result(), _caller(reading_caller.result())
        partition, account_id = self._api.account()

        owned: dict[str, list[Device]] = {name: [] for name in basics}
        for device in (virtual or {}).values():
            if device.owner in owned:
                owned[device.owner].append(Device(device.serial_number, device.owner, device.enable_date))
        undecided = [
            n for n in owned if self._request.all_kinds or not owned[n] and not self._decides(report, n, basics)
        ]
        asked = self._ask(undecided)

        now = self._now()
        users = []
        for name in sorted(basics):
            devices = asked[name] if name in asked else owned[name]
            if devices is None:
                continue  # deleted since the list was made
            user = _user(name, devices, now, True, name in asked or not devices)
            row = report.row(name, basics[name].get("CreateDate"))
            users.append(_with_report(_with_basics(user, basics[name]), row))
        orphans = [_orphan(device) for device in (virtual or {}).values() if device.owner is None]
        return self._result(
            users,
            report=report,
            orphaned_devices=sorted(orphans, key=lambda orphan: orphan["serial_number"]),
            root=root,
            account={"account_id": account_id, "partition": partition, "alias": alias, "caller": caller},
        )

    def _basics(self, read_report: t.Callable[[], credentials.Report]) -> dict[str, Result]:
        """Return the account's users, by name, in IAM's own shape."""
        if self._request.user_details:
            details = self._or_unknown("user_details", self._api.users_in_detail)
            if details is not None:
                return {user["UserName"]: user for user in details}
        try:
            return {user["UserName"]: user for user in self._api.users()}
        except AwsRefused as refusal:
            report = read_report()
            if not report.available:
                raise
            self._unknown.append({"what": "users_since_report", "why": refusal.message})
        return {
            name: {"UserName": name, "Arn": row["arn"], "CreateDate": credentials.moment(row["user_creation_time"])}
            for name, row in report.rows.items()
            if name != credentials.ROOT_ROW
        }

    def _decides(self, report: credentials.Report, name: str, basics: t.Mapping[str, Result]) -> bool:
        """Whether the credential report settles that a user without a virtual device has no device at all."""
        row = report.row(name, basics[name].get("CreateDate"))
        if row is None or report.generated is None or row["mfa_active"] != "false":
            return False
        return self._now() - report.generated < _FRESH_REPORT

    def _root(
        self,
        report: credentials.Report,
        virtual: t.Mapping[str, VirtualDevice] | None,
        summary: tuple[bool, bool | None] | None,
    ) -> Result:
        active, keys_present = summary or (None, None)
        row = report.row(credentials.ROOT_ROW)
        if active is None and row is not None:
            active = row["mfa_active"] == "true"
        kind = None
        if active is False:
            kind = "none"
        elif active and virtual is not None:
            # Root's virtual devices may have any name, and a user's device the one that root's first one used to have.
            kind = "virtual" if any(_is_root(device.owner) for device in virtual.values()) else "hardware"
        return {
            "mfa_active": active,
            "mfa_type": kind,
            "console_password": credentials.enabled(row["password_enabled"]) if row else None,
            "access_keys_active": any(key["active"] for key in credentials.access_keys(row)) if row else None,
            "access_keys_present": keys_present,
            "password_last_used": credentials.iso(credentials.moment(row["password_last_used"])) if row else None,
        }

    def _report(self) -> credentials.Report:
        if not self._request.credential_report:
            return credentials.Report(why="not asked for")
        try:
            text, generated = self._api.credential_report()
            return credentials.Report(credentials.read_rows(text), generated)
        except MfaError as error:
            self._unknown.append({"what": "console_password", "why": error.message})
            return credentials.Report(why=error.message)

    def _note_who_is_not_in_the_report(self, users: t.Sequence[Result]) -> None:
        """Name the users whose password and keys are not known although there is a credential report."""
        names = [user["user_name"] for user in users if user["exists"] and user["console_password"] is None]
        if not names:
            return
        who = "1 user is" if len(names) == 1 else f"{len(names):,} users are"
        shown = ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")
        why = f"{who} not in the credential report yet, which AWS remakes at most every four hours: {shown}"
        self._unknown.append({"what": "console_password_of_users", "why": why, "user_names": names})

    def _ask(self, names: t.Iterable[str]) -> dict[str, t.Sequence[Device] | None]:
        """Return the devices of each user, None for one who does not exist, with a call for each."""
        unique = sorted(set(names))
        if not unique:
            return {}
        read = self._noted("read the devices of", len(unique), self._api.devices_of)
        executor = concurrent.futures.ThreadPoolExecutor(min(self._concurrency, len(unique)))
        try:
            return dict(zip(unique, executor.map(read, unique), strict=True))
        finally:
            executor.shutdown(cancel_futures=True)

    def _noted(self, verb: str, total: int, read: t.Callable[[str], Found]) -> t.Callable[[str], Found]:
        """Return a function that reads one thing and counts it."""
        progress = Progress(verb, total, self._api.seconds_waited)

        def one(name: str) -> Found:
            found = read(name)
            progress.done(changed=False, failed=False)
            return found

        return one

    def _or_unknown(self, what: str, read: t.Callable[[], t.Any]) -> t.Any:
        try:
            return read()
        except AwsRefused as refusal:
            self._unknown.append({"what": what, "why": refusal.message})
            return None

    def _now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(int(self._api.clock.best_guess()), datetime.timezone.utc)

    def _result(
        self,
        users: list[Result],
        devices: t.Sequence[Device] | None = None,
        report: credentials.Report | None = None,
        **account: t.Any,
    ) -> Result:
        report = report or credentials.Report(why="not asked for")
        if report.available:
            self._note_who_is_not_in_the_report(users)
        now = self._now()
        if devices is not None and not users:
            shown = [_device(device, now) for device in devices]
        else:
            shown = [device for user in users for device in user["mfa_devices"]]
        if self._request.device_tags:
            self._add_tags(shown)
        elif not self._request.account:
            for device in shown:
                device["tags"] = {}  # as amazon.aws.iam_mfa_device_info has it
        orphans = account.get("orphaned_devices", [])
        return {
            "mfa_devices": shown,
            "users": users,
            "orphaned_devices": orphans,
            "root": account.get("root"),
            "account": account.get("account"),
            "credential_report": {
                "available": report.available,
                "generated_time": credentials.iso(report.generated),
                "age_minutes": max((now - report.generated) // _MINUTE, 0) if report.generated else None,
                "msg": report.why,
            },
            "unknown": sorted(self._unknown, key=lambda entry: entry["what"]),
            "retrieved": credentials.iso(now),
            "summary": _summary(users, shown, orphans),
        }

    def _add_tags(self, devices: t.Sequence[Result]) -> None:
        virtual = [device for device in devices if device["type"] == "virtual"]
        for device in devices:
            device["tags"] = None
        read = self._noted("read the tags of", len(virtual), self._api.tags_of)
        with concurrent.futures.ThreadPoolExecutor(self._concurrency) as executor:
            try:
                found = list(executor.map(read, [device["serial_number"] for device in virtual]))
            except AwsRefused as refusal:
                self._unknown.append({"what": "device_tags", "why": refusal.message})
                return
        for device, tags in zip(virtual, found, strict=True):
            device["tags"] = tags


def _summary(users: t.Sequence[Result], devices: t.Sequence[Result], orphans: t.Sequence[Result]) -> Result:
    kinds = ("virtual", "hardware", "fido", "sms")
    return {
        "users": len(users),
        "users_with_mfa": sum(1 for user in users if user["mfa_active"]),
        "users_without_mfa": sum(1 for user in users if user["mfa_active"] is False),
        "users_unknown": sum(1 for user in users if user["mfa_active"] is None),
        "orphaned_devices": len(orphans),
        "devices_by_type": {kind: sum(1 for device in devices if device["type"] == kind) for kind in kinds},
    }


def _device(device: Device, now: datetime.datetime) -> Result:
    enabled = datetime.datetime.fromisoformat(device.enable_date) if device.enable_date else None
    return {
        "user_name": device.user_name,
        "serial_number": device.serial_number,
        "type": device_type(device.serial_number),
        "enable_date": device.enable_date,
        "age_days": max((now - enabled).days, 0) if enabled else None,
    }


def _user(name: str, devices: t.Iterable[Device], now: datetime.datetime, exists: bool, complete: bool) -> Result:
    shown = [_device(device, now) for device in sorted(devices, key=lambda device: device.serial_number)]
    return {
        "user_name": name,
        "exists": exists,
        "arn": None,
        "path": None,
        "user_id": None,
        "create_date": None,
        "mfa_devices": shown,
        "mfa_devices_complete": complete,
        "mfa_active": bool(shown) if exists else None,
        "console_password": None,
        "password_last_used": None,
        "password_last_changed": None,
        "access_keys": None,
        "groups": None,
        "tags": None,
        "attached_policies": None,
    }


def _with_basics(user: Result, basics: Result) -> Result:
    user.update(
        arn=basics.get("Arn"),
        path=basics.get("Path"),
        user_id=basics.get("UserId"),
        create_date=credentials.iso(basics.get("CreateDate")),
    )
    if "GroupList" in basics:
        user.update(
            groups=sorted(basics["GroupList"]),
            tags={tag["Key"]: tag["Value"] for tag in basics.get("Tags", [])},
            attached_policies=sorted(policy["PolicyArn"] for policy in basics.get("AttachedManagedPolicies", [])),
        )
    return user


def _with_report(user: Result, row: credentials.Row | None) -> Result:
    if row is not None and user["exists"]:
        user.update(
            arn=user["arn"] or row["arn"],
            console_password=credentials.enabled(row["password_enabled"]),
            password_last_used=credentials.iso(credentials.moment(row["password_last_used"])),
            password_last_changed=credentials.iso(credentials.moment(row["password_last_changed"])),
            access_keys=credentials.access_keys(row),
        )
    return user


def _is_root(owner: str | None) -> bool:
    """Whether a device's owner is the root user, who has an ARN in place of a name."""
    return owner is not None and owner.startswith("arn:") and owner.endswith(":root")


def _caller(arn: str | None) -> Result | None:
    """Return who calls; only an IAM user has a name, a role's session and root have none."""
    if arn is None:
        return None
    return {"arn": arn, "user_name": user_of_caller(arn)}


def _orphan(device: VirtualDevice) -> Result:
    path, name = split_virtual_arn(device.serial_number)
    return {"serial_number": device.serial_number, "device_name": name, "device_path": path}
