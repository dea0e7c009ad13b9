# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of an organization's accounts, read by ansible-inventory, and playbooks that run on it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import stat
import subprocess
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import VENV, Controller

pytestmark = pytest.mark.organizations

PAYER, PROD, TWIN, SANDBOX, CLOSED, ODD = (digit * 12 for digit in "123456")
HOSTILE = "{{ lookup('pipe', 'touch hacked') }} \"'\n#jinja2: variable_start_string:'[['\n é[[ 1 ]]"
ORGANIZATION: dict[str, t.Any] = {
    "management_account_id": PAYER,
    "units": [
        {"name": "Workloads", "id": "ou-exam-workload", "units": [{"name": "Prod"}, {"name": "Test"}]},
        {"name": "Sandbox", "units": [{"name": "Test"}]},
    ],
    "accounts": [
        {"id": PAYER, "name": "payer", "tags": {"env": "prod"}},
        {"id": PROD, "name": "shop", "unit": "Workloads/Prod", "tags": {"env": "prod", "team": "{{ 7 * 7 }}"}},
        {"id": TWIN, "name": "shop", "unit": "Workloads", "tags": {"env": "test"}, "access_role": None},
        {"id": SANDBOX, "name": "sandbox", "unit": "Sandbox/Test"},
        {"id": CLOSED, "name": "closed", "unit": "Workloads", "state": "PENDING_CLOSURE"},
        {"id": ODD, "name": HOSTILE},
    ],
    "delegated_administrators": {PROD: ["iam.amazonaws.com"]},
}
PLUGIN = {"plugin": "hardening.aws.aws_accounts"}


@dataclasses.dataclass
class Listed:
    """What ansible-inventory said."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return " ".join((self.stdout + self.stderr).split())

    @property
    def document(self) -> dict[str, t.Any]:
        assert self.code == 0, self.output
        return t.cast("dict[str, t.Any]", json.loads(self.stdout))

    @property
    def hosts(self) -> dict[str, dict[str, t.Any]]:
        return t.cast("dict[str, dict[str, t.Any]]", self.document["_meta"]["hostvars"])


class Fleet:
    """An organization, and programs that are given its inventory."""

    def __init__(self, controller: Controller, emulator: Emulator) -> None:
        self.controller, self.emulator = controller, emulator
        self.emulator.fixture({"organization": ORGANIZATION})
        self.emulator.clear_requests()

    def file(self, name: str = "org", **options: t.Any) -> str:
        path = self.controller.home / f"{name}.aws_accounts.yml"
        path.write_text(json.dumps({**PLUGIN, **options}), encoding="utf-8")
        return str(path)

    def run(self, program: str, *arguments: str, **environment: str) -> Listed:
        own = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "COLUMNS": "200", **environment}
        found = {**self.controller.environment(RECORDED_RESULTS="/dev/null"), **self.emulator.env(), **own}
        done = subprocess.run(
            [str(VENV / "bin" / program), *arguments],
            env=found,
            cwd=self.controller.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        assert "[DEPRECATION" not in done.stderr, done.stderr
        return Listed(done.returncode, done.stdout, done.stderr)

    def list(self, **options: t.Any) -> Listed:
        return self.run("ansible-inventory", "-i", self.file(**options), "--list")

    @property
    def calls(self) -> list[str]:
        """The calls that were not throttled."""
        return [one["action"] for one in self.emulator.requests() if not one["throttled"]]


@pytest.fixture
def fleet(controller: Controller, emulator: Emulator) -> Fleet:
    """Five members, two of one name, one that is closing, and one whose name is an attack."""
    return Fleet(controller, emulator)


@pytest.mark.smoke
def test_a_list_reads_well(fleet: Fleet) -> None:
    fleet.emulator.set(empty_pages="first")
    listed = fleet.list()
    assert sorted(listed.hosts) == [PROD, TWIN, SANDBOX, ODD]
    assert listed.hosts[TWIN] == {
        "account_id": TWIN,
        "account_is_management": False,
        "account_name": "shop",
        "account_state": "ACTIVE",
        "account_unit_id": "ou-exam-workload",
        "account_unit_path": "/Workloads",
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "aws_role_arn": f"arn:aws:iam::{TWIN}:role/OrganizationAccountAccessRole",
        "expected_account_id": TWIN,
    }
    if fleet.controller.libraries:
        # As botocore is not told the paths of accounts, each unit is asked for the accounts in it.
        assert "ListAccounts" not in fleet.calls and fleet.calls.count("ListAccountsForParent") > 6
        return
    # One page of accounts, and three units that have units with accounts below them; each list begins empty.
    assert fleet.calls.count("ListAccounts") == 2 and fleet.calls.count("ListOrganizationalUnitsForParent") == 6


def test_a_graph_reads_well(fleet: Fleet) -> None:
    listed = fleet.run("ansible-inventory", "-i", fleet.file(), "--graph")
    assert listed.stdout.splitlines() == [
        "@all:",
        "  |--@ungrouped:",
        "  |--@aws_accounts:",
        "  |  |--@aws_unit_Sandbox:",
        "  |  |  |--@aws_unit_Sandbox_Test:",
        f"  |  |  |  |--{SANDBOX}",
        "  |  |--@aws_unit_Workloads:",
        "  |  |  |--@aws_unit_Workloads_Prod:",
        f"  |  |  |  |--{PROD}",
        f"  |  |  |--{TWIN}",
        f"  |  |--{ODD}",
        "  |--@aws_state_ACTIVE:",
        *(f"  |  |--{one}" for one in (PROD, TWIN, SANDBOX, ODD)),
    ]


def test_a_thousand_accounts_take_few_calls_and_outlast_throttling(fleet: Fleet) -> None:
    accounts = {"count": 1000, "unit": "Workloads", "first_id": "700000000001"}
    fleet.emulator.fixture({"organization": {**ORGANIZATION, "generate": accounts}})
    fleet.emulator.clear_requests()
    fleet.emulator.set(throttle_first=5)
    listed = fleet.run("ansible-inventory", "-i", fleet.file(), "--list", HARDENING_AWS_PROGRESS_SECONDS="0.05")
    assert len(listed.hosts) == 1004
    assert re.search(r"aws_accounts: read \d\d+ accounts and \d units\n", listed.stderr)
    assert len(fleet.calls) <= 64, len(fleet.calls)
    assert fleet.emulator.counts()["throttled"] == 5


def test_names_are_never_evaluated(fleet: Fleet) -> None:
    """Neither here nor after ansible-inventory's output has passed through another program, as in AWX."""
    options = {
        "tags": True,
        "compose": {"composed": "account_name ~ '!'"},
        "keyed_groups": [{"key": "account_name", "prefix": "by"}],
    }
    listed = fleet.list(**options)
    assert not (fleet.controller.home / "hacked").exists()
    assert "aws_tag_team____7___7___" in listed.document
    exported = fleet.controller.home / "exported"
    exported.write_text(f"#!/bin/sh\ncat <<'END'\n{listed.stdout}\nEND\n", encoding="utf-8")
    exported.chmod(exported.stat().st_mode | stat.S_IXUSR)
    said = {"msg": ["{{ account_name }}", "{{ composed }}", "{{ account_tags.team | default('') }}"]}
    for source in (fleet.file(**options), str(exported)):
        shown = fleet.run("ansible", "-i", source, f"{ODD},{PROD}", "-m", "debug", "-a", json.dumps(said))
        assert shown.code == 0, shown.output
        assert (
            json.dumps(HOSTILE, ensure_ascii=False) in shown.stdout
            and json.dumps(HOSTILE + "!", ensure_ascii=False) in shown.stdout
        )
        assert '"{{ 7 * 7 }}"' in shown.stdout
    assert not (fleet.controller.home / "hacked").exists()


def test_selected_and_tagged(fleet: Fleet) -> None:
    listed = fleet.list(
        units=["/Workloads", "Sandbox"],
        states=["ACTIVE", "PENDING_CLOSURE"],
        exclude_accounts=["SANDB*"],
        tags=True,
        emails=True,
        management_account=True,
        hostname="name_and_id",
        group_prefix="acme_",
    )
    assert sorted(listed.hosts) == [f"closed-{CLOSED}", f"shop-{PROD}", f"shop-{TWIN}"]
    assert listed.hosts[f"shop-{TWIN}"]["account_tags"] == {"env": "test"}
    assert listed.hosts[f"shop-{TWIN}"]["account_email"] == f"aws+{TWIN}@example.com"
    assert listed.document["acme_tag_env_prod"] == {"hosts": [f"shop-{PROD}"]}
    assert listed.document["acme_state_PENDING_CLOSURE"] == {"hosts": [f"closed-{CLOSED}"]}
    # One call for the tags of each account that is selected, two where a page is empty.
    tagged = [
        one["params"]["ResourceId"] for one in fleet.emulator.requests() if one["action"] == "ListTagsForResource"
    ]
    assert set(tagged) == {PROD, TWIN, CLOSED}


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "typo": (
        {"exclude_acounts": [PROD]},
        "exclude_acounts: is not an option of hardening.aws.aws_accounts: did you mean exclude_accounts?",
    ),
    "kind": ({"units": {"a": "b"}}, "units: is a dictionary: give a list, such as [a, b]."),
    "short": (
        {"accounts": [{"account_id": 12345}]},
        "accounts[0].account_id: is '12345': give the 12 digits in quotes",
    ),
    "exclude": ({"exclude_accounts": ["222222222223"]}, "exclude_accounts[0]: '222222222223' matches no account"),
    "unit": ({"units": ["Wrokloads"]}, "there is no unit 'Wrokloads' in this organization (did you mean 'Workloads'?)"),
    "units": ({"units": ["Test"]}, "units[0]: 'Test' means 2 units: give the ID of one, or its path: ou-exam-"),
    "twins": (
        {"hostname": "name", "exclude_accounts": [ODD]},
        f"hostname: {PROD}, {TWIN}: these accounts would all be the host 'shop'.",
    ),
    "strict": ({"strict": True, "compose": {"x": "account_unit_path ~ account_unit"}}, "Could not set x for host"),
    "member": (
        {"access_key": f"AKIAADMN{TWIN}", "secret_key": "x"},
        "neither the management account of its organization nor a delegated administrator, and AWS tells other members",
    ),
    "role": (
        {"assume_role_arn": f"arn:aws:iam::{PROD}:role/nobody"},
        f"the role arn:aws:iam::{PROD}:role/nobody could not be assumed (AccessDenied). The caller is arn:aws:",
    ),
    "region": ({"access_key": "AKIAX", "profile": "x"}, "profile: x cannot be combined with access keys"),
}


def test_what_is_refused_adds_no_host(fleet: Fleet) -> None:
    sources = [word for name, (options, _words) in REFUSED.items() for word in ("-i", fleet.file(name, **options))]
    shown = fleet.run("ansible-inventory", *sources, "--list", ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="false")
    assert shown.hosts == {}
    missing = [name for name, (_options, words) in REFUSED.items() if words not in shown.output]
    assert missing == [], shown.stderr
    assert shown.output.count("no account was added") >= len(REFUSED) - 1


@pytest.mark.parametrize("name", ["typo", "exclude"])
def test_ansible_can_be_told_to_stop(fleet: Fleet, name: str) -> None:
    """As the documentation has it. What is wrong with the file itself is found before the first call."""
    options, words = REFUSED[name]
    shown = fleet.run("ansible-inventory", "-i", fleet.file(**options), "--list")
    assert shown.code != 0 and words in shown.output and (fleet.calls == []) == (name == "typo")


def test_the_cache(fleet: Fleet) -> None:
    folder = fleet.controller.home / "cache"
    role = f"arn:aws:iam::{PROD}:role/OrganizationAccountAccessRole"
    kept = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder)}
    kept["assume_role_arn"] = role
    assert len(fleet.list(**kept).hosts) == 4
    (written,) = [path.read_text(encoding="utf-8") for path in folder.iterdir()]
    assert "example.com" not in written and '"env"' not in written and '"tags"' not in written
    fleet.emulator.clear_requests()
    again = fleet.list(**kept, units=["/Workloads"])
    assert sorted(again.hosts) == [PROD, TWIN] and fleet.calls == []
    # A name that was an attack is one still, after it was kept.
    shown = fleet.run("ansible", "-i", fleet.file(**kept), ODD, "-m", "debug", "-a", "msg={{ account_name }}")
    assert "[[ 1 ]]" in shown.stdout and fleet.calls == []
    assert not (fleet.controller.home / "hacked").exists()
    # An account that the cache does not have, and more than it has.
    assert fleet.list(**kept, units=["Wrokloads"]).code != 0 and {"ListAccounts", "ListRoots"} & set(fleet.calls)
    fleet.emulator.clear_requests()
    assert fleet.list(**kept, tags=True).hosts[PROD]["account_tags"]["env"] == "prod"
    assert set(fleet.calls) == {"AssumeRole", "ListTagsForResource"}


def test_a_static_list_makes_no_call(fleet: Fleet, vault: tuple[str, str]) -> None:
    password, encrypted = vault
    path = fleet.controller.home / "static.aws_accounts.yml"
    path.write_text(
        f"""plugin: hardening.aws.aws_accounts
aws_profile: legacy
role_name: "{{{{ lookup('ansible.builtin.env', 'ROLE') }}}}"
external_id: !vault |
{encrypted}
region: eu-west-1
accounts:
  - account_id: "{PROD}"
    name: shop
    unit_path: /Workloads/Prod
    vars: {{mine: "{{{{ account_name }}}}-x"}}
""",
        encoding="utf-8",
    )
    listed = fleet.run("ansible-inventory", "-i", str(path), "--list", ROLE="hardening")
    host = listed.hosts[PROD]
    assert host["aws_role_arn"] == f"arn:aws:iam::{PROD}:role/hardening"
    assert host["aws_region"] == "eu-west-1" and host["aws_profile"] == "legacy"
    assert set(host["aws_role_external_id"]) == {"__ansible_vault"} and "s3cret" not in listed.output
    assert listed.document["aws_unit_Workloads_Prod"] == {"hosts": [PROD]}
    said = json.dumps({"msg": "{{ mine }} {{ aws_role_external_id | length }}"})
    shown = fleet.run(
        "ansible", "-i", str(path), PROD, "-m", "debug", "-a", said, "--vault-password-file", password, ROLE="x"
    )
    assert "shop-x 6" in shown.stdout, shown.output
    assert fleet.calls == []


@pytest.fixture
def vault(tmp_path: pathlib.Path, controller: Controller) -> tuple[str, str]:
    """A file with a password, and a text that was encrypted with it."""
    password = tmp_path / "password"
    password.write_text("correct horse\n", encoding="utf-8")
    command = [str(VENV / "bin/ansible-vault"), "encrypt_string", "--vault-password-file", str(password), "s3cret"]
    done = subprocess.run(command, env=controller.environment(), capture_output=True, text=True, check=True)
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith(" ")]
    return str(password), "\n".join(f"  {line}" for line in lines)


def test_read_as_a_delegated_administrator(fleet: Fleet) -> None:
    """With a role for the reading; the hosts' roles are not its own."""
    role = f"arn:aws:iam::{PROD}:role/OrganizationAccountAccessRole"
    listed = fleet.list(assume_role_arn=role, management_account=True)
    assert sorted(listed.hosts) == [PAYER, PROD, TWIN, SANDBOX, ODD]
    assert "aws_role_arn" not in listed.hosts[PAYER] and listed.hosts[PAYER]["account_is_management"] is True
    assert fleet.calls[0] == "AssumeRole" and fleet.calls.count("AssumeRole") == 1
    assert "ASIA" not in listed.stdout and "SessionToken" not in listed.output


def test_playbooks_run_on_the_accounts(fleet: Fleet) -> None:
    """One of them has no role to assume, which is no matter to the others."""
    source = fleet.file(management_account=True, include_accounts=[PAYER, "shop"])
    done = fleet.run(
        "ansible-playbook",
        "hardening.aws.audit",
        "-i",
        source,
        "-e",
        json.dumps(
            {"audit_hosts": "aws_accounts", "audit_dest": "reports/{{ account_id }}", "audit_formats": ["json"]}
        ),
    )
    assert done.code == 2 and "OrganizationAccountAccessRole could not be assumed" in done.output, done.output
    assert not (fleet.controller.home / "reports" / TWIN).exists()
    for account in (PAYER, PROD):
        assert f'"msg": "AWS account {account}, as arn:aws:' in done.stdout, done.output
        assert list((fleet.controller.home / "reports" / account).iterdir())
    roles = {one["params"]["RoleArn"] for one in fleet.emulator.requests() if one["action"] == "AssumeRole"}
    assert sorted(roles) == [f"arn:aws:iam::{one}:role/OrganizationAccountAccessRole" for one in (PROD, TWIN)]


def test_accounts_in_trouble_stop_no_other(fleet: Fleet) -> None:
    """One has no role, one is being closed, one denies what is needed half-way: all others are hardened."""
    for account in (PROD, SANDBOX, ODD):
        users = [{"user_name": name, "console_password": True} for name in ("alice", "bob")]
        fleet.emulator.fixture({"account_id": account, "users": users})
    fleet.emulator.account(SANDBOX, denied_actions=["iam:EnableMFADevice"])
    source = fleet.file(states=["ACTIVE", "PENDING_CLOSURE"])
    inputs = {
        "harden_hosts": "aws_accounts",
        "iam_user_hardening_select": {"console_password": True},
        "iam_user_hardening_seed_store": {"type": "secretsmanager"},
        "iam_user_hardening_enforce_policy": "users",
    }

    def harden() -> Listed:
        return fleet.run("ansible-playbook", "hardening.aws.harden", "-i", source, "-e", json.dumps(inputs))

    done = harden()
    recap = done.stdout.partition("PLAY RECAP")[2]
    failed = dict(re.findall(r"^(\d{12}) .* failed=(\d)", recap, re.MULTILINE))
    assert failed == {PROD: "0", TWIN: "1", SANDBOX: "1", CLOSED: "1", ODD: "0"}, done.output
    for said in (f"{TWIN}:role/", f"{CLOSED}:role/", "lacks the IAM permission iam:EnableMFADevice"):
        assert said in done.output, done.output
    owners = {(device["account_id"], device["user_name"]) for device in fleet.emulator.devices() if device["user_name"]}
    assert owners == {(account, name) for account in (PROD, ODD) for name in ("alice", "bob")}
    assert not fleet.emulator.violations()
    # What was in the way is gone, and the next run does what is left.
    fleet.emulator.account(SANDBOX, denied_actions=[])
    again = harden().stdout.partition("PLAY RECAP")[2]
    changed = dict(re.findall(r"^(\d{12}) .* changed=(\d)", again, re.MULTILINE))
    assert int(changed[SANDBOX]) and (changed[PROD], changed[ODD]) == ("0", "0"), again
