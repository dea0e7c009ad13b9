# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No scenario breaks what must always hold. `make search` plays a hundred thousand of them."""

from __future__ import annotations

import os

from search import play, search, smaller

RUNS = int(os.environ.get("SEARCH_RUNS", "2500"))


def test_no_scenario_breaks_a_rule() -> None:
    found, _played = search(0, RUNS)
    assert not found, str(smaller(found[0]))


def test_a_seed_is_the_same_scenario_each_time() -> None:
    from scenario import Scenario
    from seams import in_place

    for seed in (3, 71, 336):
        traces = []
        for _time in range(2):
            with in_place():
                scenario = Scenario(seed)
                assert scenario.play() is None
                traces.append(scenario.world.trace)
        assert traces[0] == traces[1] and len(traces[0]) > 3


def test_time_and_chance_are_put_back() -> None:
    import random
    import time

    from ansible_collections.hardening.aws.plugins.module_utils._devices import attach

    assert play(1) is None
    assert attach.time is time and attach.random is random
