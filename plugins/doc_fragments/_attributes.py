# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules promise. Private to hardening.aws."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of the modules that change something."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Predicts what would be changed. Makes no call that writes, and uses no code.
    support: full
  diff_mode:
    description: Shows the MFA devices before and after. Never shows a seed or a code.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: partial
    details:
      - O(state=resynced) is always a change, as AWS does not show whether a device is out of step.
"""

    ACCESS = r"""
options: {}
attributes:
  check_mode:
    description: Predicts what would be changed. Makes no call that writes.
    support: full
  diff_mode:
    description: Shows what is taken away, a line for each thing.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: partial
    details:
      - O(ignore:users[].sessions=revoked) is a change each time for a user who can still sign in.
"""

    ROOT = r"""
options: {}
attributes:
  check_mode:
    description: Predicts what would be changed. Opens only sessions that can read.
    support: full
  diff_mode:
    description: Shows what is taken away, a line for each thing.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Does the same in check mode, as it changes nothing.
    support: full
  diff_mode:
    description: There is nothing to show, as nothing is changed.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: full
"""

    REPORT = r"""
options: {}
attributes:
  check_mode:
    description: Predicts whether a file would be written. Writes nothing.
    support: full
  diff_mode:
    description: Shows the verdicts of the checks before and after, and not the users.
    support: full
  idempotent:
    description: Changes a file only if more than the dates in it is different.
    support: partial
    details:
      - O(ignore:force=true) always writes.
"""
