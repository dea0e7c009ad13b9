# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs of the role and of the playbooks that cannot be right, and what has to be said of each.

A case is what is changed in inputs that are right, the input that the message must name, and the rest of the message.
Written as name=value some inputs mean something else, which is as wrong: then there is a second message.
"""

from __future__ import annotations

import dataclasses
import typing as t

UNDEFINED = "{{ not_defined_anywhere }}"
LEFT_OUT = object()  # an input of those that are right is taken out


@dataclasses.dataclass(frozen=True)
class Case:
    """A bad input.

    :param changed: Inputs by name, with the prefix.
    :param name: The input that the message names.
    :param text: What else it says.
    :param as_text: What it says if the inputs were written as name=value.
    """

    changed: dict[str, t.Any]
    name: str
    text: str
    as_text: str


def case(name: str, value: t.Any, text: str, as_text: str = "", at: str = "", **others: t.Any) -> Case:
    """One input and maybe others of the role.

    :param at: What follows the name in the message, such as an index.
    """
    prefix = "iam_user_hardening_"
    changed = {f"{prefix}{key}": item for key, item in {name: value, **others}.items()}
    return Case(changed, f"{prefix}{name}{at}", text, as_text or text)


def of(playbook: str, name: str, value: t.Any, text: str, as_text: str = "", at: str = "", **others: t.Any) -> Case:
    """The same of a playbook."""
    changed = {f"{playbook}_{key}": item for key, item in {name: value, **others}.items()}
    return Case(changed, f"{playbook}_{name}{at}", text, as_text or text)


STORE = {"type": "secretsmanager"}
RIGHT: dict[str, dict[str, t.Any]] = {
    "role": {"iam_user_hardening_users": ["alice"], "iam_user_hardening_seed_store": STORE},
    "adopt": {"adopt_src": "devices.csv", "adopt_seed_store": STORE},
    "audit": {"audit_dest": "reports"},
    "handover": {"handover_seed_store": STORE},
    "offboard": {"offboard_users": ["alice"]},
    "resync": {"resync_users": ["alice"], "resync_seed_store": STORE},
    "rotate": {"rotate_users": ["alice"], "rotate_suffix": "2026", "rotate_seed_store": STORE},
}

# What Ansible itself says of a value that cannot be of the type that the argument spec wants.
LIST, DICT, BOOL, INT = (f"unable to convert to {kind}" for kind in ("list", "dict", "bool", "int"))
NO_USER = "there is no IAM user"
NO_NAME = "may"  # of what may be in a name, in the words of the modules
LONG = "a" * 65

ROLE: dict[str, Case] = {
    # Lists that are none
    "users: dictionary": case("users", {"a": 1}, LIST, NO_NAME),
    "users: true": case("users", True, "is true: give a list", f"{NO_USER} true"),
    "users: null": case("users", None, " list", f"{NO_USER} null"),
    "users: empty text": case("users", "", "is empty text: give a list"),
    "users: text of nobody": case("users", "nobody", f"{NO_USER} nobody", at="[0]"),
    "users: text with commas": case("users", "alice,nobody", f"{NO_USER} nobody", at="[1]"),
    "users: empty item": case("users", "alice,,bob", "an item between commas is empty"),
    "users: broken JSON": case("users", '["alice"', "begins like a list in JSON"),
    "users: list in a list": case("users", [["alice"]], "is a list: give text", at="[0]"),
    "users: dictionary in a list": case("users", [{"user_name": "alice"}], "is a dictionary: give text", at="[0]"),
    "users: null in a list": case("users", ["alice", None], "is null: give text", at="[1]"),
    "users: true in a list": case("users", ["alice", True], "put the text into quotes", at="[1]"),
    "users: decimal in a list": case("users", [1.5], "put the text into quotes", at="[0]"),
    # Ansible itself evaluates all inputs of a role first, and shows the place of the template below its message.
    "users: undefined": Case({"iam_user_hardening_users": UNDEFINED}, "not_defined_anywhere", "undefined", "undefined"),
    "exclude: undefined in a list": Case(
        {"iam_user_hardening_exclude": ["bob", UNDEFINED]}, "not_defined_anywhere", "is undefined", "is undefined"
    ),
    "exclude: dictionary": case("exclude", {"bob": True}, LIST, NO_NAME),
    "exclude: true": case("exclude", True, "is true: give a list", f"{NO_USER} true"),
    "exclude: null": case("exclude", None, " list", f"{NO_USER} null"),
    "exclude: empty text": case("exclude", "", "is empty text: give a list"),
    "exclude: empty item": case("exclude", "bob,", "an item between commas is empty"),
    "exclude: text of nobody": case("exclude", "break-glas", f"{NO_USER} break-glas"),
    "exclude: mistyped in a list": case("exclude", ["bob", "break-glas"], f"{NO_USER} break-glas"),
    "exclude: dictionary in a list": case("exclude", [{"name": "bob"}], "is a dictionary: give text", at="[0]"),
    "exclude: ARN": case("exclude", ["arn:aws:iam::123456789012:user/bob"], "is an ARN", at="[0]"),
    "exclude: blank in a name": case("exclude", ["break glass"], NO_NAME, at="[0]"),
    "exclude_patterns: dictionary": case("exclude_patterns", {"x": 1}, LIST, "matches no user of this account"),
    "exclude_patterns: true": case("exclude_patterns", True, "is true: give a list", "matches no user of this account"),
    "exclude_patterns: null": case("exclude_patterns", None, " list", "matches no user of this account"),
    "exclude_patterns: empty": case("exclude_patterns", ["bob*", ""], "is empty: give", "commas is empty"),
    "exclude_patterns: number": case("exclude_patterns", [1.5], "put the text into quotes", at="[0]"),
    "exclude_patterns: no regex": case("exclude_patterns", ["~("], "is not a valid regular expression", at="[0]"),
    "exclude_patterns: bare ~": case("exclude_patterns", ["~"], "is empty: give a pattern", at="[0]"),
    "exclude_patterns: split": case("exclude_patterns", "~^b.{1,2}$", "as if it was split at a comma", at="[0]"),
    "exclude_patterns: long": case("exclude_patterns", ["~" + "a" * 501], "the limit is 500", at="[0]"),
    "exclude_patterns: nobody": case("exclude_patterns", ["break-glass-*"], "matches no user of this account"),
    "exclude_patterns: endless": case("exclude_patterns", ["~(a+)+$"], "a repetition inside of a repetition", at="[0]"),
    # Names
    "users: empty": case("users", [], "is empty, and iam_user_hardening_select has no criterion"),
    "users: empty name": case("users", [""], "is empty", "is empty text", at=""),
    "users: long": case("users", [LONG], "64", at="[0]"),
    "users: umlaut": case("users", ["jürgen"], NO_NAME, at="[0]"),
    "users: ARN": case("users", ["arn:aws:iam::123456789012:user/alice"], "is an ARN", at="[0]"),
    "users: nobody": case("users", ["alice", "nobody"], f"{NO_USER} nobody", at="[1]"),
    "users: case": case("users", ["Alice"], "write it alice", at="[0]"),
    "users: excluded": case("users", ["alice", "bob"], "_exclude too", at="[1]", exclude=["bob"]),
    # select
    "select: list": case("select", ["staff"], "give a dictionary", "neither JSON nor key=value"),
    "select: text": case("select", "staff", "give a dictionary", "neither JSON nor key=value"),
    "select: true": case("select", True, "give a dictionary", "neither JSON nor key=value"),
    "select: unknown key": case("select", {"group": ["staff"]}, "unknown key"),
    "select: paths without a slash": case("select", {"paths": ["staff"]}, "must begin with a slash", at=".paths[0]"),
    "select: empty paths": case("select", {"paths": []}, "is empty, and would be no criterion", at=".paths"),
    "select: empty groups": case(
        "select", {"groups": [], "console_password": True}, "is empty, and would be no criterion", at=".groups"
    ),
    "select: group name": case("select", {"groups": ["my group"]}, "cannot be the name of a group", at=".groups[0]"),
    "select: unknown group": case("select", {"groups": ["employes"]}, "no user of this account is in", at=".groups"),
    "select: one unknown group": case("select", {"groups": ["staff", "x"]}, "in a group x", at=".groups"),
    "select: unknown path": case("select", {"paths": ["/nowhere/"]}, "no user of this account has a path", at=".paths"),
    "select: unknown tag": case("select", {"tags": {"taem": "red"}}, "the tag taem=red", at=".tags"),
    "select: unknown value": case("select", {"tags": {"team": ["red", "x"]}}, "the tag team=x", at=".tags"),
    "select: tags as a list": case("select", {"tags": ["team"]}, "give a dictionary", at=".tags"),
    "select: tag that is true": case("select", {"tags": {"team": True}}, "Put true, false", at=".tags.team"),
    "select: tag of dictionaries": case("select", {"tags": {"team": {"a": 1}}}, "give text, a list", at=".tags.team"),
    "select: tag of no values": case("select", {"tags": {"team": []}}, "is an empty list", at=".tags.team"),
    "select: groups as a dictionary": case("select", {"groups": {"a": 1}}, "give a list", at=".groups"),
    "select: password maybe": case("select", {"console_password": "maybe"}, "give true or", at=".console_password"),
    "select: nobody": case(
        "select", {"groups": ["staff"], "tags": {"team": "blue"}}, "selects nobody", users=LEFT_OUT
    ),
    "select: all are excluded": case("exclude", ["alice"], "too: remove the name", as_text="too", at=""),
    # Numbers and switches
    "enrol: maybe": case("enrol", "maybe", BOOL),
    "enrol: list": case("enrol", [True], BOOL),
    "batch_size: text": case("batch_size", "many", INT),
    "batch_size: 0": case("batch_size", 0, "give a whole number from 1 to 5000"),
    "batch_size: decimal": case("batch_size", 1.5, INT),
    "batch_size: true": case("batch_size", True, "give a whole number", INT),
    "batch_size: list": case("batch_size", [5], INT),
    "concurrency: 257": case("concurrency", 257, "give a whole number from 1 to 256"),
    "concurrency: -1": case("concurrency", -1, "give a whole number from 1 to 256"),
    "stop_after_failures: -1": case("stop_after_failures", -1, "give a whole number from 0"),
    "delete_passwords: -1": case("delete_passwords_after_days", -1, "give a whole number from 0", enrol=False),
    "deactivate_keys: text": case("deactivate_keys_unused_days", "90d", INT),
    "remove_orphans: text": case("remove_orphans", "orphans", BOOL),
    "allow_empty: text": case("allow_empty", "nobody", BOOL),
    # Devices
    "device_name: one for all": case("device_name", "mfa", "lacks {user_name}"),
    "device_name: placeholder": case("device_name", "{user_name}-{region}", "unknown placeholder {region}"),
    "device_name: conversion": case("device_name", "{user_name!r}", "unknown placeholder"),
    "device_name: attribute": case("device_name", "{user_name.__class__}", "unknown placeholder"),
    "device_name: brace": case("device_name", "{user_name", "is not a valid template"),
    "device_name: blank": case("device_name", "my {user_name}", NO_NAME),
    "device_name: slash": case("device_name", "{user_name}/mfa", NO_NAME),
    "device_name: list": case("device_name", ["{user_name}"], "give text", NO_NAME),
    "device_path: no slash": case("device_path", "staff", "must begin and end with a slash"),
    "device_path: half": case("device_path", "/staff", "must begin and end with a slash"),
    "device_path: empty": case("device_path", "", "must begin and end with a slash"),
    "device_path: blank": case("device_path", "/my staff/", NO_NAME),
    "device_path: long": case("device_path", f"/{'p' * 511}/", "51"),
    "device_path: ARN": case("device_path", f"/{'p' * 300}/", "256"),
    "tags: list": case("tags", ["a"], DICT),
    "tags: text": case("tags", "production", DICT),
    "tags: value is a list": case("tags", {"a": ["b"]}, "must be a string"),
    "tags: value is null": case("tags", {"a": None}, "must be a string"),
    "tags: reserved": case("tags", {"aws:x": "y"}, "reserved for Amazon"),
    "tags: sign": case("tags", {"a": "b!"}, NO_NAME),
    "tags: long key": case("tags", {"k" * 129: "x"}, "128"),
    "tags: 51": case("tags", {f"k{number}": "x" for number in range(51)}, "51 tags"),
    "tags: case": case("tags", {"Team": "a", "team": "b"}, "differ only in case"),
    "satisfied_by: choice": case("satisfied_by", "all", "any, this"),
    # Where seeds are kept
    "seeds: no place": case("seed_store", {}, "so the seeds of new devices have no place"),
    "seeds: two places": case(
        "seed_store", STORE, "cannot be combined with iam_user_hardening_seed_vault_file", seed_vault_file={"path": "s"}
    ),
    "seed_store: list": case("seed_store", ["secretsmanager"], "give a dictionary", "neither JSON nor key=value"),
    "seed_store: text": case("seed_store", "secretsmanager", "give a dictionary", "neither JSON nor key=value"),
    "seed_store: no type": case("seed_store", {"name": "mfa/{user_name}"}, "give secretsmanager or ssm", at=".type"),
    "seed_store: type": case("seed_store", {"type": "secretmanager"}, "choose one of secretsmanager, ssm", at=".type"),
    "seed_store: unknown key": case("seed_store", {**STORE, "nmae": "x"}, "unknown key"),
    "seed_store: placeholder": case("seed_store", {**STORE, "name": "mfa/{username}"}, "{username}", at=".name"),
    "seed_store: one for all": case("seed_store", {**STORE, "name": "mfa/seeds"}, "lacks {user_name}", at=".name"),
    "seed_store: brace": case("seed_store", {**STORE, "name": "mfa/{user_name"}, "not a valid template", at=".name"),
    "seed_store: empty name": case("seed_store", {**STORE, "name": " "}, "is empty", at=".name"),
    "seed_store: Amazon's name": case(
        "seed_store", {"type": "ssm_parameter", "name": "/aws/{user_name}"}, "reserved by AWS", at=".name"
    ),
    "seed_store: levels": case(
        "seed_store", {"type": "ssm_parameter", "name": "/a" * 16 + "/{user_name}"}, "15", at=".name"
    ),
    "seed_store: long name": case("seed_store", {**STORE, "name": "n" * 520 + "{user_name}"}, "characters", at=".name"),
    "seed_store: tags": case("seed_store", {**STORE, "tags": {"a": ["b"]}}, "must be a string", at=".tags"),
    "seed_store: tags as text": case("seed_store", {**STORE, "tags": "a"}, "neither JSON nor key=value", at=".tags"),
    "seed_store: region": case("seed_store", {**STORE, "region": "Frankfurt"}, "is no region", at=".region"),
    "seed_store: endpoint": case("seed_store", {**STORE, "endpoint_url": "localhost"}, "must begin with", at=".end"),
    "seed_store: verify": case("seed_store", {**STORE, "verify": "maybe"}, "give true or false", at=".verify"),
    "vault file: no path": case("seed_vault_file", {"vault_id": "x"}, "give the path", at=".path", seed_store=LEFT_OUT),
    "vault file: text": case("seed_vault_file", "seeds.yml", "a dictionary", "neither JSON", seed_store=LEFT_OUT),
    "vault file: unknown key": case(
        "seed_vault_file", {"path": "s", "password": "x"}, "unknown key", seed_store=LEFT_OUT
    ),
    "vault file: no folder": case(
        "seed_vault_file", {"path": "not-there/seeds.yml"}, "there is no directory", at=".path", seed_store=LEFT_OUT
    ),
    "vault file: a folder": case("seed_vault_file", {"path": "/tmp"}, "a directory", at=".path", seed_store=LEFT_OUT),
    "vault file: no password": case(
        "seed_vault_file", {"path": "s.yml"}, "no vault password is loaded", seed_store=LEFT_OUT
    ),
    "seed_tasks: not there": case("seed_tasks", "keep.yml", "there is no file", seed_store=LEFT_OUT),
    "enrolment_sheets: no dest": case("enrolment_sheets", {"encrypt": False}, "is missing", at=".dest"),
    "enrolment_sheets: in nothing": case("enrolment_sheets", {"dest": "a/b"}, "there is no directory", at=".dest"),
    "enrolment_sheets: vault_id": case(
        "enrolment_sheets", {"dest": "s", "vault_id": "x"}, "has no effect without encrypt", at=".vault_id"
    ),
    "enrolment_sheets: no password": case(
        "enrolment_sheets", {"dest": "s", "encrypt": True}, "no vault password is loaded", at=".encrypt"
    ),
    "enrolment_sheets: blind": case(
        "enrolment_sheets", {"dest": "s"}, "verify is false", at=".dest", seed_store={**STORE, "verify": False}
    ),
    "seed_tasks: list": case("seed_tasks", ["keep.yml"], "give text", "there is no file", seed_store=LEFT_OUT),
    # Enforcement
    "enforce_policy: choice": case("enforce_policy", "grup", "none, group, users"),
    "enforce_policy: true": case("enforce_policy", True, "none, group, users"),
    "enforce_group: missing": case("enforce_group", "", "so name the group", enforce_policy="group"),
    "enforce_group: no effect": case("enforce_group", "staff", "has no effect, as iam_user_hardening_enforce_policy"),
    "enforce_group_members: no effect": case("enforce_group_members", "add", "has no effect", enforce_policy="users"),
    "enforce_group_members: unknown": case(
        "enforce_group_members", "remove", "must be one of: report, add", enforce_policy="group", enforce_group="staff"
    ),
    "enforce_group: with users": case("enforce_group", "staff", "has no effect", enforce_policy="users"),
    "enforce_group: ARN": case(
        "enforce_group", "arn:aws:iam::123456789012:group/staff", "give the name alone", enforce_policy="group"
    ),
    "enforce_group: excluded members": case(
        "enforce_group", "staff", "has members who are excluded", enforce_policy="group", exclude=["bob"]
    ),
    "enforce_policy_name: blank": case("enforce_policy_name", "a b", "give the name alone", enforce_policy="users"),
    "enforce_policy_name: long": case("enforce_policy_name", "p" * 129, "give the name alone", enforce_policy="users"),
    "enforce_policy_name: no effect": case("enforce_policy_name", "mfa", "enforce_policy to group"),
    "enforce_self_enrolment: no effect": case("enforce_self_enrolment", True, "has no effect"),
    "enforce_allow_password_change: no effect": case("enforce_allow_password_change", True, "has no effect"),
    # Off unless switched on
    "delete_passwords: no effect": case("delete_passwords_after_days", 30, "set iam_user_hardening_enrol to false"),
    "orphan_pattern: no effect": case("orphan_pattern", "^/old/", "set iam_user_hardening_remove_orphans to true"),
    "orphan_pattern: missing": case("orphan_pattern", "", "Give a regular expression", remove_orphans=True),
    "orphan_pattern: no regex": case("orphan_pattern", "(", "not a valid regular expression", remove_orphans=True),
    "orphan_pattern: endless": case("orphan_pattern", "(a+)+$", "a repetition inside", remove_orphans=True),
    "password_policy: list": case("password_policy", [14], "give a dictionary", "neither JSON nor key=value"),
    "password_policy: unknown key": case("password_policy", {"min_length": 14}, "unknown key"),
    "password_policy: text": case("password_policy", {"min_pw_length": "long"}, "whole number", at=".min_pw_length"),
    "password_policy: short": case("password_policy", {"min_pw_length": 5}, "from 6 to 128", at=".min_pw_length"),
    "password_policy: age": case("password_policy", {"pw_max_age": 1096}, "from 0 to 1095", at=".pw_max_age"),
    "password_policy: memory": case("password_policy", {"pw_reuse_prevent": 25}, "0 to 24", at=".pw_reuse_prevent"),
    # Names of inputs
    "unknown input": case("exlude", ["bob"], "Did you mean iam_user_hardening_exclude?"),
    "unknown input that is near to none": case("vip", ["bob"], "there is no such input"),
    "mistyped prefix": Case(
        {"iam_user_hardning_exclude": ["bob"]}, "iam_user_hardning_exclude", "Did you mean iam_user_hardening_exclude?",
        "Did you mean iam_user_hardening_exclude?",
    ),  # fmt: skip
}

PLAYBOOKS: dict[str, dict[str, Case]] = {
    "audit": {
        "formats: choice": of("audit", "formats", ["html", "pdf"], "choose one of", at="[1]"),
        "formats: dictionary": of("audit", "formats", {"html": True}, "give a list", "choose one of"),
        "formats: true": of("audit", "formats", True, "give a list", "choose one of"),
        "benchmark: unknown": of("audit", "benchmark", "6.5", "choose one of"),
        "checks: unknown": of("audit", "checks", ["root"], "choose one of", at="[0]"),
        "exemptions: text": of("audit", "exemptions", "bob", "give a dictionary", at="[0]"),
        "exemptions: no reason": of(
            "audit", "exemptions", [{"user_name": "bob", "checks": ["console_mfa"]}], "is missing", at="[0].reason"
        ),
        "exemptions: unknown key": of("audit", "exemptions", [{"user": "bob"}], "unknown key 'user'", at="[0]"),
        "exemptions: nobody": of(
            "audit", "exemptions", [{"checks": ["console_mfa"], "reason": "x"}], "give user_name or", at="[0]"
        ),
        "max_device_age_days: text": of("audit", "max_device_age_days", "1y", "give a whole number"),
        "max_device_age_days: true": of("audit", "max_device_age_days", True, "give a whole number"),
        "fail_on: unknown": of("audit", "fail_on", ["hihg"], "Did you mean high?", at="[0]"),
        "fail_on: dictionary": of("audit", "fail_on", {"high": 1}, "give a list", "choose one of"),
        "fail_on_unknown: text": of("audit", "fail_on_unknown", "perhaps", "give true or false"),
        "force: list": of("audit", "force", [True], "give true or false"),
        "user_details: text": of("audit", "user_details", "all", "give true or false"),
        "dest: line break": of("audit", "dest", "re\nports", "cannot be seen"),
        "dest: empty": of("audit", "dest", "", "give the name of a file or directory"),
        "dest: undefined": of("audit", "dest", UNDEFINED, "not_defined_anywhere"),
        "unknown input": of("audit", "failon", ["high"], "Did you mean audit_fail_on?"),
    },
    "offboard": {
        "users: missing": of("offboard", "users", LEFT_OUT, "is missing: give a list"),
        "users: empty": of("offboard", "users", [], "is empty"),
        "users: dictionary": of("offboard", "users", {"bob": 1}, "give a list", NO_NAME),
        "users: number": of("offboard", "users", [1.5], "put the text into quotes", at="[0]"),
        "users: empty text": of("offboard", "users", "", "is empty text"),
        "users: empty name": of("offboard", "users", [""], "is empty", "is empty text"),
        "users: dictionary in a list": of("offboard", "users", [{"user_name": "bob"}], "give text", at="[0]"),
        "users: ARN": of("offboard", "users", ["arn:aws:iam::123456789012:user/bob"], "is an ARN", at="[0]"),
        "users: blank": of("offboard", "users", ["bob smith"], NO_NAME, at="[0]"),
        "users: twice": of("offboard", "users", ["bob", "Bob"], "name each user once"),
        "users: undefined": of("offboard", "users", UNDEFINED, "not_defined_anywhere"),
        "unknown input": of("offboard", "user", "bob", "Did you mean offboard_users?"),
        "ignore_missing_users: text": of("offboard", "ignore_missing_users", "bob", "give true or false"),
    },
    "rotate": {
        "users: missing": of("rotate", "users", LEFT_OUT, "is missing: give a list"),
        "users and all": of("rotate", "all", True, "cannot be combined with rotate_users"),
        "users: empty": of("rotate", "users", [], "is empty"),
        "users: true": of("rotate", "users", [True], "put the text into quotes", at="[0]"),
        "users: long": of("rotate", "users", [LONG], "64", at="[0]"),
        "users: empty items": of("rotate", "users", "alice, bob,,", "is 'alice, bob,,'"),
        "users: twice": of("rotate", "users", ["alice", "Alice"], "has alice 2 times"),
        "users: ARN": of("rotate", "users", ["arn:aws:iam::123456789012:user/alice"], "is an ARN", at="[0]"),
        "suffix: missing": of("rotate", "suffix", LEFT_OUT, "is missing"),
        "suffix: line break": of("rotate", "suffix", "2026\n", "letters, digits"),
        "suffix: blank": of("rotate", "suffix", "new one", "letters, digits"),
        "suffix: empty": of("rotate", "suffix", "", "letters, digits"),
        "suffix: quote": of("rotate", "suffix", 'x"y', "letters, digits"),
        "suffix: list": of("rotate", "suffix", ["2026", 1], "give text", "letters, digits"),
        "seed_store: missing": of("rotate", "seed_store", LEFT_OUT, "is missing"),
        "seed_store: text": of("rotate", "seed_store", "secretsmanager", "neither JSON nor key=value"),
        "seed_store: type": of("rotate", "seed_store", {"type": "s3"}, "choose one of", at=".type"),
        "seed_store: unknown key": of("rotate", "seed_store", {**STORE, "nmae": "x"}, "Did you mean name?"),
        "seed_store: placeholder": of("rotate", "seed_store", {**STORE, "name": "m/{usr}"}, "{usr}", at=".name"),
        "seed_store: one name": of(
            "rotate",
            "seed_store",
            {**STORE, "name": "one"},
            "under the same name",
            users=["alice", "bob"],
        ),
        "seed_store: one for old and new": of(
            "rotate", "seed_store", {**STORE, "name": "mfa/{user_name}"}, "lacks", at=".name"
        ),
        "retire: text": of("rotate", "retire", "later", "give true or false"),
        "retire_devices: missing": of("rotate", "retire", True, "retire_devices", at=""),
        "retire_devices: every": of("rotate", "retire_devices", ["*"], "'*' names every device", at="[0]", retire=True),
        "retire_devices: no name": of("rotate", "retire_devices", ["{user}"], "cannot be a device's name", at="[0]"),
        "profiles: list": of("rotate", "profiles", ["alice"], "is a list", "neither JSON nor key=value"),
        "profiles: empty": of("rotate", "profiles", {"alice": ""}, "is no profile", at=".alice"),
        "min_age_days: text": of("rotate", "min_age_days", "a week", "give a whole number"),
        "min_age_days: minus one": of("rotate", "min_age_days", -1, "is -1"),
        "unknown input": of("rotate", "suffx", "2026", "Did you mean rotate_suffix?"),
    },
}
