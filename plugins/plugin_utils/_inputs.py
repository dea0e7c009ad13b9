# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the variables that a role or a playbook takes as its inputs: templated, typed, and nothing unknown among them.

This module is private to hardening.aws. A role's argument spec only checks its variables: text that passes as a list
stays text. Here values are converted like a module's options, so that C(-e k=v), JSON and a file of variables mean the
same: "true" becomes a boolean, "16" a number, "a,b" a list, and JSON text a list or a dictionary. It is stricter than
Ansible where a mistake would pass in silence: only a scalar becomes text, true is not a number, null is not a list.

Problems name the input and the remedy. They quote short scalars only, and never the value of an option with no_log.
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import json
import os
import re
import typing as t

from ansible.module_utils.common.validation import check_type_bool, check_type_dict

Spec = t.Mapping[str, t.Mapping[str, t.Any]]
Template = t.Callable[[t.Any], t.Any]

_SHOWN = 60
_SHORT_PREFIX = 12
_OMITTED = "AnsibleValueOmittedError"


@dataclasses.dataclass(frozen=True)
class Inputs:
    """What was read.

    :param values: The typed value of each option of the spec, by its name without the prefix. An option that is not
        given, or whose value has a problem, has its default.
    :param problems: Each with the input's name and a remedy. If there are any, the values must not be used.
    :param given: Names of options whose value differs from the default.
    """

    values: dict[str, t.Any]
    problems: list[str]
    given: frozenset[str]


class _Wrong(Exception):
    """A value cannot be what the spec asks for. The text follows the input's name and a blank or a colon."""

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.where = where

    def inside(self, where: str) -> _Wrong:
        """Return the same of a value that is part of another."""
        return _Wrong(self.text, where + self.where)


def read(
    prefix: str, spec: Spec, variables: t.Mapping[str, t.Any], template: Template, allowed: t.Iterable[str] = ()
) -> Inputs:
    """Read all variables that begin with a prefix.

    :param prefix: Such as C(offboard_).
    :param spec: Like a module's argument spec, by names without the prefix: type, elements, choices, options, default,
        required, no_log. Other keys, such as a description, are ignored.
    :param variables: Those of the task, as Ansible passes them to an action: not templated.
    :param template: Evaluates the templates in a value, such as the method of an action's templar.
    :param allowed: Names without the prefix that are not read and may be there. Names that end in C(_result), or are
        C(result), always may.
    """
    problems = unknown_inputs(prefix, spec, variables, allowed)
    values: dict[str, t.Any] = {}
    given = set()
    for name, option in spec.items():
        default = option.get("default")
        values[name] = default
        try:
            value = _templated(variables[prefix + name], template, variables) if prefix + name in variables else None
            if value is None and prefix + name in variables and option.get("type") == "list" and default is not None:
                raise _Wrong("is null: give a list, or [] for none.")
            typed = _typed(value, option)
        except _Wrong as wrong:
            problems.append(f"{prefix}{name}{wrong.where}: {wrong.text}")
            continue
        values[name] = typed
        if typed != default:
            given.add(name)
    return Inputs(values, problems, frozenset(given))


def unknown_inputs(
    prefix: str, spec: Spec, variables: t.Iterable[str], allowed: t.Iterable[str] = ()
) -> list[str]:  # fmt: skip
    """Return a problem for each variable that looks like an input, by its prefix or nearly so, but is not one.

    Only long prefixes may be nearly so: a variable C(rotated_users) may be anything.
    """
    known = [prefix + name for name in spec]
    fine = {*known, *(prefix + name for name in allowed)}
    long = len(prefix) > _SHORT_PREFIX
    problems = []
    for name in sorted(str(name) for name in variables):
        if name in fine or name.endswith("_result"):
            continue
        if name.startswith(prefix):
            problems.append(f"{name}: there is no such input. {_meant(name, known) or _names(known)}")
        elif long and name.startswith(prefix[: len(prefix) // 2]) and difflib.get_close_matches(name, known, 1, 0.9):
            problems.append(f"{name}: there is no such input. {_meant(name, known)}")
    return problems


def shown(value: t.Any, option: t.Mapping[str, t.Any] | None = None) -> str:
    """Return a value as a message may show it: a short scalar, otherwise what kind of value it is."""
    if isinstance(value, t.Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple, set)):
        return "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if option and option.get("no_log"):
        return "a value that is not shown"
    text = str(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _meant(name: str, known: t.Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1, 0.6)
    return f"Did you mean {near[0]}?" if near else ""


def _names(known: t.Iterable[str]) -> str:
    return f"There are {', '.join(sorted(known))}."


# Templates ------------------------------------------------------------------------------------------------------------


def _templated(value: t.Any, template: Template, variables: t.Mapping[str, t.Any]) -> t.Any:
    """Return a value with its templates evaluated, in plain types. None if it is omitted."""
    try:
        return _plain(template(value), variables.get("omit"))
    except Exception as error:  # noqa: BLE001 (a template can raise anything)
        if type(error).__name__ == _OMITTED:
            return None
        raise _Wrong(
            f"its template cannot be evaluated, {_cause(error)}. Correct it, or define what it needs."
        ) from None


def _cause(error: BaseException) -> str:
    """Return why a template failed: the name of what is undefined, otherwise only the kind of error.

    The text of other errors can quote the values in the template.
    """
    seen: BaseException | None = error
    while seen is not None:
        undefined = re.search(r"'[\w.\[\]' -]+' is undefined|has no attribute '\w+'", str(seen))
        if undefined:
            return undefined.group(0)
        seen = seen.__cause__ or seen.__context__
    return f"as it ends in {type(error).__name__}"


def _plain(value: t.Any, omit: t.Any) -> t.Any:
    """Return a value in plain dictionaries and lists, without what is omitted in them."""
    if omit is not None and (value is omit or (isinstance(value, str) and value == omit)):
        return None
    if isinstance(value, t.Mapping):
        return {str(key): _plain(item, omit) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, omit) for item in value]
    return value


# Types ----------------------------------------------------------------------------------------------------------------


def _typed(value: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    """Return a value as its option wants it."""
    if value is None:
        if option.get("required"):
            raise _Wrong(f"is missing: give {_wanted(option)}.")
        return option.get("default")
    typed = _READERS[option.get("type", "str")](value, option)
    choices = option.get("choices")
    if choices and not isinstance(typed, list) and typed not in choices:
        names = [str(choice) for choice in choices]
        raise _Wrong(
            f"is {shown(value, option)}: choose one of {', '.join(names)}. {_meant(str(typed), names)}".strip()
        )
    return typed


def _wanted(option: t.Mapping[str, t.Any]) -> str:
    kind = option.get("type", "str")
    if kind == "dict" and option.get("options"):
        return f"a dictionary of {', '.join(option['options'])}"
    return {
        "list": "a list, such as [a, b]",
        "dict": "a dictionary, such as {key: value}",
        "bool": "true or false",
        "int": "a whole number",
        "path": "a path",
    }.get(kind, "text")


def _unfit(value: t.Any, option: t.Mapping[str, t.Any]) -> _Wrong:
    return _Wrong(f"is {shown(value, option)}: give {_wanted(option)}.")


def _text(value: t.Any, option: t.Mapping[str, t.Any]) -> str:
    if isinstance(value, bool):
        raise _Wrong(f"is {shown(value)}, which YAML makes of yes, no, on and off, too: put the text into quotes.")
    if isinstance(value, (float, datetime.datetime)):
        raise _Wrong(f"is {shown(value, option)}, a number or a time: put the text into quotes.")
    if not isinstance(value, (str, int, datetime.date)) and not _is_secret_text(value):
        raise _unfit(value, option)
    return str(value)


def _is_secret_text(value: t.Any) -> bool:
    """Whether this is text that ansible-vault encrypted, which some versions of Ansible do not make a str."""
    return type(value).__name__ in ("EncryptedString", "AnsibleVaultEncryptedUnicode")


def _path(value: t.Any, option: t.Mapping[str, t.Any]) -> str:
    return os.path.expanduser(os.path.expandvars(_text(value, option)))


def _boolean(value: t.Any, option: t.Mapping[str, t.Any]) -> bool:
    if not isinstance(value, (str, bool, int)):
        raise _unfit(value, option)
    try:
        return bool(check_type_bool(value))
    except TypeError:
        raise _unfit(value, option) from None


def _whole(value: t.Any, option: t.Mapping[str, t.Any]) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value):
        return int(value)
    raise _unfit(value, option)


def _list(value: t.Any, option: t.Mapping[str, t.Any]) -> list[t.Any]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if isinstance(value, str):
        value = _split(value)
    if not isinstance(value, list):
        raise _unfit(value, option)
    element = {key: option[key] for key in ("choices", "options", "no_log") if key in option}
    element["type"] = option.get("elements", "raw")
    found = []
    for index, item in enumerate(value):
        try:
            if item is None:
                raise _Wrong(f"is null: give {_wanted(element)}, or leave the item out.")
            found.append(_typed(item, element))
        except _Wrong as wrong:
            raise wrong.inside(f"[{index}]") from None
    return found


def _split(text: str) -> list[t.Any]:
    """Return the list that a text means: JSON, or items between commas as Ansible splits them."""
    if not text.strip():
        raise _Wrong("is empty text: give a list, such as [a, b], or [] for none.")
    if re.fullmatch(r"\s*\[.*", text, re.DOTALL):
        try:
            return list(json.loads(text))
        except ValueError:
            # Otherwise it may be a pattern that begins with a character class.
            if re.match(r"\s*\[\s*[\"{\[]", text):
                raise _Wrong(
                    "begins like a list in JSON, and is none: look at its quotes, commas and brackets."
                ) from None
    items = [item.strip() for item in text.split(",")]
    if not all(items):
        raise _Wrong(f"is {shown(text)}, where an item between commas is empty: give a list, such as [a, b].")
    return items


def _dict(value: t.Any, option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    if not isinstance(value, (str, t.Mapping)):
        raise _unfit(value, option)
    try:
        found = dict(check_type_dict(value))
    except (TypeError, ValueError):
        raise _Wrong(f"is text, and neither JSON nor key=value: give {_wanted(option)}.") from None
    if not option.get("options"):
        return {str(key): item for key, item in found.items()}
    return _suboptions(found, option["options"]) if found else {}


def _suboptions(found: dict[str, t.Any], options: Spec) -> dict[str, t.Any]:
    """Return the given suboptions, typed, and the defaults of others."""
    for key in found:
        if key not in options:
            names = [str(name) for name in options]
            hint = _meant(str(key), names)
            raise _Wrong(f"has the unknown key {shown(key)}. {hint} There are {', '.join(names)}.".replace("  ", " "))
    typed = {}
    for name, option in options.items():
        try:
            value = _typed(found.get(name), option)
        except _Wrong as wrong:
            raise wrong.inside(f".{name}") from None
        if value is not None:
            typed[name] = value
    return typed


def _raw(value: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    return value


_READERS: dict[str, t.Callable[[t.Any, t.Mapping[str, t.Any]], t.Any]] = {
    "str": _text,
    "path": _path,
    "bool": _boolean,
    "int": _whole,
    "list": _list,
    "dict": _dict,
    "raw": _raw,
}
