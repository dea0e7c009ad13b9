# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the two modules on root users do between their options and their results.

This module is private to hardening.aws.
"""

from __future__ import annotations

import sys
import typing as t

from .. import _messages
from .._access import bulk
from .._aws.connection import Connection
from .._errors import MfaError
from .._progress import Progress
from . import plan as plans
from .apply import OneRoot, blank, for_each_root
from .features import Features, read_features
from .members import Selection, read_members, select
from .options import check_options
from .session import RootSessions

try:
    import botocore
except ImportError:
    pass  # AnsibleAWSModule refuses to start without botocore

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

# The first that is told the states of accounts.
_BOTOCORE = "1.40.27"


def change_roots(module: AnsibleAWSModule) -> None:
    """Run iam_root_credentials."""
    params = module.params
    connection = _start(module, needs_choice=True)
    selection = _selected(connection, params)
    features = read_features(connection)
    problem = features.error or features.obstacle
    if problem is not None:
        raise problem
    outcomes = blank(selection.chosen, {"changes": []})
    progress = Progress("processed", len(outcomes), lambda: connection.pacers.waited)
    for_each_root(
        RootSessions(connection, features),
        selection.chosen,
        outcomes,
        module.check_mode,
        lambda root: root.reach(params["state"]),
        progress,
        params["concurrency"],
    )
    bulk.finish(module, outcomes, "accounts", features=features.result(), left_out=_left_out(selection))


def read_roots(module: AnsibleAWSModule) -> None:
    """Run iam_root_credentials_info."""
    params = module.params
    connection = _start(module, needs_choice=False)
    # Whoever asks for no account wants the features only.
    selection = Selection(()) if params["accounts"] == [] else _selected(connection, params)
    features = read_features(connection)
    if features.error is not None:
        _messages.warn(features.error.message)
    outcomes = blank(selection.chosen, plans.NOT_KNOWN)
    if features.obstacle is not None:
        for outcome in outcomes:
            outcome.errors.append(features.obstacle)
    elif outcomes:
        progress = Progress("read", len(outcomes), lambda: connection.pacers.waited)
        sessions = RootSessions(connection, features)
        for_each_root(sessions, selection.chosen, outcomes, True, OneRoot.look, progress, params["concurrency"])
    _finish_reading(module, outcomes, features, selection)


def _start(module: AnsibleAWSModule, needs_choice: bool) -> Connection:
    check_options(module.params, needs_choice)
    if not module.botocore_at_least(_BOTOCORE):
        raise MfaError(
            f"botocore {botocore.__version__} is too old to tell active accounts from closed ones. Install boto3 and "
            f"botocore {_BOTOCORE} or later for {sys.executable}."
        )
    return Connection(module, module.params["concurrency"])


def _selected(connection: Connection, params: t.Mapping[str, t.Any]) -> Selection:
    return select(read_members(connection), params["accounts"], params["exclude_accounts"] or [])


def _left_out(selection: Selection) -> list[dict[str, str]]:
    return [{"account_id": one.id, "account_name": one.name, "state": one.state} for one in selection.left_out]


def _finish_reading(
    module: AnsibleAWSModule, outcomes: list[bulk.Outcome], features: Features, selection: Selection
) -> None:
    results = [outcome.result() for outcome in outcomes]
    for result in results:
        del result["changed"], result["actions"]  # nothing is ever done
    failed = sum(result["failed"] for result in results)
    answer: dict[str, t.Any] = {
        "changed": False,
        "features": features.result(),
        "results": results,
        "left_out": _left_out(selection),
        "summary": {
            "total": len(results),
            "with_credentials": sum(bool(result["has_credentials"]) for result in results),
            "failed": failed,
        },
    }
    if failed:
        module.fail_json(msg=bulk.failures_text(outcomes, "accounts"), **answer)
    module.exit_json(**answer)
