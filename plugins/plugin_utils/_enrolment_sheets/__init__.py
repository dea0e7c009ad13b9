# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment sheets: what is on one, and the directory that they are kept in.

This package is private to hardening.aws.
"""
