# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of the Query protocol: its parameters checked as AWS checks them, its caller, its paging."""

from __future__ import annotations

import base64
import binascii
import re
import time
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from moto.iam.models import Group, User

from . import facts
from .answers import ApiError, text
from .state import Account, Holder, Root, World

if TYPE_CHECKING:
    from .conditions import Conditions
    from .secret_stores import SecretStores

NO_ENTITY_USER = "The user with name {} cannot be found."
NON_USER_CALLER = "Must specify userName when calling with non-User credentials"


@dataclass(frozen=True)
class Rule:
    """What a string parameter must look like."""

    pattern: re.Pattern[str]
    shown: str
    low: int
    high: int | None


def _rule(pattern: str, shown: str, low: int, high: int | None) -> Rule:
    return Rule(re.compile(pattern, re.ASCII), shown, low, high)


EXISTING_USER = _rule(r"[\w+=,.@-]+", r"[\w+=,.@-]+", 1, 128)
SERIAL_NUMBER = _rule(r"[\w+=/:,.@-]+", r"[\w+=/:,.@-]+", 9, 256)
GROUP_NAME = EXISTING_USER
POLICY_NAME = EXISTING_USER
NEW_USER = _rule(r"[\w+=,.@-]+", r"[\w+=,.@-]+", 1, 64)
POLICY_ARN = _rule(r"[\s\S]*", "", 20, 2048)
DOCUMENT = Rule(re.compile("[\t\n\r\u0020-\u00ff]+"), r"[\u0009\u000A\u000D\u0020-\u00FF]+", 1, 131072)
PASSWORD = Rule(re.compile("[\t\n\r\u0020-\u00ff]+"), r"[\u0009\u000A\u000D\u0020-\u00FF]+", 1, 128)
ACCESS_KEY_ID = _rule(r"\w+", r"[\w]+", 16, 128)
CREDENTIAL_ID = _rule(r"\w+", r"[\w]+", 20, 128)
CERTIFICATE_ID = _rule(r"\w+", r"[\w]+", 24, 128)
ROLE_ARN = Rule(re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+"), r"[\u0009\u000A\u000D\u0020-\u007E]+", 20, 2048)
SESSION_NAME = _rule(r"[\w+=,.@-]*", r"[\w+=,.@-]*", 2, 64)
SESSION_POLICY = Rule(re.compile("[\t\n\r\u0020-\u00ff]+"), r"[\u0009\u000A\u000D\u0020-\u00FF]+", 1, None)
EXTERNAL_ID = _rule(r"[\w+=,.@:/-]*", r"[\w+=,.@:\/-]*", 2, 1224)
TARGET_PRINCIPAL = _rule(r"[\s\S]*", "", 12, 2048)
SERVICE_NAME = _rule(r"[\s\S]*", "", 0, None)
VERSION_ID = _rule(r"v[1-9]\d*(\.[A-Za-z0-9-]*)?", r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", 0, None)
CODE = _rule(r"\d+", r"[\d]+", 6, 6)
DEVICE_NAME = _rule(r"[\w+=,.@-]+", r"[\w+=,.@-]+", 1, None)
PATH = _rule(r"/|/[!-~]+/", r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", 1, 512)
PATH_PREFIX = _rule(r"/[!-\x7f]*", r"\u002F[\u0021-\u007F]*", 1, 512)
MARKER = Rule(re.compile("[\u0020-\u00ff]+"), r"[\u0020-\u00FF]+", 1, None)
_TAG_CHARACTERS = r"[\w\s.:/=+\-@]"
TAG_KEY = Rule(re.compile(_TAG_CHARACTERS + "+"), r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", 1, 128)
TAG_VALUE = Rule(re.compile(_TAG_CHARACTERS + "*"), r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", 0, 256)


def wire_name(parameter: str) -> str:
    """The name of a parameter in AWS's validation messages."""
    return parameter[0].lower() + parameter[1:]


class Call:
    """A call and everything that its handler needs."""

    def __init__(
        self,
        service: str,
        action: str,
        params: dict[str, str],
        access_key: str,
        world: World,
        conditions: Conditions,
        stores: SecretStores,
    ) -> None:
        self.service = service
        self.action = action
        self.params = params
        self.access_key = access_key
        self.world = world
        self.conditions = conditions
        self.stores = stores
        self.account: Account = world.account_of_key(access_key)
        self._problems: list[str] = []

    @property
    def lag(self) -> float:
        lag: float = self.conditions["lag"]
        return lag

    # The caller

    def caller(self) -> Holder | None:
        """The user whose key or session signed the call; None if it is nobody's (an administrator, or a role)."""
        session = self.world.sessions.get(self.access_key)
        if session is not None:
            return session.holder
        key = self.account.backend.access_keys.get(self.access_key)
        if key is not None and key.user_name:
            return self.account.backend.users.get(key.user_name)
        if any(item["access_key_id"] == self.access_key for item in self.account.root.access_keys):
            return self.account.root
        return None

    def caller_identity(self) -> tuple[str, str]:
        """(id, ARN) of the caller."""
        session = self.world.sessions.get(self.access_key)
        if session is not None and session.arn:
            return session.user_id, session.arn
        holder = self.caller()
        if holder is not None:
            return holder.id, self.account.user_arn(holder)
        if self.access_key.startswith("ASIA") and self.access_key not in self.world.sessions:
            from moto.sts.models import sts_backends

            role = sts_backends[self.account.account_id]["aws"].get_assumed_role_from_access_key(self.access_key)
            if role is not None:
                return role.user_id, role.arn
        return "AIDAEMULATORADMIN0000", f"arn:aws:iam::{self.account.account_id}:user/emulator-admin"

    def principal(self) -> str:
        """The ARN of the caller."""
        return self.caller_identity()[1]

    def account_is_active(self, account_id: str | None = None) -> bool:
        """Whether an account, by default the caller's, is neither closed nor suspended nor still being made."""
        account_id = account_id or self.account.account_id
        state = self.conditions["account_states"].get(account_id)
        if state is None and self.world.organization is not None:
            member = self.world.organization.members.get(account_id)
            state = None if member is None else member.state
        return state in (None, "ACTIVE")

    # Parameters

    def _problem(self, name: str, value: str | None, constraint: str) -> None:
        shown = "null" if value is None else f"'{value}'"
        self._problems.append(f"Value {shown} at '{name}' failed to satisfy constraint: {constraint}")

    def check(self, name: str, value: str | None, rule: Rule) -> None:
        """Note what is wrong with a value."""
        if value is None:
            self._problem(name, None, "Member must not be null")
            return
        if not rule.pattern.fullmatch(value):
            self._problem(name, value, f"Member must satisfy regular expression pattern: {rule.shown}")
        if len(value) < rule.low:
            self._problem(name, value, f"Member must have length greater than or equal to {rule.low}")
        if rule.high is not None and len(value) > rule.high:
            self._problem(name, value, f"Member must have length less than or equal to {rule.high}")

    def required(self, parameter: str, rule: Rule) -> str:
        value = self.params.get(parameter)
        self.check(wire_name(parameter), value, rule)
        return value or ""

    def optional(self, parameter: str, rule: Rule) -> str | None:
        value = self.params.get(parameter)
        if value is not None:
            self.check(wire_name(parameter), value, rule)
        return value

    def number(self, parameter: str, default: int, low: int, high: int) -> int:
        raw = self.params.get(parameter, str(default))
        if not re.fullmatch(r"-?\d{1,9}", raw, re.ASCII):
            raise ApiError("MalformedInput", f"Invalid integer value for {parameter}: {raw}")
        if int(raw) < low:
            self._problem(wire_name(parameter), raw, f"Member must have value greater than or equal to {low}")
        if int(raw) > high:
            self._problem(wire_name(parameter), raw, f"Member must have value less than or equal to {high}")
        return int(raw)

    def choice(self, parameter: str, choices: tuple[str, ...], default: str) -> str:
        value = self.params.get(parameter, default)
        if value not in choices:
            self._problem(
                wire_name(parameter), value, f"Member must satisfy enum value set: [{', '.join(sorted(choices))}]"
            )
        return value

    def status(self) -> str:
        """The required parameter Status."""
        if "Status" not in self.params:
            self._problem("status", None, "Member must not be null")
        value = self.choice("Status", ("Active", "Inactive", "Expired"), "Active")
        if value == "Expired":
            self.valid()
            raise ApiError("InvalidInput", "Status can be set to Active or Inactive only.")
        return value

    def flag(self, parameter: str) -> bool:
        value = self.params.get(parameter, "false")
        if value.lower() not in ("true", "false"):
            raise ApiError("MalformedInput", f"Invalid boolean value for {parameter}: {value}")
        return value.lower() == "true"

    def members(self, parameter: str) -> list[str]:
        """A list parameter's plain members."""
        found: list[str] = []
        while (value := self.params.get(f"{parameter}.member.{len(found) + 1}")) is not None:
            found.append(value)
        return found

    def tags(self) -> list[tuple[str, str]]:
        """The Tags parameter, checked."""
        found: list[tuple[str, str]] = []
        while (key := self.params.get(f"Tags.member.{len(found) + 1}.Key")) is not None:
            number = len(found) + 1
            value = self.params.get(f"Tags.member.{number}.Value", "")
            self.check(f"tags.{number}.member.key", key, TAG_KEY)
            self.check(f"tags.{number}.member.value", value, TAG_VALUE)
            found.append((key, value))
        if len(found) > 50:
            self._problem("tags", f"[{len(found)} tags]", "Member must have length less than or equal to 50")
        return found

    def valid(self) -> None:
        """Refuse the call if anything noted so far is wrong."""
        if self._problems:
            count = len(self._problems)
            plural = "s" if count > 1 else ""
            raise ApiError("ValidationError", f"{count} validation error{plural} detected: {'; '.join(self._problems)}")

    # Users

    def user_named(self, name: str) -> User:
        user = self.account.backend.users.get(name)
        if user is None or (self.lag and not entity_seen(user, self.lag)):
            raise ApiError("NoSuchEntity", NO_ENTITY_USER.format(name))
        return user

    def group_named(self, name: str) -> Group:
        group = self.account.backend.groups.get(name)
        if group is None or (self.lag and not entity_seen(group, self.lag)):
            raise ApiError("NoSuchEntity", f"The group with name {name} cannot be found.")
        return group

    def seen(self, holder: Any, name: str) -> Any:
        """A fact of facts.py, as a reader sees it."""
        return facts.seen(self.account, holder, name, self.lag)

    def user_or_caller(self, name: str | None) -> Holder:
        if name is not None:
            return self.user_named(name)
        holder = self.caller()
        if holder is None:
            raise ApiError("ValidationError", NON_USER_CALLER)
        return holder

    # Paging

    def page_size(self) -> int:
        return self.number("MaxItems", 100, 1, 1000)

    def start_after(self) -> str | None:
        """The key after which a page starts, out of the Marker."""
        marker = self.optional("Marker", MARKER)
        if marker is None:
            return None
        try:
            content = base64.urlsafe_b64decode(marker.encode()).decode()
        except (binascii.Error, ValueError):
            raise ApiError("ValidationError", "Invalid Marker.") from None
        action, _separator, key = content.partition("\n")
        if action != self.action or not key:
            raise ApiError("ValidationError", "Invalid Marker.")
        return key

    def page_wanted(self) -> tuple[int, str | None]:
        """The size of the page that is asked for, and the key after which it starts, of a call that is valid."""
        size, after = self.page_size(), self.start_after()
        self.valid()
        return size, after

    def marker_for(self, key: str) -> str:
        return base64.urlsafe_b64encode(f"{self.action}\n{key}".encode()).decode()

    def page(self, keys: list[str], size: int, after: str | None) -> tuple[list[str], str]:
        """A page of sorted keys, and the XML that ends a paged answer."""
        start = 0 if after is None else bisect_right(keys, after)
        chosen = keys[start : start + size]
        if start + size >= len(keys):
            return chosen, "<IsTruncated>false</IsTruncated>"
        marker = text(self.marker_for(chosen[-1]))
        return chosen, f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"


def refuse_to_delete(still_there: dict[str, Any]) -> None:
    """Refuse to delete an entity that still has something: what has to be done first, and what it is done to."""
    for first, things in still_there.items():
        if things:
            raise ApiError("DeleteConflict", f"Cannot delete entity, must {first} first.")


def entity_seen(entity: Any, lag: float) -> bool:
    """Whether a reader ``lag`` seconds behind sees this user or group."""
    return bool(getattr(entity, "emulator_made_at", 0.0) <= time.monotonic() - lag)


def parse_time(value: Any, where: str) -> datetime:
    """A date of a fixture, as moto keeps dates: naive, in UTC."""
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(f"{where}: {value!r} is not an ISO 8601 date") from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment


def is_root(holder: Holder) -> bool:
    return isinstance(holder, Root)
