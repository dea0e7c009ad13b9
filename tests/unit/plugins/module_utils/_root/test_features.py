# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a refusal tells of the management of root access in an organization."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused
from ansible_collections.hardening.aws.plugins.module_utils._root import features


def refusal(code: str) -> AwsRefused:
    return AwsRefused(f"refused: {code}", code, "iam:ListOrganizationsFeatures", "AWS's words")


@pytest.mark.parametrize("code", features._REFUSALS)
def test_refusals_that_tell_the_state(code: str) -> None:
    text, state = features._REFUSALS[code]
    found = features._of_refusal(refusal(code))
    assert (found.credentials, found.sessions) == (state, state)
    assert found.reason == f"{text} AWS: {code}"


def test_a_missing_permission_tells_nothing() -> None:
    found = features._of_refusal(refusal("AccessDenied"))
    assert (found.credentials, found.sessions, found.reason) == (None, None, "refused: AccessDenied")


def test_any_other_refusal_is_an_error() -> None:
    with pytest.raises(AwsRefused, match="Throttling"):
        features._of_refusal(refusal("Throttling"))
