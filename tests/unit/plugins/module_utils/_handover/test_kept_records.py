# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of a vaulted file, in the place of a store."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._handover.kept_records import KeptRecords

ALICE = "arn:aws:iam::123456789012:mfa/alice"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_a_record_is_found_and_forgotten() -> None:
    kept = KeptRecords([{"serial_number": ALICE, "seed": SEED.lower(), "user_name": "alice", "created": None}])
    record = kept.find(kept.place_of("alice", ALICE))
    assert record is not None and (record.seed, record.user_name, record.created) == (SEED, "alice", "")
    assert kept.find("arn:aws:iam::123456789012:mfa/bob") is None
    assert kept.delete(ALICE, record) and not kept.delete(ALICE, record) and kept.find(ALICE) is None


@pytest.mark.parametrize("seed", ["", None, "short", "0189"])
def test_a_seed_that_is_none(seed: str | None) -> None:
    with pytest.raises(MfaError, match=f"The seed file's record of {ALICE}: its seed is .*ansible-vault edit") as error:
        KeptRecords([{"serial_number": ALICE, "seed": seed}]).find(ALICE)
    assert not seed or seed not in error.value.message.replace("too short", "")
