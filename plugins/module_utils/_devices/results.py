# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that change devices share: opening a run, and the shapes of its results.

This module is private to hardening.aws. Nothing that it returns holds a code, and a seed only where one was asked for.
"""

from __future__ import annotations

import typing as t

from .._aws.connection import Connection
from .._aws.iam import MfaApi
from .._aws.model import Device, account_of, device_name_of, device_type
from .._errors import BadInput
from .._failure_streak import NotTried
from .._known_secrets import mask
from .._messages import scrub
from .._seeds.registry import open_store
from .._seeds.totp import otpauth_uri
from .options import require_libraries
from .outcome import Outcome
from .plan import Current, Desired, describe, status_of
from .reconcile import Reconciler
from .secrecy import has_job_file, refuse_kept_seeds

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    Result = dict[str, t.Any]

_SHOWN_FAILURES = 20


def _refuse_seeds_in_the_open(module: AnsibleAWSModule, inputs: t.Sequence[Desired]) -> None:
    """Refuse to work where Ansible would print a seed, or leave one on a disk in clear text."""
    if module.params["state"] == "present" and module.params["seed_store"] is None:
        if not module.no_log:
            raise BadInput(
                [
                    "seed_store: is missing, and without one state=present returns the seeds of new devices, which "
                    "Ansible would print and log. Set no_log: true on the task, or give a seed_store."
                ]
            )
        if has_job_file():
            raise BadInput(
                [
                    "seed_store: is missing, and without one state=present returns the seeds of new devices, which a "
                    "task with async writes to a job file in clear text, no_log or not. Leave out async (and unset "
                    "ANSIBLE_ASYNC_DIR, if the shell sets it), or give a seed_store."
                ]
            )
    if any(desired.seed for desired in inputs):
        refuse_kept_seeds(module)


def open_run(module: AnsibleAWSModule, inputs: t.Sequence[Desired], concurrency: int) -> Reconciler:
    """Return the reconciler that the module's options describe. Makes no call yet.

    :raises BadInput: A seed would be shown, a library is missing, or an option of the connection cannot be used.
    """
    params = module.params
    _refuse_seeds_in_the_open(module, inputs)
    if any(desired.seed or desired.stored for desired in inputs):
        require_libraries()
    connection = Connection(module, concurrency)
    api = MfaApi(connection)
    store = None
    if params["seed_store"] is not None:
        store = open_store(params["seed_store"], connection, api.account_id)
    return Reconciler(
        api,
        store,
        check_mode=module.check_mode,
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        concurrency=concurrency,
        stop_after_failures=params.get("stop_after_failures") or 0,
    )


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


def new_seed_result(outcome: Outcome) -> Result:
    """Return the seed of a device that was created with no store to keep it; empty for any other."""
    created = outcome.journal.created
    if created is None or outcome.desired.stored:
        return {}
    mask(created.seed)
    name, account_id = device_name_of(created.serial_number), account_of(created.serial_number) or ""
    return {
        "seed": created.seed,
        "otpauth_uri": otpauth_uri(created.seed, name, account_id),
        "qr_code_png": created.qr_code_png,
        "created": created.created,
    }


def single_result(outcome: Outcome) -> Result:
    """Return what became of the only input of a run."""
    before, after = outcome.before or Current(), outcome.after or Current()
    desired, serial = outcome.desired, outcome.serial_number
    return {
        "changed": outcome.changed,
        "mfa_device": target_result(outcome),
        "mfa_devices": [device_result(device) for device in after.devices],
        "actions": outcome.actions,
        "diff": {"before": describe(desired, before, serial), "after": describe(desired, after, serial)},
        **new_seed_result(outcome),
    }


def item_result(outcome: Outcome, secrets: t.Iterable[str | None]) -> Result:
    """Return one of RV(results)."""
    result: Result = {
        "user_name": outcome.desired.user_name,
        "serial_number": outcome.serial_number,
        "changed": outcome.changed,
        "actions": outcome.actions,
        "failed": outcome.error is not None,
        "msg": scrub(outcome.error.message, secrets) if outcome.error else "",
        **new_seed_result(outcome),
    }
    if "seed" in result:
        # Ansible takes a list named results for those of a loop, and hides each of them only if it says so itself:
        # without this, no_log on the task would leave the seeds to every callback.
        result["_ansible_no_log"] = True
    if outcome.error and (outcome.error.code or outcome.error.operation):
        result["error"] = {"code": outcome.error.code, "operation": outcome.error.operation}
    return result


def failures_text(outcomes: t.Sequence[Outcome], results: t.Sequence[Result]) -> str:
    """Return the message of a run in which some devices failed: the first of them, and how many more."""
    pairs = [(outcome, result) for outcome, result in zip(outcomes, results, strict=True) if outcome.error]
    untried = [result for outcome, result in pairs if isinstance(outcome.error, NotTried)]
    failed = [(outcome, result) for outcome, result in pairs if not isinstance(outcome.error, NotTried)]
    lines = [f"{len(pairs)} of {len(outcomes)} devices failed, the others are done:"]
    lines += [f"- {outcome.desired.label}: {result['msg']}" for outcome, result in failed[:_SHOWN_FAILURES]]
    if len(failed) > _SHOWN_FAILURES:
        lines.append(f"- and {len(failed) - _SHOWN_FAILURES} more, see results.")
    if untried:
        lines.append(f"- {len(untried)} of them were not tried. {untried[0]['msg']}")
    return "\n".join(lines)


def warnings_of(outcomes: t.Sequence[Outcome]) -> list[str]:
    """Return the warnings of a run, each of them once: a list of names tells more than thousands of lines."""
    labels: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.warning:
            # What differs is the user's name only.
            text = outcome.warning.replace(f" {outcome.desired.user_name} ", " of this name ", 1)
            labels.setdefault(text, []).append(outcome.desired.label)
    shown = _SHOWN_FAILURES
    return [
        f"{', '.join(names[:shown])}{f' and {len(names) - shown} more' if len(names) > shown else ''}: {text}"
        for text, names in labels.items()
    ]


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
