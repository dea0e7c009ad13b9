# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and errors on the wire: the Query protocol's XML (IAM, STS) and the JSON protocol's documents."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from xml.sax.saxutils import escape

IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
QUERY_SERVICES = frozenset({"iam", "sts"})

_HTTP_STATUS = {
    "AccessDenied": 403,
    "ConcurrentModification": 409,
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "EntityTemporarilyUnmodifiable": 409,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "InternalServiceError": 500,
    "InvalidAuthenticationCode": 403,
    "InvalidClientTokenId": 403,
    "ExpiredToken": 403,
    "LimitExceeded": 409,
    "MissingAuthenticationToken": 403,
    "NoSuchEntity": 404,
    "NotSupportedService": 404,
    "ReportExpired": 410,
    "ReportInProgress": 404,
    "ReportNotPresent": 410,
    "ServiceException": 500,
    "ServiceFailure": 500,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
}


def http_status(code: str) -> int:
    """The HTTP status that goes with an error code."""
    return _HTTP_STATUS.get(code, 400)


class ApiError(Exception):
    """A refusal as AWS words it; the HTTP status follows from the code."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status if status is not None else http_status(code)


@dataclass
class Answer:
    """What goes back to the client. ``code`` is AWS's error code, for the logs."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)
    code: str | None = None


def request_id() -> str:
    return str(uuid.uuid4())


def text(value: Any) -> str:
    """Escape a value for XML; most values need no escape, and the look is cheaper than the escape."""
    plain = str(value)
    return escape(plain) if "&" in plain or "<" in plain or ">" in plain else plain


def iso(moment: datetime | float) -> str:
    """A timestamp as the Query protocol writes it."""
    if isinstance(moment, (int, float)):
        moment = datetime.fromtimestamp(moment, timezone.utc)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def basic_iso(moment: float) -> str:
    """A timestamp as Signature Version 4 writes it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


def http_date(moment: float) -> str:
    """A timestamp as the Date header has it, without regard to the locale."""
    parts = time.gmtime(moment)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[parts.tm_wday]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[parts.tm_mon - 1]
    clock = f"{parts.tm_hour:02d}:{parts.tm_min:02d}:{parts.tm_sec:02d}"
    return f"{day}, {parts.tm_mday:02d} {month} {parts.tm_year} {clock} GMT"


def tags_xml(tags: list[tuple[str, str]]) -> str:
    members = "".join(f"<member><Key>{text(k)}</Key><Value>{text(v)}</Value></member>" for k, v in tags)
    return f"<Tags>{members}</Tags>"


def xml_answer(action: str, result: str | None, namespace: str = IAM_NAMESPACE) -> Answer:
    """The answer to a Query call; ``result`` is the inner XML, or None for calls that return nothing."""
    ident = request_id()
    inner = "" if result is None else f"<{action}Result>{result}</{action}Result>"
    body = (
        f'<{action}Response xmlns="{namespace}">{inner}'
        f"<ResponseMetadata><RequestId>{ident}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Answer(200, body.encode(), [("Content-Type", "text/xml"), ("x-amzn-RequestId", ident)])


def json_answer(document: str | dict[str, Any]) -> Answer:
    body = document if isinstance(document, str) else json.dumps(document)
    headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", request_id())]
    return Answer(200, body.encode(), headers)


def error_answer(service: str, error: ApiError) -> Answer:
    """An error in the protocol of the service."""
    ident = request_id()
    if service in QUERY_SERVICES:
        kind = "Receiver" if error.status >= 500 else "Sender"
        namespace = STS_NAMESPACE if service == "sts" else IAM_NAMESPACE
        body = (
            f'<ErrorResponse xmlns="{namespace}"><Error><Type>{kind}</Type><Code>{text(error.code)}</Code>'
            f"<Message>{text(error.message)}</Message></Error><RequestId>{ident}</RequestId></ErrorResponse>"
        )
        content_type = "text/xml"
    else:
        key = "message" if service == "ssm" else "Message"
        body = json.dumps({"__type": error.code, key: error.message})
        content_type = "application/x-amz-json-1.1"
    headers = [("Content-Type", content_type), ("x-amzn-RequestId", ident)]
    return Answer(error.status, body.encode(), headers, error.code)


# Stands among an answer's headers for: without a Date header.
NO_DATE = "x-emulator-no-date"


def damaged(answer: Answer, damage: dict[str, Any], cut_at: int) -> Answer:
    """An answer as something on its way may leave it."""
    kind, headers, body = damage["kind"], list(answer.headers), answer.body
    if kind == "slow":
        time.sleep(damage["seconds"])
    elif kind == "cut":
        body = body[:cut_at]
    elif kind == "garbled":
        body = body[:cut_at] + b"\x9e\xff" + body[cut_at:]
    elif kind == "content_type":
        headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
        headers.append(("Content-Type", "text/html"))
    else:
        headers.append((NO_DATE, ""))
    return Answer(answer.status, body, headers, answer.code)
