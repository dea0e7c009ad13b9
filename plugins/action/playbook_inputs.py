# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the inputs of a playbook of this collection. Its documentation is that of the module."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._inputs import read
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import accounts
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import inputs as playbooks


class ActionModule(ControllerAction):
    """The action. It makes no call."""

    _requires_connection = False

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the typed inputs; or refuse them, and what the hosts' variables say of accounts, all at once."""
        _result, args = self.validate_argument_spec(
            argument_spec={"playbook": {"type": "str", "required": True, "choices": list(playbooks.SPECS)}}
        )
        name = args["playbook"]
        inputs = read(f"{name}_", playbooks.SPECS[name], variables, self._templar.template, playbooks.ALLOWED)
        values, problems = inputs.values, list(inputs.problems)
        if not problems:
            values, problems = playbooks.completed(name, values, self._loader.get_basedir())
        problems += self._host_problems(variables)
        if problems:
            raise AnsibleActionFail("\n- ".join(["Nothing was touched.", *accounts.shortened(problems)]))
        return {"changed": False, "inputs": values}

    def _host_problems(self, variables: t.Mapping[str, t.Any]) -> list[str]:
        """Return the problems with what this host's variables say of its account; of the first host, those of all.

        The strategy of the playbooks is linear, and a problem of one host ends the play for all of them: so one look at
        the others is enough, and hundreds of hosts take no longer than they must.
        """
        own = variables["inventory_hostname"]
        values, problems = accounts.read_host(variables, self._templar.template)
        hosts = variables.get("ansible_play_hosts_all") or [own]
        if own != hosts[0]:
            return problems
        found = {own: values}
        for host in hosts[1:]:
            others = variables["hostvars"][host]
            # Ansible evaluates the variables of other hosts as they are looked at, and that may fail.
            names = {name: name for name in accounts.HOST_VARIABLES if name in others}
            found[host], wrong = accounts.read_host(names, others.__getitem__)
            problems += [f"{host}: {text}" for text in wrong]
        return problems or accounts.host_problems(hosts, found)
