# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leads modules to an account, besides the options of amazon.aws. Private to hardening.aws."""

from __future__ import annotations


class ModuleDocFragment:
    """The role that is assumed."""

    ASSUME_ROLE = r"""
options:
  assume_role:
    description:
      - A role to assume first. All calls are then made in its account and with its permissions, also those to seed
        stores.
      - The credentials that assume it are those of O(profile), O(access_key) and so on, or of the environment, such as
        a profile of IAM Identity Center (SSO) or a web identity (OIDC).
      - Before the session expires the role is assumed anew, also in the middle of a run. Its credentials are in no
        variable and in no output.
      - The caller needs C(sts:AssumeRole) on the role, and the role's trust policy has to name the caller.
    type: dict
    version_added: 0.2.0
    suboptions:
      role_arn:
        description:
          - The ARN of the role.
        type: str
        required: true
      session_name:
        description:
          - The name of the session, which CloudTrail shows; 2 to 64 letters, digits and C(+=,.@_-).
        type: str
        default: hardening-aws
      external_id:
        description:
          - The external ID, if the role's trust policy asks for one.
        type: str
      duration_seconds:
        description:
          - How many seconds a session lasts, from 900 to 43200, and no longer than the role allows. A run may take
            longer.
          - AWS grants 3600 at most if the credentials that assume the role are those of a role themselves.
        type: int
        default: 3600
      policy:
        description:
          - A session policy as JSON or as a dictionary. The session may do what both it and the role allow, so that an
            audit can be narrowed to reading.
        type: raw
      policy_arns:
        description:
          - The ARNs of up to ten managed policies that narrow the session in the same way, such as
            V(arn:aws:iam::aws:policy/SecurityAudit).
        type: list
        elements: str
"""
