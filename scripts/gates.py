# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the project's gates and say plainly what passed: python3 scripts/gates.py [GATE | GROUP]…

Each gate's whole output is in build/logs/GATE.log; of one that fails the end is shown. A gate that finds nothing to
check fails. Gates that bear company run two at a time, the others alone, after them. The table says what
each gate skipped, and why. The last line is "N passed, N failed", with ", N skipped" where a part of the matrix is not
installed here.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import dataclasses
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
import typing as t

import certification
import gate_report
from collection_tree import copy_files, make_tree
from project import BUILD, COMING, LOGS, MAIN, NEWEST, OLDEST, ROOT, Leg, list_files

TAIL = 40


class GateFailed(Exception):
    """The gate found a defect, or nothing to check."""


class GateSkipped(Exception):
    """The gate cannot run here; the message says why."""


@dataclasses.dataclass
class Run:
    """What a gate is given: its log, and the leg whose environment and tree it uses."""

    name: str
    leg: Leg
    output: t.TextIO
    collection: pathlib.Path
    files: list[str]
    skips: gate_report.Skips = dataclasses.field(default_factory=collections.Counter)

    def environment(self, **extra: str) -> dict[str, str]:
        """What every tool sees: the leg's programs and collections, a HOME of its own, no git repository above."""
        return {
            **self.leg.environment(),
            "XDG_CACHE_HOME": str(self.leg.home / ".cache"),
            "XDG_CONFIG_HOME": str(self.leg.home / ".config"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.leg.tree),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "NO_COLOR": "1",
            "GIT_CEILING_DIRECTORIES": str(ROOT),
            **extra,
        }

    def call(self, *command: t.Any, cwd: pathlib.Path | None = None, **extra: str) -> str:
        """Run a program of the leg's environment; its output goes to the log and is returned."""
        words = [str(word) for word in command]
        self.output.write(f"$ {shlex.join(words)}\n")
        self.output.flush()
        process = subprocess.Popen(
            words,
            cwd=cwd or self.collection,
            env=self.environment(**extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        lines = []
        for line in t.cast(t.IO[str], process.stdout):
            self.output.write(line)
            self.output.flush()
            lines.append(line)
        if process.wait():
            raise GateFailed(f"{pathlib.Path(words[0]).name} ended with {process.returncode}")
        return "".join(lines)

    def python(self, *command: t.Any, **extra: t.Any) -> str:
        return self.call(self.leg.python, *command, **extra)

    def named(self, pattern: str) -> list[str]:
        """The checkout's files whose name matches; none at all fails the gate."""
        names = [name for name in self.files if re.search(pattern, name)]
        self.output.write(f"{len(names)} files match {pattern}\n")
        return require(names, f"nothing to check: no file matches {pattern}")


T = t.TypeVar("T")


def require(value: T, message: str) -> T:
    if not value:
        raise GateFailed(message)
    return value


def ansible_lint(run: Run) -> None:
    text = run.python("-m", "ansiblelint", "--profile", "production", "--offline", "--strict", "--nocolor")
    found = re.search(r"Passed: 0 failure\(s\), 0 warning\(s\) [io]n (\d+) files", text)
    require(found and int(found[1]) > 5, "ansible-lint did not say that it passed more than 5 files")


def yamllint(run: Run) -> None:
    run.python("-m", "yamllint", "--strict", *run.named(r"\.ya?ml$|^\.yamllint$|^\.ansible-lint$"), cwd=ROOT)


def ruff(run: Run) -> None:
    run.python("-m", "ruff", "check", "--cache-dir", BUILD / "cache/ruff", *run.named(r"\.py$"), cwd=ROOT)


def black(run: Run) -> None:
    run.python("-m", "black", "--check", "--diff", "--quiet", *run.named(r"\.py$"), cwd=ROOT)


def mypy(run: Run) -> None:
    run.named(r"^plugins/module_utils/.*\.py$")
    folders = sorted({name.split("/")[1] for name in run.named(r"^plugins/[a-z_]+/[^/]+\.py$")} - {"doc_fragments"})
    packages = [word for name in folders for word in ("-p", f"ansible_collections.hardening.aws.plugins.{name}")]
    command = ("-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", BUILD / "cache/mypy")
    run.python(*command, *packages, cwd=run.leg.tree, MYPYPATH=".")
    run.python(*command, *run.named(r"^scripts/.*\.py$"), cwd=ROOT, MYPYPATH="scripts")


def reuse(run: Run) -> None:
    checkout = BUILD / "checkout"
    copy_files(ROOT, checkout, run.files)
    run.python("-m", "reuse", "--root", checkout, "lint", cwd=checkout)


def changelog(run: Run) -> None:
    run.named(r"^changelogs/(fragments/.+\.yml|changelog\.yaml)$")
    run.call(run.leg.venv / "bin/antsibull-changelog", "lint")
    require((run.collection / "changelogs/config.yaml").is_file(), "no changelogs/config.yaml")


def links(run: Run) -> None:
    text = run.python(ROOT / "scripts/check_links.py", *run.named(r"\.md$"), cwd=ROOT)
    require(not text.startswith("0 links"), "nothing to check: no link")


def docs(run: Run) -> None:
    """References may go to this collection, amazon.aws and ansible.builtin; all else is unknown, and an error."""
    run.named(r"^plugins/modules/[a-z].*\.py$")
    options = ("--plugin-docs", "--validate-collection-refs=dependent", "--disallow-unknown-collection-refs")
    run.call(run.leg.venv / "bin/antsibull-docs", "lint-collection-docs", *options, ".")


def artifact(run: Run) -> None:
    """Build what Galaxy would get, look into it, and let Galaxy's own importer judge it."""
    checkout, dist = BUILD / f"artifact{run.leg.suffix}", BUILD / f"dist{run.leg.suffix}"
    copy_files(ROOT, checkout, run.files)
    shutil.rmtree(dist, ignore_errors=True)
    galaxy = run.leg.venv / "bin/ansible-galaxy"
    run.call(galaxy, "collection", "build", "--force", "--output-path", dist, cwd=checkout)
    archive = require(sorted(dist.glob("hardening-aws-*.tar.gz")), "no artifact was built")[0]
    names = run.call("tar", "tzf", archive).splitlines()[1:]
    require([name for name in names if name.startswith("plugins/modules/iam")], "the artifact holds no module")
    unwanted = re.compile(r"(\./)?(\.venv|build/|tests/output/|\.ci/|\.git)|.*(__pycache__|_cache/)")
    stray = [name for name in names if unwanted.match(name)]
    require(not stray, f"the artifact holds {stray[:5]}")
    config = BUILD / f"galaxy-importer{run.leg.suffix}.cfg"
    config.write_text(
        "[galaxy-importer]\ncheck_required_tags = True\nrun_ansible_lint = False\nrun_ansible_test = False\n"
        f"ansible_local_tmp = {run.leg.home}/.ansible/tmp\n",
        encoding="utf-8",
    )
    # amazon.aws is in the tree, where the importer does not look by itself.
    settings = {"GALAXY_IMPORTER_CONFIG": str(config), "PYTHONPATH": str(run.leg.tree)}
    text = run.python("-m", "galaxy_importer.main", archive, cwd=BUILD, **settings)
    require("Collection loading complete" in text, "galaxy-importer did not finish")
    complaints = [line for line in text.splitlines() if re.match(r"(WARNING|ERROR)", line)]
    require(not complaints, "galaxy-importer: " + "; ".join(complaints))
    found = run.call(run.leg.venv / "bin/ansible-builder", "introspect", run.leg.tree)
    require("pyotp" in found, "ansible-builder does not find the execution environment's requirements")


def ansible_test(run: Run, command: str, *options: str) -> str:
    """Run ansible-test in the tree, told that its content root is there: no version control to ask, nothing above."""
    version = run.python("-c", "import sys; print('%d.%d' % sys.version_info[:2])").splitlines()[-1]
    words = ["ansible-test", command, "--python", version, "--color", "no", "--truncate", "0", *options]
    return run.python(run.leg.venv / "bin" / words[0], *words[1:], ANSIBLE_TEST_CONTENT_ROOT=str(run.collection))


def sanity(run: Run) -> None:
    run.named(r"^plugins/modules/[a-z].*\.py$")
    ignored = [name for name in run.files if re.match(r"tests/sanity/ignore.*", name)]
    require(not ignored, f"sanity tests are ignored in {ignored}")
    sanity_tests(run, ("ansible-doc", "import", "pep8", "validate-modules", "yamllint"), "--skip-test", "pylint")


def pylint(run: Run) -> None:
    """The sanity test that takes as long as all others together."""
    try:
        sanity_tests(run, ("pylint",), "--test", "pylint")
    except GateFailed:
        # ansible-test of a release candidate may want what is in no package index yet.
        host = gate_report.unreachable_source(pathlib.Path(run.output.name).read_text(encoding="utf-8"))
        if host and run.leg in certification.LEGS:
            raise GateSkipped(f"ansible-test itself needs an archive from {host}, which cannot be reached") from None
        raise


def sanity_tests(run: Run, names: t.Sequence[str], *options: str) -> None:
    """Run sanity tests, and insist that these are among them."""
    text = ansible_test(run, "sanity", "--requirements", *options)
    for name in names:
        require(re.search(rf'Running sanity test "?\'?{name}\b', text), f"the sanity test {name} did not run")
    skipped = re.findall(r"WARNING: (?:Skipping|.*skipped).*", text)
    require(not skipped, "; ".join(skipped))
    run.skips.update(gate_report.skipped_sanity_tests(text))


def units(run: Run) -> None:
    run.named(r"^tests/unit/.*test_.*\.py$")
    text = ansible_test(run, "units")
    run.skips.update(gate_report.skipped_tests(text))
    require(re.search(r"\b[1-9]\d* passed", text), "no unit test passed")


def pytest(run: Run, folder: str, *options: str, **extra: str) -> None:
    run.named(rf"^{folder}/.*test_.*\.py$")
    cache = f"cache_dir={BUILD}/cache/pytest{run.leg.suffix}"
    text = run.python("-m", "pytest", "-o", cache, "-rs", "--color", "no", *options, folder, cwd=ROOT, **extra)
    run.skips.update(gate_report.skipped_tests(text))
    require(re.search(r"\b[1-9]\d* passed", text), f"no test in {folder} passed")


# Four at a time on two processors: much of it is waiting, for unused codes or for AWS to settle.
BY_FOURS = ("--numprocesses", "4", "--maxschedchunk", "2")


def integration(run: Run) -> None:
    pytest(run, "tests/integration", "-m", "not deep", "--durations", "40", *BY_FOURS)


def deep(run: Run) -> None:
    pytest(run, "tests/integration", "-m", "deep", *BY_FOURS)


def integration_smoke(run: Run) -> None:
    pytest(run, "tests/integration", "-m", "smoke")


def search(run: Run) -> None:
    pytest(run, "tests/search", PYTHONPATH=str(run.leg.tree))


def emulator(run: Run) -> None:
    pytest(run, "tests/emulator/tests", "--numprocesses", "2")


def project(run: Run) -> None:
    pytest(run, "tests/project")


@dataclasses.dataclass(frozen=True)
class Gate:
    """A check with a name. Gates that use both processors run alone."""

    name: str
    group: str
    check: t.Callable[[Run], None]
    leg: Leg = MAIN
    alone: bool = False
    by_name: bool = False  # only where it is named, or its group is
    enclosed_by: tuple[Leg, ...] = ()  # the same, if its check runs on all of these legs
    telling: str = ""  # which lines to show when it fails; all, if none matches


# In the order in which they start: the long ones first.
GATES = (
    Gate("pylint", "sanity", pylint, telling="ERROR|FATAL", enclosed_by=(NEWEST,)),
    Gate("pylint-2.21", "sanity", pylint, NEWEST, telling="ERROR|FATAL"),
    Gate("pylint-2.18", "sanity", pylint, OLDEST, telling="ERROR|FATAL", enclosed_by=(NEWEST,)),
    Gate("sanity", "sanity", sanity, telling="ERROR|FATAL", enclosed_by=(OLDEST, NEWEST)),
    Gate("sanity-2.21", "sanity", sanity, NEWEST, telling="ERROR|FATAL"),
    Gate("sanity-2.18", "sanity", sanity, OLDEST, telling="ERROR|FATAL"),
    Gate("units", "units", units, enclosed_by=(OLDEST, NEWEST)),
    Gate("units-2.18", "units", units, OLDEST),
    Gate("units-2.21", "units", units, NEWEST),
    Gate("units-2.22", "units", units, COMING, by_name=True),
    Gate("project", "lint", project),
    Gate("search", "search", search),
    Gate("integration-2.18", "integration", integration_smoke, OLDEST),
    Gate("integration-2.21", "integration", integration_smoke, NEWEST),
    Gate("integration-2.22", "integration", integration_smoke, COMING),
    Gate("artifact", "build", artifact),
    Gate("docs", "docs", docs),
    Gate("ansible-lint", "lint", ansible_lint),
    Gate("mypy", "lint", mypy),
    Gate("black", "lint", black),
    Gate("ruff", "lint", ruff),
    Gate("yamllint", "lint", yamllint),
    Gate("reuse", "lint", reuse),
    Gate("changelog", "lint", changelog),
    Gate("links", "lint", links),
    Gate("emulator", "emulator-tests", emulator, alone=True),
    Gate("integration", "integration", integration, alone=True),
    # More of the same, which would take make test over its time.
    Gate("deep", "deep", deep, alone=True, by_name=True),
    # What judges a collection, with each ansible-core.
    *(
        Gate(f"{name}-{leg.name}", "certification", check, leg, by_name=True)
        for leg in certification.LEGS
        for name, check in (("ansible-lint", ansible_lint), ("docs", docs), ("artifact", artifact))
    ),
    *(
        Gate(f"{name}-{leg.name}", "certification", check, leg, by_name=True, telling="ERROR|FATAL")
        for leg in certification.LEGS
        if leg.name in ("2.20", "2.22")
        for name, check in (("pylint", pylint), ("sanity", sanity))
    ),
)


@dataclasses.dataclass
class Result:
    gate: Gate
    status: str
    seconds: float
    reason: str = ""
    skips: gate_report.Skips = dataclasses.field(default_factory=collections.Counter)

    def row(self) -> str:
        """The gate's line of the table."""
        told = self.reason or gate_report.in_short(self.skips)
        return f"{self.gate.name:<18} {self.status:<8} {self.seconds:6.1f} s  {told}".rstrip()


PRINTING = threading.Lock()


def run_gate(gate: Gate, files: list[str]) -> Result:
    """Run one gate and print how it went."""
    started = time.monotonic()
    log = LOGS / f"{gate.name}.log"
    with open(log, "w", encoding="utf-8") as output:
        result = Result(gate, "passed", 0.0)
        try:
            if not gate.leg.python.exists():
                if gate.leg.optional:
                    raise GateSkipped(f"no {gate.leg.venv.name}: none of the Pythons that it needs is here")
                raise GateFailed(f"no {gate.leg.venv.name}: run 'make setup'")
            collection = gate.leg.tree / "ansible_collections/hardening/aws"
            gate.check(Run(gate.name, gate.leg, output, collection, files, result.skips))
        except GateSkipped as reason:
            result.status, result.reason = "skipped", str(reason)
        except GateFailed as reason:
            result.status, result.reason = "FAILED", str(reason)
        result.seconds = time.monotonic() - started
        output.write(f"{result.status} {result.reason}\n")
    with PRINTING:
        print(result.row(), flush=True)
        if result.status == "FAILED":
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            lines = [line for line in lines if gate.telling and re.match(gate.telling, line)] or lines
            print(*(f"  | {line}" for line in lines[-TAIL:]), sep="\n")
            print(f"  ({log.relative_to(ROOT)} has the whole of it)", flush=True)
    return result


def prepare(leg: Leg) -> None:
    """Make the leg's collection tree, and a HOME in which ansible-test finds pip without a download."""
    make_tree(MAIN.venv if leg in certification.LEGS else leg.venv, leg.tree)
    python = str(leg.python)
    code = (
        "import types; from ansible_test._internal import python_requirements as p;"
        "print(p.get_venv_packages(types.SimpleNamespace(version='3'))['pip'])"
    )
    version = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    bootstrap = leg.home / f".ansible/test/cache/get_pip_{version.replace('.', '_')}.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.write_text("import ensurepip\nensurepip.bootstrap(default_pip=True)\n", encoding="utf-8")
    # ansible-test drops PIP_* variables, and the user's own pip configuration is in the HOME that is not used here.
    command = [python, "-m", "pip", "config", "list"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.findall(r"^(?:global|user|site|install|:env:)\.([\w-]+)='(.*)'$", answer, flags=re.MULTILINE)
    settings = {name: value for name, value in found if name != "config-file"}
    path = leg.home / ".config/pip/pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    settings |= {"disable-pip-version-check": "1", "quiet": "2"}
    lines = [f"{name} = {value}" for name, value in settings.items()]
    path.write_text("\n".join(["[global]", *lines, ""]).replace("\\n", "\n    "), encoding="utf-8")


def select(words: list[str]) -> list[Gate]:
    """The gates that the words name, by their own name or by their group."""
    known = {gate.name for gate in GATES} | {gate.group for gate in GATES}
    unknown = sorted(set(words) - known)
    if unknown:
        raise SystemExit(f"no such gate: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    if not words:
        return [gate for gate in GATES if not gate.by_name and not is_enclosed(gate)]
    return [gate for gate in GATES if gate.name in words or gate.group in words]


def is_enclosed(gate: Gate) -> bool:
    """Whether the gate's check runs on legs here that leave it little to find."""
    return bool(gate.enclosed_by) and all(leg.python.exists() for leg in gate.enclosed_by)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gates", nargs="*", help="names of gates or groups; all of them if none is named")
    parser.add_argument("--jobs", type=int, default=2, help="how many gates run at a time")
    parser.add_argument("--list", action="store_true", help="list the gates by group")
    arguments = parser.parse_args()
    gates = select(arguments.gates)
    if arguments.list:
        for gate in GATES:
            print(f"{gate.group:<15} {gate.name}")
        return 0
    LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    files = list_files()
    for leg in dict.fromkeys(gate.leg for gate in gates):
        if leg.python.exists():
            prepare(leg)
    with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        running = [pool.submit(run_gate, gate, files) for gate in gates if not gate.alone]
        results = [future.result() for future in running]
    results += [run_gate(gate, files) for gate in gates if gate.alone]
    left_out = [] if arguments.gates else [gate for gate in GATES if gate not in gates]
    limit = None if arguments.gates else gate_report.LIMIT
    return report(results, left_out, time.monotonic() - started, limit)


def report(results: list[Result], left_out: list[Gate], seconds: float, limit: float | None) -> int:
    """Print the table, what was left out and why, and the closing line."""
    print(f"\n{'gate':<18} {'result':<8} {'time':>8}")
    print(*(result.row() for result in results), sep="\n")
    print(f"{'all':<18} {'':<8} {gate_report.total(seconds, limit):>8}")
    for result in results:
        print(*(f"{line}\n" for line in gate_report.in_full(result.gate.name, result.skips)), sep="", end="")
    print(*(f"{line}\n" for line in not_run(left_out)), sep="")
    count = {status: sum(result.status == status for result in results) for status in ("passed", "FAILED", "skipped")}
    skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
    print(f"{count['passed']} passed, {count['FAILED']} failed{skipped}")
    return 1 if count["FAILED"] or not count["passed"] else 0


def not_run(left_out: list[Gate]) -> list[str]:
    """Why each gate was left out, and what runs it: a line for a group that was left out as a whole."""
    told: dict[str, str] = {}
    for gate in left_out:
        others = " and ".join(one.name for one in GATES if one.check is gate.check and one.leg in gate.enclosed_by)
        if others:
            told[gate.name] = f"it is enclosed by {others}; make test GATES={gate.name} runs it"
        elif all(one in left_out for one in GATES if one.group == gate.group):
            told[gate.group] = f"it takes long; make {gate.group} runs it"
        else:
            told[gate.name] = f"it takes long; make test GATES={gate.name} runs it"
    return [f"{name:<18} not run: {why}" for name, why in told.items()]


if __name__ == "__main__":
    sys.exit(main())
