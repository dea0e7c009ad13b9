# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option assume_role, which every module that calls AWS has. Private to hardening.aws.

Its documentation is in plugins/doc_fragments/_connection.py, and what it does in _aws/assumed_role.py.
"""

from __future__ import annotations

import typing as t

ASSUME_ROLE: dict[str, t.Any] = {
    "type": "dict",
    "options": {
        "role_arn": {"type": "str", "required": True},
        "session_name": {"type": "str", "default": "hardening-aws"},
        "external_id": {"type": "str", "no_log": True},
        "duration_seconds": {"type": "int", "default": 3600},
        "policy": {"type": "raw"},
        "policy_arns": {"type": "list", "elements": "str"},
    },
}
