# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the emulator from a test and control it. The standard library is enough; boto3 is imported when asked for."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from typing import IO, Any

PACKAGE_ROOT = pathlib.Path(__file__).resolve().parent.parent


class EmulatorError(Exception):
    """The emulator didn't start, or refused a control call."""


class Emulator:
    """A running emulator. Made by :meth:`start`, or for one that runs already by its URL."""

    def __init__(
        self,
        url: str,
        ca_bundle: str | None = None,
        process: subprocess.Popen[str] | None = None,
        errors: IO[str] | None = None,
    ) -> None:
        self.url = url
        self.ca_bundle = ca_bundle
        self.process = process
        self._errors = errors
        handlers: list[Any] = [urllib.request.ProxyHandler({})]
        if ca_bundle:
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_bundle)))
        self._opener = urllib.request.build_opener(*handlers)
        self._clients: dict[tuple[Any, ...], Any] = {}

    @classmethod
    def start(
        cls,
        *,
        port: int = 0,
        access_log: str | os.PathLike[str] | None = None,
        tls_cert: str | os.PathLike[str] | None = None,
        tls_key: str | os.PathLike[str] | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        python: str = sys.executable,
        timeout: float = 60.0,
        settings: dict[str, Any] | None = None,
        fixture: dict[str, Any] | None = None,
    ) -> Emulator:
        """Start the program and wait until it answers. To be used in a ``with`` statement, or stopped by stop()."""
        command = [python, "-m", "aws_emulator", "--until-eof", "--port", str(port)]
        for option, value in (("--access-log", access_log), ("--tls-cert", tls_cert), ("--tls-key", tls_key)):
            if value is not None:
                command += [option, os.fspath(value)]
        environment = dict(os.environ)
        older = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([str(PACKAGE_ROOT)] + ([older] if older else []))
        errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # pylint: disable=consider-using-with
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        watchdog = threading.Timer(timeout, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            process.wait()
            errors.seek(0)
            raise EmulatorError(f"the emulator didn't start: {errors.read()[-2000:]}")
        ca_file = os.fspath(ca_bundle) if ca_bundle is not None else None
        emulator = cls(json.loads(line)["url"], ca_file, process, errors)
        try:
            if fixture:
                emulator.fixture(fixture)
            if settings:
                emulator.set(**settings)
        except BaseException:
            emulator.stop()
            raise
        return emulator

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def stop(self) -> int | None:
        """Stop the process that start() made, and no other. Its exit code."""
        process = self.process
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        return process.returncode

    def errors(self) -> str:
        """What the emulator wrote on stderr; anything at all is a defect of the emulator or of moto."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read()

    # Control

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """One call of the control API."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data=body, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise EmulatorError(json.loads(error.read())["error"]) from None

    def set(self, **settings: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.control("PATCH", "settings", settings)
        return answer

    def settings(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.control("GET", "settings")
        return answer

    def fixture(self, document: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.control("POST", "fixture", document)
        return answer

    def reset(self) -> None:
        self.control("POST", "reset", {})

    def requests(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.control("GET", "requests")
        return answer

    def clear_requests(self) -> None:
        self.control("DELETE", "requests")

    def counts(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.control("GET", "counts")
        return answer

    def devices(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.control("GET", "devices")
        return answer

    def device(self, serial_number: str) -> dict[str, Any]:
        """The one device with this serial number."""
        return next(device for device in self.devices() if device["serial_number"] == serial_number)

    def violations(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.control("GET", "violations")
        return answer

    def halted(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.control("GET", "halted")
        return answer

    def wait_halted(self, timeout: float = 30.0) -> dict[str, Any]:
        """Wait until a request is held by the setting ``halt``."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = self.halted()
            if state["halted"]:
                return state
            time.sleep(0.02)
        raise EmulatorError(f"nothing was halted within {timeout:g} s")

    def release(self) -> int:
        return int(self.control("POST", "release", {})["released"])

    # Accounts

    def account(self, account_id: str, **settings: Any) -> None:
        """Settings for one account only, in addition to those it has."""
        accounts = self.settings()["accounts"]
        self.set(accounts={**accounts, account_id: {**accounts.get(account_id, {}), **settings}})

    def account_state(self, account_id: str, state: str) -> None:
        """Suspend an account, close it, or make it active again."""
        self.set(account_states={**self.settings()["account_states"], account_id: state})

    @staticmethod
    def admin_key(account_id: str) -> str:
        """The access key of an administrator of this account, who is no IAM user."""
        return f"AKIAADMN{account_id}"

    def assume(self, role_arn: str, name: str = "test", by: str = "testing", **options: Any) -> dict[str, str]:
        """A role's session, as options for :meth:`boto3`; ``by`` is the access key of who assumes it."""
        sts = self.boto3("sts", aws_access_key_id=by)
        made = sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **options)["Credentials"]
        return {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
            "aws_session_token": made["SessionToken"],
        }

    # Clients

    def env(self) -> dict[str, str]:
        """Environment variables that lead AWS clients, and Ansible's amazon.aws, to this emulator."""
        found = {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_URL": self.url,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
        if self.ca_bundle:
            found["AWS_CA_BUNDLE"] = self.ca_bundle
        return found

    def profile(self, name: str) -> str:
        """A profile for a configuration file of AWS's, which leads to this emulator as the variables of env() do."""
        return (
            f"[profile {name}]\nendpoint_url = {self.url}\nregion = us-east-1\n"
            "aws_access_key_id = testing\naws_secret_access_key = testing\n"
        )

    def boto3(self, service: str, **options: Any) -> Any:
        """A boto3 client of this emulator; options go to ``Session.client``, ``config`` is merged.

        To make one takes as long as fifty calls, so that one without a ``config`` is made once.
        """
        if "config" in options:
            return self._new_client(service, options)
        key = (service, *sorted(options.items()))
        if key not in self._clients:
            self._clients[key] = self._new_client(service, options)
        return self._clients[key]

    def _new_client(self, service: str, options: dict[str, Any]) -> Any:
        import boto3
        import botocore.config

        config = botocore.config.Config(proxies={}).merge(options.pop("config", botocore.config.Config()))
        defaults = {
            "region_name": "us-east-1",
            "endpoint_url": self.url,
            "aws_access_key_id": "testing",
            "aws_secret_access_key": "testing",
        }
        if self.ca_bundle:
            defaults["verify"] = self.ca_bundle
        return boto3.session.Session().client(service, config=config, **{**defaults, **options})
