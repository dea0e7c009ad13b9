# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first ten minutes of somebody who has just found the collection, played and timed. Run by make newcomer.

Clones what is committed, runs make demo in the clone, reads the report, and then does what the demo's last lines say
for a real account, which is a second emulator with another company in it: looks, copies the inputs, is refused since a
group in them is the demo's, names the right one, sees the plan, hardens. Nothing is known here but what was printed.
"""

from __future__ import annotations

import html.parser
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/emulator"), str(ROOT / "scripts")]

from aws_emulator.client import Emulator
from project import BUILD, plain_environment

PLACE = BUILD / "newcomer"
CLONE = PLACE / "clone"
DEMO_LIMIT = 180  # seconds for make demo on two cores, with all that it installs
PEOPLE = ("ana", "ben", "chloe", "dan")
INTRODUCTION = "The same on a real account"


def company() -> dict[str, object]:
    """Another account than the demo's: its people are in a group of another name."""
    users: list[dict[str, object]] = [
        {"user_name": name, "groups": ["staff"], "console_password": True} for name in PEOPLE
    ]
    return {"groups": ["staff"], "users": [*users, {"user_name": "break-glass-1", "console_password": True}]}


class Newcomer:
    """Runs commands as somebody with a shell and a profile does, and notes how long each takes."""

    def __init__(self) -> None:
        self.times: list[tuple[str, float]] = []
        self.environment = {**plain_environment(), "HOME": str(PLACE / "home")}

    def run(self, what: str, command: str, folder: pathlib.Path = CLONE) -> tuple[int, str]:
        """Run a command of the shell, and return its exit code and what it said."""
        began = time.monotonic()
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=self.environment, capture_output=True, text=True, check=False
        )
        self.times.append((what, time.monotonic() - began))
        print(f"{self.times[-1][1]:6.1f} s  {what}", flush=True)
        return done.returncode, done.stdout + done.stderr

    def must(self, what: str, command: str, folder: pathlib.Path = CLONE) -> str:
        """Run a command that has to succeed."""
        code, output = self.run(what, command, folder)
        expect(code == 0, f"{command}\n{output}")
        return output


class _Text(html.parser.HTMLParser):
    """The words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data


def expect(condition: object, what: str) -> None:
    """Stop where a newcomer would be stuck."""
    if not condition:
        raise SystemExit(f"A newcomer is stuck: {what}")


def read_report(output: str) -> None:
    """Open the page that the demo names last, and look for what a reader looks for."""
    path = pathlib.Path(re.findall(r"^ +(\S+\.html)$", output, re.MULTILINE)[-1])
    page = _Text()
    page.feed(path.read_text(encoding="utf-8"))
    for words in ("example-corp", "Console users have MFA", "exempt"):
        expect(words in page.words, f"{path} does not say {words!r}")


def printed_commands(output: str) -> list[str]:
    """The commands that the demo ends with, for a real account."""
    after = output.split(INTRODUCTION, 1)[-1].splitlines()[1:]
    return [line.split("   #")[0].strip() for line in after if line.startswith("  ")]


def on_a_real_account(newcomer: Newcomer, commands: list[str], emulator: Emulator) -> None:
    """Follow the demo's last lines on the other account, and read with boto3 what came of it."""
    config = PLACE / "aws-config"
    config.write_text(emulator.profile("mine"), encoding="utf-8")
    newcomer.environment["AWS_CONFIG_FILE"] = str(config)
    expect(len(commands) == 5 and "AWS_PROFILE=..." in commands[0], f"not the commands that were expected: {commands}")
    activate, audit, copy, plan, harden = commands
    activate = activate.replace("AWS_PROFILE=...", "AWS_PROFILE=mine")
    newcomer.must("audit the real account", f"{activate} && {audit}")
    expect(list((CLONE / "report").glob("*.html")), "the audit left no page in report")

    newcomer.must("copy the inputs", copy)
    code, output = newcomer.run("harden it with the demo's group: refused", f"{activate} && {harden}")
    expect(code and "iam_user_hardening_enforce_group" in output and "employees" in output, output)
    inputs = CLONE / "inputs.yml"
    text = inputs.read_text(encoding="utf-8")
    inputs.write_text(text.replace("enforce_group: employees", "enforce_group: staff"), encoding="utf-8")
    newcomer.must("see the plan", f"{activate} && {plan}")
    iam = emulator.boto3("iam")
    expect(not iam.list_virtual_mfa_devices()["VirtualMFADevices"], "the plan created a device")
    newcomer.must("harden it", f"{activate} && {harden}")

    having = [name for name in PEOPLE if iam.list_mfa_devices(UserName=name)["MFADevices"]]
    expect(having == list(PEOPLE), f"only {having} have MFA")
    attached = iam.list_attached_group_policies(GroupName="staff")["AttachedPolicies"]
    expect(len(attached) == 1, f"the group has {attached}")
    expect(not iam.list_mfa_devices(UserName="break-glass-1")["MFADevices"], "an excluded user was enrolled")
    expect(not emulator.violations(), f"devices were attached whose seed was not stored: {emulator.violations()}")


def main() -> int:
    shutil.rmtree(PLACE, ignore_errors=True)
    (PLACE / "home").mkdir(parents=True)
    newcomer = Newcomer()
    newcomer.must("clone", f"git clone -q '{ROOT}' '{CLONE}'", PLACE)
    output = newcomer.must("make demo, with all that it installs", "make demo")
    demo = newcomer.times[-1][1]
    read_report(output)
    with Emulator.start() as emulator:
        emulator.fixture(company())
        on_a_real_account(newcomer, printed_commands(output), emulator)
    print(f"{sum(seconds for _what, seconds in newcomer.times):6.1f} s  in all, on {os.cpu_count()} cores")
    print(f"make demo took {demo:.0f} s of at most {DEMO_LIMIT}{': OVER THE LIMIT' if demo > DEMO_LIMIT else ''}")
    return 1 if demo > DEMO_LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
