# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module tells the person who runs it that something went wrong.

This module is private to hardening.aws. No message holds a seed or a code.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.warnings import warn as ansible_warn

from ._errors import BadInput, MfaError

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

_LONG = 9000  # characters


def fail(
    module: AnsibleAWSModule,
    error: MfaError,
    secrets: t.Iterable[str | None] = (),
    aws_message: str | None = None,
    **so_far: t.Any,
) -> None:
    """End the module with an error, and what was done until then.

    :param aws_message: AWS's own words, for a module that returns them besides its own.
    """
    if isinstance(error, BadInput) and len(error.problems) > 1:
        lines = "\n".join(f"- {problem}" for problem in error.problems)
        module.fail_json(msg=f"{len(error.problems)} problems with the input; nothing was touched:\n{lines}", **so_far)
    if error.code is not None or error.operation is not None:
        so_far["error"] = {"code": error.code, "operation": error.operation}
        if aws_message is not None:
            so_far["error"]["message"] = scrub(aws_message, secrets)
    module.fail_json(msg=scrub(error.message, secrets), **so_far)


def warn(text: str) -> None:
    """Warn the person who runs the playbook.

    AnsibleAWSModule.warn would pass the warning on twice, the second time in a way that ansible-core 2.19 and later
    call deprecated.
    """
    ansible_warn(text)


def readable(text: str) -> str:
    """Return a message without its middle if it is too long to read, as when it quotes a whole file given as a name."""
    if len(text) <= _LONG:
        return text
    half = _LONG // 2
    return f"{text[:half]} … ({len(text) - 2 * half} more characters) … {text[-half:]}"


def scrub(text: str, secrets: t.Iterable[str | None]) -> str:
    """Mask the secrets that AWS may have echoed in a text. Where one is part of a longer word, it is kept."""
    for secret in secrets:
        if secret:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "********", text)
    return text
