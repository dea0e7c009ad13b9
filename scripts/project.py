# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are in this checkout, and the Pythons it is tested with. Standard library only."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LOGS = BUILD / "logs"

# Never part of the collection, for checkouts where git cannot be asked what is ignored.
IGNORED_ANYWHERE = {".git", "__pycache__", ".ansible", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
IGNORED_AT_TOP = {"build", ".venv"}
IGNORED_SUFFIXES = (".pyc", ".swp", "~", ".tar.gz")


@dataclasses.dataclass(frozen=True)
class Leg:
    """One line of the test matrix: an Ansible release on a Python, in a virtual environment of its own.

    I(apart) names folders of the environment for what pip refuses to have beside the other packages: C(collections) are
    those of a newer ansible package, C(organizations) has AWS libraries for what the leg's are too old for.
    I(constraints) is empty where the requirements pin all that matters.
    I(server) is the leg whose environment runs the emulator and the AWS CLI, if not this one.
    """

    name: str
    suffix: str
    requirements: str
    pythons: tuple[tuple[int, int], ...]
    optional: bool
    constraints: str = "tests/constraints.txt"
    apart: tuple[str, ...] = ()
    server: Leg | None = None

    @property
    def venv(self) -> pathlib.Path:
        return ROOT / f".venv{self.suffix}"

    @property
    def python(self) -> pathlib.Path:
        return self.venv / "bin" / "python"

    def requirements_apart(self, folder: str) -> str:
        """The requirements of what is in one of the folders of I(apart)."""
        return f"tests/{folder}-{self.name}.txt"

    @property
    def tree(self) -> pathlib.Path:
        """The folder that holds ansible_collections/ for this leg: what ANSIBLE_COLLECTIONS_PATH points to."""
        return BUILD / f"tree{self.suffix}"

    @property
    def home(self) -> pathlib.Path:
        """The HOME of what the gates run, so that the user's own is neither read nor written."""
        return BUILD / f"home{self.suffix}"

    def environment(self, **extra: str) -> dict[str, str]:
        """What a tool of this leg sees: its programs, a HOME of its own, and nothing that changes what tools do."""
        path = os.pathsep.join([str(self.venv / "bin"), os.environ.get("PATH", os.defpath)])
        return {**plain_environment(), "HOME": str(self.home), "PATH": path, **extra}


MAIN = Leg("main", "", "tests/requirements.txt", ((3, 11), (3, 12), (3, 13), (3, 14)), optional=False)
# The lower end of everything that the collection accepts: of ansible-core, of amazon.aws, of the Python libraries.
OLDEST = Leg(
    "oldest",
    "-2.18",
    "tests/requirements-oldest.txt",
    ((3, 11), (3, 12), (3, 13)),
    optional=True,
    constraints="tests/constraints-oldest.txt",
    apart=("collections", "organizations"),
    server=MAIN,
)
NEWEST = Leg("newest", "-2.21", "tests/requirements-newest.txt", ((3, 13), (3, 12), (3, 14)), optional=True)
COMING = Leg("coming", "-2.22", "tests/requirements-coming.txt", ((3, 13), (3, 14)), optional=True)
LEGS = {leg.name: leg for leg in (MAIN, OLDEST, NEWEST, COMING)}


def list_files(root: pathlib.Path = ROOT) -> list[str]:
    """The checkout's own files, relative to its root: what git tracks or would offer to add, symlinks left out."""
    names = _git_files(root)
    if names is None:
        names = _walked_files(root)
    return sorted(name for name in names if (root / name).is_file() and not (root / name).is_symlink())


def _git_files(root: pathlib.Path) -> list[str] | None:
    if not (root / ".git").exists() or not shutil.which("git"):
        return None
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if answer.returncode != 0:
        return None
    return [os.fsdecode(name) for name in set(answer.stdout.split(b"\0")) if name]


def _walked_files(root: pathlib.Path) -> list[str]:
    names = []
    for folder, folders, files in os.walk(root):
        relative = pathlib.Path(folder).relative_to(root)
        folders[:] = [name for name in folders if name not in IGNORED_ANYWHERE]
        if relative == pathlib.Path("."):
            folders[:] = [name for name in folders if name not in IGNORED_AT_TOP and not name.startswith(".venv-")]
        if relative == pathlib.Path("tests"):
            folders[:] = [name for name in folders if name != "output"]
        names += [str(relative / name) for name in files if not name.endswith(IGNORED_SUFFIXES)]
    return names


@contextlib.contextmanager
def locked(name: str) -> t.Iterator[None]:
    """Keep two runs in one checkout from making the same thing at the same time."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / f".{name}.lock", "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(f"waiting for another run that holds build/.{name}.lock", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def plain_environment() -> dict[str, str]:
    """The caller's environment less what would change a tool's behaviour: Ansible's, AWS's and Python's variables."""
    dropped = ("ANSIBLE_", "AWS_", "BOTO", "PYTHON", "MYPY", "VIRTUAL_ENV", "GALAXY_IMPORTER", "PYTEST_", "GIT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environment["LC_ALL"] = "C.UTF-8"
    return environment
