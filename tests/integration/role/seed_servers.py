# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where task files from the docs keep seeds: a real OpenBao server, and a stub of 1Password's Connect server."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time
import typing as t
import urllib.error
import urllib.parse
import urllib.request

from controller import VENV, Controller

DOCS = pathlib.Path(__file__).resolve().parents[3] / "docs"
POLICY = re.compile(r"^```hcl\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def documented(page: str, name: str) -> str:
    """The file of that name, as a page of the docs has it."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(rf"^`{re.escape(name)}`:\n\n```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f"{page} has {len(found)} files {name}"
    return str(found[0])


def documented_policy(page: str) -> str:
    """The policy in a page of the docs."""
    (found,) = POLICY.findall((DOCS / page).read_text(encoding="utf-8"))
    return str(found)


def run_documented(controller: Controller, play: pathlib.Path, variables: dict[str, str]) -> str:
    """Run a play of the docs on the emulator, and return what it shows."""
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **controller.emulator.env(), **variables}
    command = [str(VENV / "bin/ansible-playbook"), "-vvvv", str(play)]
    done = subprocess.run(command, env=environment, cwd=play.parent, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0 and "Traceback" not in output, output
    return output


def program() -> str | None:
    """The server that BAO names, or that of an environment (tests/requirements.txt), or one in PATH."""
    places = [os.environ.get("BAO", ""), str(VENV / "bin/bao"), str(DOCS.parent / ".venv/bin/bao")]
    return (
        next((place for place in places if os.access(place, os.X_OK)), None)
        or shutil.which("bao")
        or shutil.which("vault")
    )


class OpenBao:
    """A real server in memory, with an AppRole that has the documented policy."""

    def __init__(self, binary: str, home: pathlib.Path, policy: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.url = f"http://{address}"
        self.root = "root-token-of-the-test"
        home.mkdir()
        options = [f"-dev-root-token-id={self.root}", f"-dev-listen-address={address}", "-dev-no-store-token"]
        self.log = home / "log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [binary, "server", "-dev", *options],
                env={"HOME": str(home), "PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        self.call("POST", "sys/auth/approle", {"type": "approle"})
        self.allow(policy)
        self.call("POST", "auth/approle/role/mfa", {"token_policies": ["mfa"], "token_ttl": "5m"})
        role_id = self.call("GET", "auth/approle/role/mfa/role-id")["data"]["role_id"]
        secret_id = self.call("POST", "auth/approle/role/mfa/secret-id", {})["data"]["secret_id"]
        self.environment = {"VAULT_ADDR": self.url, "VAULT_ROLE_ID": role_id, "VAULT_SECRET_ID": secret_id}

    def _wait(self) -> None:
        """Until it is unsealed and has its key/value engine."""
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError, urllib.error.HTTPError):
                self.call("GET", "sys/health")
                if "secret/" in self.call("GET", "sys/mounts")["data"]:
                    return
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def call(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """A request with the root token."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1/{path}", data, {"X-Vault-Token": self.root}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def allow(self, policy: str) -> None:
        """Give the AppRole another policy."""
        self.call("PUT", "sys/policies/acl/mfa", {"policy": policy})

    def version(self, account: str, number: int = 0) -> t.Any:
        """A version of an account's secret; the newest, if none is named."""
        return self.call("GET", f"secret/data/mfa/{account}?version={number}")["data"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


class ConnectStub:
    """A stub, not 1Password: items of one vault over HTTP as the public reference of the Connect API describes them.

    It refuses a wrong token, an unknown vault or item, a body whose vault is not that of the path, unknown categories
    and types of fields, and a section that is not in the item.
    """

    TOKEN = "token-of-the-stub"
    VAULT = "ftz4pm2xxwmwrsd7rjqn7grzfz"
    TYPES = ("STRING", "EMAIL", "CONCEALED", "URL", "OTP", "DATE", "MONTH_YEAR", "MENU")
    CATEGORIES = ("LOGIN", "PASSWORD", "API_CREDENTIAL", "SERVER", "DATABASE", "SECURE_NOTE")

    def __init__(self) -> None:
        self.items: list[dict[str, t.Any]] = []
        self.requests: list[str] = []
        self.refusals: list[tuple[int, str]] = []  # what the next requests are answered with
        self.altered = False  # whether a wrong seed is read back
        self._numbers = itertools.count(1)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.environment = {"OP_CONNECT_HOST": self.url, "OP_CONNECT_TOKEN": self.TOKEN, "OP_VAULT_ID": self.VAULT}
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, target: str, token: str, body: bytes) -> tuple[int, t.Any]:
        """The status and the body of an answer."""
        path, _mark, query = target.partition("?")
        self.requests.append(f"{method} {path}")
        if self.refusals:
            return self._refusal(*self.refusals.pop(0))
        if token != f"Bearer {self.TOKEN}":
            return self._refusal(401, "Invalid token signature")
        found = re.fullmatch(r"/v1/vaults/([0-9a-z]{26})/items(?:/([0-9a-z]{26}))?", path)
        if not found:
            return self._refusal(404, "not found")
        if found[1] != self.VAULT:
            return self._refusal(403, "Authorization: token does not have access to vault")
        if method == "POST" and not found[2]:
            return self._create(body)
        if method != "GET":
            return self._refusal(405, "method not allowed")
        return self._read(found[2]) if found[2] else self._list(urllib.parse.parse_qs(query))

    @staticmethod
    def _refusal(status: int, message: str) -> tuple[int, t.Any]:
        return status, {"status": status, "message": message}

    def _create(self, body: bytes) -> tuple[int, t.Any]:
        item = json.loads(body)
        sections = {section["id"] for section in item.get("sections", [])}
        if (item.get("vault") or {}).get("id") != self.VAULT:
            return self._refusal(400, "Invalid Vault UUID")
        if item.get("category") not in self.CATEGORIES:
            return self._refusal(400, "Invalid item category")
        for number, field in enumerate(item.get("fields", [])):
            if field.get("type") not in self.TYPES or not isinstance(field.get("value"), str):
                return self._refusal(400, "Invalid field")
            if field["section"]["id"] not in sections:
                return self._refusal(400, "Invalid section")
            field["id"] = f"field{number}"
        number = next(self._numbers)
        # The newest is listed first, so that nothing depends on the order of the list.
        created = f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z"
        notes = {"id": "notesPlain", "type": "STRING", "purpose": "NOTES", "label": "notesPlain"}
        item.update(id=f"{number:026}", createdAt=created, version=1, fields=[notes, *item.get("fields", [])])
        self.items.insert(0, item)
        return 200, item

    def _read(self, number: str) -> tuple[int, t.Any]:
        item = next((item for item in self.items if item["id"] == number), None)
        if item is None:
            return self._refusal(404, "Item not found")
        fields = [
            (
                {**field, "totp": "123456", "value": field["value"] + ("x" if self.altered else "")}
                if field["type"] == "OTP"
                else field
            )
            for field in item["fields"]
        ]
        return 200, {**item, "fields": fields}

    def _list(self, query: dict[str, list[str]]) -> tuple[int, t.Any]:
        (wanted,) = query.get("filter", ['title eq ""'])
        found = re.fullmatch(r'title eq "([^"]*)"', wanted)
        if not found:
            return self._refusal(400, "Invalid filter")
        hidden = ("fields", "sections")
        listed = [item for item in self.items if item["title"] == found[1]]
        return 200, [{key: value for key, value in item.items() if key not in hidden} for item in listed]

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = stub.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, format: str, *args: t.Any) -> None:
                pass

        return Handler
