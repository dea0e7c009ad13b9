# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of each public module and plugin names the actions that docs/permissions.md has for it."""

from __future__ import annotations

import ast
import functools
import itertools
import pathlib
import re
import typing as t

import permissions_page as page
import pytest
import yaml
from project import ROOT

PLUGINS = ROOT / "plugins"
# Nobody has to be granted these.
FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
# What a key of one's own needs, whatever the module.
OF_KEYS = {"kms:Decrypt"}
STORES = ("secretsmanager:", "ssm:")
Document = dict[str, t.Any]


def _texts(path: pathlib.Path) -> dict[str, str]:
    """The names of a file, or of its class, that are given a text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = itertools.chain(tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef)))
    return {
        node.targets[0].id: node.value.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


@functools.cache
def _public() -> dict[str, Document]:
    """The documentation of the modules and plugins that are there for users, by the page's names of them."""
    kinds = {"modules": "", "lookup": "lookup ", "inventory": "inventory "}
    found = {}
    for kind, prefix in kinds.items():
        for path in sorted((PLUGINS / kind).glob("[a-z]*.py")):
            text = _texts(path).get("DOCUMENTATION")
            if text is not None and "Private to th" not in text:
                found[f"{prefix}{path.stem}"] = yaml.safe_load(text)
    return found


def _own_fragments(document: Document) -> list[str]:
    names = document.get("extends_documentation_fragment", [])
    return [name for name in names if name.startswith("hardening.aws.")]


def _fragment(name: str) -> Document:
    _namespace, _collection, file, *part = name.split(".")
    text = _texts(PLUGINS / "doc_fragments" / f"{file}.py").get((part or ["documentation"])[0].upper())
    return yaml.safe_load(text or "") or {}


def _named(document: Document) -> set[str]:
    """The actions in the notes."""
    return set(re.findall(r"C\((\w+:[A-Z]\w+)\)", " ".join(document.get("notes", [])))) - FREE - OF_KEYS


def _listed(name: str) -> set[str]:
    """What the page has for a module or plugin, but for stores."""
    return {action for (own, _use), row in page.ROWS.items() if own == name for action in row.all}


def _listed_of_stores(name: str) -> set[str]:
    """What the page has for its seeds, wherever they are."""
    kinds = {row.seeds for (own, _use), row in page.ROWS.items() if own == name}
    return {
        action
        for (_store, use), row in page.SEEDS.items()
        for action in row.all
        if use in kinds or ("write" in kinds and use.startswith("and write"))
    }


def test_the_page_has_all_that_is_public() -> None:
    assert {name for name, _use in page.ROWS} == set(_public())
    assert "iam_mfa_device" in _public() and "iam_user_hardening_plan" not in _public()


@pytest.mark.parametrize("name", sorted({name for name, _use in page.ROWS}))
def test_the_notes_agree_with_the_page(name: str) -> None:
    document = _public()[name]
    fragments = _own_fragments(document)
    named = _named(document).union(*(_named(_fragment(fragment)) for fragment in fragments))
    # What several modules share says what any of them needs.
    alike = {other for other in _public() if "hardening.aws._mfa" in {*fragments} & {*_own_fragments(_public()[other])}}
    of_stores = {action for action in named if action.startswith(STORES)}
    assert named - of_stores == set().union(*(_listed(other) for other in {name, *alike}))
    # The permission to read many at once is for those who write many.
    at_once = {"secretsmanager:BatchGetSecretValue", "ssm:GetParameters"} - of_stores
    assert of_stores == _listed_of_stores(name) - at_once
