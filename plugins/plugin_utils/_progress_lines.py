# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that show how far a module is while it runs: C(enrolled 312 of 1,432, 2 failed, 38/s, about 30 s left).

This module is private to hardening.aws. The module appends its counts to a file, which a thread of the action plugin
reads. That works where both are on one machine; elsewhere, and in tasks with C(async) or C(become), nothing is shown.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import operator
import os
import sys
import tempfile
import threading
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ansible_collections.hardening.aws.plugins.module_utils._progress import FILE_VARIABLE

SECONDS_VARIABLE = "HARDENING_AWS_PROGRESS_SECONDS"
# A line every five seconds at least, also on a busy machine.
_SECONDS = 4.0
# Over how many lines the pace is measured.
_WINDOW = 5
_TAIL_BYTES = 32768  # of a minute or two

Counts = dict[str, t.Any]


class Lines:
    """Makes lines of counts, one after the other. Pure.

    :param prefix: What each line begins with.
    :param predicted: Whether the module only predicts, so that nothing may be said to have been done.
    """

    def __init__(self, prefix: str = "", predicted: bool = False) -> None:
        self._prefix = prefix
        self._predicted = predicted
        self._seen: collections.deque[tuple[float, int, float]] = collections.deque(maxlen=_WINDOW)
        self._verb = ""

    def line(self, counts: Counts | None, seconds: float) -> str:
        """Return the next line.

        :param counts: What the module noted last; None if it has noted nothing yet.
        :param seconds: How long it has been running.
        """
        if counts is None:
            return f"{self._prefix}reading the account, {_duration(seconds)} so far"
        if self._verb not in ("", counts["verb"]):
            began, _last, waited_before = self._seen[-1]  # of the module's next step, which counts from 0
            self._seen.clear()
            self._seen.append((began, 0, waited_before))
        self._verb = counts["verb"]
        self._seen.append((seconds, counts["done"], counts["waited"]))
        (began, first, waited_before), (now, last, waited) = self._seen[0], self._seen[-1]
        passed = now - began
        rate = (last - first) / passed if passed else last / seconds if seconds else 0.0
        words = [self._how_far(counts)]
        if rate:
            words += [f"{rate:.2g}/s" if rate < 10 else f"{rate:,.0f}/s"]
            if last < counts["total"]:
                words += [f"about {_duration((counts['total'] - last) / rate)} left"]
        if (passed and waited - waited_before > passed / 2) or (not passed and waited > seconds / 2):
            words += ["waiting for AWS, which throttles this account"]
        return ", ".join(words)

    def ended(self, notes: t.Sequence[Counts]) -> list[str]:
        """Return a line for each step of the module that has ended since the last line.

        :param notes: What the module noted of late, oldest first.
        """
        steps = [list(step) for _verb, step in itertools.groupby(notes, operator.itemgetter("verb"))]
        known = next((number for number, step in enumerate(steps) if step[0]["verb"] == self._verb), 0)
        return [self._how_far(step[-1]) for step in steps[known:-1]]

    def last_line(self, counts: Counts, seconds: float) -> str:
        """Return the line for the end."""
        return f"{self._how_far(counts)}, in {_duration(seconds)}"

    def _how_far(self, counts: Counts) -> str:
        verb = "checked" if self._predicted else counts["verb"]
        return self._prefix + how_far(verb, counts["done"], counts["failed"], counts["total"])


def how_far(verb: str, done: int, failed: int, total: int) -> str:
    """Return what every line says.

    :param done: How many are finished, those that failed among them.
    """
    return f"{verb} {done - failed:,} of {total:,}, {failed:,} failed"


def flush_each_line() -> None:
    """Have standard output written line by line, also into a file or a pipe, where Python would wait for 8 KiB.

    For the process of ansible-playbook itself, which writes what plugins show. Ansible loads an action plugin there
    before it runs a task in a process of its own.
    """
    with contextlib.suppress(AttributeError, ValueError, OSError):  # it is closed, or no such stream
        if not sys.stdout.line_buffering:
            sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@contextlib.contextmanager
def shown(action: t.Any, variables: t.Mapping[str, t.Any], prefix: str = "") -> t.Iterator[None]:
    """Show how far the module is that a plugin runs meanwhile.

    :param action: The plugin.
    :param variables: Those of the task.
    :param prefix: What each line begins with. The host's name comes before it, if the play has several hosts.
    """
    pause = pause_seconds()
    # With become, the module may be another user's, who cannot write into this one's file.
    elsewhere = action._connection.transport != "local" or action._task.async_val or action._task.become
    if not pause or elsewhere:
        yield
        return
    if len(variables.get("ansible_play_hosts_all") or ()) > 1:
        prefix = f"[{variables['inventory_hostname']}] {prefix}"
    # The folder is Ansible's own for this run, readable by nobody else, and goes with the run whatever happens.
    handle, path = tempfile.mkstemp(prefix="hardening-aws-progress-", dir=constants.DEFAULT_LOCAL_TMP)
    os.close(handle)
    task, stop = action._task, threading.Event()
    lines = Lines(prefix, bool(task.check_mode))
    thread = threading.Thread(target=_show, args=(path, lines, pause, stop), daemon=True)
    action._task = task.copy()
    action._task.environment = [*(task.environment or []), {FILE_VARIABLE: path}]
    thread.start()
    try:
        yield
    finally:
        action._task = task
        stop.set()
        thread.join(timeout=5)
        with contextlib.suppress(OSError):
            os.unlink(path)


def pause_seconds() -> float:
    """Return how many seconds are between two lines. 0 is no lines at all.

    :raises AnsibleActionFail: The environment gives something else than a number.
    """
    given = os.environ.get(SECONDS_VARIABLE)
    if not given:
        return _SECONDS
    try:
        return max(0.0, float(given))
    except ValueError:
        raise AnsibleActionFail(
            f"{SECONDS_VARIABLE} in the environment is {given!r}: give a number of seconds, or 0 for no progress lines."
        ) from None


def _show(path: str, lines: Lines, pause: float, stop: threading.Event) -> None:
    """Show a line now and then until told to stop; then, if there was one, the last."""
    began = time.monotonic()
    any_shown = False
    while not stop.wait(pause):
        notes = _newest(path)
        for line in [*lines.ended(notes), lines.line(notes[-1] if notes else None, time.monotonic() - began)]:
            display(line)
        any_shown = True
    notes = _newest(path)
    if any_shown and notes:
        for line in [*lines.ended(notes), lines.last_line(notes[-1], time.monotonic() - began)]:
            display(line)


def display(text: str) -> None:
    """Show a line."""
    # What prints one JSON document to standard output must stay that.
    json_alone = constants.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2].startswith("json")
    Display().display(text, stderr=json_alone)


def _newest(path: str) -> list[Counts]:
    """Return what the module noted of late, oldest first."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
            noted = [line for line in file.read().split(b"\n")[:-1] if line.startswith(b"{") and line.endswith(b"}")]
        return [json.loads(line) for line in noted]
    except (OSError, ValueError):
        return []
