# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change whose reply is lost counts as made if AWS shows it, and only then."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access.api import UserGone
from ansible_collections.hardening.aws.plugins.module_utils._access.effect import made, shows
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError, ReplyLost

REFUSED = AwsRefused("refused", "AccessDenied", "iam:X", "no")
REFUSED_AFTER_A_LOST_REPLY = AwsRefused("refused", "NoSuchEntity", "iam:X", "no", unsure=True)
GONE = UserGone("bob is gone", "NoSuchEntity", "iam:X")
LOST = ReplyLost("no answer")


def gives(what: t.Any) -> t.Callable[[], bool]:
    """A call that answers this, or raises it."""

    def call() -> bool:
        if isinstance(what, Exception):
            raise what
        return bool(what)

    return call


@pytest.mark.parametrize("changed", [True, False])
def test_a_reply_is_believed(changed: bool) -> None:
    assert made(gives(changed), gives(AssertionError("AWS was asked"))) is changed


@pytest.mark.parametrize("error", [REFUSED, GONE])
def test_a_refusal_is_believed(error: MfaError) -> None:
    with pytest.raises(type(error)) as told:
        made(gives(error), gives(AssertionError("AWS was asked")))
    assert told.value is error


@pytest.mark.parametrize("error", [LOST, REFUSED_AFTER_A_LOST_REPLY])
def test_what_aws_shows_was_made(error: MfaError) -> None:
    assert made(gives(error), gives(True)) is True


@pytest.mark.parametrize("error", [LOST, REFUSED_AFTER_A_LOST_REPLY])
@pytest.mark.parametrize("answer", [False, REFUSED, LOST])
def test_what_aws_does_not_show_was_not(error: MfaError, answer: t.Any) -> None:
    """The first error is told, not that of the question."""
    with pytest.raises(MfaError) as told:
        made(gives(error), gives(answer))
    assert told.value is error


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        shows(gives(KeyError("UserName")))
