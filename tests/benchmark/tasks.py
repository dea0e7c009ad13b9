# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that are measured, as a user of the collection would write them."""

from __future__ import annotations

import typing as t

from boto3_script import POLICY
from harness import CONCURRENCY

Task = dict[str, t.Any]

ITEMS = "{{ lookup('ansible.builtin.file', users_file) | from_json }}"
NAMES = "{{ lookup('ansible.builtin.file', users_file) | from_json | map(attribute='user_name') | list }}"
GROUP = "everybody"
STORE = {"type": "secretsmanager"}
FORMATS = ["html", "json", "csv", "md", "junit", "sarif"]

PLURAL: Task = {"hardening.aws.iam_mfa_devices": {"devices": ITEMS, "seed_store": STORE, "concurrency": CONCURRENCY}}
SINGULAR: Task = {
    "hardening.aws.iam_mfa_device": {
        "user_name": "{{ item.user_name }}",
        "device_name": "{{ item.user_name }}",
        "seed_store": STORE,
    },
    "loop": ITEMS,
}
ATTACH: Task = {
    "hardening.aws.iam_policy_attachment": {"policy_arn": POLICY, "users": NAMES, "concurrency": CONCURRENCY}
}
# Of each user, the file says what is taken away.
OFFBOARD: Task = {"hardening.aws.iam_user_access": {"users": ITEMS, "concurrency": CONCURRENCY}}
# Of each user, the file says which device.
RETIRE: Task = {"hardening.aws.iam_mfa_devices": {"devices": ITEMS, "state": "absent", "concurrency": CONCURRENCY}}
INFO: Task = {"hardening.aws.iam_mfa_device_info": {"account": True}, "register": "mfa"}


def role(**inputs: t.Any) -> Task:
    """The role for the users of the file, seeds in Secrets Manager; whatever else is not given is left as it is."""
    variables = {
        "iam_user_hardening_users": NAMES,
        "iam_user_hardening_seed_store": STORE,
        **{f"iam_user_hardening_{name}": value for name, value in inputs.items()},
    }
    return {"ansible.builtin.include_role": {"name": "hardening.aws.iam_user_hardening"}, "vars": variables}


ROLE = role()
ROLE_BY_USERS = role(enforce_policy="users")
ROLE_BY_GROUP = role(enforce_policy="group", enforce_group=GROUP)
