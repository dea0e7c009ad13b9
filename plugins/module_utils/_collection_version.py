# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's version, as a module that runs elsewhere has no galaxy.yml to read it from.

This module is private to hardening.aws. A unit test holds it equal to galaxy.yml.
"""

from __future__ import annotations

VERSION = "0.1.0"
