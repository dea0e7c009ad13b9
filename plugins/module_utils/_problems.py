# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a module's input: found all at once, and refused before the first call.

This module is private to hardening.aws. Each problem names the option, the item and the remedy.
"""

from __future__ import annotations

import re
import typing as t

from ._errors import BadInput

# Of IAM's users and devices.
NAME = r"[\w+=,.@-]+"


def refuse(problems: t.Sequence[str]) -> None:
    """Raise BadInput if there are problems."""
    if problems:
        raise BadInput(problems)


class Problems:
    """Collects problems.

    :param prefix: What stands before the option's name, such as C(devices[3] (alice): ).
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.found: list[str] = []

    def add(self, option: str, text: str) -> None:
        """Note what is wrong with an option, and the remedy."""
        self.found.append(f"{self._prefix}{option}: {text}")

    def take(self, problems: t.Iterable[str]) -> None:
        """Note problems that others found, which begin with the option's name."""
        self.found += [f"{self._prefix}{text}" for text in problems]


# What says where to call: its form, and the remedy. botocore looks at it no earlier than at the first call.
ENDPOINT_FORMS = {
    "region": (
        re.compile(r"(?![0-9]+$)(?!-)[a-z0-9-]{1,63}(?<!-)"),
        "give the name of a region, such as eu-central-1.",
    ),
    "endpoint_url": (re.compile(r"https?://[!-~]+"), "give a URL, such as https://127.0.0.1:4566."),
}


def check_endpoint(problems: Problems, option: str, values: t.Mapping[str, t.Any]) -> None:
    """Refuse a region or an endpoint that can be none.

    :param option: The one that has them as suboptions.
    """
    for name, (form, remedy) in ENDPOINT_FORMS.items():
        value = values.get(name)
        if value and not form.fullmatch(value):
            problems.add(f"{option}.{name}", f"is {value!r}: {remedy}")


def check_concurrency(problems: Problems, value: int | None) -> None:
    """Refuse a number of calls at a time that is out of bounds."""
    if value is not None and not 1 <= value <= 256:
        problems.add("concurrency", f"is {value}: give a number from 1 to 256.")


def serial_problem(serial: str) -> str | None:
    """Return why AWS accepts no call with this serial number or ARN, or None.

    A device's path may contain characters that a serial number may not: no call can name such a device.
    """
    if len(serial) < 9 or len(serial) > 256:
        return f"is {len(serial)} characters long; the limits are 9 and 256: {serial!r}"
    if not re.fullmatch(r"[\w+=/:,.@-]+", serial, re.ASCII):
        return f"{serial!r} may contain only letters, digits and +=/:,.@_-."
    return None


def check_user_name(problems: Problems, value: str, option: str = "user_name") -> None:
    """Refuse what cannot be the name of an IAM user."""
    if not value:
        problems.add(option, "is empty: give the name of the IAM user.")
    elif value.startswith("arn:"):
        problems.add(option, f"is an ARN ({value}): give only the name.")
    elif len(value) > 64:
        problems.add(option, f"is {len(value)} characters long; the limit is 64: {value}")
    elif not re.fullmatch(NAME, value, re.ASCII):
        problems.add(option, f"{value!r} may contain only letters, digits and +=,.@_-.")
