#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# A target of its own kind, as a playbook knows the vault's password from its start only.

set -eux

umask 077
password=$(mktemp)
trap 'rm -f "$password"' EXIT
echo "a password for this run alone, $RANDOM$RANDOM" > "$password"
ANSIBLE_ROLES_PATH=../ ansible-playbook test.yml -i ../../inventory --vault-password-file "$password" "$@"
