# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small threaded HTTP/1.1 server that keeps connections alive.

werkzeug's own server closes the connection after each answer, and http.server spends as long on the headers as the
emulator on the whole call. It also takes a server that owns the socket to break a connection without an answer.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from .conditions import Dropped

MAX_LINE = 65536
MAX_HEADERS = 200
MAX_BODY = 64 * 1024 * 1024


@dataclass
class WebRequest:
    """A request as it came in; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    scheme: str = "http"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass
class WebResponse:
    """What to send. The server adds Content-Length."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


class BadRequest(Exception):
    """Not HTTP."""


Application = Callable[[WebRequest], WebResponse]


class _Handler(socketserver.BaseRequestHandler):
    """One connection."""

    server: WebServer

    def handle(self) -> None:
        connection: socket.socket = self.request
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.server.tls is not None:
                connection = self.server.tls.wrap_socket(connection, server_side=True)
        except (OSError, ValueError):
            return
        try:
            with connection.makefile("rb", 65536) as reader:
                while self._serve_one(connection, reader):
                    pass
        except (OSError, ValueError, Dropped):
            pass
        finally:
            self._close(connection)

    @staticmethod
    def _close(connection: socket.socket) -> None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()

    def _serve_one(self, connection: socket.socket, reader) -> bool:  # type: ignore[no-untyped-def]
        """Answer one request; whether the connection stays open."""
        try:
            line = reader.readline(MAX_LINE)
            if not line:
                return False
            parts = line.decode("latin-1").split()
            if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
                raise BadRequest("not an HTTP/1.x request line")
            headers = self._headers(reader)
            if headers.get("expect", "").lower() == "100-continue":
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = self._body(reader, headers)
        except BadRequest as error:
            self._send(
                connection, "GET", WebResponse(400, f"{error}\n".encode(), [("Content-Type", "text/plain")]), False
            )
            return False
        target = parts[1]
        if target.startswith(("http://", "https://")):
            target = "/" + target.split("/", 3)[3] if target.count("/") >= 3 else "/"
        scheme = "https" if self.server.tls is not None else "http"
        response = self._answer(WebRequest(parts[0], target, headers, body, scheme))
        wish = headers.get("connection", "").lower()
        keep = "close" not in wish and (parts[2] != "HTTP/1.0" or "keep-alive" in wish)
        self._send(connection, parts[0], response, keep)
        return keep

    def _answer(self, request: WebRequest) -> WebResponse:
        try:
            return self.server.application(request)
        except Dropped:
            raise
        except Exception as error:  # noqa: BLE001  # pylint: disable=broad-except
            # Neither the message nor the request is shown: a seed or a code may be in them.
            frames = "".join(traceback.format_tb(error.__traceback__))
            sys.stderr.write(f"{type(error).__name__} in the emulator\n{frames}")
            return WebResponse(500, b"the emulator failed\n", [("Content-Type", "text/plain")])

    @staticmethod
    def _headers(reader) -> dict[str, str]:  # type: ignore[no-untyped-def]
        headers: dict[str, str] = {}
        for _number in range(MAX_HEADERS):
            line = reader.readline(MAX_LINE)
            if line in (b"\r\n", b"\n"):
                return headers
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon:
                raise BadRequest("a header without a colon")
            headers[name.strip().lower()] = value.strip()
        raise BadRequest("too many headers")

    @staticmethod
    def _body(reader, headers: dict[str, str]) -> bytes:  # type: ignore[no-untyped-def]
        if "chunked" in headers.get("transfer-encoding", "").lower():
            chunks: list[bytes] = []
            while True:
                size = int(reader.readline(MAX_LINE).split(b";")[0], 16)
                if size == 0:
                    while reader.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
                        pass
                    return b"".join(chunks)
                chunks.append(reader.read(size))
                reader.readline(MAX_LINE)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            raise BadRequest("a bad Content-Length")
        body: bytes = reader.read(int(length)) if length != "0" else b""
        if len(body) < int(length):
            raise BadRequest("the body ended early")
        return body

    @staticmethod
    def _send(connection: socket.socket, method: str, response: WebResponse, keep: bool) -> None:
        try:
            reason = HTTPStatus(response.status).phrase
        except ValueError:
            reason = "Unknown"
        lines = [f"HTTP/1.1 {response.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines.append(f"Content-Length: {len(response.body)}")
        lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        connection.sendall(head if method == "HEAD" else head + response.body)


class WebServer(socketserver.ThreadingTCPServer):
    """Listens on the loopback interface, one thread for a connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, port: int, application: Application, tls: ssl.SSLContext | None = None) -> None:
        self.application = application
        self.tls = tls
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls is not None else 'http'}://127.0.0.1:{self.server_address[1]}"

    def shutdown_request(self, request) -> None:  # type: ignore[no-untyped-def]
        """The handler closes its connection: with TLS the plain socket is no longer ours."""
        try:
            request.close()
        except OSError:
            pass

    def handle_error(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """A client that goes away is no error of ours."""
