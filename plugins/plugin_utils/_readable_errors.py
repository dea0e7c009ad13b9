# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's errors as a person can read them, also where they quote a whole file that was given as a name.

This module is private to hardening.aws.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleError

from ansible_collections.hardening.aws.plugins.module_utils._messages import readable


@contextlib.contextmanager
def readable_errors() -> t.Iterator[None]:
    """Shorten the message of an error, if it is too long to read. Any other error is left as it is."""
    try:
        yield
    except AnsibleError as error:
        text = readable(str(error))
        if text == str(error):
            raise
        raise type(error)(text) from None
