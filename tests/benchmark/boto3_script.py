# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engineer would write instead of the collection: boto3, threads, no care for what goes wrong.

Usage: boto3_script.py THREADS USER [USER ...], with the endpoint and the credentials in the environment; retries are
those that AWS_RETRY_MODE and AWS_MAX_ATTEMPTS say. Prints how many users it had to give up.
"""

from __future__ import annotations

import concurrent.futures
import json
import sys
import time

import boto3
import botocore.config
import botocore.exceptions
import pyotp


def main() -> None:
    threads, users = int(sys.argv[1]), sys.argv[2:]
    config = botocore.config.Config(max_pool_connections=max(threads, 10))
    iam = boto3.client("iam", config=config)
    secrets = boto3.client("secretsmanager", config=config)

    def enrol(user: str) -> bool:
        try:
            attach(user)
        except botocore.exceptions.ClientError:
            return False
        return True

    def attach(user: str) -> None:
        if iam.list_mfa_devices(UserName=user)["MFADevices"]:
            return
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user)["VirtualMFADevice"]
        serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
        secrets.create_secret(Name=f"mfa/{user}", SecretString=json.dumps({"seed": seed, "serial_number": serial}))
        totp, now = pyotp.TOTP(seed), time.time()
        iam.enable_mfa_device(
            UserName=user,
            SerialNumber=serial,
            AuthenticationCode1=totp.at(now - 30),
            AuthenticationCode2=totp.at(now),
        )

    with concurrent.futures.ThreadPoolExecutor(threads) as executor:
        given_up = list(executor.map(enrol, users)).count(False)
    print(f"given up: {given_up}")


if __name__ == "__main__":
    main()
