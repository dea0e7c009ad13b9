# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version that reports bear is the collection's."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.hardening.aws.plugins.module_utils._collection_version import VERSION


def test_it_is_that_of_galaxy_yml() -> None:
    galaxy = pathlib.Path(__file__).resolve().parents[4] / "galaxy.yml"
    found = re.search(r"^version: (\S+)$", galaxy.read_text(encoding="utf-8"), re.MULTILINE)
    assert found and found[1] == VERSION
