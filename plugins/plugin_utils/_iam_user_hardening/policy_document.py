# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the policy says that the role enforces.

This module is private to hardening.aws. The text is the role's template, where people look for it.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

import jinja2

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX

from .common import Data

_TEMPLATE = pathlib.Path(__file__).parents[3] / "roles" / PREFIX / "templates" / "deny-unless-mfa.json.j2"


def document(partition: str, settings: Data) -> dict[str, t.Any]:
    """Return the policy's document.

    :param partition: That of the account, such as C(aws).
    :param settings: The role's typed inputs without their prefix.
    """
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    text = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        __iam_user_hardening_document={
            "partition": partition,
            "self_enrolment": settings["enforce_self_enrolment"],
            "allow_password_change": settings["enforce_allow_password_change"],
        }
    )
    return dict(json.loads(text))
