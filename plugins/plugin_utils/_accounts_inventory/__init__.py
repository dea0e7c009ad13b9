# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of an AWS organization as hosts.

This package is private to hardening.aws.
"""
