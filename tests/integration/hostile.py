# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that nobody means, put into each option in turn: also into those inside of dictionaries and lists."""

from __future__ import annotations

import ast
import copy
import os
import pathlib
import random
import tempfile
import typing as t

import yaml

# Whether all values are tried, and which ones otherwise.
ALL = bool(os.environ.get("FUZZ"))
CHOICE = os.environ.get("FUZZ_SEED", "2026-11-27")

LONG = 10_000  # the most that a person is given to read
SIGNS = ("Traceback", "did not foresee", "object at 0x", "Unexpected failure", "MODULE FAILURE", "unhashable")

Spec = t.Mapping[str, t.Mapping[str, t.Any]]
Way = tuple[str | int, ...]

# The file that is there if a value was evaluated. A whole path, as each program that evaluates has a folder of its own.
MARK = pathlib.Path(tempfile.gettempdir()) / f"evaluated-{os.getpid()}"
VALUES: dict[str, t.Any] = {
    "nothing": None,
    "empty text": "",
    "blanks": "  ",
    "newline": "alice\n",
    "zero byte": "ali\0ce",
    "digits of another script": "١٢٣٤٥٦",
    "emoji": "🙂",
    "a mebibyte": "x" * 2**20,
    "template": f"{{{{ lookup('pipe', 'touch {MARK}') }}}}",
    "shell": f"$(touch {MARK})`touch {MARK}`;touch {MARK}",
    "path upwards": "../../../etc/passwd",
    "format": "{user_name.__class__}{0}%s%(x)s",
    "minus one": -1,
    "zero": 0,
    "huge number": 10**30,
    "fraction": 1.5,
    "not a number": "NaN",
    "true": True,
    "empty list": [],
    "list of nothing": [None],
    "list of lists": [[]],
    "list of text": ["x"],
    "empty dictionary": {},
    "dictionary of nothing": {"": None},
    "unknown keys": {"no_such_key": 1},
}


def ways(spec: Spec, before: Way = ()) -> t.Iterator[Way]:
    """Return the way to each option of a spec: names, and 0 for the first item of a list."""
    for name, option in spec.items():
        way = (*before, name)
        yield way
        inner = (*way, 0) if option.get("type") == "list" else way
        if option.get("options"):
            yield from ways(option["options"], inner)
        elif option.get("type") == "list":
            yield inner


def planted(base: t.Mapping[str, t.Any], way: Way, value: t.Any) -> dict[str, t.Any]:
    """Return options with a value at a place, and what leads there where I(base) has nothing."""
    options: dict[str, t.Any] = copy.deepcopy(dict(base))
    at: t.Any = options
    for step, following in zip(way, way[1:], strict=False):
        empty: t.Any = [{}] if following == 0 else {}
        if isinstance(at, list):
            at = at[int(step)]
        else:
            at = at.setdefault(step, empty)
    if at == []:
        at.append(value)
    else:
        at[way[-1]] = value
    return options


def cases(
    plugin: str, base: t.Mapping[str, t.Any], spec: Spec, names: t.Sequence[str] = tuple(VALUES), few: int = 1
) -> list[tuple[str, dict[str, t.Any]]]:
    """Return what is tried, each with the options that it makes: all values, or I(few) of them for each option."""
    chosen = random.Random(f"{CHOICE} {plugin}")
    found = []
    for way in ways(spec):
        place = ".".join(map(str, way))
        for name in names if ALL else chosen.sample(list(names), few):
            found.append((f"{plugin} {place}: {name}", planted(base, way, VALUES[name])))
    return found


def documented_options(path: pathlib.Path, name: str = "DOCUMENTATION") -> dict[str, t.Any]:
    """Return the options in a plugin's own documentation, as an argument spec."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            assert isinstance(node.value, ast.Constant)
            return {key: _option(value) for key, value in yaml.safe_load(node.value.value).get("options", {}).items()}
    raise AssertionError(f"{path} has no {name}")


def _option(documented: dict[str, t.Any]) -> dict[str, t.Any]:
    inner = {name: _option(option) for name, option in documented.get("suboptions", {}).items()}
    return {"type": documented.get("type", "str"), **({"options": inner} if inner else {})}


def complaint(message: str, said: str, most: int | None = LONG) -> str:
    """Return what is wrong with a refusal, or nothing.

    :param message: For a person.
    :param said: All of it.
    :param most: How many characters the message may have.
    """
    if not message.strip():
        return f"no message: {said[:300]}"
    if any(sign in said for sign in SIGNS):
        return said[:600]
    return f"a message of {len(message)} characters" if most is not None and len(message) > most else ""
