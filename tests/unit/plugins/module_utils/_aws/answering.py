# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections whose clients are botocore's own, and whose answers come from memory: nothing is sent."""

from __future__ import annotations

import io
import types
import typing as t

import botocore.awsrequest

from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection

USERS = """<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult>
<IsTruncated>false</IsTruncated><Users><member><UserName>alice</UserName><UserId>AIDAALICE</UserId><Path>/</Path>
<Arn>arn:aws:iam::123456789012:user/alice</Arn><CreateDate>2026-05-01T10:00:00Z</CreateDate></member></Users>
</ListUsersResult></ListUsersResponse>"""


class Raw(io.BytesIO):
    """The body of an answer, as urllib3 hands it over."""

    def stream(self, *_args: t.Any, **_kwargs: t.Any) -> t.Iterator[bytes]:
        yield self.read()


class Answering:
    """Answers each call of a client with the same body, and keeps what was sent."""

    def __init__(self, body: str = USERS, date: str = "Thu, 26 Nov 2026 10:00:00 GMT") -> None:
        self.sent: list[t.Any] = []
        self.date = date
        self._body = body

    def __call__(self, request: t.Any, **_kwargs: t.Any) -> botocore.awsrequest.AWSResponse:
        self.sent.append(request)
        raw: t.Any = Raw(self._body.encode())
        return botocore.awsrequest.AWSResponse(request.url, 200, {"date": self.date}, raw)


def connection_of(**options: t.Any) -> Connection:
    """A connection with such options, as a module has them."""
    params = {"access_key": "AKIAX", "secret_key": "y", "region": "eu-north-1", "validate_certs": True, **options}
    module: t.Any = types.SimpleNamespace(params=params)
    return Connection(module)


def answer_from_memory(client: t.Any, answering: Answering) -> None:
    """Let a client of a connection be answered from memory."""
    client.open()._opened.meta.events.register("before-send", answering)
