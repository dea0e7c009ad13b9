# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: users, groups, devices and root as a JSON document describes them, made without any API call."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.iam.models import (
    AccessKey,
    AccessKeyLastUsed,
    Group,
    ManagedPolicy,
    Role,
    SigningCertificate,
    SshPublicKey,
    User,
)
from moto.moto_api._internal import mock_random

from . import totp
from .call import parse_time
from .facts import Credential, service_credentials
from .iam_accounts import canonical_name, report_text
from .iam_credentials import SERVICES, new_service_credential
from .iam_mfa import DEVICES_PER_USER, new_seed
from .iam_policies import aws_policy, fixture_document
from .state import ROOT_DEVICE_NAME, Account, Device, Holder, World
from .sts_roles import new_role, trust_policy

KINDS = ("virtual", "hardware", "fido", "sms")
ALWAYS = float("-inf")  # a fixture has been there for ever, whatever the lag

_TOP = {
    "account_alias",
    "account_id",
    "admin_access_keys",
    "credential_report_age",
    "generate",
    "groups",
    "hardware_tokens",
    "policies",
    "roles",
    "root",
    "unassigned_virtual_devices",
    "users",
}
_USER = {
    "access_keys",
    "console_password",
    "create_date",
    "groups",
    "in_report",
    "inline_policies",
    "mfa_devices",
    "password_last_changed",
    "password_last_used",
    "path",
    "policies",
    "service_specific_credentials",
    "signing_certificates",
    "ssh_public_keys",
    "tags",
    "user_name",
}
_GROUP = {"inline_policies", "name", "path", "policies"}
_POLICY = {"description", "document", "path", "policy_name", "tags"}
_ROLE = {
    "external_id",
    "inline_policies",
    "max_session_duration",
    "name",
    "path",
    "permissions",
    "policies",
    "trust_actions",
    "trust_policy",
    "trusted",
}
_SIMPLE = {"active", "created"}
_SERVICE = {"active", "created", "service_name"}
_DEVICE = {"device_name", "enable_date", "kind", "path", "seed", "serial_number", "tags"}
_KEY = {"active", "created", "last_used", "access_key_id"}
_GENERATE = {
    "access_key",
    "console_password",
    "count",
    "device",
    "groups",
    "path",
    "policies",
    "prefix",
    "start",
    "tags",
}
_ROOT = {
    "access_keys",
    "mfa",
    "mfa_devices",
    "password",
    "password_last_used",
    "seed",
    "serial_number",
    "signing_certificates",
}
_UNASSIGNED = {"device_name", "path", "seed", "tags"}
_TOKEN = {"serial_number", "seed"}


class FixtureError(ValueError):
    """A fixture that can't be made."""


def only(item: Any, allowed: set[str], where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise FixtureError(f"{where} must be an object")
    unknown = sorted(set(item) - allowed)
    if unknown:
        raise FixtureError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(allowed))}")
    return item


def items_of(document: dict[str, Any], name: str, where: str) -> list[Any]:
    value = document.get(name) or []
    if not isinstance(value, list):
        raise FixtureError(f"{where}{name} must be a list")
    return value


class Loader:
    """Puts one fixture into the world."""

    def __init__(self, world: World, document: dict[str, Any]) -> None:
        self.document = only(document, _TOP, "the fixture")
        self.world = world
        self.account: Account = world.account(str(document.get("account_id") or world.default_account_id))
        self.access_keys: dict[str, list[dict[str, str]]] = {}
        self.unreported: set[str] = set()
        self.made = {"users": 0, "devices": 0, "groups": 0}
        self.now = world.clock.utc()
        self.taken = {name.lower() for name in self.account.backend.users}

    def load(self) -> dict[str, Any]:
        """All of it; what was made is the answer."""
        alias = self.document.get("account_alias")
        if alias:
            self.account.backend.account_aliases = [str(alias)]
        for key in items_of(self.document, "admin_access_keys", ""):
            self._admin_key(str(key))
        for number, policy in enumerate(items_of(self.document, "policies", "")):
            self._policy(only(policy, _POLICY, f"policies[{number}]"), f"policies[{number}]")
        for number, role in enumerate(items_of(self.document, "roles", "")):
            self._role(only(role, _ROLE, f"roles[{number}]"), f"roles[{number}]")
        for number, group in enumerate(items_of(self.document, "groups", "")):
            if isinstance(group, str):
                self._group(group)
            else:
                self._whole_group(only(group, _GROUP, f"groups[{number}]"), f"groups[{number}]")
        for number, token in enumerate(items_of(self.document, "hardware_tokens", "")):
            self._hardware_token(only(token, _TOKEN, f"hardware_tokens[{number}]"))
        for number, user in enumerate(items_of(self.document, "users", "")):
            self._user(only(user, _USER, f"users[{number}]"), f"users[{number}]")
        for number, item in enumerate(items_of(self.document, "unassigned_virtual_devices", "")):
            where = f"unassigned_virtual_devices[{number}]"
            device = self._device({"kind": "virtual", **only(item, _UNASSIGNED, where)}, where)
            self.account.add(device, since=ALWAYS)
        if self.document.get("generate") is not None:
            blocks = self.document["generate"]
            for block in blocks if isinstance(blocks, list) else [blocks]:
                self._generate(only(block, _GENERATE, "generate"))
        if self.document.get("root") is not None:
            self._root(only(self.document["root"], _ROOT, "root"))
        if self.document.get("credential_report_age") is not None:
            self._report(self.document["credential_report_age"])
        self.world.forget_keys()
        return {**self.made, "access_keys": self.access_keys}

    def _date(self, item: dict[str, Any], name: str, where: str) -> datetime | None:
        value = item.get(name)
        if value is None:
            return None
        try:
            return parse_time(value, f"{where}.{name}")
        except ValueError as error:
            raise FixtureError(str(error)) from None

    def _seed(self, item: dict[str, Any], where: str) -> str:
        seed = item.get("seed")
        if seed is None:
            return new_seed()
        try:
            totp.decode_seed(str(seed))
        except ValueError:
            raise FixtureError(f"{where}.seed is not base32") from None
        return str(seed)

    def _group(self, name: str) -> Group:
        groups = self.account.backend.groups
        if name not in groups:
            if canonical_name(self.account, "GroupName", name) is not None:
                raise FixtureError(f"group {name} is there already, in another case")
            groups[name] = Group(self.account.account_id, "us-east-1", name)
            groups[name].create_date = self.now - timedelta(days=365)
            self.made["groups"] += 1
        return groups[name]

    def _whole_group(self, item: dict[str, Any], where: str) -> None:
        if not item.get("name"):
            raise FixtureError(f"{where} needs name")
        group = self._group(str(item["name"]))
        group.path = item.get("path") or "/"
        self._give_policies(group, item, where)

    def _admin_key(self, key: str) -> None:
        """An access key that acts as an administrator of this account, who is no IAM user."""
        if not re.fullmatch("[A-Z0-9]{20}", key):
            raise FixtureError(f"admin_access_keys: {key!r} is not 20 capital letters and digits")
        made = AccessKey(None, "AKIA", self.account.account_id)
        made.access_key_id = key
        self.account.backend.access_keys[key] = made

    # Policies

    def _policy(self, item: dict[str, Any], where: str) -> None:
        name = item.get("policy_name")
        if not name:
            raise FixtureError(f"{where} needs policy_name")
        known = self.account.backend.managed_policies
        if any(policy.name.lower() == str(name).lower() for policy in known.values()):
            raise FixtureError(f"{where}: policy {name} is there already")
        tags = {str(key).lower(): {"Key": str(key), "Value": str(v)} for key, v in (item.get("tags") or {}).items()}
        made = self.now - timedelta(days=365)
        policy = ManagedPolicy(
            str(name),
            account_id=self.account.account_id,
            region="us-east-1",
            description=item.get("description"),
            document=fixture_document(item.get("document")),
            path=item.get("path") or "/",
            create_date=made,
            update_date=made,
            tags=tags,
        )
        known[policy.arn] = policy

    def _role(self, item: dict[str, Any], where: str) -> None:
        """A role. From now on, roles that nobody made don't exist."""
        name, longest = item.get("name"), item.get("max_session_duration", 3600)
        if not name:
            raise FixtureError(f"{where} needs name")
        if any(role.name.lower() == str(name).lower() for role in self.account.backend.roles.values()):
            raise FixtureError(f"{where}: role {name} is there already")
        if isinstance(longest, bool) or not isinstance(longest, int) or not 3600 <= longest <= 43200:
            raise FixtureError(f"{where}.max_session_duration must be 3600 to 43200 seconds, not {longest!r}")
        role = new_role(self.account, str(name), item.get("path") or "/", self._trust(item, where), longest)
        self._give_policies(role, item, where)
        permissions = item.get("permissions")
        if isinstance(permissions, list):
            statement = {"Effect": "Allow", "Action": permissions, "Resource": "*"}
            permissions = {"Version": "2012-10-17", "Statement": [statement]}
        if permissions is not None:
            role.policies["permissions"] = fixture_document(permissions)
        self.world.strict_roles = True

    def _trust(self, item: dict[str, Any], where: str) -> str:
        if "trust_policy" in item:
            if item.keys() & {"external_id", "trust_actions", "trusted"}:
                raise FixtureError(f"{where}: trust_policy goes without external_id, trust_actions and trusted")
            return json.dumps(item["trust_policy"])
        principals = items_of(item, "trusted", f"{where}.") or [self.account.account_id]
        actions = items_of(item, "trust_actions", f"{where}.") or ["sts:AssumeRole"]
        external_id = item.get("external_id")
        conditions = {} if external_id is None else {"StringEquals": {"sts:ExternalId": str(external_id)}}
        return trust_policy([str(principal) for principal in principals], actions, conditions)

    def _give_policies(self, holder: User | Group | Role, item: dict[str, Any], where: str) -> None:
        """Attach managed policies, named by ARN or by name, and put inline ones in."""
        known = self.account.backend.managed_policies
        for wanted in items_of(item, "policies", f"{where}."):
            policy = next((p for p in known.values() if wanted in (p.arn, p.name)), None)
            if policy is None:
                policy = aws_policy(self.account.backend, str(wanted))
            if policy is None:
                raise FixtureError(f"{where}.policies: there is no policy {wanted!r}")
            policy.attach_to(holder)
        inline = item.get("inline_policies") or {}
        if not isinstance(inline, dict):
            raise FixtureError(f"{where}.inline_policies must be an object: name and document")
        for name, document in inline.items():
            holder.policies[str(name)] = fixture_document(document)

    def _hardware_token(self, token: dict[str, Any]) -> None:
        serial = token.get("serial_number")
        if not serial or serial in self.account.devices:
            raise FixtureError(f"hardware_tokens: serial_number {serial!r} is missing or there already")
        device = Device(str(serial), "hardware", self._seed(token, "hardware_tokens"))
        self.account.add(device, since=ALWAYS)
        self.made["devices"] += 1

    def _device(self, item: dict[str, Any], where: str, user_name: str | None = None) -> Device:
        """A device, not yet in the account."""
        kind = item.get("kind", "virtual")
        if kind not in KINDS:
            raise FixtureError(f"{where}.kind must be one of {', '.join(KINDS)}, not {kind!r}")
        path = item.get("path") or "/"
        name = item.get("device_name") or user_name
        serial = item.get("serial_number")
        if serial is None:
            if not name:
                raise FixtureError(f"{where} needs device_name or serial_number")
            if kind == "hardware":
                raise FixtureError(f"{where}: a hardware token needs serial_number")
            part = {"virtual": "mfa", "fido": "u2f", "sms": "sms-mfa"}[kind]
            serial = f"arn:aws:iam::{self.account.account_id}:{part}{path}{name}"
        elif kind == "virtual":
            _arn, separator, rest = str(serial).partition(":mfa/")
            if not separator:
                raise FixtureError(f"{where}.serial_number is not the ARN of a virtual device")
            front, _slash, name = rest.rpartition("/")
            path = f"/{front}/" if front else "/"
        if serial in self.account.devices:
            raise FixtureError(f"{where}: device {serial} is there already")
        has_codes = kind in ("virtual", "hardware")
        device = Device(str(serial), kind, self._seed(item, where) if has_codes else None, path, name or "")
        device.tags = {str(key): str(value) for key, value in (item.get("tags") or {}).items()}
        self.made["devices"] += 1
        return device

    def _attach(self, device: Device, holder: Holder, when: datetime | None) -> None:
        if len(holder.mfa_devices) >= DEVICES_PER_USER:
            raise FixtureError(f"a user has at most {DEVICES_PER_USER} MFA devices")
        self.account.add(device, since=ALWAYS)
        self.account.attach(device, holder, when or self.now - timedelta(days=100), since=ALWAYS)

    def _user(self, item: dict[str, Any], where: str) -> None:
        name = item.get("user_name")
        if not name:
            raise FixtureError(f"{where} needs user_name")
        user = self._new_user(str(name), item.get("path") or "/", self._date(item, "create_date", where))
        for group in items_of(item, "groups", f"{where}."):
            self._group(str(group)).users.append(user)
        if item.get("tags"):
            tags = [{"Key": str(key), "Value": str(value)} for key, value in item["tags"].items()]
            self.account.backend.tagger.tag_resource(user.arn, tags)
        if item.get("console_password"):
            user.password = "emulator"
            changed = self._date(item, "password_last_changed", where) or user.create_date
            setattr(user, "emulator_password_changed", changed)
            setattr(user, "password_last_used", self._date(item, "password_last_used", where))
        for number, key in enumerate(items_of(item, "access_keys", f"{where}.")):
            self._access_key(user, only(key, _KEY, f"{where}.access_keys[{number}]"), where)
        self._give_policies(user, item, where)
        self._credentials(user, item, where)
        if not item.get("in_report", True):
            self.unreported.add(user.name)
        for number, device_item in enumerate(items_of(item, "mfa_devices", f"{where}.")):
            at = f"{where}.mfa_devices[{number}]"
            device = self._device(only(device_item, _DEVICE, at), at, user.name)
            self._attach(device, user, self._date(device_item, "enable_date", at))

    def _new_user(self, name: str, path: str, created: datetime | None) -> User:
        users = self.account.backend.users
        if name in users:
            raise FixtureError(f"user {name} is there already")
        if name.lower() in self.taken:
            raise FixtureError(f"user {name} is there already, in another case")
        self.taken.add(name.lower())
        make: Any = User
        user: User = make(self.account.account_id, "us-east-1", name, path)
        user.id = "AIDA" + user.id[:17].upper()
        user.create_date = created or self.now - timedelta(days=365)
        users[name] = user
        self.made["users"] += 1
        return user

    def _access_key(self, user: User, item: dict[str, Any], where: str) -> None:
        key: AccessKey = user.create_access_key("AKIA", "Active" if item.get("active", True) else "Inactive")
        if item.get("access_key_id"):
            key.access_key_id = str(item["access_key_id"])
        key.create_date = self._date(item, "created", where) or user.create_date
        used = self._date(item, "last_used", where)
        if used is not None:
            key.last_used = AccessKeyLastUsed(used, "iam", "us-east-1")
        self.account.backend.access_keys[key.access_key_id] = key
        pair = {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}
        self.access_keys.setdefault(user.name, []).append(pair)

    def _credentials(self, user: User, item: dict[str, Any], where: str) -> None:
        """SSH keys, signing certificates and service-specific credentials; AWS's own limits don't bind a fixture."""
        for number, key in enumerate(items_of(item, "ssh_public_keys", f"{where}.")):
            at = f"{where}.ssh_public_keys[{number}]"
            active, made = self._active_since(only(key, _SIMPLE, at), at, user)
            ssh_key = SshPublicKey(user.name, f"ssh-rsa {mock_random.get_random_string(40)}")
            ssh_key.status, ssh_key.upload_date = active, made
            user.ssh_public_keys.append(ssh_key)
        for number, certificate in enumerate(items_of(item, "signing_certificates", f"{where}.")):
            at = f"{where}.signing_certificates[{number}]"
            active, made = self._active_since(only(certificate, _SIMPLE, at), at, user)
            body = "-----BEGIN CERTIFICATE-----\nZml4dHVyZQ==\n-----END CERTIFICATE-----"
            signing = SigningCertificate(mock_random.get_random_string(32).upper(), user.name, body)
            signing.status, signing.upload_date = active, made
            user.signing_certificates[signing.id] = signing
        for number, credential in enumerate(items_of(item, "service_specific_credentials", f"{where}.")):
            at = f"{where}.service_specific_credentials[{number}]"
            active, made = self._active_since(only(credential, _SERVICE, at), at, user)
            service = credential.get("service_name", "codecommit.amazonaws.com")
            if service not in SERVICES:
                raise FixtureError(f"{at}.service_name must be one of {', '.join(sorted(SERVICES))}, not {service!r}")
            given = new_service_credential(self.account.account_id, user, service, None, made)
            service_credentials(user)[given.ident] = dataclasses.replace(given, status=active)

    def _active_since(self, item: dict[str, Any], where: str, user: User) -> tuple[str, datetime]:
        made = self._date(item, "created", where) or user.create_date
        return "Active" if item.get("active", True) else "Inactive", made

    def _report(self, age: Any) -> None:
        """A credential report that was made a while ago, without the users who came later."""
        if isinstance(age, bool) or not isinstance(age, (int, float)) or age < 0:
            raise FixtureError("credential_report_age must be a number of seconds")
        made = self.world.clock.now() - age
        self.account.report = (made, made, report_text(self.account, without=self.unreported))

    def _generate(self, block: dict[str, Any]) -> None:
        count, start, prefix = block.get("count"), block.get("start", 1), block.get("prefix", "user-")
        if not isinstance(count, int) or not isinstance(start, int) or count < 0:
            raise FixtureError("generate: count and start must be integers")
        kind = block.get("device", "none")
        if kind not in ("none", "virtual"):
            raise FixtureError(f"generate: device must be none or virtual, not {kind!r}")
        groups = [self._group(str(name)) for name in block.get("groups") or []]
        tags = [{"Key": str(key), "Value": str(value)} for key, value in (block.get("tags") or {}).items()]
        path = block.get("path") or "/"
        width = max(4, len(str(start + count - 1)))
        for number in range(start, start + count):
            user = self._new_user(f"{prefix}{number:0{width}d}", path, None)
            for group in groups:
                group.users.append(user)
            if tags:
                self.account.backend.tagger.tag_resource(user.arn, tags)
            if block.get("console_password", True):
                user.password = "emulator"
                setattr(user, "emulator_password_changed", user.create_date)
            if block.get("access_key"):
                self._access_key(user, {}, "generate")
            self._give_policies(user, {"policies": block.get("policies")}, "generate")
            if kind == "virtual":
                self._attach(self._device({"kind": "virtual"}, "generate", user.name), user, None)

    def _root(self, item: dict[str, Any]) -> None:
        root = self.account.root
        root.password_last_used = self._date(item, "password_last_used", "root")
        root.password_created = root.create_date if item.get("password") else None
        for certificate in items_of(item, "signing_certificates", "root."):
            only(certificate, _SIMPLE, "root.signing_certificates")
            ident = mock_random.get_random_string(24).upper()
            status = "Active" if certificate.get("active", True) else "Inactive"
            created = self._date(certificate, "created", "root") or root.create_date
            root.certificates[ident] = Credential(ident, status, created, "-----BEGIN CERTIFICATE-----")
        for key in items_of(item, "access_keys", "root."):
            only(key, _KEY, "root.access_keys")
            made: dict[str, Any] = {
                "access_key_id": key.get("access_key_id") or "AKIA" + mock_random.get_random_string(16).upper(),
                "active": bool(key.get("active", True)),
                "created": self._date(key, "created", "root") or root.create_date,
                "last_used": self._date(key, "last_used", "root"),
            }
            root.access_keys.append(made)
            pair = {"access_key_id": made["access_key_id"], "secret_access_key": "emulator"}
            self.access_keys.setdefault("<root_account>", []).append(pair)
        for device in list(root.mfa_devices.values()):
            self.account.detach(device)
            if device.kind == "virtual":
                self.account.remove(device)
            else:
                del self.account.devices[device.serial_number]
        for number, device_item in enumerate(_root_devices(item)):
            at = f"root.mfa_devices[{number}]"
            device = self._device(only(device_item, _DEVICE, at), at, ROOT_DEVICE_NAME)
            self._attach(device, root, self._date(device_item, "enable_date", at))


def _root_devices(item: dict[str, Any]) -> list[Any]:
    """Root's devices: the list ``mfa_devices``, or the short form ``mfa`` for one of the usual name."""
    mfa = item.get("mfa", "none")
    if mfa not in ("none", "virtual", "hardware"):
        raise FixtureError(f"root.mfa must be none, virtual or hardware, not {mfa!r}")
    devices = items_of(item, "mfa_devices", "root.")
    if devices and mfa != "none":
        raise FixtureError("root has mfa or mfa_devices, not both")
    if mfa == "none":
        return devices
    device: dict[str, Any] = {"kind": mfa, "seed": item.get("seed")}
    if mfa == "hardware":
        device["serial_number"] = item.get("serial_number") or "GAHTROOT0001"
    return [device]


def describe_devices(world: World) -> list[dict[str, Any]]:
    """The truth about every device, seeds included: the tests' oracle."""
    found = []
    for account in list(world.accounts.values()):
        for _serial, device in sorted(account.devices.items()):
            holder = device.holder
            enabled = device.enable_date
            found.append(
                {
                    "account_id": account.account_id,
                    "serial_number": device.serial_number,
                    "kind": device.kind,
                    "user_name": None if holder is None else getattr(holder, "name", "<root_account>"),
                    "attached": holder is not None,
                    "enable_date": None if enabled is None else enabled.replace(tzinfo=timezone.utc).isoformat(),
                    "tags": dict(device.tags),
                    "seed": device.seed,
                }
            )
    return found
