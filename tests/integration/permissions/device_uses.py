# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses of iam_mfa_device and iam_mfa_devices."""

from __future__ import annotations

import functools
import typing as t

from controller import PARAMETERS, SECRETS
from uses import (
    MANY,
    OLD,
    PAIR,
    PARAMETERS_GO,
    SECRETS_GO,
    SEED,
    TAGS,
    UNLOGGED,
    Use,
    enrolled,
    people,
    spare,
    token,
    tokens,
    use,
)

ENABLED, KEPT = "`state: enabled`, with codes or `seed`", "`state: enabled`, with `seed_store`"
PRESENT, PRESENT_KEPT = "`state: present`, without `seed_store`", "`state: present`, with `seed_store`"
RESYNCED, RESYNCED_KEPT = "`state: resynced`, with codes or `seed`", "`state: resynced`, with `seed_store`"
DISABLED, ABSENT = "`state: disabled`", "`state: absent`"
AND_TAGS, AND_SEED = "and `tags`", "and `seed_store.on_absent: delete` with `state: absent`"
TAGGED, TAKEN_BACK = "and write, with `seed_store.tags`", "and write, with `on_absent: delete`"

one = functools.partial(use, "iam_mfa_device", user_name="alice")


def some(names: t.Sequence[str], *rows: str, item: dict[str, t.Any] | None = None, **more: t.Any) -> Use:
    """A use of iam_mfa_devices."""
    return use("iam_mfa_devices", *rows, devices=[{"user_name": name, **(item or {})} for name in names], **more)


def with_tokens(*rows: str, state: str) -> Use:
    """A use of iam_mfa_devices for the hardware tokens of two users."""
    named = [{"user_name": name, "serial_number": token(name)} for name in PAIR]
    return use("iam_mfa_devices", *rows, devices=named, state=state, fixture=tokens(*PAIR))


ONE = {
    "enable": one(ENABLED, fixture=spare("alice"), seed=SEED),
    "enable, with tags": one(ENABLED, AND_TAGS, fixture=spare("alice", tags={"old": "1"}), seed=SEED, tags=TAGS),
    "enrol": one(KEPT, fixture=people("alice"), seed_store=SECRETS),
    "enrol, parameter": one(KEPT, fixture=people("alice"), seed_store=PARAMETERS),
    "enrol, with tags": one(KEPT, AND_TAGS, fixture=people("alice"), seed_store=SECRETS, tags=TAGS),
    "enrol, secret with tags": one(
        KEPT, fixture=people("alice"), seed_store={**SECRETS, "tags": TAGS}, stores=(TAGGED,)
    ),
    "enrol, parameter with tags": one(
        KEPT, fixture=people("alice"), seed_store={**PARAMETERS, "tags": TAGS}, stores=(TAGGED,)
    ),
    "enrol, seed is lost": one(KEPT, fixture=spare("alice"), seed_store=SECRETS),
    "enrol, seed is stored": one(KEPT, fixture=spare("alice"), seed_store=SECRETS, stored=("alice",)),
    "enrol, seed of an earlier user": one(
        KEPT, fixture=spare("alice"), seed_store=SECRETS, stored=("alice",), record={"created": OLD}
    ),
    "enrol, secret is being deleted": one(
        KEPT, fixture=people("alice"), seed_store=SECRETS_GO, stored=("alice",), deleted=True, stores=(TAKEN_BACK,)
    ),
    "disable": one(DISABLED, fixture=enrolled("alice"), state="disabled"),
    "remove": one(ABSENT, fixture=enrolled("alice"), state="absent"),
    "remove, with its secret": one(
        ABSENT, AND_SEED, fixture=enrolled("alice"), state="absent", seed_store=SECRETS_GO, stored=("alice",)
    ),
    "remove, with its parameter": one(
        ABSENT, AND_SEED, fixture=enrolled("alice"), state="absent", seed_store=PARAMETERS_GO, stored=("alice",)
    ),
    "create": one(PRESENT, fixture=people("alice"), state="present", **UNLOGGED),
    "create, seed is kept": one(PRESENT_KEPT, fixture=people("alice"), state="present", seed_store=SECRETS),
    "recreate": one(PRESENT_KEPT, fixture=spare("alice"), state="present", seed_store=SECRETS),
    "there already": one(PRESENT_KEPT, fixture=spare("alice"), state="present", seed_store=SECRETS, stored=("alice",)),
    "resynchronize": one(RESYNCED, fixture=enrolled("alice"), state="resynced", seed=SEED),
    "resynchronize, seed is stored": one(
        RESYNCED_KEPT, fixture=enrolled("alice"), state="resynced", seed_store=SECRETS, stored=("alice",)
    ),
    "resynchronize, parameter": one(
        RESYNCED_KEPT, fixture=enrolled("alice"), state="resynced", seed_store=PARAMETERS, stored=("alice",)
    ),
}

SOME = {
    "enable two": some(PAIR, ENABLED, fixture=spare(*PAIR), item={"seed": SEED}),
    "enable one of a list": some(PAIR[:1], ENABLED, fixture=spare(*PAIR), item={"seed": SEED}),
    "enable many": some(MANY, ENABLED, fixture=spare(*MANY), item={"seed": SEED}),
    "enable two, with tags": some(
        PAIR, ENABLED, AND_TAGS, fixture=spare(*PAIR, tags={"old": "1"}), item={"seed": SEED, "tags": TAGS}
    ),
    "enrol two": some(PAIR, KEPT, fixture=people(*PAIR), seed_store=SECRETS),
    "enrol many": some(MANY, KEPT, fixture=people(*MANY), seed_store=SECRETS),
    "enrol many, parameters": some(MANY, KEPT, fixture=people(*MANY), seed_store=PARAMETERS),
    "enrol two, seeds are lost": some(PAIR, KEPT, fixture=spare(*PAIR), seed_store=SECRETS),
    "enrol two, seeds are stored": some(PAIR, KEPT, fixture=spare(*PAIR), seed_store=SECRETS, stored=PAIR),
    "disable two": some(PAIR, DISABLED, fixture=enrolled(*PAIR), state="disabled"),
    "disable two without": some(PAIR, DISABLED, fixture=people(*PAIR), state="disabled"),
    "disable two tokens": with_tokens(DISABLED, state="disabled"),
    "remove two": some(PAIR, ABSENT, fixture=enrolled(*PAIR), state="absent"),
    "remove two without": some(PAIR, ABSENT, fixture=people(*PAIR), state="absent"),
    "remove two tokens": with_tokens(ABSENT, state="absent"),
    "remove two, with their secrets": some(
        PAIR, ABSENT, AND_SEED, fixture=enrolled(*PAIR), state="absent", seed_store=SECRETS_GO, stored=PAIR
    ),
    "remove many, with their secrets": some(
        MANY, ABSENT, AND_SEED, fixture=enrolled(*MANY), state="absent", seed_store=SECRETS_GO, stored=MANY
    ),
    "create two": some(PAIR, PRESENT_KEPT, fixture=people(*PAIR), state="present", seed_store=SECRETS),
    "recreate two": some(PAIR, PRESENT_KEPT, fixture=spare(*PAIR), state="present", seed_store=SECRETS),
    "two there already": some(
        PAIR, PRESENT_KEPT, fixture=spare(*PAIR), state="present", seed_store=SECRETS, stored=PAIR
    ),
    "one of a list there already": some(
        PAIR[:1], PRESENT_KEPT, fixture=spare(*PAIR), state="present", seed_store=SECRETS, stored=PAIR
    ),
    "resynchronize two": some(
        PAIR, RESYNCED_KEPT, fixture=enrolled(*PAIR), state="resynced", seed_store=SECRETS, stored=PAIR
    ),
    "resynchronize one of a list": some(
        PAIR[:1], RESYNCED_KEPT, fixture=enrolled(*PAIR), state="resynced", seed_store=SECRETS, stored=PAIR
    ),
}
