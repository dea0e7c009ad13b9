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
_CREDENTIALS = ("AccessKeyId", "SecretAccessKey", "SessionToken")
# Organizations has one endpoint for each partition, and botocore finds it by any region in there.
_ANY_REGION = "us-east-1"


def open_reader(options: t.Mapping[str, t.Any], tell: t.Callable[[str], None]) -> Reader:
    """Return a reader of the organization that the options of a connection lead to.

    :param options: By their names in amazon.aws's plugins, C(assume_role_arn) included.
    :param tell: Is told how far the reading is.
    :raises MfaError: They cannot be used, or the role cannot be assumed.
    """
    params = dict(options)
    role = params.pop("assume_role_arn", None)
    connection = Connection(Options(params), CONCURRENCY)
    if role:
        request = {"RoleArn": role, "RoleSessionName": _SESSION}
        needed = [f"Credentials.{name}" for name in _CREDENTIALS]
        session = connection.client("sts").call("AssumeRole", request, requires=needed)["Credentials"]
        keys = {
            name: session[member]
            for name, member in zip(("access_key", "secret_key", "session_token"), _CREDENTIALS, strict=True)
        }
        connection = Connection(Options({**params, "profile": None, **keys}), CONCURRENCY)
    return Reader(connection.client("organizations", region=params.get("region") or _ANY_REGION), BOTOCORE, tell)
