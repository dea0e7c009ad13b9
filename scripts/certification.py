# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the environments of make certification in build/certification: python3 scripts/certification.py

Each has an ansible-core and the tools that judge a collection with it. The oldest ansible-core has the versions that
https://github.com/ansible-collections/partner-certification-checker pins for it, the others have the newest ones.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

from project import BUILD, LOGS, ROOT, Leg, locked
from setup_env import STAMP, find_python


class CertificationLeg(Leg):
    """An environment below build/. The collections come from the main leg's."""

    @property
    def venv(self) -> pathlib.Path:
        return BUILD / "certification" / self.name


def _leg(name: str, *pythons: tuple[int, int]) -> CertificationLeg:
    suffix = f"-certification-{name}"
    return CertificationLeg(name, suffix, f"tests/requirements{suffix}.txt", pythons, optional=True)


LEGS = (
    _leg("2.18", (3, 12), (3, 13)),
    _leg("2.20", (3, 12), (3, 13)),
    _leg("2.21", (3, 13), (3, 12)),
    _leg("2.22", (3, 13), (3, 14)),
)


def prepare(leg: Leg) -> bool:
    """Bring an environment up to date; False if that failed. One whose Python is not here is left out."""
    python = find_python(leg)
    if python is None:
        versions = " or ".join(f"{major}.{minor}" for major, minor in leg.pythons)
        print(f"certification: {leg.name} skipped: no Python {versions} with venv here")
        return True
    stamp = f"{python}\n{(ROOT / leg.requirements).read_text(encoding='utf-8')}"
    path = leg.venv / STAMP
    if path.is_file() and path.read_text(encoding="utf-8") == stamp:
        return True
    shutil.rmtree(leg.venv, ignore_errors=True)
    print(f"certification: {leg.name} from {leg.requirements} with {python} …", flush=True)
    log = LOGS / f"setup{leg.suffix}.log"
    install = [str(leg.python), "-m", "pip", "install", "--no-compile", "--no-input", "--disable-pip-version-check"]
    with open(log, "w", encoding="utf-8") as output:
        for command in ([python, "-m", "venv", str(leg.venv)], [*install, "-r", leg.requirements]):
            if subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False).returncode:
                print(f"certification: {leg.name} FAILED, see {log.relative_to(ROOT)}")
                return False
    path.write_text(stamp, encoding="utf-8")
    return True


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    with locked("certification"):
        ready = [prepare(leg) for leg in LEGS]
    return 0 if all(ready) else 1


if __name__ == "__main__":
    sys.exit(main())
