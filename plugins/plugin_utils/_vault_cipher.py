# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypts the file of seeds with the vault password of the run.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, match_encrypt_secret

from ._vaulted_seeds import SeedFile, VaultedSeedsError


class VaultCipher:
    """Encrypts with one of the vault secrets of this run, and decrypts with any of them.

    :param vault: What holds the secrets.
    :param vault_id: Whose password encrypts; that of the first secret, if None.
    :raises VaultedSeedsError: There is no such secret.
    """

    def __init__(self, vault: t.Any, vault_id: str | None) -> None:
        secrets = vault.secrets or []
        if not secrets:
            raise VaultedSeedsError(
                "no vault password is loaded, so nothing can be encrypted. Run ansible-playbook with --ask-vault-pass, "
                "--vault-password-file or --vault-id, or set ANSIBLE_VAULT_PASSWORD_FILE."
            )
        names = [name for name, _secret in secrets]
        if vault_id is not None and vault_id not in names:
            raise VaultedSeedsError(
                f"vault_id: no password with the vault ID {vault_id} is loaded, there are {', '.join(names)}. Run "
                f"ansible-playbook with --vault-id {vault_id}@…"
            )
        self._vault = VaultLib(secrets)
        self._vault_id, self._secret = match_encrypt_secret(secrets, encrypt_vault_id=vault_id)

    def encrypt(self, text: str) -> bytes:
        """Return the text as ansible-vault writes it."""
        # Like ansible-vault, this leaves the default ID out of the header.
        vault_id = None if self._vault_id == "default" else self._vault_id
        return t.cast(bytes, self._vault.encrypt(text, self._secret, vault_id=vault_id))

    def decrypt(self, content: bytes) -> str:
        """Return the clear text of a file that ansible-vault or this class wrote."""
        if not content.strip():
            return ""
        if not VaultLib.is_encrypted(content):
            raise VaultedSeedsError(
                "is not encrypted, and is left as it is. If it holds seeds, run ansible-vault encrypt on it; if not, "
                "name another file."
            )
        try:
            return t.cast(bytes, self._vault.decrypt(content)).decode()
        except AnsibleError:
            raise VaultedSeedsError(
                "cannot be decrypted with the vault passwords of this run: give the one that it was encrypted with."
            ) from None


def seed_file(path: str, vault_id: str | None, loader: t.Any) -> SeedFile:
    """Return a file of seeds.

    :param path: An absolute path.
    :param loader: The run's data loader, which has its vault secrets.
    :raises VaultedSeedsError: The run has no such secret.
    """
    return SeedFile(path, cipher_of(loader, vault_id))


def cipher_of(loader: t.Any, vault_id: str | None) -> VaultCipher:
    """Return what encrypts with a vault password of the run.

    :param loader: The run's data loader, which has its vault secrets.
    :raises VaultedSeedsError: The run has no such secret.
    """
    return VaultCipher(loader._vault, vault_id)  # pylint: disable=protected-access
