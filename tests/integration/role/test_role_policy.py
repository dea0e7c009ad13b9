# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the enforced policy allows and denies, by the rules of IAM's policy evaluation.

moto judges no conditions, and PyPI has no evaluator that does, so these few lines do it for the elements that the
policy has: an explicit deny wins, else an allow of any policy, else it is denied. test_role_policy_simulator.py judges
the same table by an evaluator that nobody here wrote.
"""

from __future__ import annotations

import fnmatch
import json
import typing as t

import policy_cases
import pytest
from policy_cases import ADMINISTRATOR, PARTITIONS, PEOPLE, VARIANTS, Case, Document, Person, Variant


def as_list(value: t.Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def covers(patterns: t.Any, value: str, user_name: str = "") -> bool:
    filled = [pattern.replace("${aws:username}", user_name) for pattern in as_list(patterns)]
    return any(fnmatch.fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in filled)


def applies(statement: dict[str, t.Any], action: str, resource: str, user_name: str, mfa: str | None) -> bool:
    assert set(statement) <= {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    lowered = {
        key: [item.lower() for item in as_list(statement[key])] for key in ("Action", "NotAction") if key in statement
    }
    if "Action" in lowered and not covers(lowered["Action"], action.lower()):
        return False
    if "NotAction" in lowered and covers(lowered["NotAction"], action.lower()):
        return False
    if "Resource" in statement and not covers(statement["Resource"], resource, user_name):
        return False
    if "NotResource" in statement and covers(statement["NotResource"], resource, user_name):
        return False
    condition = statement.get("Condition")
    if condition is None:
        return True
    assert condition == {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    # IfExists: a key that is not in the request, as with access keys alone, counts as a match.
    return mfa is None or mfa == "false"


def allowed(policies: list[Document], action: str, resource: str, mfa: str | None, user_name: str) -> bool:
    meant = [s for p in policies for s in p["Statement"] if applies(s, action, resource, user_name, mfa)]
    effects = {statement["Effect"] for statement in meant}
    return effects == {"Allow"}


def judged(case: Case, document: Document) -> bool:
    policies = [document, ADMINISTRATOR] if case.administrator else [document]
    return allowed(policies, case.action, case.resource, case.mfa, case.person.name)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_policy(variant: Variant) -> None:
    document = variant.document()
    asked = [case for case in policy_cases.cases() if case.variant == variant]
    assert len(asked) > 1000
    wrong = [case for case in asked if judged(case, document) is not case.allowed]
    assert not wrong, f"{len(wrong)} of {len(asked)}, first {wrong[:3]}"


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.own)
def test_stolen_keys_alone_get_nowhere_where_self_enrolment_is_closed(person: Person) -> None:
    for partition in PARTITIONS:
        variant = Variant(partition)
        document = variant.document()
        assert not [case for case in policy_cases.thief(variant, person) if judged(case, document)]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.own)
def test_a_user_without_a_device_can_enrol_where_it_is_open(person: Person) -> None:
    for partition in PARTITIONS:
        document = Variant(partition, self_enrolment=True).document()
        own = policy_cases.arn(partition, person.own)
        for policies in ([document], [document, ADMINISTRATOR]):
            device = policy_cases.arn(partition, f"mfa/{person.name}")
            assert allowed(policies, "iam:CreateVirtualMFADevice", device, "false", person.name)
            for action in ("EnableMFADevice", "ListMFADevices", "GetUser", "ResyncMFADevice"):
                assert allowed(policies, f"iam:{action}", own, "false", person.name)


def test_session_token_is_what_access_keys_get_mfa_by() -> None:
    """GetSessionToken needs no permission, so it only must not be denied."""
    for variant in VARIANTS:
        assert allowed([variant.document(), ADMINISTRATOR], "sts:GetSessionToken", "*", None, "alice")


def test_document_fits_and_names_its_partition() -> None:
    for variant in VARIANTS:
        document = variant.document()
        text = json.dumps(document, separators=(",", ":"))
        assert len(text) < 6144 and f"arn:{variant.partition}:iam::*:mfa/*" in text
        assert text.count("arn:") == text.count(f"arn:{variant.partition}:")
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(sids) == len(set(sids)) and all(sid.isalnum() for sid in sids)
