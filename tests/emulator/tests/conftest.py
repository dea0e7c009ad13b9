# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for all tests of a session, forgotten and made new before each test."""

from __future__ import annotations

import pathlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from aws_emulator import totp
from aws_emulator.client import Emulator


class Bench:
    """An emulator, cached boto3 clients without retries, and the steps that most tests begin with."""

    def __init__(self, emulator: Emulator, access_log: pathlib.Path) -> None:
        self.emulator = emulator
        self.access_log = access_log
        self._clients: dict[tuple[Any, ...], Any] = {}

    def client(self, service: str, key: str = "testing", attempts: int = 1) -> Any:
        found = self._clients.get((service, key, attempts))
        if found is None:
            import botocore.config

            config = botocore.config.Config(
                retries={"total_max_attempts": attempts, "mode": "standard"},
                read_timeout=10,
                max_pool_connections=32,
                parameter_validation=False,
            )
            found = self.emulator.boto3(service, config=config, aws_access_key_id=key)
            self._clients[service, key, attempts] = found
        return found

    @property
    def iam(self) -> Any:
        return self.client("iam")

    @property
    def secrets(self) -> Any:
        return self.client("secretsmanager")

    @property
    def now(self) -> float:
        return time.time() + self.emulator.settings()["clock_offset"]

    def create(self, name: str = "alice", **options: Any) -> tuple[str, str]:
        """A virtual device: its serial number and seed."""
        device = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=name, **options)["VirtualMFADevice"]
        return device["SerialNumber"], device["Base32StringSeed"].decode()

    def enable(self, user: str, serial: str, codes: tuple[str, str]) -> None:
        self.iam.enable_mfa_device(
            UserName=user, SerialNumber=serial, AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
        )

    def enrol(self, user: str = "alice") -> tuple[str, str]:
        """A user with an enabled virtual device of the same name."""
        self.iam.create_user(UserName=user)
        serial, seed = self.create(user)
        self.enable(user, serial, totp.code_pair(seed, self.now))
        return serial, seed


@pytest.fixture(scope="session", name="running")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    log = tmp_path_factory.mktemp("emulator") / "access.log"
    with Emulator.start(access_log=log) as emulator:
        yield Bench(emulator, log)


@pytest.fixture(name="bench")
def _bench(running: Bench) -> Iterator[Bench]:
    running.emulator.reset()
    yield running
    running.emulator.release()


@pytest.fixture(name="refused")
def _refused() -> Callable[..., tuple[str, int, str]]:
    """Call something that must fail; the answer is (code, status, message)."""
    from botocore.exceptions import ClientError

    def refused(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, int, str]:
        with pytest.raises(ClientError) as caught:
            function(*args, **kwargs)
        response = caught.value.response
        return (
            response["Error"]["Code"],
            response["ResponseMetadata"]["HTTPStatusCode"],
            response["Error"]["Message"],
        )

    return refused
