# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/permissions.md says: blocks of JSON, the playbooks that take them, and the actions of each module."""

from __future__ import annotations

import collections
import dataclasses
import json
import re
import typing as t

from project import ROOT

TEXT = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
Document = dict[str, t.Any]
BLOCKS: dict[str, Document] = {
    name: json.loads(text)
    for name, text in re.findall(r"^## ([^\n]+)\n[^#]*?```json\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL)
}


def _table(*header: str) -> list[list[str]]:
    """The rows of the table with this header."""
    head = f"| {' | '.join(header)} |\n|{'---|' * len(header)}\n"
    assert TEXT.count(head) == 1, head
    lines = TEXT.split(head)[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@dataclasses.dataclass(frozen=True)
class Row:
    """A use of a module or plugin, or of a store.

    :param actions: What it needs.
    :param spared: What it can do without, saying nothing.
    :param seeds: What it does with the seeds in a store, or nothing.
    """

    actions: frozenset[str]
    spared: frozenset[str] = frozenset()
    seeds: str = ""

    def __or__(self, other: Row) -> Row:
        return Row(self.actions | other.actions, self.spared | other.spared)

    @property
    def all(self) -> frozenset[str]:
        return self.actions | self.spared


def _row(cell: str) -> Row:
    named, _colon, seeds = cell.partition("seeds: ")
    spared = frozenset(re.findall(r"\(`([a-z]+:\w+)`\)", named))
    assert re.sub(r"\(?`[a-z]+:\w+`\)?|[ ,;]", "", named) in ("", "none"), cell
    return Row(frozenset(re.findall(r"`([a-z]+:\w+)`", named)) - spared, spared, seeds)


PLAYBOOKS: dict[str, list[str]] = {use: blocks.split(", ") for use, blocks in _table("use", "blocks")}
# What inputs of a playbook need besides, by both.
MORE = {(name.strip("`"), given): _row(cell).actions for name, given, cell in _table("playbook", "input", "actions")}
# By module or plugin and use; by store and use.
ROWS = {
    (name, use): _row(cell)
    for names, use, cell in _table("module or plugin", "for", "actions")
    for name in names.replace("`", "").split(", ")
}
SEEDS = {(name.replace("`", ""), use): _row(cell) for name, use, cell in _table("store", "seeds", "actions")}
RESOURCES = {
    action: resource.strip("`") for resource, cell in _table("resource", "actions") for action in _row(cell).actions
}


def policy(actions: t.Iterable[str]) -> Document:
    """A policy that allows these actions, each on the resource that the page gives it."""
    by_resource = collections.defaultdict(list)
    for action in sorted(actions):
        by_resource[RESOURCES[action]].append(action)
    statements = [
        {"Effect": "Allow", "Action": together, "Resource": resource} for resource, together in by_resource.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def together(blocks: t.Iterable[str]) -> Document:
    """A policy with the statements of several blocks."""
    statements = [statement for name in blocks for statement in BLOCKS[name]["Statement"]]
    return {"Version": "2012-10-17", "Statement": statements}


def actions_of(document: Document) -> set[str]:
    """The actions that a policy names."""
    return {
        action
        for statement in document["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
