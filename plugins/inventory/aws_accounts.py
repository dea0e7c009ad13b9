# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The accounts of an AWS organization as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: aws_accounts
short_description: The accounts of an AWS organization as hosts
version_added: 0.2.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Each account of an organization in AWS Organizations becomes a host, whose variables name the role that is assumed
    to work on the account. The playbooks of this collection run on these hosts as they are.
  - Needs a file whose name ends in C(aws_accounts.yml) or C(aws_accounts.yaml).
  - 1,000 accounts take about 55 calls. Tags take another one for each selected account, and are only read if O(tags) or
    O(tag_filters) ask for them.
  - All hosts are in the group C(aws_accounts). Other groups are described at O(group_by).
  - The variables of a host are RV(ignore:account_id), RV(ignore:account_name), RV(ignore:account_state),
    RV(ignore:account_is_management), RV(ignore:account_unit_path) (such as V(/Workloads/Production)),
    RV(ignore:account_unit_id), RV(ignore:account_email) with O(emails), RV(ignore:account_tags) with O(tags), and those
    that lead modules to the account, RV(ignore:expected_account_id), RV(ignore:aws_role_arn),
    RV(ignore:aws_role_session_name), RV(ignore:aws_role_external_id), RV(ignore:aws_role_duration). If this file has
    O(profile), O(region) or O(endpoint_url), there are RV(ignore:aws_profile), RV(ignore:aws_region) or
    RV(ignore:aws_endpoint_url), too.
  - No host has credentials among its variables. O(access_key) and the like are used to read the organization only.
options:
  plugin:
    description:
      - Marks the file as one of this plugin.
    type: str
    required: true
    choices: [hardening.aws.aws_accounts]
  hostname:
    description:
      - What the hosts are called.
      - V(account_id) is the account's number.
      - V(name) is the name of the account, in which all but letters, digits and V(._-) becomes V(-). Names of accounts
        are not unique. If two selected accounts would be the same host, the inventory is refused.
      - V(name_and_id) is the same name, a V(-), and the number.
      - Whoever administers an account can rename it. Numbers stay.
    type: str
    choices: [account_id, name, name_and_id]
    default: account_id
  role_name:
    description:
      - The name of the role to assume in each account, with its path if it has one, such as V(ops/hardening).
      - Set it to an empty text for hosts without a role.
    type: str
    default: OrganizationAccountAccessRole
  role_arn_template:
    description:
      - Instead of O(role_name), the ARN of the role, with V({account_id}) in place of the account's number. There is
        also V({partition}).
    type: str
  external_id:
    description:
      - The external ID that the roles ask for.
      - A template, or a text that ansible-vault encrypted, stays one in the variables of the hosts. Anything else can
        be read in the output of C(ansible-inventory).
    type: raw
  session_name:
    description:
      - The name of the roles' sessions, which CloudTrail shows.
    type: str
  duration_seconds:
    description:
      - How long the roles' sessions last, from 900 to 43200 seconds.
      - AWS grants 3600 at most if the credentials that assume the role are those of a role themselves.
    type: int
  management_account:
    description:
      - Whether the organization's management account is a host, too.
      - It gets no role, unless O(management_role_arn) names one. Calls for it are made with the credentials that assume
        the roles of the others, and are refused if these belong to another account.
    type: bool
    default: false
  management_role_arn:
    description:
      - The ARN of the role to assume in the management account.
    type: str
  units:
    description:
      - Only accounts in these organizational units, and in those below them.
      - Each is an ID, a path from the root such as V(/Workloads/Production), or a name. What means no unit, or two, is
        an error. A name costs a call for each unit of the organization.
    type: list
    elements: str
    default: []
  include_accounts:
    description:
      - Only accounts with these IDs or names. V(*) and V(?) are wildcards; upper and lower case are the same.
      - What matches no account of the organization is an error.
    type: list
    elements: str
    default: []
  exclude_accounts:
    description:
      - Never accounts with these IDs or names, whatever else selects them. V(*) and V(?) are wildcards; upper and lower
        case are the same.
      - What matches no account of the organization is an error, as a mistyped ID would leave the account unprotected.
      - To protect an account, give its ID. Whoever administers an account can rename it.
    type: list
    elements: str
    default: []
  states:
    description:
      - Only accounts in these states.
    type: list
    elements: str
    choices: [PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED]
    default: [ACTIVE]
  tags:
    description:
      - Whether to read the tags of accounts, into the variable RV(ignore:account_tags) and into groups.
    type: bool
    default: false
  tag_filters:
    description:
      - Only accounts with all of these tags, whatever O(tags) is. The value is a text, a list of which one must fit, or
        null if any will do.
      - A tag that none of the otherwise selected accounts has is an error.
    type: dict
    default: {}
  emails:
    description:
      - Whether hosts have the variable RV(ignore:account_email), the email address of the account's root user.
    type: bool
    default: false
  strict_permissions:
    description:
      - If the caller may not read tags, V(false) goes on without them, with a warning. With O(tag_filters) that is an
        error in any case.
    type: bool
    default: true
  accounts:
    description:
      - Accounts to take instead of asking AWS. No call is made.
    type: list
    elements: dict
    suboptions:
      account_id:
        description:
          - The 12 digits of the account's number, in quotes.
        type: str
        required: true
      name:
        description:
          - The name of the account. Its number, if not given.
        type: str
      email:
        description:
          - The email address of the account's root user.
        type: str
      state:
        description:
          - The state of the account.
        type: str
        choices: [PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED]
        default: ACTIVE
      unit_path:
        description:
          - The names of units from the root down to the account, such as V(/Workloads/Production).
        type: str
      tags:
        description:
          - The tags of the account.
        type: dict
      role_arn:
        description:
          - The ARN of the role to assume, if it is not that of O(role_name) or O(role_arn_template).
        type: str
      vars:
        description:
          - Further variables of the host. They are evaluated by the tasks that use them.
        type: dict
  partition:
    description:
      - The partition in the ARNs of roles. That of the accounts if they are read from AWS, otherwise that of O(region).
    type: str
    choices: [aws, aws-cn, aws-us-gov, aws-eusc]
  group_by:
    description:
      - Which groups are made besides that of all accounts.
      - V(units) is a group for each unit, C(aws_unit_Workloads_Production) for V(/Workloads/Production). The group of a
        unit contains those of the units below it. Accounts directly in the root are in C(aws_accounts) alone.
      - V(states) is a group for each state, such as C(aws_state_ACTIVE).
      - V(tags) is a group for each tag if O(tags) is set, C(aws_tag_env_prod) for the tag V(env) of the value V(prod).
      - All but letters, digits and V(_) becomes V(_). If that makes the same of two units, their IDs are appended, and
        in the case of two tags a digest.
    type: list
    elements: str
    choices: [units, states, tags]
    default: [units, states, tags]
  group_prefix:
    description:
      - What the names of these groups begin with, that of the group of all accounts included.
      - Where an inventory has several organizations, give each of them another one.
    type: str
    default: aws_
requirements:
  - botocore >= 1.40.27, which knows the state of accounts. With 1.42.80 or later, fewer calls are needed.
notes:
  - The credentials have to be those of the management account, or of an account that is a delegated administrator of
    any service. With O(assume_role_arn), a role is assumed to read the organization, and for nothing else.
  - The required permissions are C(organizations:ListAccounts) and C(organizations:ListOrganizationalUnitsForParent);
    with an older botocore C(organizations:ListRoots) and C(organizations:ListAccountsForParent), too; with O(tags) or
    O(tag_filters) C(organizations:ListTagsForResource); and for the playbooks C(sts:AssumeRole) on the roles.
  - Ansible only warns of an inventory that it cannot read, and goes on without hosts. Set
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true) to have it stop.
  - The cache keeps what AWS listed, without email addresses and tags unless the options ask for them. Accounts are
    selected anew each time, so other options need no new cache. If the options name something that the cache does not
    have, AWS is asked again.
  - Values that come from AWS are never evaluated as templates.
seealso:
  - module: hardening.aws.iam_mfa_report
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
"""

EXAMPLES = r"""
# Each of these is a file of its own, such as org.aws_accounts.yml.

# All active accounts but the management account, each with its OrganizationAccountAccessRole.
---
plugin: hardening.aws.aws_accounts

# One unit and all below it, without two accounts, read and worked on with a profile.
# ansible-playbook hardening.aws.audit -i org.aws_accounts.yml -e audit_hosts=aws_accounts --forks 8
---
plugin: hardening.aws.aws_accounts
profile: org
role_name: hardening
external_id: "{{ lookup('ansible.builtin.env', 'HARDENING_EXTERNAL_ID') }}"
units:
  - /Workloads
exclude_accounts:
  - "111111111111"
  - sandbox-*

# With tags: groups such as team_payments, and only accounts of two environments. Kept for an hour.
---
plugin: hardening.aws.aws_accounts
tags: true
tag_filters:
  env: [prod, staging]
keyed_groups:
  - key: account_tags.team
    prefix: team
compose:
  audit_dest: "'reports/' ~ account_id"
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible
cache_timeout: 3600

# A list of accounts instead of an organization. No call is made.
---
plugin: hardening.aws.aws_accounts
role_arn_template: arn:{partition}:iam::{account_id}:role/hardening
accounts:
  - account_id: "222222222222"
    name: production
    unit_path: /Workloads/Production
  - account_id: "333333333333"
    vars:
      aws_profile: legacy

# Slices, so that several jobs share the accounts: limit each AWX job template to slice_0, slice_1 and so on.
---
plugin: hardening.aws.aws_accounts
keyed_groups:
  - key: (account_id | int % 4) | string
    prefix: slice
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput, MfaError
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory import cached
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.connecting import open_reader
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.gathering import gather, gather_static
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.hosts import Layout, layout
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.populating import populate
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.settings import (
    OWN_OPTIONS,
    Settings,
    read_settings,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.static import (
    organization_of,
    partition_of,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.telling import Telling
from ansible_collections.hardening.aws.plugins.plugin_utils._progress_lines import pause_seconds
from ansible_collections.hardening.aws.plugins.plugin_utils._readable_errors import readable_errors

# Variables of hosts that the playbooks know, where the inventory file has the option.
_HANDED_ON = {"profile": "aws_profile", "region": "aws_region", "endpoint_url": "aws_endpoint_url"}


class InventoryModule(AWSInventoryBase):
    """The inventory plugin."""

    NAME = "hardening.aws.aws_accounts"
    INVENTORY_FILE_SUFFIXES = ("aws_accounts.yml", "aws_accounts.yaml")

    _settings: Settings
    _given: frozenset[str] = frozenset()

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Check the options of an inventory file, before Ansible converts them in its own way."""
        if direct is not None:
            self._settings = read_settings(direct, self.option_definitions, self.templar.template)
            self._given = frozenset(direct)
            # ansible-core 2.18 would decrypt it, though only the hosts need it.
            direct = {name: value for name, value in direct.items() if name != "external_id"}
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)

    def _set_frozen_credentials(self) -> None:
        """Assume no role yet: where the cache or the option accounts has everything, no call is made."""

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Add the accounts to the inventory: all that are selected, or none and an error."""
        with readable_errors():
            try:
                super().parse(inventory, loader, path, cache=cache)
                found = self._read(path, cache)
            except BadInput as error:
                lines = "\n- ".join(error.problems)
                raise AnsibleParserError(f"{self.NAME}: no account was added.\n- {lines}") from None
            except MfaError as error:
                raise AnsibleParserError(f"{self.NAME}: no account was added. {error.message}") from None
            populate(self, found)

    def _read(self, path: str, cache: bool) -> Layout:
        options = {name: self.get_option(name) for name in self.option_definitions if name not in OWN_OPTIONS}
        if self._settings.accounts is not None:
            partition = self._settings.partition or partition_of(options["region"])
            found, selected = gather_static(self._settings, organization_of(self._settings.accounts, partition))
        else:
            origin = cached.origin_of(options)
            hit, value = self.get_cached_result(path, cache)
            # Not where ansible-inventory writes its list.
            tell = Telling(lambda text: self.display.display(f"aws_accounts: {text}", stderr=True), pause_seconds())
            kept = cached.from_cache(self._settings, value, origin) if hit else None
            found, selected = gather(self._settings, kept, lambda: open_reader(options, tell), self.warn)
            if found is not kept:
                # False: what is kept, if anything, is not what was read now.
                self.update_cached_result(path, False, cached.to_cache(self._settings, found, origin))
        return layout(self._settings, found, selected, self._connection(options))

    def _connection(self, options: t.Mapping[str, t.Any]) -> dict[str, str]:
        """Return the variables that lead to AWS in the same way as this file does."""
        names = {
            option: {option, *(self.option_definitions[option].get("aliases") or ())} & self._given
            for option in _HANDED_ON
        }
        return {_HANDED_ON[option]: options[option] for option, given in names.items() if given and options[option]}
