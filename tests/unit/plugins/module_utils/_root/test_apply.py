# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to a root user, in which order, and what stays when something fails."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access.bulk import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._progress import Progress
from ansible_collections.hardening.aws.plugins.module_utils._root import apply
from ansible_collections.hardening.aws.plugins.module_utils._root.options import ABSENT, RECOVERY
from ansible_collections.hardening.aws.plugins.module_utils._root.session import AUDIT, CREATE, DELETE
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._root.root_in_memory import (
    DAY,
    MEMBER,
    PHONE,
    Lost,
    Root,
    refusal,
)

WRITES = ("Delete", "Deactivate", "Create")


def work_on(root: Root, work: apply.Work, check_mode: bool = False, member: t.Any = MEMBER) -> Outcome:
    outcomes = apply.blank([member], {"changes": []})
    progress = Progress("removed", 1, lambda: 0.0)
    apply.for_each_root(t.cast("t.Any", root), [member], outcomes, check_mode, work, progress, 1)
    return outcomes[0]


def reach(root: Root, state: str = ABSENT, check_mode: bool = False) -> Outcome:
    return work_on(root, lambda one: one.reach(state), check_mode)


def written(root: Root) -> list[str]:
    return [call for call in root.calls if call.startswith(WRITES)]


ALL = [
    "DeleteLoginProfile",
    "DeleteAccessKey AKIAONE",
    "DeleteAccessKey AKIATWO",
    "DeleteSigningCertificate CERT",
    f"DeactivateMFADevice {PHONE}",
]
ACTIONS = ["delete_password", *["delete_access_key"] * 2, "delete_signing_certificate", "deactivate_mfa"]


def test_all_goes_and_mfa_last() -> None:
    root = Root()
    outcome = reach(root)
    assert written(root) == ALL and outcome.actions == ACTIONS and not outcome.failed
    assert root.opened == [AUDIT, DELETE]
    assert outcome.details["changes"][-1] == {"action": "deactivate_mfa", "target": PHONE}


def test_the_second_run_opens_no_session_that_may_delete() -> None:
    root = Root()
    reach(root)
    root.calls, root.opened = [], []
    outcome = reach(root)
    assert not outcome.changed and not outcome.failed and written(root) == [] and root.opened == [AUDIT]


def test_check_mode_only_reads() -> None:
    root = Root()
    outcome = reach(root, check_mode=True)
    assert outcome.actions == ACTIONS and written(root) == [] and root.opened == [AUDIT]


@pytest.mark.parametrize("operation", ["DeleteLoginProfile", "DeleteAccessKey", "DeleteSigningCertificate"])
def test_mfa_stays_with_what_it_protects(operation: str) -> None:
    root = Root()
    root.spoil[operation] = refusal("AccessDenied")
    outcome = reach(root)
    assert written(root) == ALL[:-1], "the others are still tried"
    assert root.lists["ListMFADevices"] == [PHONE] and "deactivate_mfa" not in outcome.actions
    assert outcome.failed and "MFA devices of root in account 222222222222 (shop) stay on" in outcome.msg
    assert "refused: AccessDenied" in outcome.msg


def test_a_password_made_since_the_account_was_read() -> None:
    """It is deleted before the MFA devices go; that there is none is no failure and no change."""
    for made in (True, False):
        root = Root()
        root.password = False
        root.lists |= {"ListAccessKeys": [], "ListSigningCertificates": []}
        outcome = work_on(root, lambda one, root=root, made=made: _remove(one, root, made))
        assert written(root) == ["DeleteLoginProfile", f"DeactivateMFADevice {PHONE}"]
        assert outcome.actions == (["delete_password"] if made else []) + ["deactivate_mfa"] and not outcome.failed


def _remove(one: apply.OneRoot, root: Root, made: bool) -> None:
    """Remove all, where somebody makes a password once the account is read."""
    session = root.open

    def opened(member: t.Any, task: str) -> Root:
        root.password = made if task == DELETE else root.password
        return session(member, task)

    root.open = opened  # type: ignore[method-assign]
    one.reach(ABSENT)


def test_without_mfa_no_password_is_looked_for_again() -> None:
    root = Root()
    root.password, root.lists["ListMFADevices"] = False, []
    assert reach(root).actions == ACTIONS[1:4] and "DeleteLoginProfile" not in root.calls


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_reply(took_effect: bool) -> None:
    root = Root()
    root.spoil["after DeleteAccessKey" if took_effect else "DeleteAccessKey"] = Lost("No answer")
    outcome = reach(root)
    assert outcome.failed is not took_effect
    assert (PHONE in root.lists["ListMFADevices"]) is not took_effect
    assert outcome.actions == (ACTIONS if took_effect else ["delete_password", "delete_signing_certificate"])


def test_recovery_only_where_there_is_no_password() -> None:
    root = Root()
    outcome = reach(root, RECOVERY)
    assert not outcome.changed and root.opened == [AUDIT] and written(root) == []
    root.password = False
    assert reach(root, RECOVERY, check_mode=True).actions == ["allow_password_recovery"] and not root.password
    root.opened = []
    assert reach(root, RECOVERY).actions == ["allow_password_recovery"]
    assert root.password and root.opened == [AUDIT, CREATE] and written(root) == ["CreateLoginProfile"]


def test_a_look() -> None:
    root = Root()
    outcome = work_on(root, apply.OneRoot.look)
    assert outcome.details["password_created"] == DAY and len(outcome.details["access_keys"]) == 2
    assert outcome.result()["account_id"] == "222222222222" and outcome.result()["account_name"] == "shop"
    root.spoil["GetAccessKeyLastUsed"] = refusal("AccessDenied")
    partly = work_on(root, apply.OneRoot.look)
    assert partly.failed and partly.details["has_credentials"] is True, "what was read before is told"


def test_an_account_that_is_not_active_is_not_asked() -> None:
    root = Root()
    closed = dataclasses.replace(MEMBER, state="SUSPENDED")
    outcome = work_on(root, lambda one: one.reach(ABSENT), member=closed)
    assert outcome.failed and root.opened == [] and isinstance(outcome.errors[0], MfaError)
    assert "222222222222 (shop)" in outcome.msg


def test_outcomes_share_nothing() -> None:
    first, second = apply.blank([MEMBER, MEMBER], {"changes": []})
    first.details["changes"].append("x")
    assert second.details["changes"] == []
