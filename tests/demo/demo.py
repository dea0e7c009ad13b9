# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, on an account of 60 users that lives in the emulator: audit, harden, mend, harden again, audit.

One user cannot be enrolled at first, as the name of the secret for the seed is taken; the run says so, and the next
one enrols that user once the name is free. AWS stumbles on the way: calls fail, replies are lost. Run by make demo.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/emulator"), str(ROOT / "scripts")]

from aws_emulator.client import Emulator
from collection_tree import make_tree
from project import BUILD, MAIN, plain_environment

OUT = BUILD / "demo"
INPUTS = ROOT / "tests/demo/inputs.yml"
AUDIT = ("-e", f"@{ROOT / 'tests/demo/audit.yml'}")
REFUSED = "dora"
NAMES = (
    "alice bob carol dora erin frank grace heidi ivan judy mallory niaj olivia peggy rupert sybil trent victor".split()
)


def account() -> dict[str, object]:
    """An account as one finds it: people, a few of whom have MFA; services; emergency users; things left behind."""
    people = [*NAMES, *(f"user-{number:02d}" for number in range(1, 33))]
    users: list[dict[str, object]] = []
    for number, name in enumerate(people):
        user: dict[str, object] = {"user_name": name, "groups": ["employees"], "console_password": True}
        if number % 9 == 4:
            user["mfa_devices"] = [{"kind": "virtual", "device_name": name}]
        elif number % 9 == 7:
            user["mfa_devices"] = [{"kind": "fido"}]
        users.append(user)
    users += [{"user_name": f"service-{number}", "access_keys": [{"active": True}]} for number in range(1, 9)]
    users += [{"user_name": f"break-glass-{number}", "console_password": True} for number in (1, 2)]
    return {
        "account_alias": "example-corp",
        "groups": ["employees"],
        "users": users,
        # Left behind by a script that was stopped: nobody has the seed of the first.
        "unassigned_virtual_devices": [{"device_name": "alice"}, {"device_name": "left-the-company"}],
        "root": {"mfa": "hardware"},
    }


class Demo:
    """Runs playbooks of the collection against an emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.results: list[tuple[str, str]] = []
        self._environment = {
            **plain_environment(),
            **emulator.env(),
            "PATH": f"{MAIN.venv / 'bin'}:{os.environ['PATH']}",
            "HOME": str(MAIN.home),
            "ANSIBLE_COLLECTIONS_PATH": str(MAIN.tree),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
            "ANSIBLE_LOCAL_TEMP": str(OUT / "tmp"),
        }

    def play(self, title: str, playbook: str, *arguments: str) -> tuple[int, str]:
        """Run a playbook, show it, and return its exit code and recap."""
        command = ["ansible-playbook", f"hardening.aws.{playbook}", *arguments]
        print(f"\n=== {title}\n$ {' '.join(command)}", flush=True)
        started = time.monotonic()
        run = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        lines = []
        with open(OUT / "ansible.log", "a", encoding="utf-8") as log:
            for line in run.stdout or ():
                lines.append(line)
                log.write(line)
                print(line, end="", flush=True)
        code = run.wait()
        recap = next(line.split(":", 1)[1].split() for line in reversed(lines) if line.startswith("localhost  "))
        figures = " ".join(figure for figure in recap if figure.startswith(("changed", "failed")))
        self.results.append((title, f"{figures}  ({time.monotonic() - started:.0f} s)"))
        return code, figures

    def expect(self, condition: bool, what: str) -> None:
        """Stop the demo if it does not show what it is there to show."""
        if not condition:
            raise SystemExit(f"The demo did not do what it should: {what}")

    def run(self) -> None:
        iam, secrets = self.emulator.boto3("iam"), self.emulator.boto3("secretsmanager")
        self.emulator.fixture(account())
        secrets.create_secret(Name=f"mfa/{REFUSED}", SecretString="an old password of somebody's")
        harden = ("-e", f"@{INPUTS}")

        code, _recap = self.play("1. Audit before", "audit", *AUDIT, "-e", f"audit_dest={OUT / 'before'}")
        self.expect(code == 0, "the first audit failed")

        self.emulator.set(fault_probability=0.04, lost_reply_probability=0.04, lag=0.5, random_seed=7)
        code, recap = self.play("2. Harden 60 users", "harden", *harden)
        self.expect(code != 0 and "failed=1" in recap, f"{REFUSED} should have been refused")
        stumbles = self.emulator.counts()
        self.emulator.set(fault_probability=0, lost_reply_probability=0, lag=0)

        print(f"\n=== 3. Mend what the run named: the secret mfa/{REFUSED} is freed", flush=True)
        secrets.delete_secret(SecretId=f"mfa/{REFUSED}", ForceDeleteWithoutRecovery=True)
        code, recap = self.play("4. Harden again", "harden", *harden)
        self.expect(code == 0 and "changed=0" not in recap, f"{REFUSED} should have been enrolled")
        code, recap = self.play("5. Harden once more: nothing is left to do", "harden", *harden)
        self.expect(code == 0 and "changed=0" in recap, "the last run should have changed nothing")

        before = next((OUT / "before").glob("*.json"))
        after = (*AUDIT, "-e", f"audit_dest={OUT / 'after'}", "-e", f"audit_previous={before}")
        code, _recap = self.play("6. Audit after, and what changed since", "audit", *after)
        self.expect(code == 0, "the last audit failed")
        self._summary(iam, secrets, stumbles)

    def _summary(self, iam: object, secrets: object, stumbles: dict[str, int]) -> None:
        """Say what there is now, read with boto3 and not by the collection."""
        stored = 0
        for page in secrets.get_paginator("list_secrets").paginate():  # type: ignore[attr-defined]
            stored += sum(1 for secret in page["SecretList"] if secret["Name"].startswith("mfa/"))
        lost = self.emulator.violations()
        self.expect(not lost, f"devices were attached whose seed was not stored: {lost}")
        everybody = [user["UserName"] for user in iam.list_users(MaxItems=1000)["Users"]]  # type: ignore[attr-defined]
        users = [name for name in everybody if iam.list_mfa_devices(UserName=name)["MFADevices"]]  # type: ignore
        print("\n" + "=" * 100)
        for title, figures in self.results:
            print(f"{title:50} {figures}")
        print(
            f"\nRead back with boto3: {len(everybody)} users, {len(users)} with an MFA device, {stored} seeds stored."
        )
        print(f"On the way AWS failed {stumbles['faults']} calls and lost {stumbles['lost_replies']} replies.")
        print("No device was ever attached whose seed was not stored.\n")
        print("Made by this demo:")
        for path in sorted([*(OUT / "before").iterdir(), *(OUT / "after").iterdir()]):
            print(f"  {path}")
        print(f"  {OUT / 'ansible.log'}          all that Ansible said")
        print(f"  {OUT / 'access.log'}           the calls that reached the emulator")
        print()
        print("The same on a real account, with an AWS profile of yours; --check first, which only shows the plan:")
        print(f"  . .venv/bin/activate && export ANSIBLE_COLLECTIONS_PATH={MAIN.tree} AWS_PROFILE=...")
        print("  ansible-playbook hardening.aws.audit -e audit_dest=report")
        print(f"  cp {INPUTS.relative_to(ROOT)} inputs.yml   # then name your users and your group in it")
        print("  ansible-playbook hardening.aws.harden -e @inputs.yml --check")
        print("  ansible-playbook hardening.aws.harden -e @inputs.yml")


def main() -> int:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    MAIN.home.mkdir(parents=True, exist_ok=True)
    make_tree(MAIN.venv, MAIN.tree)
    with Emulator.start(access_log=OUT / "access.log") as emulator:
        Demo(emulator).run()
    shutil.rmtree(OUT / "tmp", ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
