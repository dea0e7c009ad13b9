# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible would leave a secret on a disk in clear text.

This module is private to hardening.aws, and the only place that uses Ansible's private C(_keep_remote_files).
"""

from __future__ import annotations

import os
import typing as t

from .._errors import BadInput

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def has_job_file() -> bool:
    """Return whether the task is asynchronous: then what it returns is written to a file, no_log or not."""
    return "ANSIBLE_ASYNC_DIR" in os.environ


def refuse_kept_seeds(module: AnsibleAWSModule, instead: str = "seed_store") -> None:
    """Refuse a module whose arguments have a seed, if Ansible keeps the files that it passes arguments in.

    :param instead: The option that takes seeds from elsewhere.
    :raises BadInput: It does.
    """
    # Nothing else tells a module of this setting; a test would see it go.
    if not getattr(getattr(module, "_module", module), "_keep_remote_files", False):
        return
    raise BadInput(
        [
            "seed: is an argument, and Ansible keeps the files that arguments are passed in, in clear text. Unset "
            f"ANSIBLE_KEEP_REMOTE_FILES (keep_remote_files in ansible.cfg), or use {instead}; and delete the "
            "ansible-tmp-* folders of remote_tmp (~/.ansible/tmp), where the seed of this task is by now."
        ]
    )
