# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the states, docs/states.svg: its arrows are the steps that the modules plan, with their calls."""

from __future__ import annotations

import pathlib
import typing as t
import xml.etree.ElementTree

import pytest
import yaml

from ansible_collections.hardening.aws.plugins.doc_fragments._mfa import ModuleDocFragment
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device, VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Current, Desired, Plan, plan

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARN = "arn:aws:iam::123456789012:mfa/alice"
STATES = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]["state"]["choices"]
CALLS = {
    "create": ["CreateVirtualMFADevice"],
    "store": [],
    "recreate": ["DeleteVirtualMFADevice", "CreateVirtualMFADevice"],
    "enable": ["EnableMFADevice"],
    "disable": ["DeactivateMFADevice"],
    "delete": ["DeleteVirtualMFADevice"],
    "resync": ["ResyncMFADevice"],
}
CURRENT = {
    "missing": Current(),
    "unassigned": Current(target=VirtualDevice(ARN)),
    "attached": Current(devices=(Device(ARN, "alice"),), target=VirtualDevice(ARN, "alice")),
}
LOST = Current(target=VirtualDevice(ARN), seed_lost=True)


def groups() -> list[tuple[dict[str, str], list[str]]]:
    """The boxes and arrows: their attributes, and the texts in them."""
    tree = xml.etree.ElementTree.parse(ROOT / "docs/states.svg")
    ns = "{http://www.w3.org/2000/svg}"
    return [(group.attrib, [text.text or "" for text in group.iter(f"{ns}text")]) for group in tree.iter(f"{ns}g")]


ARROWS = [found for found in groups() if "data-from" in found[0]]
BOXES = {found["id"]: found["data-meets"].split() for found, _texts in groups() if "id" in found}


def planned(state: str, current: Current) -> Plan:
    return plan(Desired("alice", state, device_name="alice", stored=True), current)


def drawn(state: str, place: str, lost: bool = False) -> list[str]:
    """The steps of the arrows that a state follows from a box on."""
    steps: list[str] = []
    left = [
        arrow for arrow, _texts in ARROWS if state in arrow["data-states"].split() and (lost or "data-if" not in arrow)
    ]
    while here := [arrow for arrow in left if arrow["data-from"] == place]:
        arrow = min(here, key=lambda one: "data-if" not in one)
        left.remove(arrow)
        steps += arrow["data-steps"].split()
        place = arrow["data-to"]
    return steps


def test_its_states_are_those_of_the_modules() -> None:
    assert {state for arrow, _texts in ARROWS for state in arrow["data-states"].split()} == set(STATES)
    assert set(BOXES) == set(CURRENT) == {arrow[end] for arrow, _texts in ARROWS for end in ("data-from", "data-to")}


@pytest.mark.parametrize("place", CURRENT)
@pytest.mark.parametrize("state", STATES)
def test_its_arrows_are_what_is_planned(state: str, place: str) -> None:
    found = planned(state, CURRENT[place])
    assert drawn(state, place) == found.kinds
    assert (state in BOXES[place]) == (not found.kinds and not found.problem)


@pytest.mark.parametrize("state", STATES)
def test_a_device_whose_seed_is_lost(state: str) -> None:
    assert drawn(state, "unassigned", lost=True) == planned(state, LOST).kinds


@pytest.mark.parametrize(("arrow", "texts"), ARROWS)
def test_what_is_written_at_an_arrow(arrow: t.Mapping[str, str], texts: list[str]) -> None:
    assert texts[0].removesuffix(", if its seed is not stored").split(", ") == arrow["data-states"].split()
    assert texts[1].split(", ") == [call for step in arrow["data-steps"].split() for call in CALLS[step]]
    assert any("into the store" in text for text in texts) == ("store" in arrow["data-steps"])


@pytest.mark.parametrize("id_", BOXES)
def test_what_is_written_in_a_box(id_: str) -> None:
    (texts,) = [texts for found, texts in groups() if found.get("id") == id_]
    words = " ".join(texts[1:]).split()
    assert [word for word in words if word in STATES] == BOXES[id_]


def test_the_page_shows_it_with_a_text_in_its_place() -> None:
    page = (ROOT / "docs/states.md").read_text(encoding="utf-8")
    assert page.count("](states.svg)") == 1 and "![](states.svg)" not in page
    assert [state for state in STATES if f"| `{state}` |" not in page] == []
    root = xml.etree.ElementTree.parse(ROOT / "docs/states.svg").getroot()
    assert root.get("role") == "img" and root.get("aria-labelledby") == "title desc"
    named = {node.get("id"): node.text for node in root if node.get("id")}
    assert named["title"] and named["desc"]
