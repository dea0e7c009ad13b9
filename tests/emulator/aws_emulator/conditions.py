# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conditions a client works under: latency, throttling, faults, lost replies, denials, halts, and the settings.

Settings can be changed at any time; a change takes effect with the next request.
"""

from __future__ import annotations

import importlib.util
import random
import re
import threading
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from .answers import QUERY_SERVICES, ApiError
from .evaluation import refusal

FAULTY_SERVICES = ("iam", "organizations", "secretsmanager", "ssm", "sts")
ACCOUNT_STATES = ("PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED")
READING = ("Get", "List", "Describe", "Generate", "Simulate", "Batch", "Validate")


class SettingError(ValueError):
    """A setting that doesn't exist or a value it can't have."""


def _number(low: float, high: float) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise SettingError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
        return value

    return check


def _integer(low: int, high: int) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise SettingError(f"{name} must be an integer from {low} to {high}, not {value!r}")
        return value

    return check


def _boolean(name: str, value: Any) -> Any:
    if not isinstance(value, bool):
        raise SettingError(f"{name} must be true or false, not {value!r}")
    return value


def _with_segno(name: str, value: Any) -> Any:
    if _boolean(name, value) and importlib.util.find_spec("segno") is None:
        raise SettingError(f"{name} needs the package segno: pip install segno")
    return value


def _strings(name: str, value: Any) -> Any:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise SettingError(f"{name} must be a list of strings, not {value!r}")
    return list(value)


def _actions(name: str, value: Any) -> Any:
    for item in _strings(name, value):
        if item != "*" and ":" not in item:
            raise SettingError(f"{name}: {item!r} must be written service:Action, such as iam:EnableMFADevice or iam:*")
    return list(value)


def _choice(*choices: str) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value not in choices:
            raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    return check


def _or_null(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: None if value is None else check(name, value)


def _halt(name: str, value: Any) -> Any:
    if not isinstance(value, dict) or not set(value) <= {"at", "when", "freeze"} or "at" not in value:
        raise SettingError(f"{name} must be null or {{at: N, when: before|after, freeze: true|false}}, not {value!r}")
    return {
        "at": _integer(1, 10**9)(f"{name}.at", value["at"]),
        "when": _choice("before", "after")(f"{name}.when", value.get("when", "before")),
        "freeze": _boolean(f"{name}.freeze", value.get("freeze", False)),
    }


DAMAGES = ("cut", "garbled", "no_date", "content_type", "slow")


def _damage(name: str, value: Any) -> Any:
    if not isinstance(value, dict) or not set(value) <= {"kind", "actions", "share", "seconds"} or "kind" not in value:
        raise SettingError(f"{name} must be null or {{kind, actions, share, seconds}}, not {value!r}")
    return {
        "kind": _choice(*DAMAGES)(f"{name}.kind", value["kind"]),
        "actions": _actions(f"{name}.actions", value.get("actions", ["*"])),
        "share": _number(0, 1)(f"{name}.share", value.get("share", 1)),
        "seconds": _number(0, 600)(f"{name}.seconds", value.get("seconds", 31)),
    }


def _account_states(name: str, value: Any) -> Any:
    check = _choice(*ACCOUNT_STATES)
    return {account_id: check(f"{name}[{account_id}]", state) for account_id, state in _by_account(name, value)}


def _accounts(name: str, value: Any) -> Any:
    """Settings that hold for one account only."""
    found: dict[str, dict[str, Any]] = {}
    for account_id, changes in _by_account(name, value):
        if not isinstance(changes, dict):
            raise SettingError(f"{name}[{account_id}] must be an object of settings, not {changes!r}")
        for setting, wanted in changes.items():
            if setting not in OF_ONE_ACCOUNT:
                known = ", ".join(sorted(OF_ONE_ACCOUNT))
                raise SettingError(f"{name}[{account_id}]: {setting!r} is no setting of one account; those are {known}")
            checked = SETTINGS[setting][1](f"{name}[{account_id}].{setting}", wanted)
            found.setdefault(account_id, {})[setting] = checked
    return found


def _by_account(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict) or not all(re.fullmatch(r"\d{12}", key, re.ASCII) for key in value):
        raise SettingError(f"{name} must be an object whose keys are account numbers of 12 digits, not {value!r}")
    return list(value.items())


OF_ONE_ACCOUNT = frozenset(
    {
        "burst",
        "denied_actions",
        "fault_probability",
        "hang_actions",
        "latency",
        "lost_reply_probability",
        "neighbour_rate",
        "random_seed",
        "rate",
        "scp_denied_actions",
        "services_with_faults",
        "throttle_first",
        "throttle_probability",
        "throttle_scope",
        "throttled_services",
        "throttled_until",
        "unavailable_services",
    }
)

# name: (default, check)
SETTINGS: dict[str, tuple[Any, Callable[[str, Any], Any]]] = {
    "latency": (0.0, _number(0, 600)),
    "rate": (None, _or_null(_number(0.001, 1e6))),
    "burst": (None, _or_null(_number(1, 1e6))),
    "throttle_scope": ("service", _choice("all", "service", "action")),
    "throttled_services": (None, _or_null(_strings)),
    "throttle_probability": (0.0, _number(0, 1)),
    "neighbour_rate": (0.0, _number(0, 1e6)),
    "throttled_until": (0.0, _number(0, 600)),
    "throttle_first": (0, _integer(0, 10**6)),
    "damage": (None, _or_null(_damage)),
    "fault_probability": (0.0, _number(0, 1)),
    "lost_reply_probability": (0.0, _number(0, 1)),
    "services_with_faults": (None, _or_null(_strings)),
    "random_seed": (None, _or_null(_integer(-(2**63), 2**63))),
    "lag": (0.0, _number(0, 300)),
    "clock_offset": (0.0, _number(-1e9, 1e9)),
    "check_signature_age": (True, _boolean),
    "code_window": (1, _integer(0, 100)),
    "denied_actions": ([], _actions),
    "scp_denied_actions": ([], _actions),
    "accounts": ({}, _accounts),
    "account_states": ({}, _account_states),
    "empty_pages": ("between", _choice("none", "between", "first")),
    "hang_actions": ([], _actions),
    "halt": (None, _or_null(_halt)),
    "unavailable_services": ([], _strings),
    "virtual_device_quota": (5000, _integer(0, 10**7)),
    "policies_per_user": (10, _integer(0, 1000)),
    "policies_per_group": (10, _integer(0, 1000)),
    "enforce_denials": (False, _boolean),
    "qr_codes": (False, _with_segno),
    "any_case_names": (True, _boolean),
    "credential_report_max_age": (14400, _number(0, 1e9)),
    "quoted_report": (False, _boolean),
    "credential_report_time": (0.0, _number(0, 600)),
    "monitor_store": (True, _boolean),
}


def matches(action: str, patterns: list[str]) -> bool:
    """Whether ``service:Action`` is covered by one of the patterns; IAM compares without regard to case."""
    lowered = action.lower()
    return any(fnmatchcase(lowered, pattern.lower()) for pattern in patterns)


class Dropped(Exception):
    """The connection is to be broken without an answer."""


class Conditions:
    """The settings, and the state that goes with them."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._values: dict[str, Any] = {name: default for name, (default, _check) in SETTINGS.items()}
        self._random = random.Random()
        self._buckets: dict[str, list[float]] = {}
        self._of_accounts: dict[str, Conditions] = {}
        self._outage_ends = 0.0
        self._throttle_first = 0
        self._counted = 0
        self._halt_epoch = 0
        self._releases = 0
        self._holding: dict[str, Any] | None = None
        self._frozen = 0
        self._hanging: list[str] = []
        self.given: dict[str, Any] = {}  # what was asked for, of one account

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    # Settings

    def all(self) -> dict[str, Any]:
        return dict(self._values)

    def change(self, changes: dict[str, Any]) -> None:
        """Take over all of the changes, or none of them."""
        checked = {}
        for name, value in changes.items():
            if name not in SETTINGS:
                raise SettingError(f"there is no setting {name!r}; the settings are {', '.join(sorted(SETTINGS))}")
            checked[name] = SETTINGS[name][1](name, value)
        with self._condition:
            self._values = {**self._values, **checked}
            if "throttled_until" in checked:
                self._outage_ends = time.monotonic() + checked["throttled_until"]
            if "throttle_first" in checked:
                self._throttle_first = checked["throttle_first"]
            if checked.keys() & {"neighbour_rate", "rate", "burst", "throttle_scope", "throttled_services"}:
                self._buckets = {}
            if "random_seed" in checked:
                self._random = random.Random(checked["random_seed"])
            if "accounts" in checked:
                self._take_over_accounts(checked["accounts"])
            if "halt" in checked:
                self._counted = 0
                self._halt_epoch += 1
            self._condition.notify_all()

    def reset(self) -> None:
        self.change({name: default for name, (default, _check) in SETTINGS.items()})
        self.release()

    # One account

    def _for_one_account(self, account_id: str, wanted: dict[str, Any]) -> Conditions:
        """Those of an account; where they stay as they were, so do the buckets and what else goes with them."""
        known = self._of_accounts.get(account_id)
        if known is not None and known.given == wanted:
            return known
        made = Conditions()
        made.given = wanted
        made.change(wanted)
        return made

    def _take_over_accounts(self, accounts: dict[str, dict[str, Any]]) -> None:
        known = self._of_accounts
        self._of_accounts = {
            account_id: self._for_one_account(account_id, wanted) for account_id, wanted in accounts.items()
        }
        for account_id, conditions in known.items():
            if self._of_accounts.get(account_id) is not conditions:
                conditions.change({"hang_actions": []})  # what hangs goes on

    def layers(self, account_id: str) -> list[Conditions]:
        """What a call of this account is under: what holds for all accounts, and what for this one alone."""
        own = self._of_accounts.get(account_id)
        return [self] if own is None else [self, own]

    # Halts and hangs

    def arrive(self, entry: dict[str, Any]) -> bool:
        """Count a request. Hold it here if it is the one to halt at; say whether to hold it after its effect."""
        with self._condition:
            self._counted += 1
            halt = self._values["halt"]
            if halt is None:
                return False
            if self._counted == halt["at"]:
                if halt["when"] == "after":
                    return True
                self._hold(entry, "before")
            if self._counted > halt["at"] and halt["freeze"]:
                entry["held"] = "frozen"
                self._frozen += 1
                try:
                    self._wait_for_release()
                finally:
                    self._frozen -= 1
        return False

    def hold_after(self, entry: dict[str, Any]) -> None:
        with self._condition:
            self._hold(entry, "after")

    def _hold(self, entry: dict[str, Any], when: str) -> None:
        entry["held"] = when
        self._holding = {
            "when": when,
            "seq": entry["seq"],
            "action": f"{entry['service']}:{entry['action']}",
            "params": entry["params"],
        }
        try:
            self._wait_for_release()
        finally:
            self._holding = None
            self._condition.notify_all()

    def _wait_for_release(self) -> None:
        epoch, releases = self._halt_epoch, self._releases
        while epoch == self._halt_epoch and releases == self._releases:
            self._condition.wait(60)
        raise Dropped

    def hang(self, action: str, entry: dict[str, Any]) -> None:
        """Keep the request without an answer for as long as the setting says so."""
        if not matches(action, self._values["hang_actions"]):
            return
        with self._condition:
            releases = self._releases
            entry["held"] = "hang"
            self._hanging.append(action)
            try:
                while matches(action, self._values["hang_actions"]):
                    self._condition.wait(60)
                    if releases != self._releases:
                        raise Dropped
            finally:
                self._hanging.remove(action)

    def release(self) -> int:
        """Let go of everything that is held, by dropping the connections; the halt is over. How many were held."""
        with self._condition:
            held = (self._holding is not None) + self._frozen + len(self._hanging)
            held += sum(conditions.release() for conditions in self._of_accounts.values())
            self._releases += 1
            self._values = {**self._values, "halt": None}
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._holding is None, 5)
            return held

    def halted(self) -> dict[str, Any]:
        with self._condition:
            state: dict[str, Any] = {"halted": self._holding is not None, "frozen": self._frozen}
            state["hanging"] = [action for layer in (self, *self._of_accounts.values()) for action in layer._hanging]
            state["counted"] = self._counted
            state.update(self._holding or {"when": None, "seq": None, "action": None, "params": None})
            return state

    # Throttling, faults, lost replies

    def throttle(self, service: str, action: str) -> bool:
        """Whether this request is over the rate, or throttled for another reason."""
        services = self._values["throttled_services"]
        if services is not None and service not in services:
            return False
        with self._condition:
            return self._throttled_anyway() or self._over_the_rate(service, action)

    def _throttled_anyway(self) -> bool:
        """By an outage, as one of the first requests, or by chance."""
        if self._throttle_first:
            self._throttle_first -= 1
            return True
        probability = self._values["throttle_probability"]
        return time.monotonic() < self._outage_ends or bool(probability and self._random.random() < probability)

    def _over_the_rate(self, service: str, action: str) -> bool:
        rate = self._values["rate"]
        if rate is None:
            return False
        burst = self._values["burst"] or max(1.0, rate)
        scope = self._values["throttle_scope"]
        key = {"all": "", "service": service, "action": f"{service}:{action}"}[scope]
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, [burst, now])
        self._neighbour_takes(bucket, now, rate, burst)
        bucket[0] = min(burst, bucket[0] + (now - bucket[1]) * rate)
        bucket[1] = now
        if bucket[0] < 1.0:
            return True
        bucket[0] -= 1.0
        return False

    def _neighbour_takes(self, bucket: list[float], now: float, rate: float, burst: float) -> None:
        """Let somebody else's requests come in since the last one of ours, at moments of chance."""
        neighbour = self._values["neighbour_rate"]
        if not neighbour:
            return
        moment = bucket[1] + self._random.expovariate(neighbour)
        while moment < now:
            bucket[0] = min(burst, bucket[0] + (moment - bucket[1]) * rate)
            bucket[1] = moment
            if bucket[0] >= 1.0:
                bucket[0] -= 1.0
            moment += self._random.expovariate(neighbour)

    # Damaged answers

    def damage(self, action: str) -> dict[str, Any] | None:
        """How the answer to C(service:Action) is to be damaged, or None."""
        damage: dict[str, Any] | None = self._values["damage"]
        if damage is None or not matches(action, damage["actions"]):
            return None
        with self._condition:
            return damage if self._random.random() < damage["share"] else None

    def cut_at(self, length: int) -> int:
        """Where to cut an answer of this length."""
        with self._condition:
            return self._random.randrange(length) if length else 0

    def _may_fail(self, service: str) -> bool:
        services = self._values["services_with_faults"]
        return service in (FAULTY_SERVICES if services is None else services)

    def fault(self, service: str, action: str) -> ApiError | None:
        probability = self._values["fault_probability"]
        if not probability or not self._may_fail(service):
            return None
        with self._condition:
            if self._random.random() >= probability:
                return None
            if service == "iam":
                codes = ["ServiceFailure"]
                if not action.startswith(READING):
                    codes += ["ConcurrentModification", "EntityTemporarilyUnmodifiable"]
            elif service == "secretsmanager":
                codes = ["InternalServiceError"]
            elif service == "ssm":
                codes = ["InternalServerError"]
            elif service == "organizations":
                codes = ["ServiceException"]
            else:
                codes = ["InternalFailure"]
            code = self._random.choice(codes)
        messages = {
            "ConcurrentModification": "The request was rejected because multiple requests to change this object "
            "were submitted simultaneously. Wait a few minutes and submit your request again.",
            "EntityTemporarilyUnmodifiable": "The entity is temporarily unmodifiable. Try again later.",
        }
        default = "The request processing has failed because of an unknown error, exception or failure."
        return ApiError(code, messages.get(code, default))

    def loses_reply(self, service: str) -> bool:
        probability = self._values["lost_reply_probability"]
        if not probability or not self._may_fail(service):
            return False
        with self._condition:
            return self._random.random() < probability


def throttling_error(service: str) -> ApiError:
    if service == "organizations":
        message = "AWS Organizations can't complete your request because it conflicts with too many others. Try later."
        return ApiError("TooManyRequestsException", message, 400)
    return ApiError("Throttling" if service in QUERY_SERVICES else "ThrottlingException", "Rate exceeded", 400)


def unavailable_error(service: str) -> ApiError:
    code = "ServiceUnavailable" if service in QUERY_SERVICES else "ServiceUnavailableException"
    return ApiError(code, "Service Unavailable", 503)


def denied_error(service: str, action: str, principal: str, resource: str) -> ApiError:
    wanted = f"{service}:{action}"
    return refusal(service, principal, wanted, resource, f"because no identity-based policy allows the {wanted} action")


def scp_error(service: str, action: str, principal: str, resource: str) -> ApiError:
    because = "with an explicit deny in a service control policy"
    return refusal(service, principal, f"{service}:{action}", resource, because)
