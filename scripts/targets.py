# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/integration/targets as ansible-test does: python3 scripts/targets.py [TARGET]…

Each works on an account of the emulator's, or on a real one if tests/integration/cloud-config-aws.ini has its
credentials. The file is lent to the tree that ansible-test works in, and taken back at the end.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import typing as t

from collection_tree import COLLECTION, make_tree
from project import MAIN, ROOT

SETTINGS = "tests/integration/cloud-config-aws.ini"


@contextlib.contextmanager
def lent_settings() -> t.Iterator[None]:
    """Keep the settings of the real account, if there are any, in the tree for a while."""
    lent = MAIN.tree / COLLECTION / SETTINGS
    lent.unlink(missing_ok=True)
    if not (ROOT / SETTINGS).exists():
        yield
        return
    try:
        with open(os.open(lent, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write((ROOT / SETTINGS).read_text(encoding="utf-8"))
        yield
    finally:
        lent.unlink(missing_ok=True)


def main() -> int:
    collection = make_tree(MAIN.venv, MAIN.tree)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    environment = MAIN.environment(ANSIBLE_TEST_CONTENT_ROOT=str(collection))
    with lent_settings():
        command = ["ansible-test", "integration", "--python", version, "--continue-on-error", *sys.argv[1:]]
        return subprocess.call(command, cwd=collection, env=environment)


if __name__ == "__main__":
    sys.exit(main())
