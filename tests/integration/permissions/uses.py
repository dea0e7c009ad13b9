# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A use of a module: its options, the account that it meets, and the rows of docs/permissions.md that it needs."""

from __future__ import annotations

import dataclasses
import functools
import json
import time
import typing as t

import permissions_page as page
from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import ACCOUNT, PARAMETERS, SECRETS, Controller, arn

SEED, OTHER_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MANAGEMENT, MEMBER = "111111111111", "300000000001"
OLD = "2024-01-01T00:00:00Z"
PAIR = ("alice", "bob")
# So many that lists of the whole account are read in place of a call for each.
MANY = tuple(f"user-{number:02}" for number in range(1, 12))
SECRETS_GO, PARAMETERS_GO = ({**store, "on_absent": "delete"} for store in (SECRETS, PARAMETERS))
TAGS = {"team": "a"}
UNLOGGED, CHECK = {"_ansible_no_log": True}, {"_ansible_check_mode": True}
Fixture = dict[str, t.Any]
Answer = dict[str, t.Any]


def people(*names: str, **properties: t.Any) -> Fixture:
    """Users."""
    return {"users": [{"user_name": name, **properties} for name in names]}


def enrolled(*names: str, **properties: t.Any) -> Fixture:
    """Users with a device each, named as they are."""
    devices = {name: [{"device_name": name, "seed": SEED}] for name in names}
    return {"users": [{"user_name": name, "mfa_devices": devices[name], **properties} for name in names]}


def spare(*names: str, **properties: t.Any) -> Fixture:
    """Users, and a device for each that is attached to nobody."""
    devices = [{"device_name": name, "seed": SEED, **properties} for name in names]
    return {**people(*names), "unassigned_virtual_devices": devices}


def tokens(*names: str) -> Fixture:
    """Users with a hardware token each, whose number is the name's last letter and zeros."""
    kinds = {name: [{"kind": "hardware", "serial_number": token(name), "seed": SEED}] for name in names}
    return {"users": [{"user_name": name, "mfa_devices": kinds[name]} for name in names]}


def token(name: str) -> str:
    """The serial number of somebody's hardware token."""
    return f"GAHT-{name}-0001"


@dataclasses.dataclass(frozen=True)
class Use:
    """A module with options.

    :param rows: What the rows of the module are for that it needs together.
    :param stored: Whose seeds are in the store before.
    :param stores: The rows of the store that it needs besides those that the module's rows name.
    :param record: What these records say that is not as usual.
    :param deleted: Whether the secrets are scheduled for deletion.
    :param codes: Whether the first device is given codes.
    :param management: Whether it runs in the management account of an organization.
    """

    module: str
    rows: tuple[str, ...]
    options: dict[str, t.Any]
    fixture: Fixture
    stored: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    record: dict[str, str] = dataclasses.field(default_factory=dict)
    deleted: bool = False
    codes: bool = False
    management: bool = False

    @property
    def store(self) -> str:
        """The type of the store."""
        return str((self.options.get("seed_store") or {}).get("type"))

    def keys(self) -> list[tuple[str, str]]:
        """The rows that it needs, those of the module and those of the store."""
        own = [(self.module, row) for row in self.rows]
        kinds = [page.ROWS[key].seeds for key in own]
        return own + [(self.store, kind) for kind in (*filter(None, kinds), *self.stores)]

    @functools.cached_property
    def needs(self) -> page.Row:
        """What the rows say together. What one of them insists on cannot be spared."""
        rows = [(page.ROWS | page.SEEDS)[key] for key in self.keys()]
        found = functools.reduce(lambda one, other: one | other, rows)
        return page.Row(found.actions, found.spared - found.actions)


def use(module: str, *rows: str, fixture: Fixture, **more: t.Any) -> Use:
    """A use. What is no parameter of it is an option of the module."""
    fields = {field.name for field in dataclasses.fields(Use)}
    own = {name: value for name, value in more.items() if name in fields}
    return Use(module, rows, {name: value for name, value in more.items() if name not in fields}, fixture, **own)


def keep_seed(controller: Controller, store: str, name: str, **changes: str) -> None:
    """Put the seed of somebody's device into a store, as this collection does.

    :param changes: What the record says otherwise.
    """
    record = {
        "seed": SEED,
        "serial_number": arn(name),
        "user_name": name,
        "otpauth_uri": f"otpauth://totp/x?secret={SEED}",
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    text = json.dumps({**record, **changes})
    if store == SECRETS["type"]:
        description = f"Seed of the MFA device {arn(name)} of {name}, kept by hardening.aws"
        client = controller.boto3("secretsmanager")
        client.create_secret(Name=f"mfa/{name}", SecretString=text, Description=description)
    else:
        controller.boto3("ssm").put_parameter(Name=f"/mfa/{name}", Value=text, Type="SecureString")


class Runner:
    """Runs uses, each in an account of its own, as a role that may do what it is told and nothing else."""

    def __init__(self, controller: Controller, emulator: Emulator) -> None:
        self._controller = controller
        self._emulator = emulator

    def run(self, what: Use, allowed: t.Iterable[str], denied: t.Sequence[str] = ()) -> Answer:
        """Return what a use answers.

        :param allowed: What the role may do.
        :param denied: What nobody may do, which tells what the user of a session is refused.
        """
        self._emulator.reset()
        self._controller.fresh_home()
        account = MANAGEMENT if what.management else ACCOUNT
        self._emulator.fixture(what.fixture)
        for name in what.stored:
            keep_seed(self._controller, what.store, name, **what.record)
            if what.deleted:
                self._controller.boto3("secretsmanager").delete_secret(SecretId=f"mfa/{name}")
        permissions = page.policy(allowed) if allowed else {"Version": "2012-10-17", "Statement": []}
        role = {"name": "hardening", "trusted": [account], "permissions": permissions}
        self._emulator.fixture({"account_id": account, "roles": [role]})
        made = self._emulator.assume(f"arn:aws:iam::{account}:role/hardening", by=self._emulator.admin_key(account))
        session = {
            "access_key": made["aws_access_key_id"],
            "secret_key": made["aws_secret_access_key"],
            "session_token": made["aws_session_token"],
        }
        self._emulator.clear_requests()
        self._emulator.set(denied_actions=list(denied))
        return self._controller.run_module(f"hardening.aws.{what.module}", **{**session, **self._options(what)})

    def refused(self) -> set[str]:
        """What was refused."""
        return self._actions(lambda request: "AccessDenied" in (request["code"] or ""))

    def called(self) -> set[str]:
        """What was called."""
        return self._actions(lambda request: True)

    def _actions(self, chosen: t.Callable[[dict[str, t.Any]], bool]) -> set[str]:
        return {f"{one['service']}:{one['action']}" for one in self._emulator.requests() if chosen(one)}

    @staticmethod
    def _options(what: Use) -> dict[str, t.Any]:
        if not what.codes:
            return what.options
        first, second = totp.code_pair(SEED, time.time())
        item, *others = what.options["devices"]
        given = {**item, "authentication_code1": first, "authentication_code2": second}
        return {**what.options, "devices": [given, *others]}
