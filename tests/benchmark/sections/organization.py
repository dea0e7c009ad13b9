# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of an organization as hosts: hardened and audited, by how many at once, and with three in trouble."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
import typing as t

from harness import BIN, Bench, Run

PAYER = "111111111111"
FORKS = (2, 4, 8)
# So long sessions last, the shortest that AWS grants. By so much AWS's clock jumps every few seconds: less than the
# five minutes that a signature may be old, as AWS's clock does not pass by a signature on its way.
SESSION_SECONDS, JUMP_SECONDS, JUMPS = 900, 250, 40


def organization(bench: Bench, accounts: int, users: int) -> None:
    """The playbooks harden and audit on all accounts, with 2, 4 and 8 at once."""
    print(f"{accounts} accounts of {users} users", flush=True)
    fleet = Fleet(bench, accounts, users)
    rows = {}
    for forks in FORKS:
        fleet.made_anew()
        hardened = fleet.harden(forks)
        fleet.all_is_done(fleet.members)
        bench.measure_from_here()
        audited = fleet.audit(forks)
        rows[forks] = {"harden": _row(hardened, accounts), "audit": _row(audited, accounts)}
        for name, row in rows[forks].items():
            told = ", ".join(f"{value:,.1f} {what.replace('_', ' ')}" for what, value in row.items())
            print(f"  forks {forks}: {name}: {told}", flush=True)
    bench.facts["organization"] = {"accounts": accounts, "users": users, "forks": rows}
    in_trouble(fleet)
    longer_than_a_session(fleet)


def in_trouble(fleet: Fleet) -> None:
    """One account lets nobody in, one is throttled without end, one is suspended: the others are done."""
    denied, throttled, suspended = fleet.made_anew()[:3]
    emulator = fleet.bench.emulator
    emulator.account(denied, denied_actions=["sts:AssumeRole"])
    emulator.account(throttled, throttle_probability=1)
    emulator.account_state(suspended, "SUSPENDED")
    run = fleet.harden(max(FORKS), fails=True, states=["ACTIVE", "SUSPENDED"])
    others = [account for account in fleet.members if account not in (denied, throttled, suspended)]
    fleet.all_is_done(others)
    recap = run.output.partition("PLAY RECAP")[2]
    failed = set(re.findall(r"^(\d{12}) .* failed=[1-9]", recap, re.MULTILINE))
    assert failed == {denied, throttled, suspended}, failed
    fleet.bench.facts["organization"]["in_trouble"] = {"seconds": run.seconds, "calls": run.calls["total"]}
    print(f"  three accounts in trouble: the other {len(others)} done in {run.seconds:.0f} s", flush=True)


def longer_than_a_session(fleet: Fleet) -> None:
    """The clock of AWS runs so fast that sessions expire, again and again, while the accounts are worked on."""
    fleet.made_anew()
    ended = threading.Event()
    emulator = fleet.bench.emulator

    def time_passes() -> None:
        for number in range(1, JUMPS + 1):
            if ended.wait(2):
                return
            emulator.set(clock_offset=number * JUMP_SECONDS)

    clock = threading.Thread(target=time_passes)
    clock.start()
    try:
        run = fleet.harden(max(FORKS), duration=SESSION_SECONDS)
    finally:
        ended.set()
        clock.join()
    hours = emulator.settings()["clock_offset"] / 3600
    assert hours > 1, hours
    fleet.all_is_done(fleet.members)
    fleet.bench.facts["organization"]["long"] = {"hours": hours, "seconds": run.seconds, "calls": run.calls["total"]}
    print(f"  sessions of 15 minutes over {hours:.1f} h by AWS's clock: done in {run.seconds:.0f} s", flush=True)


def _row(run: Run, accounts: int) -> dict[str, float]:
    return {
        "seconds": run.seconds,
        "seconds_per_account": run.seconds / accounts,
        "calls": run.calls["total"],
        "megabytes": run.megabytes,
    }


@dataclasses.dataclass
class Fleet:
    """An organization on the emulator, each of whose members has so many users with a password and no MFA."""

    bench: Bench
    accounts: int
    users: int
    members: list[str] = dataclasses.field(default_factory=list)

    def made_anew(self) -> list[str]:
        """Make it, and return the numbers of its member accounts."""
        self.bench.emulator.reset()
        self.bench.emulator.set(latency=0, clock_offset=0, accounts={}, account_states={})
        users = {"count": self.users, "prefix": "user-", "console_password": True, "device": "none"}
        generated = {"count": self.accounts, "prefix": "member-", "fixture": {"generate": users}}
        self.bench.emulator.fixture({"organization": {"management_account_id": PAYER, "generate": generated}})
        pages = self.bench.emulator.boto3("organizations").get_paginator("list_accounts").paginate()
        listed = [account["Id"] for page in pages for account in page["Accounts"]]
        self.members = sorted(set(listed) - {PAYER})
        assert len(self.members) == self.accounts, len(self.members)
        self.bench.measure_from_here()
        return self.members

    def harden(self, forks: int, fails: bool = False, duration: int | None = None, **inventory: t.Any) -> Run:
        """Enrol all users, with seeds in Secrets Manager, and attach the policy to each."""
        inputs = {
            "harden_hosts": "aws_accounts",
            "iam_user_hardening_select": {"console_password": True},
            "iam_user_hardening_seed_store": {"type": "secretsmanager"},
            "iam_user_hardening_enforce_policy": "users",
        }
        if duration:
            inventory["duration_seconds"] = duration
        return self._play("harden", inputs, forks, fails, inventory)

    def audit(self, forks: int) -> Run:
        """Write a report of each account."""
        inputs = {"audit_hosts": "aws_accounts", "audit_dest": "reports/{{ account_id }}", "audit_formats": ["json"]}
        return self._play("audit", inputs, forks, False, {})

    def all_is_done(self, accounts: list[str]) -> None:
        """Check in each account that every user has a device whose seed is stored, and the policy."""
        emulator = self.bench.emulator
        emulator.set(latency=0, clock_offset=0)
        assert not emulator.violations(), emulator.violations()[:3]
        for account in accounts:
            iam = emulator.boto3("iam", aws_access_key_id=emulator.admin_key(account))
            devices = iam.get_paginator("list_virtual_mfa_devices").paginate(AssignmentStatus="Assigned")
            owners = {one["User"]["UserName"] for page in devices for one in page["VirtualMFADevices"]}
            assert len(owners) == self.users, (account, len(owners))
            arn = f"arn:aws:iam::{account}:policy/deny-unless-mfa"
            holders = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn)
            named = {one["UserName"] for page in holders for one in page["PolicyUsers"]}
            assert named == owners, (account, len(named))

    def _play(self, name: str, inputs: dict[str, t.Any], forks: int, fails: bool, inventory: dict[str, t.Any]) -> Run:
        source = self.bench.folder / "org.aws_accounts.yml"
        source.write_text(json.dumps({"plugin": "hardening.aws.aws_accounts", **inventory}), encoding="utf-8")
        (self.bench.folder / "variables.json").write_text(json.dumps(inputs), encoding="utf-8")
        command = [str(BIN / "ansible-playbook"), f"hardening.aws.{name}", "-i", str(source), "--forks", str(forks)]
        command += ["-e", f"@{self.bench.folder}/variables.json"]
        return self.bench.command(command, f"the playbook {name}", fails)
