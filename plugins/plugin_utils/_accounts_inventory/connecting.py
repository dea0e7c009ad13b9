# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects the inventory plugin to AWS Organizations.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection, Options

from .reading import CONCURRENCY, Reader

try:
    from botocore import __version__ as BOTOCORE
except ImportError:
    BOTOCORE = ""  # amazon.aws refuses to start without botocore

_SESSION = "hardening-aws-inventory"


def open_reader(options: t.Mapping[str, t.Any], tell: t.Callable[[str], None]) -> Reader:
    """Return a reader of the organization that the options of a connection lead to.

    :param options: By their names in amazon.aws's plugins, C(assume_role_arn) included.
    :param tell: Is told how far the reading is.
    :raises MfaError: They cannot be used.
    """
    params = dict(options)
    role = params.pop("assume_role_arn", None)
    if role:
        params["assume_role"] = {"role_arn": role, "session_name": _SESSION}
    return Reader(Connection(Options(params), CONCURRENCY).client("organizations"), BOTOCORE, tell)
