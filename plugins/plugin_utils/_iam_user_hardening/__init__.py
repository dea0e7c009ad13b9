# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role iam_user_hardening decides: who is selected, what has to be done for whom, and what came of it. Pure.

This package is private to hardening.aws. One pass over the users, whatever the number of them.
"""
