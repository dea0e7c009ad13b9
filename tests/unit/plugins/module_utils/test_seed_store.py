# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and records of the seed stores. The stores themselves are tested on the emulator."""

from __future__ import annotations

import json

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _seed_store
from ansible_collections.hardening.aws.plugins.module_utils._seed_store import Record, store_name, store_name_problem


@pytest.mark.parametrize(
    ("kind", "template", "name"),
    [
        ("secretsmanager", None, "mfa/bob@example.com"),
        ("secretsmanager", "{account_id}/{user_name}/{device_name}", "123456789012/bob@example.com/phone"),
        ("secretsmanager", "fixed", "fixed"),
        ("ssm_parameter", None, "/mfa/bob_x40_example.com"),
        ("ssm_parameter", "mfa/{device_name}", "/mfa/phone"),
        ("ssm_parameter", "/mfa/{device_name}", "/mfa/phone"),
        ("ssm_parameter", "seed-{device_name}", "seed-phone"),
    ],
)
def test_name(kind: str, template: str | None, name: str) -> None:
    assert store_name({"type": kind, "name": template}, "bob@example.com", "phone", "123456789012") == name


def test_a_comma_is_possible_in_iam_and_not_in_secrets_manager() -> None:
    assert store_name({"type": "secretsmanager"}, "a,b", "x", "") == "mfa/a_x2C_b"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("mfa/{user}", "has the unknown placeholder {user}"),
        ("mfa/{user_name!r}", "has the unknown placeholder"),
        ("mfa/{user_name:>10}", "has the unknown placeholder"),
        ("mfa/{}", "has the unknown placeholder {}"),
        ("mfa/{user_name", "is not a valid template"),
        ("mfa/{user_name}-{device_name}-{account_id}", None),
    ],
)
def test_template(template: str, problem: str | None) -> None:
    found = _seed_store.template_problem(template)
    assert (problem in (found or "")) if problem else (found is None)


@pytest.mark.parametrize(
    ("kind", "template", "problem"),
    [
        ("secretsmanager", "x" * 512, None),
        ("secretsmanager", "x" * 513, "at most 512"),
        ("ssm_parameter", "/" + "a/" * 15 + "b", "at most 15"),
        ("ssm_parameter", "/aws/mfa", "Amazon's own"),
        ("ssm_parameter", "ssm-seeds", "Amazon's own"),
        ("ssm_parameter", "/mfa/{user_name}", None),
    ],
)
def test_name_that_a_store_cannot_hold(kind: str, template: str, problem: str | None) -> None:
    found = store_name_problem({"type": kind, "name": template}, "alice", "alice")
    assert (problem in (found or "")) if problem else (found is None)


def test_record_is_the_documented_json_and_its_representation_shows_no_seed() -> None:
    record = Record(
        "SEEDSEEDSEEDSEED", "arn:x", "alice", "otpauth://totp/x?secret=SEEDSEEDSEEDSEED", "2026-01-01", "v1"
    )
    assert json.loads(record.value()) == {
        "seed": "SEEDSEEDSEEDSEED",
        "serial_number": "arn:x",
        "user_name": "alice",
        "otpauth_uri": "otpauth://totp/x?secret=SEEDSEEDSEEDSEED",
        "created": "2026-01-01",
    }
    assert "SEEDSEED" not in repr(record)
