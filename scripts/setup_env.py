# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments that everything else runs in: python3 scripts/setup_env.py [main] [newest]

Nothing is needed but Python 3.11 or later with its venv module, and a package registry that pip reaches. An environment
is made anew when its requirements, the constraints or its Python changed, and left alone otherwise. The newest leg is
skipped, and said to be, where its Python is not installed.
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

from project import BUILD, LEGS, LOGS, ROOT, Leg, locked

STAMP = ".requirements.sha256"
PROBE = "import ensurepip, sys, venv; print(*sys.version_info[:3]); print(sys._base_executable)"


def candidates(version: tuple[int, int]) -> list[str]:
    """Places where a Python of this version may be: on PATH, or among pyenv's versions."""
    name = f"python{version[0]}.{version[1]}"
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = [os.path.join(folder, name) for folder in folders]
    pyenvs = [os.environ.get("PYENV_ROOT", ""), os.path.expanduser("~/.pyenv")]
    pyenvs += [os.path.dirname(folder) for folder in folders if folder.rstrip("/").endswith("/.pyenv/shims")]
    for pyenv in dict.fromkeys(filter(None, pyenvs)):
        found += sorted(glob.glob(f"{pyenv}/versions/{version[0]}.{version[1]}*/bin/python"), reverse=True)
    if sys.version_info[:2] == version:
        found.append(sys.executable)
    return [path for path in dict.fromkeys(found) if os.access(path, os.X_OK)]


def find_python(leg: Leg) -> str | None:
    """The first Python of the leg's versions that really starts and can make virtual environments."""
    for version in leg.pythons:
        for path in candidates(version):
            probe = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, check=False)
            lines = probe.stdout.splitlines()
            if probe.returncode == 0 and lines[0].split()[:2] == [str(number) for number in version]:
                return lines[1]
    return None


def requirement_files(path: pathlib.Path) -> list[pathlib.Path]:
    """A requirements file and all that it names with -r."""
    files = [path]
    for name in re.findall(r"^-r\s+(\S+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        files += requirement_files((path.parent / name).resolve())
    return files


def all_files(leg: Leg) -> list[pathlib.Path]:
    """The files that say what the environment holds."""
    others = [leg.constraints] if leg.constraints else []
    others += [leg.requirements_apart(folder) for folder in leg.apart]
    return requirement_files(ROOT / leg.requirements) + [ROOT / name for name in others]


def fingerprint(leg: Leg, python: str) -> str:
    """What the environment depends on: its place, its Python, and every line of its requirements."""
    digest = hashlib.sha256(f"{leg.venv}\n{python}\n".encode())
    for path in all_files(leg):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def create(leg: Leg, python: str, stamp: str) -> bool:
    """Make the environment; the stamp comes last, so one that was interrupted is made again."""
    started = time.monotonic()
    log = LOGS / f"setup{leg.suffix}.log"
    print(f"setup: {leg.venv.name} from {leg.requirements} with {python} …", flush=True)
    if leg.venv.exists():
        shutil.rmtree(leg.venv)
    install = [str(leg.python), "-m", "pip", "install", "--no-compile", "--no-input", "--disable-pip-version-check"]
    commands = [
        [python, "-m", "venv", str(leg.venv)],
        [*install, "-r", leg.requirements, *(("-c", leg.constraints) if leg.constraints else ())],
        [str(leg.python), "-m", "pip", "check"],
    ]
    for folder in leg.apart:
        target = ["--no-deps", "--target", str(leg.venv / folder)]
        commands.append([*install, *target, "-r", leg.requirements_apart(folder)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with open(log, "w", encoding="utf-8") as output:
        for command in commands:
            output.write(f"$ {' '.join(command)}\n")
            output.flush()
            if subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, env=environment, check=False).returncode:
                output.flush()
                tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
                print(f"setup: {leg.venv.name} FAILED, see {log.relative_to(ROOT)}", *tail, sep="\n  | ", flush=True)
                return False
    (leg.venv / STAMP).write_text(stamp, encoding="utf-8")
    print(f"setup: {leg.venv.name} is ready ({time.monotonic() - started:.0f} s)", flush=True)
    return True


def prepare(leg: Leg) -> bool:
    """Bring one leg's environment up to date; False if it cannot be had and is needed."""
    missing = [str(path) for path in all_files(leg) if not path.is_file()]
    if missing:
        print(f"setup: {leg.venv.name}: no such file: {', '.join(missing)}", flush=True)
        return False
    python = find_python(leg)
    if python is None:
        versions = " or ".join(f"{major}.{minor}" for major, minor in leg.pythons)
        print(f"setup: {leg.venv.name} {'skipped' if leg.optional else 'FAILED'}: no Python {versions} with venv here")
        return leg.optional
    stamp = fingerprint(leg, python)
    path = leg.venv / STAMP
    if path.is_file() and path.read_text(encoding="utf-8") == stamp and leg.python.exists():
        return True
    return create(leg, python, stamp)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("legs", nargs="*", help=f"of {', '.join(LEGS)}; all of them if none is named")
    legs = [LEGS[name] for name in parser.parse_args().legs or LEGS]
    BUILD.mkdir(exist_ok=True)
    LOGS.mkdir(exist_ok=True)
    results: dict[str, bool] = {}
    with locked("setup"):
        threads = [threading.Thread(target=lambda leg=leg: results.update({leg.name: prepare(leg)})) for leg in legs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return 0 if all(results.get(leg.name) for leg in legs) else 1


if __name__ == "__main__":
    sys.exit(main())
