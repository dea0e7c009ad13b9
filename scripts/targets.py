# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/integration/targets as ansible-test does: python3 scripts/targets.py [TARGET]…

Each works on an account of the emulator's, or on a real one if tests/integration/cloud-config-aws.ini has its
credentials. The file is lent to a tree of its own that ansible-test works in, and taken back at the end. Without one, a
file that names the emulator is lent: ansible-test runs no target with the alias cloud/aws unless there is one.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import typing as t

from collection_tree import COLLECTION, make_tree
from project import BUILD, MAIN, ROOT

TREE = BUILD / "tree-targets"  # as whoever brings the main one up to date removes what is lent
SETTINGS = "tests/integration/cloud-config-aws.ini"
ON_EMULATOR = """[default]
aws_access_key: testing
aws_secret_key: testing
aws_region: us-east-1
emulator: true
"""


@contextlib.contextmanager
def lent_settings() -> t.Iterator[None]:
    """Keep the settings of the account in the tree for a while."""
    real, lent = ROOT / SETTINGS, TREE / COLLECTION / SETTINGS
    lent.unlink(missing_ok=True)
    try:
        with open(os.open(lent, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(real.read_text(encoding="utf-8") if real.exists() else ON_EMULATOR)
        yield
    finally:
        lent.unlink(missing_ok=True)


def main() -> int:
    collection = make_tree(MAIN.venv, TREE)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    places = {"ANSIBLE_TEST_CONTENT_ROOT": str(collection), "ANSIBLE_COLLECTIONS_PATH": str(TREE)}
    environment = MAIN.environment(**places)
    with lent_settings():
        command = ["ansible-test", "integration", "--python", version, "--continue-on-error", *sys.argv[1:]]
        return subprocess.call(command, cwd=collection, env=environment)


if __name__ == "__main__":
    sys.exit(main())
