# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller to run playbooks on, and the clients that look at the outcome: boto3, the AWS CLI, oathtool.

ansible-playbook is that of the environment that runs pytest. It gets a HOME and a folder for temporary files of its
own, no variables of the caller's, and the collection as scripts/collection_tree.py lays it out.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import typing as t

import module_server
import yaml
from aws_emulator import totp
from aws_emulator.client import PACKAGE_ROOT, Emulator
from collection_tree import make_tree
from project import BUILD, LEGS, OLDEST, plain_environment

HERE = pathlib.Path(__file__).resolve().parent
VENV = pathlib.Path(sys.prefix)
LEG = next((leg for leg in LEGS.values() if leg.venv == VENV), None)
# Where the emulator and the AWS CLI are.
SERVER = LEG.server.venv if LEG and LEG.server else VENV
# Where the AWS libraries for the accounts of an organization are, if not in the environment itself.
APART = VENV / "organizations" if LEG and "organizations" in LEG.apart else None
ACCOUNT = "123456789012"
SINGULAR = "hardening.aws.iam_mfa_device"
PLURAL = "hardening.aws.iam_mfa_devices"
INFO = "hardening.aws.iam_mfa_device_info"
REPORT = "hardening.aws.iam_mfa_report"
MERGE = "hardening.aws.iam_mfa_report_merge"
ACCESS = "hardening.aws.iam_user_access"
ROOTS = "hardening.aws.iam_root_credentials"
ROOTS_INFO = "hardening.aws.iam_root_credentials_info"
SHEETS = "hardening.aws.iam_mfa_enrolment_sheets"
HANDOVER = "hardening.aws.iam_mfa_handover"
# Modules that call no AWS service, and so know nothing of credentials.
WITHOUT_AWS = (MERGE,)
SECRETS: dict[str, t.Any] = {"type": "secretsmanager"}
PARAMETERS: dict[str, t.Any] = {"type": "ssm_parameter"}
# Keywords of a task; everything else that a test gives is an option of the module.
KEYWORDS = ("check_mode", "diff", "environment", "ignore_errors", "loop", "name", "no_log", "register", "vars", "when")
PATIENCE_SECONDS = 240
READING = ("Get", "List", "Describe")

Task = dict[str, t.Any]


def arn(name: str, path: str = "/", account: str = ACCOUNT) -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{account}:mfa{path}{name}"


def task(module: str, **options: t.Any) -> Task:
    """A task of a playbook. Only with ignore_errors=True may it fail."""
    keywords = {name: options.pop(name) for name in KEYWORDS if name in options}
    return {"name": f"{module.split('.')[-1]} {options.get('user_name', '')}".strip(), **keywords, module: options}


def device(**options: t.Any) -> Task:
    """A task with the module for one device."""
    return task(SINGULAR, **options)


def devices(items: t.Any, **options: t.Any) -> Task:
    """A task with the module for many devices."""
    return task(PLURAL, devices=items, **options)


def emulator_task(**options: t.Any) -> Task:
    """A task that changes the emulator's settings or loads a fixture, or asks for fresh codes (codes_of)."""
    return task("emulator", **options)


def may_fail(*tasks: Task) -> list[Task]:
    """The same tasks, which do not end the play if they fail."""
    return [{**item, "ignore_errors": True} for item in tasks]


def four_steps(item: Task) -> list[Task]:
    """Check mode, for real, check mode again, for real again."""
    return [{**item, "check_mode": check, "diff": True} for check in (True, False, True, False)]


@functools.cache
def collections_path() -> pathlib.Path:
    """The folder with ansible_collections/ for this environment, brought up to date."""
    tree = LEG.tree if LEG else BUILD / f"tree-{VENV.name}"
    make_tree(VENV, tree)
    return tree


@dataclasses.dataclass
class Result:
    """What a task did on a host, and the calls it made."""

    host: str
    name: str
    status: str
    data: dict[str, t.Any]
    seconds: float
    requests: list[dict[str, t.Any]] = dataclasses.field(default_factory=list, repr=False)

    def __getitem__(self, key: str) -> t.Any:
        return self.data[key]

    @property
    def failed(self) -> bool:
        return self.status != "ok"

    @property
    def changed(self) -> bool:
        return bool(self.data.get("changed"))

    @property
    def msg(self) -> str:
        return str(self.data.get("msg", ""))

    @property
    def calls(self) -> list[str]:
        """The calls in their order, such as iam:ListMFADevices."""
        return [f"{request['service']}:{request['action']}" for request in self.requests]

    @property
    def writes(self) -> list[str]:
        """The calls that change something."""
        return [call for call in self.calls if not call.split(":")[1].startswith(READING)]


@dataclasses.dataclass
class Results:
    """What tasks did, in their order."""

    results: list[Result]

    def __getitem__(self, index: int) -> Result:
        return self.results[index]

    def __len__(self) -> int:
        return len(self.results)

    def of(self, module: str) -> list[Result]:
        """The results of tasks whose name begins with this."""
        return [result for result in self.results if result.name.startswith(module)]


@dataclasses.dataclass
class Play(Results):
    """A run of ansible-playbook."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Controller:
    """Runs playbooks against an emulator.

    :param home: An empty folder; everything that a play leaves behind is in it.
    :param libraries: A folder with packages that come before those of the environment.
    """

    def __init__(self, emulator: Emulator, home: pathlib.Path, libraries: pathlib.Path | None = None) -> None:
        self.emulator = emulator
        self.libraries = libraries
        self.home = home
        self.temporary = home / "tmp"
        self.temporary.mkdir(parents=True)
        self._plays = 0
        self._tasks = 0
        self._runs = itertools.count(1)  # modules are started from several threads

    # Playbooks

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment of everything that is run."""
        plugins = HERE / "ansible_plugins"
        programs = dict.fromkeys(str(venv / "bin") for venv in (VENV, SERVER))
        found = {
            **plain_environment(),
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PATH": os.pathsep.join([*programs, os.environ.get("PATH", os.defpath)]),
            "ANSIBLE_COLLECTIONS_PATH": str(collections_path()),
            "ANSIBLE_CALLBACK_PLUGINS": str(plugins / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "recorded",
            "ANSIBLE_INJECT_INVOCATION": "1",
            "ANSIBLE_ACTION_PLUGINS": str(plugins / "action"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "EMULATOR_PACKAGE": str(PACKAGE_ROOT),
            "EMULATOR_URL": self.emulator.url,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            found.pop(name, None)
        if self.libraries:
            found["PYTHONPATH"] = str(self.libraries)
        if self.emulator.ca_bundle:
            found["EMULATOR_CA"] = self.emulator.ca_bundle
        return {**found, **extra}

    @property
    def access(self) -> dict[str, t.Any]:
        """The options that lead a module to the emulator."""
        return {
            "access_key": "AKIADEFAULT",
            "secret_key": "not-much-of-a-secret-key",
            "region": "us-east-1",
            "endpoint_url": self.emulator.url,
        }

    def play(
        self,
        *tasks: Task,
        hosts: t.Sequence[str] = ("localhost",),
        defaults: dict[str, t.Any] | None = None,
        environment: dict[str, str] | None = None,
        arguments: t.Sequence[str] = (),
        strategy: str = "linear",
        violations: bool = False,
    ) -> Play:
        """Run a playbook to its end and return what its tasks did.

        :param hosts: Names of hosts, which are all this machine.
        :param defaults: Options for every module of ours and of amazon.aws's; those of O(access) if not given.
        :param violations: Whether a device may have been attached before its seed was stored.
        """
        process, finish = self.start(
            *tasks, hosts=hosts, defaults=defaults, environment=environment, arguments=arguments, strategy=strategy
        )
        play = finish(process)
        # With this much talk, ansible-core 2.18 shows where an action plugin refused.
        if LEG is not OLDEST or "-vvvv" not in arguments:
            assert "Traceback" not in play.output, play.output
        assert "[DEPRECATION" not in play.output, play.output
        if not violations:
            assert not self.emulator.violations(), "a device was attached before its seed was stored"
        assert play.code == 0, play.output
        return play

    def start(
        self,
        *tasks: Task,
        hosts: t.Sequence[str] = ("localhost",),
        defaults: dict[str, t.Any] | None = None,
        environment: dict[str, str] | None = None,
        arguments: t.Sequence[str] = (),
        strategy: str = "linear",
    ) -> tuple[subprocess.Popen[str], t.Callable[[subprocess.Popen[str]], Play]]:
        """Start a playbook in a process group of its own; the function returned waits for it and reads its results."""
        self._plays += 1
        folder = self.home.parent / f"{self.home.name}-play-{self._plays}"
        folder.mkdir()
        keys: dict[str, list[str]] = {}
        book = {
            "hosts": "all",
            "gather_facts": False,
            "strategy": strategy,
            "module_defaults": {"group/hardening.aws.aws": self.access if defaults is None else defaults},
            "tasks": [self._with_own_key(item, keys) for item in tasks],
        }
        host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        inventory = {"all": {"hosts": dict.fromkeys(hosts, host)}}
        (folder / "playbook.yml").write_text(json.dumps([book]), encoding="utf-8")
        (folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
        recorded = folder / "results.jsonl"
        command = [str(VENV / "bin/ansible-playbook"), "-i", str(folder / "inventory.json"), *arguments]
        started = time.monotonic()
        with (
            open(folder / "stdout", "w", encoding="utf-8") as out,
            open(folder / "stderr", "w", encoding="utf-8") as err,
        ):
            process = subprocess.Popen(
                [*command, str(folder / "playbook.yml")],
                env=self.environment(RECORDED_RESULTS=str(recorded), **(environment or {})),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                text=True,
                start_new_session=True,
            )

        def finish(running: subprocess.Popen[str]) -> Play:
            try:
                code = running.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                kill_tree(running)
                calls = [
                    f"{request['action']} {request['held'] or request['code']}" for request in self.emulator.requests()
                ]
                output = (folder / "stdout").read_text(encoding="utf-8")
                raise AssertionError(f"the play did not end:\n{output}\nIts last calls: {calls[-9:]}") from None
            except BaseException:
                kill_tree(running)
                raise
            seconds = time.monotonic() - started
            lines = recorded.read_text(encoding="utf-8").splitlines() if recorded.exists() else []
            results = [
                Result(*(json.loads(line)[key] for key in ("host", "task", "status", "result", "seconds")))
                for line in lines
            ]
            by_key: dict[str, list[dict[str, t.Any]]] = {}
            for request in self.emulator.requests():
                by_key.setdefault(request["access_key"], []).append(request)
            counted: dict[tuple[str, str], int] = {}
            for result in results:
                # The n-th result of a name on a host is that of the n-th task with this name.
                place = (result.host, result.name)
                number = counted[place] = counted.get(place, 0) + 1
                names = keys.get(result.name, [])
                if number <= len(names):
                    result.requests = by_key.get(f"{names[number - 1]}-{result.host}", [])
            stdout, stderr = ((folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
            return Play(results, code, stdout, stderr, seconds)

        return process, finish

    def _with_own_key(self, item: Task, keys: dict[str, list[str]], host: str = "{{ inventory_hostname }}") -> Task:
        """Give a task an access key of its own, so that the emulator's log tells which calls it made."""
        module = next(
            (
                name
                for name in item
                if name in (SINGULAR, PLURAL, INFO, REPORT, ACCESS, ROOTS, ROOTS_INFO, SHEETS, HANDOVER)
            ),
            None,
        )
        if module is None:
            return item
        self._tasks += 1
        key = f"AKIATASK{self._tasks}"
        keys.setdefault(item["name"], []).append(key)
        if {"access_key", "profile"} & set(item[module]):
            return item
        return {**item, module: {**item[module], "access_key": f"{key}-{host}"}}

    def fresh_home(self) -> None:
        """Empty the HOME."""
        shutil.rmtree(self.home)
        self.temporary.mkdir(parents=True)

    # The module as a process of its own

    def spawn(self, module: str, **options: t.Any) -> module_server.Running:
        """Start a module, without the time that Ansible takes around it."""
        namespace, collection, name = module.split(".")
        return module_server.start(
            f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}",
            {**({} if module in WITHOUT_AWS else self.access), "_ansible_remote_tmp": str(self.temporary), **options},
            self.environment(),
            self.home,
            self.home.parent / f"{self.home.name}-module-{next(self._runs)}",
            collections_path(),
        )

    def run_module(self, module: str, **options: t.Any) -> dict[str, t.Any]:
        """Run a module to its end and return its result."""
        return self.spawn(module, **options).answer()

    def run(self, *tasks: Task) -> Results:
        """Run the modules of tasks one after the other, and return what each did: M(play) without Ansible around it.

        For tests of what a module does, in a tenth of the time. Tasks may have no keywords but check_mode, diff and
        ignore_errors, and no templates.
        """
        found: list[Result] = []
        for item in tasks:
            keywords = {name for name in item if name in KEYWORDS} - {"name", "check_mode", "diff", "ignore_errors"}
            assert not keywords and "{{" not in json.dumps(item), f"only ansible-playbook knows what it means: {item}"
            keys: dict[str, list[str]] = {}
            own = self._with_own_key(item, keys, "localhost")
            [module] = set(own) - set(KEYWORDS)
            modes = {f"_ansible_{name}": own[name] for name in ("check_mode", "diff") if name in own}
            started = time.monotonic()
            data = self.run_module(module, **modes, **own[module])
            assert not data.get("failed") or item.get("ignore_errors"), data.get("msg")
            assert not self.emulator.violations(), "a device was attached before its seed was stored"
            status = "failed" if data.get("failed") else "ok"
            result = Result("localhost", item["name"], status, data, time.monotonic() - started)
            [key] = keys.get(item["name"], ["(none)"])
            result.requests = [
                request for request in self.emulator.requests() if request["access_key"] == f"{key}-localhost"
            ]
            found.append(result)
        return Results(found)

    # Other clients

    def boto3(self, service: str) -> t.Any:
        return self.emulator.boto3(service, aws_access_key_id="AKIAOBSERVER")

    def cli(self, *words: str, environment: dict[str, str] | None = None) -> t.Any:
        """Run the AWS CLI and return its answer."""
        command = [str(SERVER / "bin/aws"), "--output", "json", *words]
        variables = {**self.environment(), **self.emulator.env(), **(environment or {})}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def vaulted(self, path: pathlib.Path, *options: str) -> dict[str, dict[str, str]]:
        """The seeds in a file, by device, as ansible-vault shows it with these options."""
        command = [str(VENV / "bin/ansible-vault"), "view", *options, str(path)]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=True)
        found: dict[str, dict[str, str]] = yaml.safe_load(done.stdout)["mfa_seeds"]
        return found

    def attached(self, user_name: str) -> list[str]:
        """The serial numbers of a user's devices, as boto3 lists them."""
        answer = self.boto3("iam").list_mfa_devices(UserName=user_name)
        return sorted(item["SerialNumber"] for item in answer["MFADevices"])

    def virtual(self) -> dict[str, str | None]:
        """Every virtual device and the user it is on, as boto3 lists them."""
        pages = self.boto3("iam").get_paginator("list_virtual_mfa_devices").paginate()
        found = [item for page in pages for item in page["VirtualMFADevices"]]
        return {item["SerialNumber"]: (item.get("User") or {}).get("UserName") for item in found}

    def tags(self, serial_number: str) -> dict[str, str]:
        """A device's tags, as boto3 lists them."""
        answer = self.boto3("iam").list_mfa_device_tags(SerialNumber=serial_number)
        return {item["Key"]: item["Value"] for item in answer["Tags"]}

    def secret(self, name: str) -> dict[str, t.Any]:
        """The record in a secret, as boto3 reads it."""
        record: dict[str, t.Any] = json.loads(
            self.boto3("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        )
        return record

    def parameter(self, name: str) -> dict[str, t.Any]:
        """The record in a SecureString parameter, as boto3 reads it."""
        answer = self.boto3("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
        assert answer["Type"] == "SecureString"
        record: dict[str, t.Any] = json.loads(answer["Value"])
        return record

    def assert_seed_works(self, user_name: str, serial_number: str, seed: str) -> None:
        """Prove that a seed is a device's own: codes that another program makes of it are accepted by the emulator."""
        self.assert_seeds_work([(user_name, serial_number, seed)])

    def assert_seeds_work(self, stored: t.Sequence[tuple[str, str, str]]) -> None:
        """The same for many: (user name, serial number, seed)."""
        # AWS takes no code twice, so these are codes of two minutes later.
        offset = self.emulator.settings()["clock_offset"] + 120
        self.emulator.set(clock_offset=offset, check_signature_age=False)
        client = self.boto3("iam")
        for user_name, serial_number, seed in stored:
            now = time.time() + offset
            client.resync_mfa_device(
                UserName=user_name,
                SerialNumber=serial_number,
                AuthenticationCode1=code_of_another_program(seed, now - 30),
                AuthenticationCode2=code_of_another_program(seed, now),
            )
        self.emulator.set(check_signature_age=True)


def kill_tree(process: subprocess.Popen[str]) -> None:
    """SIGKILL a process that start() made and all that came of it: Ansible's workers lead own sessions."""
    for pid in [process.pid, *_descendants(process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _descendants(ancestor: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    found, unseen = [], [ancestor]
    while unseen:
        here = children.get(unseen.pop(), [])
        found += here
        unseen += here
    return found


def code_of_another_program(seed: str, when: float) -> str:
    """The code for a moment: oathtool's where it is installed, else that of the emulator's few lines of its own."""
    own = totp.code_at(seed, when)
    if shutil.which("oathtool") is None:
        return own
    command = ["oathtool", "--totp", "--base32", "--now", f"@{int(when)}", seed]
    code = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert code == own, "oathtool and the emulator do not agree"
    return code
