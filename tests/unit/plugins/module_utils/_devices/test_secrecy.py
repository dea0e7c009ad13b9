# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible would leave a seed on a disk, as real modules see it."""

from __future__ import annotations

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._devices import secrecy
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils.test_bulk_module import patch_module_args


@pytest.mark.parametrize("kind", [AnsibleModule, AnsibleAWSModule])
def test_kept_files_are_refused(kind: type) -> None:
    for keeps in (False, True):
        with patch_module_args({"_ansible_keep_remote_files": keeps}):
            module = kind(argument_spec={})
        if not keeps:
            secrecy.refuse_kept_seeds(module)
            continue
        with pytest.raises(BadInput, match="ANSIBLE_KEEP_REMOTE_FILES .*, or use seed_store;"):
            secrecy.refuse_kept_seeds(module)
        with pytest.raises(BadInput, match=", or use src;"):
            secrecy.refuse_kept_seeds(module, "src")


def test_an_asynchronous_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSIBLE_ASYNC_DIR", raising=False)
    assert secrecy.has_job_file() is False
    monkeypatch.setenv("ANSIBLE_ASYNC_DIR", "/home/x/.ansible_async")
    assert secrecy.has_job_file() is True
