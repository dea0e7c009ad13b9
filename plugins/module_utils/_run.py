# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that change devices share: opening a run, and the shapes of its results.

This module is private to hardening.aws. Nothing that it returns holds a code, and a seed only where one was asked for.
"""

from __future__ import annotations

import typing as t

from ._argspec import require_libraries
from ._aws_call import Connection
from ._errors import BadInput
from ._messages import scrub
from ._mfa_api import MfaApi
from ._mfa_plan import Current, Desired, Device, device_type, status_of
from ._mfa_reconcile import Outcome, Reconciler
from ._seed_store import open_store
from ._totp import otpauth_uri

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    Result = dict[str, t.Any]

_SHOWN_FAILURES = 20


def open_run(module: AnsibleAWSModule, inputs: t.Sequence[Desired], concurrency: int) -> tuple[MfaApi, Reconciler]:
    """Return the account's API and the reconciler that the module's options describe. Makes no call yet.

    :raises BadInput: A seed would be shown, a library is missing, or an option of the connection cannot be used.
    """
    params = module.params
    if params["state"] == "present" and params["seed_store"] is None and not module.no_log:
        raise BadInput(
            [
                "seed_store: is missing, and without one state=present returns the seeds of new devices, which Ansible "
                "would print and log. Set no_log: true on the task, or give a seed_store."
            ]
        )
    if any(desired.seed or desired.stored for desired in inputs):
        require_libraries()
    connection = Connection(module, concurrency)
    api = MfaApi(connection)
    store = None
    if params["seed_store"] is not None:
        store = open_store(params["seed_store"], connection, lambda: api.account()[1])
    reconciler = Reconciler(
        api,
        store,
        check_mode=module.check_mode,
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        concurrency=concurrency,
    )
    return api, reconciler


def device_result(device: Device) -> Result:
    """Return an attached device as RV(mfa_devices) shows it."""
    return {
        "user_name": device.user_name,
        "serial_number": device.serial_number,
        "type": device.type,
        "enable_date": device.enable_date,
    }


def target_result(outcome: Outcome) -> Result | None:
    """Return the target as RV(mfa_device) shows it: with the same keys whatever its state, None for all devices."""
    current = outcome.after or outcome.before or Current()
    serial = outcome.serial_number
    if serial is None:
        return None
    attached = next((device for device in current.devices if device.serial_number == serial), None)
    return {
        "user_name": outcome.desired.user_name,
        "serial_number": serial,
        "type": device_type(serial),
        "enable_date": attached.enable_date if attached else None,
        "tags": dict(current.tags) if current.tags is not None else None,
    }


def new_seed_result(outcome: Outcome, account_id: t.Callable[[], str]) -> Result:
    """Return the seed of a device that was created with no store to keep it; empty for any other."""
    created = outcome.progress.created
    if created is None or outcome.desired.stored:
        return {}
    name = created.serial_number.rsplit("/", 1)[-1]
    return {
        "seed": created.seed,
        "otpauth_uri": otpauth_uri(created.seed, name, account_id()),
        "qr_code_png": created.qr_code_png,
    }


def item_result(outcome: Outcome, secrets: t.Iterable[str | None], account_id: t.Callable[[], str]) -> Result:
    """Return one of RV(results)."""
    result: Result = {
        "user_name": outcome.desired.user_name,
        "serial_number": outcome.serial_number,
        "changed": outcome.changed,
        "actions": outcome.actions,
        "failed": outcome.error is not None,
        "msg": scrub(outcome.error.message, secrets) if outcome.error else "",
        **new_seed_result(outcome, account_id),
    }
    if "seed" in result:
        # Ansible takes a list named results for those of a loop, and hides each of them only if it says so itself:
        # without this, no_log on the task would leave the seeds to every callback.
        result["_ansible_no_log"] = True
    if outcome.error and (outcome.error.code or outcome.error.operation):
        result["error"] = {"code": outcome.error.code, "operation": outcome.error.operation}
    return result


def summary(outcomes: t.Sequence[Outcome]) -> Result:
    """Return the counts of RV(summary)."""
    failed = sum(1 for outcome in outcomes if outcome.error)
    changed = sum(1 for outcome in outcomes if outcome.changed and not outcome.error)
    return {
        "total": len(outcomes),
        "changed": changed,
        "unchanged": len(outcomes) - changed - failed,
        "failed": failed,
    }


def failures_text(outcomes: t.Sequence[Outcome], results: t.Sequence[Result]) -> str:
    """Return the message of a run in which some devices failed: the first of them, and how many more."""
    failed = [(outcome, result) for outcome, result in zip(outcomes, results, strict=True) if outcome.error]
    lines = [f"{len(failed)} of {len(outcomes)} devices failed, the others are done:"]
    lines += [f"- {outcome.desired.label}: {result['msg']}" for outcome, result in failed[:_SHOWN_FAILURES]]
    if len(failed) > _SHOWN_FAILURES:
        lines.append(f"- and {len(failed) - _SHOWN_FAILURES} more, see results.")
    return "\n".join(lines)


def lines_diff(outcomes: t.Sequence[Outcome]) -> Result:
    """Return a diff with one line for each device that changes, short enough to read for hundreds of users."""
    before, after = [], []
    for outcome in outcomes:
        if outcome.changed and not outcome.error:
            before.append(_line(outcome, outcome.before or Current()))
            after.append(_line(outcome, outcome.after or Current()))
    return {"before": "".join(before), "after": "".join(after)}


def _line(outcome: Outcome, current: Current) -> str:
    desired = outcome.desired
    tags = f" {dict(current.tags)}" if desired.tags is not None and current.tags is not None else ""
    return f"{desired.user_name}: {outcome.serial_number} {status_of(desired, current)}{tags}\n"
