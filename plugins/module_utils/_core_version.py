# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ansible-core the collection runs on. Ansible itself only warns of one that is too old, and then goes on.

This module is private to hardening.aws. Modules and action plugins ask before they do anything.
"""

from __future__ import annotations

import re

from ansible.module_utils.ansible_release import __version__ as ANSIBLE_CORE

# The lower end of requires_ansible in meta/runtime.yml; a test compares the two.
OLDEST = (2, 18)


def core_problem(version: str = ANSIBLE_CORE) -> str | None:
    """Return why the collection does not run on this ansible-core, or None."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) >= OLDEST:
        return None
    return (
        f"hardening.aws needs ansible-core {OLDEST[0]}.{OLDEST[1]} or later, and this is {version}: upgrade it, for "
        "example with pip install --upgrade ansible-core. Nothing was touched."
    )
