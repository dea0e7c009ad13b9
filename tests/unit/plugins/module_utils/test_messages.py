# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module says at its end: all problems at once, no secret, and no more than a person reads."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, BadInput, MfaError
from ansible_collections.hardening.aws.plugins.module_utils._messages import fail, readable, scrub

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"


class Module:
    """A module that notes its end."""

    def __init__(self) -> None:
        self.end: dict[str, t.Any] = {}

    def fail_json(self, **result: t.Any) -> None:
        self.end = self.end or result


def ended(error: MfaError, *args: t.Any, **so_far: t.Any) -> dict[str, t.Any]:
    module = Module()
    fail(t.cast("t.Any", module), error, *args, **so_far)
    return module.end


@pytest.mark.parametrize(
    ("text", "secret", "told"),
    [
        (f"seed={SEED}, again {SEED}.", SEED, "seed=********, again ********."),
        # Three digits of a code may be part of an account's number.
        ("account 123456789012, code 123456", "123456", "account 123456789012, code ********"),
        ("a+b (c)", "a+b (c)", "********"),
        ("nothing to hide", None, "nothing to hide"),
        ("nothing to hide", "", "nothing to hide"),
    ],
)
def test_secrets_are_masked(text: str, secret: str | None, told: str) -> None:
    assert scrub(text, [secret]) == told


def test_long_messages_lose_their_middle() -> None:
    assert readable("x" * 9000) == "x" * 9000
    text = readable("begin " + "x" * 20000 + " end")
    assert len(text) < 9100 and text.startswith("begin x") and text.endswith("x end")
    assert "(11010 more characters)" in text


def test_all_problems_are_told_at_once() -> None:
    told = ended(BadInput(["users[0]: is empty.", "users[3]: is an ARN."]), changed=False)
    assert told["msg"] == (
        "2 problems with the input; nothing was touched:\n- users[0]: is empty.\n- users[3]: is an ARN."
    )
    assert told["changed"] is False and "error" not in told
    assert ended(BadInput(["users[0]: is empty."]))["msg"] == "users[0]: is empty."


def test_a_refusal_is_told_with_its_code_and_without_secrets() -> None:
    refusal = AwsRefused(f"refused with {SEED}", "InvalidInput", "iam:EnableMFADevice", f"no {SEED}")
    told = ended(refusal, [SEED], refusal.aws_message, results=[1])
    assert told == {
        "msg": "refused with ********",
        "error": {"code": "InvalidInput", "operation": "iam:EnableMFADevice", "message": "no ********"},
        "results": [1],
    }
    assert ended(MfaError("no answer"))["msg"] == "no answer"
