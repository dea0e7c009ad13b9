# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role iam_user_hardening decides: who is selected, what has to be done for whom, and what came of it. Pure.

This module is private to hardening.aws. One pass over the users, whatever the number of them.
"""

from __future__ import annotations

import datetime
import fnmatch
import re
import string
import typing as t

Data = t.Mapping[str, t.Any]

_PREFIX = "iam_user_hardening"
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[!-~]+/")
_SEED_PLACES = ("seed_store", "seed_vault_file", "seed_tasks")
_PLACEHOLDERS = ("user_name", "account_id")
_SELECTORS = ("paths", "groups", "tags", "console_password")
_SHOWN = 20


# Inputs ---------------------------------------------------------------------------------------------------------------


def problems(settings: Data) -> list[str]:
    """Return what is wrong with the role's inputs, each with the input's name and a remedy."""
    found: list[str] = []

    def add(option: str, text: str) -> None:
        found.append(f"{_PREFIX}_{option}: {text}")

    given = [name for name in _SELECTORS if (settings["select"] or {}).get(name) not in (None, [], {})]
    if not settings["users"] and not given:
        add("users", f"is empty, and {_PREFIX}_select has no criterion, so nobody is selected. Name users, or set "
            f"{_PREFIX}_select, for example to {{console_password: true}}; {{paths: [/]}} is everybody.")  # fmt: skip
    for number, name in enumerate(settings["users"]):
        if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > 64:
            add(f"users[{number}]", f"{name!r} is not the name of an IAM user: up to 64 letters, digits and +=,.@_-.")
    for number, path in enumerate((settings["select"] or {}).get("paths") or []):
        if not isinstance(path, str) or not path.startswith("/"):
            add(f"select.paths[{number}]", f"{path!r} must begin with a slash, such as /staff/.")
    if not isinstance((settings["select"] or {}).get("console_password"), (bool, type(None))):
        add("select.console_password", "must be true or false.")
    for number, pattern in enumerate(settings["exclude_patterns"]):
        problem = _pattern_problem(pattern)
        if problem:
            add(f"exclude_patterns[{number}]", problem)
    for option, low, high in (
        ("batch_size", 1, 5000),
        ("concurrency", 1, 256),
        ("delete_passwords_after_days", 0, 36500),
        ("deactivate_keys_unused_days", 0, 36500),
    ):
        if not low <= settings[option] <= high:
            add(option, f"is {settings[option]}: give a whole number from {low} to {high}.")
    _enrolment_problems(settings, add)
    if settings["enforce_policy"] == "group" and not settings["enforce_group"]:
        add("enforce_group", f"is missing: {_PREFIX}_enforce_policy is group, so name the group.")
    if settings["enforce_policy"] != "none" and not re.fullmatch(r"[\w+=,.@-]{1,128}", settings["enforce_policy_name"]):
        add("enforce_policy_name", "must have 1 to 128 letters, digits and +=,.@_-.")
    if settings["remove_orphans"] and not settings["orphan_pattern"]:
        add("orphan_pattern", f"is missing, and {_PREFIX}_remove_orphans is true. Give a regular expression that the "
            "path and name of a device must match to be removed, such as ^/staff/.")  # fmt: skip
    problem = _regex_problem(settings["orphan_pattern"])
    if problem:
        add("orphan_pattern", problem)
    return found


def _enrolment_problems(settings: Data, add: t.Callable[[str, str], None]) -> None:
    if not settings["enrol"]:
        return
    places = [name for name in _SEED_PLACES if settings[name]]
    if not places:
        add("seed_store", "is missing, so the seeds of new devices have no place. Give one of "
            + ", ".join(f"{_PREFIX}_{name}" for name in _SEED_PLACES)
            + f"; or set {_PREFIX}_enrol to false, then nobody is enrolled.")  # fmt: skip
    if len(places) > 1:
        add(places[0], f"excludes {', '.join(f'{_PREFIX}_{name}' for name in places[1:])}: seeds have one place, "
            "leave the others out.")  # fmt: skip
    vault_file = settings["seed_vault_file"]
    if vault_file and not vault_file.get("path"):
        add("seed_vault_file.path", "is missing: give the path of the file on the controller.")
    if settings["seed_tasks"] and not settings.get("seed_tasks_found"):
        add("seed_tasks", f"there is no file {settings['seed_tasks']} on the controller: give its absolute path, or "
            "one that is relative to the playbook.")  # fmt: skip
    template = settings["device_name"]
    try:
        fields = [(name, spec, conv) for _text, name, spec, conv in string.Formatter().parse(template)]
    except ValueError as error:
        add("device_name", f"{template!r} is not a valid template ({error}).")
        return
    wrong = [name for name, spec, conv in fields if name is not None and (name not in _PLACEHOLDERS or spec or conv)]
    if wrong:
        add("device_name", f"{template!r} has the unknown placeholder {{{wrong[0]}}}: there are "
            + " and ".join(f"{{{name}}}" for name in _PLACEHOLDERS) + ".")  # fmt: skip
    elif "user_name" not in [name for name, _spec, _conv in fields]:
        add("device_name", f"{template!r} lacks {{user_name}}, so all users would get the same device: put it in.")
    elif not _NAME.fullmatch(template.format(user_name="x", account_id="0")):
        add("device_name", f"{template!r} may have letters, digits and +=,.@_- besides its placeholders.")
    if len(settings["device_path"]) > 512 or not _PATH.fullmatch(settings["device_path"]):
        add("device_path", f"{settings['device_path']!r} must begin and end with a slash, such as /staff/.")


def _pattern_problem(pattern: t.Any) -> str | None:
    if not isinstance(pattern, str) or not pattern.strip("~ "):
        return f"{pattern!r} is empty: give a pattern such as break-glass-*, or a regular expression after a ~."
    return _regex_problem(pattern[1:]) if pattern.startswith("~") else None


def _regex_problem(pattern: str) -> str | None:
    try:
        re.compile(pattern or "")
    except re.error as error:
        return f"{pattern!r} is not a valid regular expression ({error})."
    return None


# Selection ------------------------------------------------------------------------------------------------------------


class Exclusions:
    """Who is never touched. IAM does not tell names apart by case, and neither does this."""

    def __init__(self, names: t.Iterable[str], patterns: t.Iterable[str]) -> None:
        self.names = {str(name).lower(): str(name) for name in names}
        self._patterns = [(pattern, _compiled(pattern)) for pattern in patterns]

    def reason(self, user_name: str) -> str | None:
        """Return why a user is excluded, or None."""
        if user_name.lower() in self.names:
            return f"named in {_PREFIX}_exclude"
        for pattern, compiled in self._patterns:
            if compiled.search(user_name):
                return f"matches {pattern} of {_PREFIX}_exclude_patterns"
        return None


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern.startswith("~"):
        return re.compile(pattern[1:], re.IGNORECASE)
    return re.compile(fnmatch.translate(pattern), re.IGNORECASE)


class Selector:
    """The criteria of select: a user is meant who meets each of those that are given."""

    def __init__(self, select: Data) -> None:
        self._paths = tuple(select.get("paths") or ())
        self._groups = frozenset(select.get("groups") or ())
        self._tags = dict(select.get("tags") or {})
        self._console = select.get("console_password")
        self.active = bool(self._paths or self._groups or self._tags or self._console is not None)

    def matches(self, user: Data) -> bool:
        """Whether a user of the information module's RV(users) is meant."""
        if not self.active:
            return False
        if self._paths and not (user["path"] or "").startswith(self._paths):
            return False
        if self._groups and self._groups.isdisjoint(user["groups"] or ()):
            return False
        if self._tags:
            tags = user["tags"] or {}
            if not all(key in tags and _tag_matches(wanted, tags[key]) for key, wanted in self._tags.items()):
                return False
        return self._console is None or user["console_password"] is self._console


def _tag_matches(wanted: t.Any, value: str) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, (list, tuple)):
        return value in [str(item) for item in wanted]
    return value == str(wanted)


# The plan -------------------------------------------------------------------------------------------------------------


def plan(info: Data, settings: Data) -> dict[str, t.Any]:
    """Return what the role has to do.

    :param info: What M(hardening.aws.iam_mfa_device_info) returned of the whole account.
    :param settings: The role's inputs without their prefix.
    """
    account = info["account"]
    selector = Selector(settings["select"] or {})
    exclusions = Exclusions(settings["exclude"], settings["exclude_patterns"])
    wanted = dict.fromkeys(str(name) for name in settings["users"])
    now = _moment(info["retrieved"])
    if now is None:
        raise ValueError("the information has no date")
    prefix = f"arn:{account['partition']}:iam::{account['account_id']}"
    policy_arn = f"{prefix}:policy/{settings['enforce_policy_name']}"
    group = settings["enforce_group"] if settings["enforce_policy"] == "group" else None

    names: set[str] = set()
    selected: list[str] = []
    excluded: list[dict[str, str]] = []
    has_mfa: list[str] = []
    devices: list[dict[str, t.Any]] = []
    uncovered: list[str] = []
    passwords: list[dict[str, t.Any]] = []
    keys: list[dict[str, t.Any]] = []
    shielded: list[str] = []
    for user in info["users"]:
        name = str(user["user_name"])
        names.add(name)
        reason = exclusions.reason(name)
        if reason and group is not None and group in (user["groups"] or ()):
            shielded.append(name)
        if name not in wanted and not selector.matches(user):
            continue
        if reason:
            excluded.append({"user_name": name, "reason": reason})
            continue
        selected.append(name)
        device = _device(name, settings, account["account_id"])
        serial = f"{prefix}:mfa{device['device_path']}{device['device_name']}"
        attached = [str(item["serial_number"]) for item in user["mfa_devices"]]
        if serial in attached or (attached and settings["satisfied_by"] == "any"):
            has_mfa.append(name)
        elif settings["enrol"]:
            devices.append({**device, "serial_number": serial})
        if group is not None and group not in (user["groups"] or ()):
            uncovered.append(name)
        elif settings["enforce_policy"] == "users" and policy_arn not in (user["attached_policies"] or ()):
            uncovered.append(name)
        passwords += _old_password(user, attached, now, settings)
        keys += _unused_keys(user, now, settings)

    lowered = {name.lower() for name in names}
    orphans = [str(item["serial_number"]) for item in info["orphaned_devices"]]
    ours = {device["serial_number"] for device in devices}
    return {
        "selected": selected,
        "excluded": excluded,
        "unknown_exclusions": [name for lower, name in exclusions.names.items() if lower not in lowered],
        "not_found": [name for name in wanted if name not in names and not exclusions.reason(name)],
        "has_mfa": has_mfa,
        "batches": _batches(devices, set(orphans), settings["batch_size"]),
        "partition": str(account["partition"]),
        "policy_arn": policy_arn,
        "uncovered": uncovered,
        "passwords": passwords,
        "keys": keys,
        "orphans": [serial for serial in orphans if serial not in ours],
        "removable_orphans": [
            serial for serial in orphans if serial not in ours and _removable(serial, settings)
        ],  # fmt: skip
        "nobody": _unused_name(lowered),
        "credential_report": info["credential_report"]["generated_time"],
        "refusals": [*_missing_facts(info, settings), *_shielded(shielded, settings)],
    }


def _device(user_name: str, settings: Data, account_id: str) -> dict[str, t.Any]:
    device: dict[str, t.Any] = {
        "user_name": user_name,
        "device_name": str(settings["device_name"]).format(user_name=user_name, account_id=account_id),
        "device_path": str(settings["device_path"]),
    }
    if settings["tags"]:
        device["tags"] = dict(settings["tags"])
    return device


def _batches(devices: t.Sequence[Data], unassigned: t.Container[str], size: int) -> list[dict[str, t.Any]]:
    """Return the devices in batches. What identifies a device by serial number is kept apart from what modules get."""
    batches = []
    total = f"{len(devices):,}"
    for start in range(0, len(devices), size):
        chunk = devices[start : start + size]
        first, last = f"{start + 1:,}", f"{start + len(chunk):,}"
        serials = [device["serial_number"] for device in chunk]
        batches.append(
            {
                "label": f"user {first} of {total}" if len(chunk) == 1 else f"users {first}–{last} of {total}",
                "devices": [{key: device[key] for key in device if key != "serial_number"} for device in chunk],
                "serial_numbers": dict(zip((device["user_name"] for device in chunk), serials, strict=True)),
                "unassigned": [serial for serial in serials if serial in unassigned],
            }
        )
    return batches


def _old_password(
    user: Data, attached: t.Sequence[str], now: datetime.datetime, settings: Data
) -> list[dict[str, t.Any]]:
    """Return the user's password if it is to be deleted: no MFA, and older than the time that was given."""
    days = settings["delete_passwords_after_days"]
    # Whom the role itself enrols has MFA afterwards, or has no fault in it that the role could not do it.
    if not days or settings["enrol"] or attached or user["mfa_active"] or not user["console_password"]:
        return []
    set_at = _moment(user["password_last_changed"]) or _moment(user["create_date"])
    age = (now - set_at).days if set_at else 0
    return [{"user_name": str(user["user_name"]), "days": age}] if age >= days else []


def _unused_keys(user: Data, now: datetime.datetime, settings: Data) -> list[dict[str, t.Any]]:
    days = settings["deactivate_keys_unused_days"]
    if not days:
        return []
    found = []
    for key in user["access_keys"] or ():
        if not key["active"]:
            continue
        last = _moment(key["last_used"]) or _moment(key["last_rotated"])
        age = (now - last).days if last else 0
        if age >= days:
            entry = {"user_name": str(user["user_name"]), "created": str(key["last_rotated"]), "days": age}
            found.append({**entry, "never_used": key["last_used"] is None})
    return found


def _removable(serial: str, settings: Data) -> bool:
    if not settings["remove_orphans"]:
        return False
    return re.search(settings["orphan_pattern"], serial.split(":mfa", 1)[1]) is not None


def _unused_name(taken: t.Container[str]) -> str:
    """Return a name that no user has, for calls that must not touch a device that somebody has attached meanwhile."""
    name, number = "unassigned-device", 1
    while name in taken:
        number += 1
        name = f"unassigned-device-{number}"
    return name


def _shielded(names: t.Sequence[str], settings: Data) -> list[str]:
    """Return why the policy may not be attached to the group: it would hit users who are excluded."""
    if not names:
        return []
    return [
        f"{_PREFIX}_enforce_group: the group {settings['enforce_group']} has members who are excluded, and whom the "
        f"policy would lock out without MFA: {', '.join(names)}. Take them out of the group."
    ]


def _missing_facts(info: Data, settings: Data) -> list[str]:
    """Return why the account's lists do not suffice for what was asked."""
    select = settings["select"] or {}
    needs = {
        "console_password": select.get("console_password") is not None
        or settings["delete_passwords_after_days"]
        or settings["deactivate_keys_unused_days"],
        "user_details": needs_details(settings),
        "orphaned_devices": True,
        "users_since_report": True,
    }
    return [
        f"{item['what']} could not be read, and the inputs need it: {item['why']}"
        for item in info["unknown"]
        if needs.get(item["what"])
    ]


def needs_details(settings: Data) -> bool:
    """Whether groups, tags or attached policies of the users decide anything."""
    select = settings["select"] or {}
    return bool(select.get("groups") or select.get("tags") or settings["enforce_policy"] != "none")


# Seeds on the controller ----------------------------------------------------------------------------------------------


def seeded(batch: Data, results: t.Sequence[Data], held: Data) -> dict[str, t.Any]:
    """Return the devices of a batch to be enabled, each with its seed, and those whose seed nobody has.

    :param results: Those of state=present, in the batch's order.
    :param held: Seeds by serial number, as the store has them now.
    """
    devices, failures = [], []
    for device, result in zip(batch["devices"], results, strict=True):
        serial = batch["serial_numbers"][device["user_name"]]
        seed = held.get(serial)
        if result["failed"]:
            failures.append(_failure(device["user_name"], result["msg"], serial))
        elif not seed:
            text = (
                f"The device {serial} was made by somebody else meanwhile, or is on another user, and its seed is not "
                "here. Run again; if it stays so, give the users of the role devices of another name or path."
            )
            failures.append(_failure(device["user_name"], text, serial))
        else:
            devices.append({"user_name": device["user_name"], "serial_number": serial, "seed": str(seed)})
    return {"devices": devices, "failures": failures}


def _failure(user_name: str, msg: str, serial_number: str | None = None) -> dict[str, t.Any]:
    return {
        "user_name": str(user_name),
        "serial_number": serial_number,
        "changed": False,
        "actions": [],
        "failed": True,
        "msg": str(msg),
    }


def narrow(batch: Data, user_names: t.Container[str]) -> dict[str, t.Any]:
    """Return a batch with some of its users alone."""
    serials = {name: serial for name, serial in batch["serial_numbers"].items() if name in user_names}
    return {
        "label": batch["label"],
        "devices": [device for device in batch["devices"] if device["user_name"] in user_names],
        "serial_numbers": serials,
        "unassigned": [serial for serial in batch["unassigned"] if serial in serials.values()],
    }


def nobodys(serials: t.Iterable[str], user_name: str) -> list[dict[str, str]]:
    """Return devices to be removed for a user who does not exist, so that a device of somebody is refused."""
    return [{"user_name": user_name, "serial_number": str(serial)} for serial in serials]


def orphan_failures(results: t.Iterable[Data]) -> list[dict[str, str]]:
    """Return what could not be removed, named by its serial number."""
    return [{"user_name": str(result["serial_number"]), "msg": str(result["msg"])} for result in results]


def predicted(batch: Data, held: t.Container[str]) -> list[dict[str, t.Any]]:
    """Return what check mode says of a batch whose seeds are kept on the controller."""
    results = []
    for name, serial in batch["serial_numbers"].items():
        actions = ["create", "store", "enable"]
        if serial in batch["unassigned"]:
            actions = ["enable"] if serial in held else ["recreate", "store", "enable"]
        results.append({**_failure(name, "", serial), "changed": True, "actions": actions, "failed": False})
    return results


# The outcome ----------------------------------------------------------------------------------------------------------


def counted(tally: Data, batch: Data, results: t.Iterable[Data], msg: str = "") -> dict[str, t.Any]:
    """Return a tally with the users of one more batch in it. It is kept small, as Ansible copies it from task to task.

    :param tally: That of the batches before: the names I(enabled), those who I(had_mfa), and who I(failed) and why.
    :param results: Those of the batch's users, and maybe others.
    :param msg: What to say of a user of the batch who has no result.
    """
    by_name = {result["user_name"]: result for result in results}
    added: dict[str, list[t.Any]] = {"enabled": [], "had_mfa": [], "failed": []}
    for name in batch["serial_numbers"]:
        result = by_name.get(name)
        if result is None or result["failed"]:
            text = result["msg"] if result is not None else msg or "nothing was said of this user: run again."
            added["failed"].append({"user_name": str(name), "msg": str(text)})
        else:
            added["enabled" if "enable" in result["actions"] else "had_mfa"].append(str(name))
    return {key: [*tally[key], *added[key]] for key in added}


def failed_lines(tally: Data, batch: Data) -> list[str]:
    """Return whom a batch could not enrol, and why."""
    return [
        f"{item['user_name']}: {item['msg']}"
        for item in tally["failed"]
        if item["user_name"] in batch["serial_numbers"]
    ]


def outcome(planned: Data, done: Data) -> dict[str, t.Any]:
    """Return what the role did.

    :param done: I(tally) of enrolments, I(failures) of other steps, I(orphans_removed), I(passwords_deleted),
        I(keys_deactivated), I(policy), I(password_policy), I(check_mode).
    """
    failed = [{"user_name": name, "msg": _no_user(name)} for name in planned["not_found"]]
    failed += [{"user_name": item["user_name"], "msg": str(item["msg"])} for item in done["tally"]["failed"]]
    failed += [{"user_name": item["user_name"], "msg": str(item["msg"])} for item in done["failures"]]
    return {
        "check_mode": bool(done["check_mode"]),
        "selected": list(planned["selected"]),
        "excluded": list(planned["excluded"]),
        "had_mfa": sorted([*planned["has_mfa"], *done["tally"]["had_mfa"]]),
        "enabled": list(done["tally"]["enabled"]),
        "failed": failed,
        "orphans": [serial for serial in planned["orphans"] if serial not in set(done["orphans_removed"])],
        "orphans_removed": list(done["orphans_removed"]),
        "passwords_deleted": list(done["passwords_deleted"]),
        "keys_deactivated": list(done["keys_deactivated"]),
        "policy": done["policy"],
        "password_policy": done["password_policy"],
        "credential_report": planned["credential_report"],
        "warnings": _warnings(planned, done),
    }


def failure(result: Data) -> str:
    """Return the message of a run in which something failed."""
    failed = result["failed"]
    names = {item["user_name"] for item in failed}
    lines = [f"{len(names):,} failed, everything else is done. Put right what is said here, and run again:"]
    lines += [f"- {item['user_name']}: {item['msg']}" for item in failed[: 10 * _SHOWN]]
    if len(failed) > 10 * _SHOWN:
        lines.append(f"- and {len(failed) - 10 * _SHOWN:,} more, see iam_user_hardening_result.failed")
    return "\n".join(lines)


def _no_user(name: str) -> str:
    return f"There is no IAM user {name} in this account: correct {_PREFIX}_users, or look at the account."


def _warnings(planned: Data, done: Data) -> list[str]:
    found = [
        f"{_PREFIX}_exclude names {name}, and there is no such user: is it spelled right?"
        for name in planned["unknown_exclusions"]
    ]
    policy = done["policy"]
    if policy and policy.get("group") and planned["uncovered"]:
        found.append(
            f"{len(planned['uncovered'])} selected users are not in the group {policy['group']}, so the policy does "
            f"not reach them: {_some(planned['uncovered'])}"
        )
    return found


def summary(result: Data) -> list[str]:
    """Return the lines that a run ends with.

    :param result: That of M(outcome).
    """
    would = "would be " if result["check_mode"] else ""
    lines = [
        f"selected: {_count(result['selected'], 'user')}",
        f"excluded: {_count(result['excluded'], 'user')}",
        *(f"  {item['user_name']} ({item['reason']})" for item in result["excluded"][:_SHOWN]),
        *_more(result["excluded"]),
        f"had MFA already: {len(result['had_mfa']):,}",
        f"{would}enabled now: {_listed(result['enabled'])}",
        f"failed: {len(result['failed']):,}",
        *(f"  {item['user_name']}: {item['msg']}" for item in result["failed"]),
        f"unassigned virtual devices: {_listed(result['orphans'])}",
    ]
    if result["orphans_removed"]:
        lines.append(f"{would}removed of these: {_listed(result['orphans_removed'])}")
    if result["passwords_deleted"]:
        lines.append(f"console passwords {would}deleted: {_listed(result['passwords_deleted'])}")
    if result["keys_deactivated"]:
        keys = [f"{item['user_name']} {item['access_key_id']}" for item in result["keys_deactivated"]]
        lines.append(f"access keys {would}deactivated: {_listed(keys)}")
    policy = result["policy"]
    if policy:
        target = f"the group {policy['group']}" if policy.get("group") else "the users"
        state = f"{would}changed" if policy["changed"] else "in place"
        lines.append(f"MFA enforced by {policy['arn']} on {target}: {state}")
    if result["password_policy"]:
        lines.append(f"password policy of the account: {result['password_policy']}")
    if result["credential_report"]:
        lines.append(f"credential report of: {result['credential_report']}")
    lines += [f"warning: {text}" for text in result["warnings"]]
    return lines


def _count(items: t.Sized, noun: str) -> str:
    return f"{len(items):,} {noun}{'' if len(items) == 1 else 's'}"


def _listed(items: t.Sequence[str]) -> str:
    return f"{len(items):,} ({_some(items)})" if items else "0"


def _some(items: t.Sequence[str]) -> str:
    rest = f" and {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + rest


def _more(items: t.Sized) -> list[str]:
    return [f"  and {len(items) - _SHOWN:,} more"] if len(items) > _SHOWN else []


def access_key_ids(keys: t.Iterable[Data], created: str) -> list[str]:
    """Return the IDs of active access keys that were made at this moment."""
    return [
        str(key["access_key_id"])
        for key in keys
        if key["status"] == "Active" and same_moment(key["create_date"], created)
    ]


def same_moment(one: t.Any, other: t.Any) -> bool:
    """Whether two ISO 8601 texts mean the same second."""
    first, second = _moment(one), _moment(other)
    return first is not None and second is not None and abs((first - second).total_seconds()) < 1


def _moment(text: t.Any) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
