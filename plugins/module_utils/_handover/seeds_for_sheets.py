# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iam_mfa_enrolment_sheets reads in AWS: whose hand-over is open, their seeds, and where they sign in.

This module is private to hardening.aws. Its results hold seeds, which only the action plugin of that name gets.
"""

from __future__ import annotations

import functools
import typing as t

from .._access import bulk
from .._aws.iam import MfaApi
from .._aws.refusals import short_code
from .._devices.account_lists import AccountLists
from .._devices.device_tags import HANDED_OVER
from .._devices.holders import Holder, Holders, record_of
from .._devices.options import run_options, run_problems
from .._errors import AwsRefused, MfaError
from .._known_secrets import mask
from .._messages import warn
from .._problems import Problems, check_user_name, refuse
from .._progress import Progress
from .._seeds.base import SeedStore
from .sign_in import sign_in_url

LONGEST_CONTACT = 120


def sheet_options() -> dict[str, t.Any]:
    """Return the module's options."""
    return {
        "dest": {"type": "path", "required": True},
        "encrypt": {"type": "bool", "default": False},
        "vault_id": {"type": "str"},
        "seed_store": run_options()["seed_store"],
        "seed_vault_file": seed_vault_file_option(),
        "user_names": {"type": "list", "elements": "str"},
        "contact": {"type": "str", "default": ""},
        "concurrency": {"type": "int", "default": 16},
    }


def check_options(params: t.Mapping[str, t.Any], seeds_stay_inside: bool) -> None:
    """Refuse options that cannot be used.

    :param seeds_stay_inside: Whether Ansible keeps quiet about what the module returns.
    :raises BadInput: There are such.
    """
    problems = Problems("")
    if not seeds_stay_inside:
        problems.add("seed_store", "its seeds would be returned to a task without no_log: use the action of this name.")
    problems.take(run_problems({**params, "wait_timeout": 0}))
    check_place_of_seeds(problems, params)
    check_sheets(problems, params)
    refuse(problems.found)


def check_sheets(problems: Problems, params: t.Mapping[str, t.Any]) -> None:
    """Refuse users who cannot be, texts that do not belong on a sheet, and a vault ID for nothing."""
    check_sheet_texts(problems, params["contact"], params["vault_id"], params["encrypt"])
    _check_names(problems, params["user_names"])


def check_sheet_texts(problems: Problems, contact: str, vault_id: str | None, encrypt: bool) -> None:
    """Refuse texts that do not belong on a sheet, and a vault ID for nothing."""
    if len(contact) > LONGEST_CONTACT:
        problems.add("contact", f"is {len(contact)} characters long; the limit is {LONGEST_CONTACT}.")
    elif not contact.isprintable():
        problems.add("contact", "has characters that cannot be seen, such as a line break. Remove them.")
    if vault_id is not None and not encrypt:
        problems.add("vault_id", "has no effect without encrypt: set that to true, or leave this out.")


def seed_vault_file_option() -> dict[str, t.Any]:
    """Return the option that names the vaulted file which has the seeds."""
    options = {"path": {"type": "path", "required": True}, "vault_id": {"type": "str"}}
    return {"type": "dict", "options": options}


def check_place_of_seeds(problems: Problems, params: t.Mapping[str, t.Any]) -> None:
    """Refuse two places of seeds, or none, and a store whose seeds may not be read."""
    store = params["seed_store"]
    # Ansible's own rule would count a null as given.
    if (store is None) == (params["seed_vault_file"] is None):
        problems.add("seed_store", "give either seed_store or seed_vault_file, whichever has the seeds.")
    if store is not None and not store["verify"]:
        problems.add("seed_store.verify", "is false, for callers that may not read seeds; but they are read here.")


def _check_names(problems: Problems, names: t.Sequence[str] | None) -> None:
    seen: dict[str, int] = {}
    if names is not None and not names:
        problems.add("user_names", "is empty: name users, or leave it out for all whose seed is kept.")
    for index, name in enumerate(names or ()):
        found = Problems("")
        check_user_name(found, name, f"user_names[{index}]")
        problems.take(found.found)
        first = seen.setdefault(name.lower(), index)
        if first != index:
            problems.add(f"user_names[{index}]", f"{name} is user_names[{first}], too: remove one.")


def read_account(api: MfaApi) -> dict[str, str | None]:
    """Return what a sheet says of the account. Without the permission for its alias, its number has to do."""
    partition, account_id = api.account()
    alias = None
    try:
        alias = api.account_alias()
    except AwsRefused as refusal:
        if short_code(refusal.code or "") != "AccessDenied":
            raise
        warn("The caller lacks iam:ListAccountAliases, so the sheets name the account by its number.")
    return {
        "account_id": account_id,
        "account_alias": alias,
        "sign_in_url": sign_in_url(partition, alias or account_id),
    }


def read_seeds(
    api: MfaApi, store: SeedStore | None, user_names: t.Sequence[str] | None, concurrency: int
) -> list[bulk.Outcome]:
    """Return an outcome for each device that a sheet is made for, and for each user who is named and has none.

    :param store: None if the action plugin has the seeds.
    :param user_names: None for everybody, and then those without a seed are left out.
    """
    holders = Holders(AccountLists(api))
    chosen = _everybody(holders) if user_names is None else _named(holders, user_names)
    progress = Progress("read", len(chosen), api.seconds_waited)
    counted = bulk.counted_by(progress)
    work = {id(outcome): holder for outcome, holder in chosen}

    def read(outcome: bulk.Outcome) -> None:
        holder = work[id(outcome)]
        if holder is None or store is None:
            return
        record = record_of(store, holder)
        if record is not None:
            outcome.details["seed"] = record.seed
            mask(record.seed)
        elif user_names is not None:
            outcome.details["handed_over"] = api.tags_of(holder.serial_number).get(HANDED_OVER)

    bulk.for_each(read, [outcome for outcome, _holder in chosen], concurrency, counted)
    outcomes = [outcome for outcome, _holder in chosen]
    if store is None:
        return outcomes
    return with_seeds(outcomes, user_names is not None)


def with_seeds(outcomes: list[bulk.Outcome], named: bool) -> list[bulk.Outcome]:
    """Return the outcomes of devices that a sheet is made for, and of what failed.

    :param named: Whether the users were named. Then each has to have at least one device whose seed is kept, or was
        until it was handed over.
    """
    has = {outcome.label for outcome in outcomes if outcome.details.get("seed") or outcome.details.get("handed_over")}
    found = []
    for outcome in outcomes:
        missing = not outcome.failed and not outcome.details.get("seed") and not outcome.details.get("handed_over")
        if missing and (not named or outcome.label in has):
            continue
        if missing:
            outcome.errors.append(
                MfaError(
                    f"The seed store has no seed of {outcome.identity['serial_number']}: somebody else created the "
                    "device, or its seed is kept under another name. Correct seed_store.name, or leave the user out."
                )
            )
        found.append(outcome)
    return found


def _everybody(holders: Holders) -> list[tuple[bulk.Outcome, Holder | None]]:
    return [(_outcome(holder, holder.user_name), holder) for holder in holders.everybody()]


def _named(holders: Holders, names: t.Sequence[str]) -> list[tuple[bulk.Outcome, Holder | None]]:
    chosen: list[tuple[bulk.Outcome, Holder | None]] = []
    for index, name in enumerate(names):
        label = f"user_names[{index}] ({name})"
        missing = bulk.Outcome(label, {"user_name": name, "serial_number": None})
        found: list[Holder] = []
        missing.attempt(functools.partial(lambda found, name: found.extend(holders.of(name)), found, name))
        if not found and not missing.failed:
            missing.errors.append(MfaError(f"{name} has no virtual MFA device. Enrol the user first."))
        chosen += [(missing, None)] if not found else [(_outcome(holder, label), holder) for holder in found]
    return chosen


def _outcome(holder: Holder, label: str) -> bulk.Outcome:
    outcome = bulk.Outcome(label, {"user_name": holder.user_name, "serial_number": holder.serial_number})
    created = holder.user_created
    # What the action plugin tells a record of a vaulted file by.
    outcome.details = {"user_created": created.isoformat() if created else None, "_ansible_no_log": True}
    return outcome
