# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that change devices, and what of their values is refused before the first call.

This module is private to hardening.aws. Each problem names the option, the item and the remedy. All are found at once.
"""

from __future__ import annotations

import re
import typing as t

from .._aws.model import device_name_of, device_type, split_virtual_arn
from .._errors import BadInput
from .._problems import NAME, Problems, check_concurrency, check_endpoint, check_user_name, refuse, serial_problem
from .._seeds.base import template_problem
from .._seeds.registry import STORES, store_name, store_name_problem
from .._seeds.totp import HAS_PYOTP, SeedError, normalize_seed
from .plan import Desired

STATES = ["enabled", "disabled", "absent", "present", "resynced"]
MAX_TAGS = 50
CODE_OPTIONS = ("authentication_code1", "authentication_code2")
SECRET_OPTIONS = (*CODE_OPTIONS, "seed")
# What stands in for a secret once it has been taken out of the parameters.
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

_VIRTUAL_ARN = rf"arn:aws[a-z-]*:iam::\d{{12}}:mfa(/[\w+=:,.@-]*)*/{NAME}"


def target_options() -> dict[str, t.Any]:
    """Return the options that name one device of one user, and what proves its possession."""
    return {
        "user_name": {"type": "str", "required": True},
        "serial_number": {"type": "str"},
        "device_name": {"type": "str"},
        "device_path": {"type": "str", "default": "/"},
        "authentication_code1": {"type": "str", "no_log": True},
        "authentication_code2": {"type": "str", "no_log": True},
        "seed": {"type": "str", "no_log": True},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
    }


def run_options() -> dict[str, t.Any]:
    """Return the options that hold for a whole run."""
    return {
        "state": {"type": "str", "choices": STATES, "default": "enabled"},
        "purge_tags": {"type": "bool", "default": True},
        "seed_store": {
            "type": "dict",
            "options": {
                "type": {"type": "str", "choices": list(STORES), "required": True},
                "name": {"type": "str"},
                "kms_key_id": {"type": "str"},
                "region": {"type": "str"},
                "endpoint_url": {"type": "str"},
                "tags": {"type": "dict"},
                "verify": {"type": "bool", "default": True},
                "on_absent": {"type": "str", "choices": ["keep", "delete"], "default": "keep"},
                "recovery_window_days": {"type": "int", "default": 30},
            },
        },
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 60},
    }


def take_secrets(module: t.Any, item: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the item with its secrets, and leave a mask in the parameters that Ansible prints.

    Ansible replaces each no_log value wherever it occurs in a result: the code 123456 would turn the account
    123456789012 into stars, and 5,000 seeds would be looked for in 5,000 results. So the secrets leave the
    parameters here and nothing that is returned may hold one. ansible-core 2.22 masks seeds itself, at little cost.
    """
    taken = dict(item)
    for option in SECRET_OPTIONS:
        value = item.get(option)
        if value is not None:
            item[option] = MASK
            module.no_log_values.discard(value)
            if option in CODE_OPTIONS:
                _leave_unmasked(module, value)
    return taken


def _leave_unmasked(module: t.Any, code: str) -> None:
    """Keep ansible-core 2.22 from masking a code's six digits wherever they occur, for the rest of the run.

    It registers each no_log value as a secret when the arguments are validated, and has no call to take one back.
    """
    tracker = getattr(getattr(module, "_module", module), "_new_secrets", None)
    if tracker is not None:
        tracker._new_secrets.discard(code)


def desired_of(
    item: t.Mapping[str, t.Any], run: t.Mapping[str, t.Any], label: str = "", prefix: str = ""
) -> tuple[Desired | None, list[str]]:
    """Return what an item asks for, or the problems with it.

    :param item: The values of M(target_options), secrets included.
    :param run: The module's parameters.
    :param label: How messages name the item.
    :param prefix: What stands before the option's name in a problem, such as C(devices[3] (alice): ).
    """
    problems = Problems(prefix)
    state, all_devices = run["state"], bool(run.get("all_devices"))
    if item.get("serial_number") is None and item.get("device_name") is None and not all_devices:
        item = {**item, "device_name": item["user_name"]}
    check_user_name(problems, item["user_name"])
    _check_target(problems, item, state, all_devices)
    codes = _check_codes(problems, item)
    seed = _check_seed(problems, item)
    _check_proofs(problems, item, run, state)
    tags = _check_own_tags(problems, item, state)
    if problems.found:
        return None, problems.found
    desired = Desired(
        user_name=item["user_name"],
        state=state,
        label=label,
        serial_number=item.get("serial_number"),
        device_name=item.get("device_name"),
        device_path=item.get("device_path") or "/",
        codes=codes,
        seed=seed,
        stored=run.get("seed_store") is not None and codes is None and seed is None,
        retires_seed=_retires_seed(run),
        satisfied_by=run.get("satisfied_by") or "this",
        all_devices=all_devices,
        tags=tags,
        purge_tags=run["purge_tags"],
    )
    _check_store_name(problems, desired, run.get("seed_store"))
    return desired, problems.found


def _retires_seed(run: t.Mapping[str, t.Any]) -> bool:
    return run["state"] == "absent" and (run.get("seed_store") or {}).get("on_absent") == "delete"


def _check_store_name(problems: Problems, desired: Desired, store: t.Mapping[str, t.Any] | None) -> None:
    if not desired.stored or not store or template_problem(store.get("name") or ""):
        return
    device_name = desired.device_name or device_name_of(desired.serial_number or "")
    problem = store_name_problem(store, desired.user_name, device_name)
    if problem:
        problems.add("seed_store.name", f"{problem}: shorten or change it.")


def only_desired(item: t.Mapping[str, t.Any], run: t.Mapping[str, t.Any]) -> Desired:
    """Return what the only item of a run asks for.

    :raises BadInput: There are problems with the item or the run.
    """
    desired, problems = desired_of(item, run)
    problems += run_problems(run)
    if desired is None or problems:
        raise BadInput(problems)
    return desired


def all_desired(items: t.Iterable[tuple[str, t.Mapping[str, t.Any]]], run: t.Mapping[str, t.Any]) -> list[Desired]:
    """Return what the items of a run ask for.

    :param items: How messages name an item, and its values of M(target_options).
    :raises BadInput: There are problems with the items or the run; all that were found.
    """
    problems = run_problems(run)
    wanted = []
    for label, item in items:
        desired, found = desired_of(item, run, label, prefix=f"{label}: ")
        problems += found
        if desired is not None:
            wanted.append(desired)
    refuse(problems or duplicate_problems(wanted, run["seed_store"]))
    return wanted


def run_problems(run: t.Mapping[str, t.Any]) -> list[str]:
    """Return the problems with the options that hold for a whole run."""
    problems = Problems("")
    if run["wait_timeout"] < 0:
        problems.add("wait_timeout", f"is {run['wait_timeout']}: give a number of seconds from 0.")
    if run.get("seed_store") is not None:
        check_store(problems, run["seed_store"])
    check_concurrency(problems, run.get("concurrency"))
    if (run.get("stop_after_failures") or 0) < 0:
        problems.add("stop_after_failures", f"is {run['stop_after_failures']}: give a whole number from 0.")
    return problems.found


def check_store(problems: Problems, store: t.Mapping[str, t.Any]) -> None:
    """Refuse a seed store with options that cannot be used."""
    template = template_problem(store.get("name") or "")
    if template:
        problems.add("seed_store.name", f"{template}.")
    if store.get("name") is not None and not store["name"].strip("/ "):
        problems.add("seed_store.name", "is empty: give a name, or leave it out for the default.")
    check_endpoint(problems, "seed_store", store)
    _check_key(problems, store.get("kms_key_id"))
    _check_tags(problems, "seed_store.tags", store.get("tags"))
    _check_retirement(problems, store)


def _check_key(problems: Problems, key_id: str | None) -> None:
    """Refuse what can be no key (AWS's pattern of C(KeyId) in PutParameter); whether it is one, AWS says."""
    if key_id is not None and not re.fullmatch(r"[a-zA-Z0-9:/_-]{1,2048}", key_id):
        problems.add(
            "seed_store.kms_key_id",
            f"is {key_id!r}: give the ID or the ARN of a KMS key, or an alias such as alias/mfa.",
        )


def _check_retirement(problems: Problems, store: t.Mapping[str, t.Any]) -> None:
    if store.get("on_absent") == "delete" and not store.get("verify", True):
        problems.add(
            "seed_store.on_absent",
            "delete cannot be combined with verify=false: whose record it is has to be read before it is deleted.",
        )
    days = store.get("recovery_window_days")
    if days is not None and not 7 <= days <= 30:
        problems.add("seed_store.recovery_window_days", f"is {days}: AWS takes 7 to 30.")


def duplicate_problems(desired: t.Sequence[Desired], store: t.Mapping[str, t.Any] | None) -> list[str]:
    """Return the problems of inputs that name the same device, or would keep their seeds under the same name."""
    problems = []
    seen: dict[tuple[str, ...], int] = {}
    for index, item in enumerate(desired):
        # IAM does not tell names apart by case.
        target = f"{item.device_path}{item.device_name}" if item.device_name is not None else item.serial_number or ""
        if device_type(target) == "virtual":
            target = "".join(split_virtual_arn(target))
        target = target.lower()
        keys = [(("device", target), "name the same device")]
        if item.stored and store:
            device_name = item.device_name or device_name_of(item.serial_number or "")
            name = store_name(store, item.user_name, device_name, "0" * 12)
            keys.append((("name", name), f"would keep their seeds under the same seed_store.name ({name})"))
        for key, why in keys:
            first = seen.setdefault(key, index)
            if first != index:
                problems.append(
                    f"devices[{first}] ({desired[first].user_name}) and devices[{index}] ({item.user_name}) {why}: "
                    "remove one, or give them different names."
                )
                break
    return problems


def require_libraries() -> None:
    """Refuse to go on without the library that computes codes."""
    if not HAS_PYOTP:
        raise BadInput(
            [
                "Codes are computed from a seed with the Python library pyotp, which is not installed for the "
                "interpreter that runs the module. Run: pip install pyotp."
            ]
        )


def _check_target(problems: Problems, item: t.Mapping[str, t.Any], state: str, all_devices: bool) -> None:
    serial, name = item.get("serial_number"), item.get("device_name")
    if all_devices:
        if state not in ("disabled", "absent"):
            problems.add("all_devices", f"requires state=disabled or state=absent; the state is {state}.")
        if serial is not None or name is not None:
            problems.add(
                "all_devices",
                "cannot be combined with serial_number or device_name, as it means every device of the user.",
            )
        return
    if serial is not None and name is not None:
        problems.add("serial_number", "cannot be combined with device_name: give one of the two.")
    if serial is not None:
        _check_serial(problems, serial, state)
    if name is not None and name != item["user_name"]:
        if not name:
            problems.add("device_name", "is empty: give the virtual device's name.")
        elif len(name) > 226:
            problems.add("device_name", f"is {len(name)} characters long; the limit is 226.")
        elif not re.fullmatch(NAME, name, re.ASCII):
            problems.add(
                "device_name", f"{name!r} may contain only letters, digits and +=,.@_-. A path goes into device_path."
            )
    _check_path(problems, item.get("device_path") or "/", name if len(name or "") <= 226 else None)


def _check_path(problems: Problems, path: str, name: str | None) -> None:
    if len(path) > 512:
        problems.add("device_path", f"is {len(path)} characters long; the limit is 512.")
    elif not path.startswith("/") or not path.endswith("/"):
        problems.add("device_path", f"{path!r} must begin and end with a slash, such as /staff/.")
    elif not re.fullmatch(r"/|/[\w+=/:,.@-]+/", path, re.ASCII):
        # AWS takes more in a path, but not in the serial number that the path becomes a part of.
        problems.add(
            "device_path",
            f"{path!r} may contain only letters, digits and +=/:,.@_-. AWS would create a device on this path, but "
            "then refuse every call that attaches or deletes it.",
        )
    elif name is not None and len(f"arn:aws:iam::{'0' * 12}:mfa{path}{name}") > 256:
        problems.add(
            "device_path", "and device_name together make an ARN of more than 256 characters: shorten one of the two."
        )


def _check_serial(problems: Problems, serial: str, state: str) -> None:
    unusable = serial_problem(serial)
    if unusable:
        problems.add("serial_number", unusable)
    elif serial.startswith("arn:"):
        kind = device_type(serial)
        if kind == "hardware" or (kind == "virtual" and not re.fullmatch(_VIRTUAL_ARN, serial, re.ASCII)):
            problems.add(
                "serial_number", f"{serial} is not the ARN of an MFA device, arn:aws:iam::ACCOUNT:mfa/NAME (12 digits)."
            )
        elif kind in ("fido", "sms") and state in ("enabled", "present", "resynced"):
            what = "a passkey or FIDO key, which its owner enrols in the console" if kind == "fido" else "SMS, retired"
            problems.add("serial_number", f"{serial} is {what}; state={state} cannot be used with it.")
    elif state == "present":
        problems.add(
            "serial_number",
            "is a hardware token's, but state=present creates virtual devices: give device_name instead.",
        )


def _check_codes(problems: Problems, item: t.Mapping[str, t.Any]) -> tuple[str, str] | None:
    codes = item.get("authentication_code1"), item.get("authentication_code2")
    if codes == (None, None):
        return None
    good = []
    for number, code in enumerate(codes, start=1):
        option = f"authentication_code{number}"
        if code is None:
            problems.add(option, "is missing: give two consecutive codes.")
        elif not re.fullmatch(r"\d{6}", code, re.ASCII):
            what = (
                f"has {len(code)} digits"
                if re.fullmatch(r"\d*", code, re.ASCII)
                else "has other characters than digits"
            )
            problems.add(
                option, f"{what}; a code is exactly six digits. Quote it in YAML: an unquoted 012345 loses its zero."
            )
        else:
            good.append(code)
    if len(good) == 2 and good[0] == good[1]:
        problems.add("authentication_code2", "is the same as authentication_code1: wait for the device's next code.")
    return (good[0], good[1]) if len(good) == 2 else None


def _check_seed(problems: Problems, item: t.Mapping[str, t.Any]) -> str | None:
    if item.get("seed") is None:
        return None
    try:
        return normalize_seed(item["seed"])
    except SeedError as error:
        problems.add("seed", f"{error}.")
        return None


def _check_proofs(problems: Problems, item: t.Mapping[str, t.Any], run: t.Mapping[str, t.Any], state: str) -> None:
    codes = item.get("authentication_code1") is not None or item.get("authentication_code2") is not None
    seed = item.get("seed") is not None
    store = run.get("seed_store") is not None
    if codes and seed:
        problems.add(
            "seed",
            "cannot be combined with authentication_code1 and authentication_code2: give either the seed or codes.",
        )
    if state in ("enabled", "resynced"):
        if not codes and not seed and not store:
            ways = "give the device's seed, or two of its codes"
            if state == "enabled" and item.get("device_name") is not None:
                ways = (
                    "give a seed_store to write a new device's seed to before the device is attached. For a device "
                    "that exists, give its seed or two of its codes"
                )
            problems.add("seed_store", f"is missing, and state={state} needs codes of the device: {ways}.")
    elif codes or seed:
        option = "authentication_code1" if codes else "seed"
        problems.add(option, f"has no effect with state={state}: leave it out.")


def _check_own_tags(problems: Problems, item: t.Mapping[str, t.Any], state: str) -> dict[str, str] | None:
    tags = _check_tags(problems, "tags", item.get("tags"))
    if tags is not None and (item.get("serial_number") and device_type(item["serial_number"]) != "virtual"):
        problems.add("tags", "only virtual devices can have tags, and serial_number is not the ARN of one.")
    if tags is not None and state in ("disabled", "absent", "resynced"):
        problems.add("tags", f"has no effect with state={state}: leave it out.")
    return tags


def _check_tags(problems: Problems, option: str, tags: t.Mapping[t.Any, t.Any] | None) -> dict[str, str] | None:
    if tags is None:
        return None
    if len(tags) > MAX_TAGS:
        problems.add(option, f"has {len(tags)} tags; the limit is {MAX_TAGS}.")
    # IAM does not tell the keys of tags apart by case; the stores do.
    if option == "tags" and len({str(key).lower() for key in tags}) < len(tags):
        problems.add(option, "has keys that differ only in case, which IAM does not tell apart.")
    clean = {}
    for key, value in tags.items():
        key = str(key)
        if isinstance(value, (dict, list)) or value is None:
            problems.add(option, f"the value of {key!r} must be a string.")
            continue
        value = str(value)
        if not 1 <= len(key) <= 128:
            problems.add(option, f"the key {key[:20]!r}… is {len(key)} characters long; it must be 1 to 128.")
        elif key.lower().startswith("aws:"):
            problems.add(option, f"the key {key!r} begins with aws:, which is reserved for Amazon.")
        elif len(value) > 256:
            problems.add(option, f"the value of {key!r} is {len(value)} characters long; the limit is 256.")
        elif not re.fullmatch(r"[\w\s.:/=+\-@]*", key + value):
            problems.add(option, f"{key}={value} may contain only letters, digits, blanks and _.:/=+-@.")
        clean[key] = value
    return clean
