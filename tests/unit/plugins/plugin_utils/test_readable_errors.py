# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's errors, and how long they may be."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError, AnsibleParserError

from ansible_collections.hardening.aws.plugins.plugin_utils._readable_errors import readable_errors


@pytest.mark.parametrize("kind", [AnsibleError, AnsibleLookupError, AnsibleParserError])
def test_a_long_message_is_shortened(kind: type[AnsibleError]) -> None:
    with pytest.raises(kind) as caught, readable_errors():
        raise kind("x" * 100_000)
    assert isinstance(caught.value, kind) and "more characters" in str(caught.value) and len(str(caught.value)) < 10_000


def test_others_are_left_as_they_are() -> None:
    for error in (AnsibleError("short"), ValueError("x" * 100_000)):
        with pytest.raises(type(error)) as caught, readable_errors():
            raise error
        assert caught.value is error
