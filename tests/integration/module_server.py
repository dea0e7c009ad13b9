# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the modules as processes of their own, by fork: Python's start and the imports are paid once, not for each run.

As a program it reads orders from standard input, one JSON document a line, and answers each with the process's number.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import importlib.util
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import threading
import traceback
import typing as t

_LOCK = threading.Lock()


@dataclasses.dataclass
class Running:
    """A module that was started."""

    pid: int
    output: pathlib.Path
    handle: int | None  # of the process; None if it ended before one could be had

    def ended(self, timeout: float = 0) -> bool:
        """Whether it ended, within so many seconds. Its handle is closed then: thousands run in one session."""
        if self.handle is not None:
            waiting = select.poll()  # select() takes no handle above 1023
            waiting.register(self.handle, select.POLLIN)
            if waiting.poll(timeout * 1000):
                os.close(self.handle)
                self.handle = None
        return self.handle is None

    def kill(self) -> None:
        """SIGKILL. Returns when it is dead."""
        if self.handle is not None and not self.ended():
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        assert self.ended(10)

    def answer(self, timeout: float = 180) -> dict[str, t.Any]:
        """The module's result, when it has ended."""
        if not self.ended(timeout):
            self.kill()
            raise AssertionError(f"the module did not end within {timeout} s")
        text = self.output.read_text(encoding="utf-8")
        assert "Traceback" not in text, text
        document: dict[str, t.Any] = json.loads(text[text.index("{") :])
        return document


@functools.cache
def _server(python: str, path: str) -> subprocess.Popen[str]:
    # It ends with its standard input, so with the tests.
    return subprocess.Popen(
        [python, __file__],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def start(
    module: str,
    arguments: dict[str, t.Any],
    environment: dict[str, str],
    folder: pathlib.Path,
    output: pathlib.Path,
    collections_path: pathlib.Path,
) -> Running:
    """Start a module in a folder, with its output going to a file."""
    path = [environment.get("PYTHONPATH", ""), str(collections_path)]
    server = _server(sys.executable, os.pathsep.join(filter(None, path)))
    order = {"module": module, "arguments": arguments, "environment": environment}
    order |= {"folder": str(folder), "output": str(output)}
    assert server.stdin is not None and server.stdout is not None
    with _LOCK:
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        pid = int(server.stdout.readline())
    handle = None
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
    return Running(pid, output, handle)


# The program


def run(order: dict[str, t.Any]) -> None:
    """Be the module."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    stream = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with _with_arguments(order["arguments"]):
        importlib.import_module(order["module"]).main()


def _with_arguments(arguments: dict[str, t.Any]) -> contextlib.AbstractContextManager[None]:
    """Let a module find its arguments, in the way that this ansible-core has for tests."""
    if importlib.util.find_spec("ansible.module_utils.testing"):
        patched = importlib.import_module("ansible.module_utils.testing").patch_module_args(arguments)
        return t.cast("contextlib.AbstractContextManager[None]", patched)
    # ansible-core 2.18.0
    basic = importlib.import_module("ansible.module_utils.basic")
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    return contextlib.nullcontext()


def main() -> None:
    modules = "ansible_collections.hardening.aws.plugins.modules"
    for name in (
        "iam_mfa_device",
        "iam_mfa_device_info",
        "iam_mfa_devices",
        "iam_mfa_enrolment_sheets",
        "iam_mfa_handover",
        "iam_mfa_import",
        "iam_mfa_report",
        "iam_mfa_session",
        "iam_policy_attachment",
        "iam_root_credentials",
        "iam_root_credentials_info",
        "iam_user_access",
    ):
        importlib.import_module(f"{modules}.{name}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    for line in sys.stdin:
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            continue
        code = 0
        try:
            run(json.loads(line))
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:  # noqa: BLE001  the process ends here, whatever it was
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
