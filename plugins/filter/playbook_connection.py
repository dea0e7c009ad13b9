# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that lead the modules of a playbook to a host's account."""

from __future__ import annotations

DOCUMENTATION = r"""
name: playbook_connection
short_description: Options that lead modules to the AWS account of a host
version_added: 0.2.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Private to the playbooks of this collection. What it takes and returns may change with any release.
options:
  _input:
    description: The host's variables of an account, null where one is not given.
    type: dict
    required: true
"""

EXAMPLES = r"""
options: "{{ {'aws_profile': 'audit'} | hardening.aws.playbook_connection }}"
"""

RETURN = r"""
_value:
  description: Options of modules of the group C(hardening.aws.aws).
  type: dict
"""

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.accounts import connection


def playbook_connection(variables: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the options for module_defaults."""
    return connection(variables)


class FilterModule:
    """Jinja2 filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter."""
        return {"playbook_connection": playbook_connection}
