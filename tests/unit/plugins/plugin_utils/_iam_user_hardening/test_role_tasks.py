# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's tasks and the Python that reads what they registered agree on the names."""

from __future__ import annotations

import re
import typing as t

import yaml

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs, outcome, steps

ROLE = inputs._SPEC.parent.parent
PREFIX = "__iam_user_hardening_"


def load(name: str) -> t.Any:
    return yaml.safe_load((ROLE / name).read_text(encoding="utf-8"))


def tasks(items: list[dict[str, t.Any]]) -> t.Iterator[dict[str, t.Any]]:
    """Tasks, also those in blocks."""
    for item in items:
        yield item
        for section in ("block", "rescue", "always"):
            yield from tasks(item.get(section, []))


ALL = {path.name: list(tasks(load(f"tasks/{path.name}"))) for path in sorted((ROLE / "tasks").glob("*.yml"))}
REGISTERED = {item["register"].removeprefix(PREFIX) for items in ALL.values() for item in items if "register" in item}


def test_what_is_registered_is_initialized_before() -> None:
    """An earlier run of the role in the same play leaves nothing behind."""
    (initialize,) = [item for item in ALL["plan.yml"] if item["name"] == "Initialize the results"]
    initialized = {name.removeprefix(PREFIX) for name in initialize["ansible.builtin.set_fact"]}
    # The plan is made anew by each run, and what a batch created is forgotten at its end.
    assert initialized == REGISTERED - {"planned", "created"} | {"failures"}


def test_the_report_gets_all_of_it() -> None:
    done = load("vars/main.yml")[f"{PREFIX}done"]
    assert set(done) - {"check_mode"} == REGISTERED - {"planned", "created"} | {"failures"}
    for name, template in done.items():
        assert template == f"{{{{ {'ansible_' if name == 'check_mode' else PREFIX}{name} }}}}"
    plan = dict.fromkeys(("selected", "excluded", "has_mfa", "failed", "devices", "passwords", "keys", "orphans"), [])
    nothing: dict[str, t.Any] = {name: {} for name in done if name not in ("failures", "check_mode")}
    given = {**plan, "credential_report": None, "warnings": [], "settings": {"enforce_group": ""}}
    assert outcome.outcome(given, {**nothing, "failures": [], "check_mode": False})["failed"] == []


def test_included_files_exist() -> None:
    text = "".join((ROLE / "tasks" / name).read_text(encoding="utf-8") for name in ALL)
    assert set(re.findall(r"\b[a-z_]+\.yml", text)) <= {*ALL, "main.yml"} | {"_.yml"}
    places = re.findall(r"'(\w+)'", load("vars/main.yml")[f"{PREFIX}seeds_are_kept"])
    assert {f"enrol_{place}.yml" for place in places} == set(ALL) & {f"enrol_{place}.yml" for place in places}
    assert len(places) == 3


def test_the_tags_are_those_of_the_steps() -> None:
    tags = [tag for item in ALL["main.yml"] for tag in item["tags"]]
    assert set(tags) == {"always", *steps.STEPS}
    for item in ALL["main.yml"]:
        included = item.get("ansible.builtin.include_tasks")
        assert included is None or included["apply"]["tags"] == item["tags"]


def test_a_step_that_fails_stops_nothing_else() -> None:
    """Each is a block with a rescue, but for the plan, before which nothing was done, and the report."""
    for item in ALL["main.yml"]:
        included = item.get("ansible.builtin.include_tasks")
        if included and "{{" not in included["file"]:
            (step,) = load(f"tasks/{included['file']}")
            assert step["rescue"][0]["ansible.builtin.include_tasks"] == "note_failure.yml"
            assert f"{PREFIX}what" in step["rescue"][0]["vars"]


def test_seeds_are_in_no_variable_but_one() -> None:
    """Tasks that handle seeds print nothing; and the variable that has them is emptied, whatever happens."""
    (batch,) = load("tasks/enrol_batch.yml")
    for item in batch["block"]:
        include = item.get("ansible.builtin.include_tasks")
        assert (include["apply"] if include else item)["no_log"] is True
    assert batch["always"][-1]["ansible.builtin.set_fact"] == {f"{PREFIX}created": {}}
