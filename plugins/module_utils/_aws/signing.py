# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures dated by AWS's clock, so that a host whose own clock is off still gets in.

One client can also sign for many accounts, with other credentials for each call.

This module is private to hardening.aws, and the only place that uses botocore's private
C(SigV4Auth._modify_request_before_signing): botocore has no public way to date a signature.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .clock import AwsClock

try:
    import botocore.auth
except ImportError:
    pass  # AnsibleAWSModule refuses to start without botocore
else:

    class AwsClockSigV4(botocore.auth.SigV4Auth):
        """Signs a request at the time of the clock that the request brings along in its context."""

        def _modify_request_before_signing(self, request: t.Any) -> None:
            if _CREDENTIALS in request.context:
                self.credentials = request.context[_CREDENTIALS]
            clock = request.context[_CLOCK]
            if clock.known:
                aws_now = time.gmtime(clock.now())
                request.context["timestamp"] = time.strftime(botocore.auth.SIGV4_TIMESTAMP, aws_now)
            super()._modify_request_before_signing(request)

    # botocore looks signers up by name in one table of the whole process. This one holds no clock.
    botocore.auth.AUTH_TYPE_MAPS["hardening-aws-v4"] = AwsClockSigV4

_CLOCK = "hardening_aws_clock"
_CREDENTIALS = "hardening_aws_credentials"


# What an answer of STS that grants a session must have.
SESSION = ("Credentials.AccessKeyId", "Credentials.SecretAccessKey", "Credentials.SessionToken")
SESSION_UNTIL = "Credentials.Expiration"


@dataclasses.dataclass(frozen=True)
class SessionKeys:
    """Temporary credentials, under botocore's names."""

    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    token: str = dataclasses.field(repr=False)


def sign_on(clock: AwsClock, boto3_client: t.Any, keys: t.Callable[[], SessionKeys] | None = None) -> None:
    """Date the signatures of a client by I(clock). Clients on other clocks are not affected.

    :param keys: Returns what the call that this thread is making is signed with, in place of the client's own.
    """

    def choose(signature_version: t.Any, context: dict[str, t.Any], **_kwargs: t.Any) -> str | None:
        if signature_version != "v4":
            return None
        context[_CLOCK] = clock
        if keys is not None:
            context[_CREDENTIALS] = keys()
        return "hardening-aws-v4"

    service = boto3_client.meta.service_model.service_id.hyphenize()
    boto3_client.meta.events.register_first(f"choose-signer.{service}", choose)
