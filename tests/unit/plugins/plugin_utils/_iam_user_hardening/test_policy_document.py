# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document that the role enforces. What it allows and denies, the role's integration tests judge."""

from __future__ import annotations

import json

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import policy_document


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
@pytest.mark.parametrize("self_enrolment", [False, True])
@pytest.mark.parametrize("password_change", [False, True])
def test_document(partition: str, self_enrolment: bool, password_change: bool) -> None:
    settings = {"enforce_self_enrolment": self_enrolment, "enforce_allow_password_change": password_change}
    found = policy_document.document(partition, settings)
    text = json.dumps(found["Statement"])
    assert f"arn:{partition}:iam::*:user/*/${{aws:username}}" in text
    denied = next(statement for statement in found["Statement"] if "NotAction" in statement)
    assert ("iam:EnableMFADevice" in denied["NotAction"]) is self_enrolment
    assert ("iam:ChangePassword" in denied["NotAction"]) is password_change
