# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option seed_vault_file of actions: the vaulted file that has the seeds.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hardening.aws.plugins.module_utils._handover.seeds_for_sheets import seed_vault_file_option

from ._paths import PathError, controller_path
from ._vault_cipher import seed_file
from ._vaulted_seeds import Record, SeedFile, VaultedSeedsError

NAME = "seed_vault_file"


def opened(given: t.Any, loader: t.Any, may_be_empty: bool = False) -> tuple[SeedFile, dict[str, Record]]:
    """Return the file, and its records by serial number.

    :param given: The option, as the task has it.
    :param loader: The run's data loader, which has its vault secrets.
    :param may_be_empty: Whether a file without seeds is fine, as when they were removed.
    :raises VaultedSeedsError: The option cannot be used, or the file cannot be read, or is empty. It names the option.
    """
    if not isinstance(given, dict):
        raise VaultedSeedsError(
            f"{NAME}: give a dictionary of path and vault_id, such as {{path: vault/mfa-seeds.yml}}."
        )
    checked = ArgumentSpecValidator({NAME: seed_vault_file_option()}).validate({NAME: given})
    if checked.error_messages:
        raise VaultedSeedsError("; ".join(checked.error_messages))
    option = checked.validated_parameters[NAME]
    try:
        path = controller_path(option["path"], loader.get_basedir())
        file = seed_file(path, option["vault_id"], loader)
        kept = file.read()
    except (PathError, VaultedSeedsError) as error:
        raise VaultedSeedsError(f"{NAME}: {error}") from None
    if not kept and not may_be_empty:
        raise VaultedSeedsError(f"{NAME}: {path} holds no seeds, or does not exist. Name the right file.")
    return file, kept
