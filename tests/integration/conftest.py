# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for all tests of a session, emptied before each; a controller with a HOME of its own for each."""

from __future__ import annotations

import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("tests/emulator", "scripts", "tests/integration/report", "tests/integration/permissions")
sys.path[:0] = [str(ROOT / name) for name in FOLDERS]

pytest.register_assert_rewrite("controller")

from aws_emulator.client import Emulator
from controller import APART, SERVER, Controller

# Files whose tests take a minute or two, most of it waiting: begun first, so that none is left alone at the end.
LONG = (
    "test_unreliable_aws",
    "test_two_runs_at_once",
    "test_whose_device",
    "test_role_chaos",
    "test_kill",
    "test_root_credentials",
)


DEEP = tuple(
    line.strip()
    for line in (ROOT / "tests/integration/deep.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)


# First, as the selection by markers is such a hook, too.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONG)
    names = [item.nodeid.removeprefix("tests/integration/") for item in items]
    for item, name in zip(items, names, strict=True):
        if any(_is_named(name, by) for by in DEEP):
            item.add_marker(pytest.mark.deep)
    if config.args == ["tests/integration"]:
        # A file may be left out as a whole, where what it needs is not installed.
        collected = {name.split("::")[0] for name in names}
        files = {by: by.split("::")[0] for by in DEEP if not any(_is_named(name, by) for name in names)}
        folder = ROOT / "tests/integration"
        stale = [by for by, file in files.items() if file in collected or not (folder / file).exists()]
        assert not stale, f"deep.txt names tests that are not there: {stale}"


def _is_named(name: str, by: str) -> bool:
    start, _star, end = by.partition("*")
    return name.startswith(start) and name.endswith(end)


def pytest_report_header() -> str:
    found = shutil.which("oathtool")
    other = found or "the emulator's own TOTP, as oathtool is not installed"
    return f"second opinion on codes: {other}"


@pytest.fixture(scope="session", name="running")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, pathlib.Path]]:
    log = tmp_path_factory.mktemp("emulator") / "access.log"
    with Emulator.start(access_log=log, python=str(SERVER / "bin/python")) as emulator:
        yield emulator, log


@pytest.fixture
def access_log(running: tuple[Emulator, pathlib.Path]) -> pathlib.Path:
    """The emulator's access log."""
    return running[1]


@pytest.fixture
def emulator(running: tuple[Emulator, pathlib.Path]) -> Iterator[Emulator]:
    """An emulator with an empty account."""
    running[0].reset()
    yield running[0]
    running[0].release()
    assert not running[0].errors(), running[0].errors()


@pytest.fixture
def home() -> Iterator[pathlib.Path]:
    """An empty folder with a short path, as newer Ansibles keep a socket below HOME, whose path may not be long."""
    with tempfile.TemporaryDirectory(prefix="aws-") as folder:
        yield pathlib.Path(folder) / "home"


@pytest.fixture
def controller(emulator: Emulator, home: pathlib.Path, request: pytest.FixtureRequest) -> Controller:
    """Where playbooks are run."""
    return Controller(emulator, home, APART if request.node.get_closest_marker("organizations") else None)
