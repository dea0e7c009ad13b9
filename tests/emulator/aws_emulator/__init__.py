# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS emulator that is strict about MFA: moto's server with the IAM MFA calls made exact."""

from __future__ import annotations
