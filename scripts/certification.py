# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the environments of make certification in build/certification: python3 scripts/certification.py

Each has an ansible-core and the tools that judge a collection with it. The oldest ansible-core has the versions that
https://github.com/ansible-collections/partner-certification-checker pins for it, the others have the newest ones.
"""

from __future__ import annotations

import pathlib
import sys

from project import BUILD, LOGS, Leg, locked
from setup_env import prepare


class CertificationLeg(Leg):
    """An environment below build/. The collections come from the main leg's."""

    @property
    def venv(self) -> pathlib.Path:
        return BUILD / "certification" / self.name


def _leg(name: str, *pythons: tuple[int, int]) -> CertificationLeg:
    suffix = f"-certification-{name}"
    return CertificationLeg(name, suffix, f"tests/requirements{suffix}.txt", pythons, optional=True, constraints="")


LEGS = (
    _leg("2.18", (3, 12), (3, 13)),
    _leg("2.20", (3, 12), (3, 13)),
    _leg("2.21", (3, 13), (3, 12)),
    _leg("2.22", (3, 13), (3, 14)),
)


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    with locked("certification"):
        ready = [prepare(leg) for leg in LEGS]
    return 0 if all(ready) else 1


if __name__ == "__main__":
    sys.exit(main())
