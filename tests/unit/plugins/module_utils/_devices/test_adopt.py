# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose seeds are believed, and what is left when they are wrong, on an account in memory."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices import seed_file
from ansible_collections.hardening.aws.plugins.module_utils._devices.adopt import Adopter
from ansible_collections.hardening.aws.plugins.module_utils._devices.outcome import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    NOW,
    Api,
    Store,
    arn,
    refused,
    wanted,
)

SEED, OTHER = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NO_CODE = "InvalidAuthenticationCode"


class KeptSeeds(Store):
    """A store whose records can be deleted."""

    def find(self, name: str) -> Record | None:
        return self.records.get(name)

    def delete(self, name: str, record: Record) -> bool:
        return self.records.pop(name, None) == record


def record(seed: str, created: str = NOW) -> Record:
    return Record(seed, arn("alice"), "alice", "", created, "7")


def adopt(
    attached: bool | str, kept: Record | None = None, check_mode: bool = False, spoil: t.Any = None, times: int = 1
) -> tuple[list[Outcome], Api, KeptSeeds]:
    """Adopt alice's device. I(attached) is whether it is hers, or whose it is."""
    api, store = Api(["alice", "bob"]), KeptSeeds()
    api.devices[arn("alice")] = "alice" if attached is True else attached or None
    api.spoil = spoil or {}
    api.untag = lambda serial, _keys: api._called("untag", serial)  # type: ignore[attr-defined]
    if kept:
        store.records["mfa/alice"] = kept
    asked = dataclasses.replace(wanted("alice"), device_name=None, serial_number=arn("alice"), seed=SEED)
    several = [asked, dataclasses.replace(asked, user_name="bob")][:times]
    return Adopter(t.cast(t.Any, api), t.cast(t.Any, store), check_mode).many(several, 1), api, store


@pytest.mark.parametrize(
    ("attached", "kept", "actions"),
    [
        (True, None, ["resync", "tag", "store"]),
        (True, record(SEED), []),
        (True, record(OTHER), ["resync", "tag", "store"]),
        # the record of an earlier alice proves nothing
        (True, record(SEED, "2001-01-01T00:00:00Z"), ["resync", "tag", "store"]),
        (False, None, ["store", "tag", "enable"]),
        # a run that was killed before it attached the device
        (False, record(SEED), ["enable"]),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_is_done(attached: bool, kept: Record | None, actions: list[str], check_mode: bool) -> None:
    (outcome,), api, store = adopt(attached, kept, check_mode)
    assert outcome.error is None and outcome.actions == actions
    if check_mode:
        assert not set(api.calls) & {"resync", "enable", "tag"} and store.records == (
            {"mfa/alice": kept} if kept else {}
        )
    else:
        assert store.records["mfa/alice"].seed == SEED and api.devices[arn("alice")] == "alice"


@pytest.mark.parametrize(
    ("attached", "kept", "text"),
    [
        ("bob", None, "is attached to bob, not to alice"),
        (False, record(OTHER), "holds another seed of"),
        (False, record(SEED, "2001-01-01T00:00:00Z"), "holds this seed, made for an earlier alice,"),
    ],
)
def test_what_is_refused(attached: bool | str, kept: Record | None, text: str) -> None:
    (outcome,), api, store = adopt(attached, kept)
    assert outcome.error and text in outcome.error.message and not outcome.actions
    assert store.records == ({"mfa/alice": kept} if kept else {}) and not api.calls["enable"]


def test_a_wrong_seed_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    for attached in (True, False):
        spoil = {name: [refused(NO_CODE) for _try in range(5)] for name in ("resync", "enable")}
        (outcome,), api, store = adopt(attached, spoil=spoil)
        assert outcome.error and "AWS refused codes computed from the seed" in outcome.error.message
        assert not store.records and not outcome.actions
        assert api.calls["tag"] == api.calls["untag"]


def test_one_device_for_two_users() -> None:
    """Where it is attached, AWS tells whose it is; where it is not, nobody does."""
    (alice, bob), _api, _store = adopt(True, times=2)
    assert alice.error is None and bob.error and "is attached to alice, not to bob" in bob.error.message
    outcomes, api, store = adopt(False, times=2)
    assert all(one.error and "is named for several users" in one.error.message for one in outcomes)
    assert not store.records and not api.calls["enable"]


def test_a_tag_that_is_denied_is_a_warning() -> None:
    (outcome,), _api, store = adopt(True, spoil={"tag": [refused("AccessDenied", "iam:TagMFADevice")]})
    assert outcome.error is None and outcome.actions == ["resync", "store"] and store.records
    assert outcome.warning and "was adopted without its tag" in outcome.warning


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("user,serial,seed\na,b,c\n", [2]),
        ("\ufeffUser;Serial;Seed;note\r\na;b;c;d\r\n\r\ne;f;g\r\n", [2, 4]),
        ('serial_number,seed,user_name\n"b","c","a"\n', [2]),
        ("user,serial,seed\n , ,\na,b,c\n", [3]),
        ('[{"user": "a", "serial": "b", "seed": "c"}, 7]', [1, 2]),
    ],
)
def test_files_as_people_have_them(tmp_path: t.Any, text: str, numbers: list[int]) -> None:
    path = tmp_path / "seeds"
    path.write_text(text, encoding="utf-8")
    lines = seed_file.read_lines(str(path))
    assert [line.number for line in lines] == numbers
    assert lines[0].values == {"user_name": "a", "serial_number": "b", "seed": "c"}
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="is not text in UTF-8"):
        seed_file.read_lines(str(path))


def test_a_token_that_aws_does_not_know_leaves_no_seed_behind() -> None:
    """AWS lists no token before it is attached."""
    api, store = Api(["alice"]), KeptSeeds()
    api.spoil["enable"] = [
        refused("NoSuchEntity", "iam:EnableMFADevice", "MFA Device with serial number X does not exist.")
    ]
    asked = dataclasses.replace(wanted("alice"), device_name=None, serial_number="GAHT12345678", seed=SEED)
    (outcome,) = Adopter(t.cast(t.Any, api), t.cast(t.Any, store), False).many([asked], 1)
    assert outcome.error and "AWS knows no token with the serial number GAHT12345678" in outcome.error.message
    assert not store.records and not outcome.actions


def test_a_virtual_device_that_is_not_there() -> None:
    api, store = Api(["alice"]), KeptSeeds()
    asked = dataclasses.replace(wanted("alice"), device_name=None, serial_number=arn("alice"), seed=SEED)
    (outcome,) = Adopter(t.cast(t.Any, api), t.cast(t.Any, store), False).many([asked], 1)
    assert outcome.error and outcome.error.message.startswith(
        f"There is no virtual device {arn('alice')} in this account"
    )
    assert not store.records and not api.calls["enable"]
