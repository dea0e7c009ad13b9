# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the modules share that write reports. Private to hardening.aws."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of _report.deliver.output_options, apart from those that each module describes itself."""

    DOCUMENTATION = r"""
options:
  dest:
    description:
      - The directory to write the report to. It is made if it does not exist.
      - Without it nothing is written, and the verdicts are returned only.
    type: path
  formats:
    description:
      - The formats to write.
      - V(junit) has the suffix C(.junit.xml), V(ocsf) C(.ocsf.json); the others have their own names as suffixes.
      - V(ocsf) has a Compliance Finding of the Open Cybersecurity Schema Framework for each user and check, in a list.
    type: list
    elements: str
    choices: [html, json, csv, md, junit, sarif, ocsf]
    default: [html, json]
  mode:
    description:
      - The permissions of the files. Quote an octal number.
      - The report names users without MFA, so the default lets only the owner and the group read it.
    type: raw
    default: "0640"
  force:
    description:
      - Write the files also if nothing but their dates would change.
      - Without it a file keeps the date at which everything was first found as it is.
    type: bool
    default: false
  fail_on_unknown:
    description:
      - Whether V(unknown) fails a check of O(fail_on) too.
    type: bool
    default: true
"""
