# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as a program: start and end, TLS with a private CA, keep-alive, and the AWS CLI as a client."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse
from typing import Any

from aws_emulator import totp
from aws_emulator.client import PACKAGE_ROOT, Emulator
from botocore.exceptions import SSLError

SERIAL = "arn:aws:iam::123456789012:mfa/alice"


def test_start_and_end(tmp_path: pathlib.Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        ready_file = tmp_path / f"ready-{number}"
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
        command = [sys.executable, "-m", "aws_emulator", "--port", "0", "--ready-file", str(ready_file)]
        begun = time.monotonic()
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            assert time.monotonic() - begun < 10
            assert json.loads(ready_file.read_text()) == ready
            assert ready["pid"] == process.pid and ready["url"].startswith("http://127.0.0.1:")
            # A request that hangs doesn't keep the program from ending.
            emulator = Emulator(ready["url"])
            emulator.set(latency=30)
            client = subprocess.Popen(  # pylint: disable=consider-using-with
                [
                    sys.executable,
                    "-c",
                    f"import socket\ns = socket.create_connection({_address(ready['url'])!r})\ns.recv(1)",
                ]
            )
            process.send_signal(number)
            assert process.wait(5) == 0
            client.wait(5)


def _address(url: str) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(url)
    return str(parts.hostname), int(parts.port or 0)


def test_ends_with_its_parent() -> None:
    emulator = Emulator.start()
    assert emulator.process is not None and emulator.process.stdin is not None
    emulator.process.stdin.close()
    assert emulator.process.wait(5) == 0
    emulator.stop()


def test_one_connection_for_many_requests(bench: Any) -> None:
    connection = http.client.HTTPConnection(*_address(bench.emulator.url), timeout=5)
    connection.request("GET", "/_emulator/settings")
    answer = connection.getresponse()
    assert answer.version == 11 and json.loads(answer.read())["lag"] == 0
    sock = connection.sock
    scope = "Credential=testing/20261121/us-east-1/iam/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "Content-Type": "application/x-www-form-urlencoded"}
    for body in ("Action=ListGroups&Version=2010-05-08", "Action=ListUsers&Version=2010-05-08"):
        connection.request("POST", "/", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200 and answer.headers["x-amzn-RequestId"] and "Result>" in text
    connection.request("POST", "/", body="Action=InventUsers&Version=2010-05-08", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 400 and b"<Code>InvalidAction</Code>" in answer.read()
    assert connection.sock is sock
    connection.close()


def make_ca(folder: pathlib.Path) -> tuple[str, str, str]:
    """A private CA and a certificate of it for 127.0.0.1: (CA, certificate, key)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.timezone.utc)

    def certificate(name: str, key: Any, issuer: str, issuer_key: Any, authority: bool) -> Any:
        def named(text: str) -> Any:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        builder = x509.CertificateBuilder(named(issuer), named(name), key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(issued_by, critical=False)
        if authority:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate("ca", ca_key, "ca", ca_key, True).public_bytes(pem))
    (folder / "cert.pem").write_bytes(certificate("emulator", key, "ca", ca_key, False).public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return str(folder / "ca.pem"), str(folder / "cert.pem"), str(folder / "key.pem")


def test_tls_with_a_private_ca(tmp_path: pathlib.Path) -> None:
    ca_bundle, cert, key = make_ca(tmp_path)
    with Emulator.start(tls_cert=cert, tls_key=key, ca_bundle=ca_bundle) as emulator:
        assert emulator.url.startswith("https://") and emulator.env()["AWS_CA_BUNDLE"] == ca_bundle
        iam = emulator.boto3("iam")
        iam.create_user(UserName="alice")
        assert iam.list_users()["Users"][0]["UserName"] == "alice"
        context = ssl.create_default_context(cafile=ca_bundle)
        connection = http.client.HTTPSConnection(*_address(emulator.url), timeout=5, context=context)
        for _number in range(2):
            connection.request("GET", "/_emulator/settings")
            assert connection.getresponse().read()
        connection.close()
        try:
            emulator.boto3("iam", verify=True).list_users()
            raise AssertionError("a certificate of an unknown CA was trusted")
        except SSLError:
            pass
        assert emulator.errors() == ""


# The AWS CLI


def aws(bench: Any, *words: str, fails: bool = False) -> Any:
    program = pathlib.Path(sys.executable).with_name("aws")
    command = [str(program), *words, "--output", "json"]
    environment = {**os.environ, **bench.emulator.env()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if fails:
        assert done.returncode != 0, done.stdout
        return done.stderr
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def codes_for(seed: str, when: float) -> tuple[str, str]:
    """The pair by oathtool if there is one, which nobody here wrote; else by our own few lines."""
    if not shutil.which("oathtool"):
        return totp.code_pair(seed, when)
    begin = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(when - 30))
    command = ["oathtool", "--totp", "-b", "-w", "1", "-N", begin, seed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = done.stdout.split()
    return first, second


def test_aws_cli(bench: Any, tmp_path: pathlib.Path) -> None:
    bench.emulator.fixture({"users": [{"user_name": "alice"}, {"user_name": "bob"}]})
    outfile = tmp_path / "seed"
    create = ["iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", "alice", "--outfile", str(outfile)]
    made = aws(bench, *create, "--bootstrap-method", "Base32StringSeed")
    assert made["VirtualMFADevice"] == {"SerialNumber": SERIAL}
    seed = outfile.read_text().strip()
    assert len(seed) == 64 and seed == bench.emulator.device(SERIAL)["seed"]

    def with_codes(action: str, user: str, codes: tuple[str, str], fails: bool = False) -> Any:
        named = ["--user-name", user, "--serial-number", SERIAL]
        pair = ["--authentication-code1", codes[0], "--authentication-code2", codes[1]]
        return aws(bench, "iam", action, *named, *pair, fails=fails)

    with_codes("enable-mfa-device", "alice", codes_for(seed, bench.now))
    (device,) = aws(bench, "iam", "list-mfa-devices", "--user-name", "alice")["MFADevices"]
    assert device["SerialNumber"] == SERIAL
    assert "EntityAlreadyExists" in with_codes("enable-mfa-device", "bob", codes_for(seed, bench.now), fails=True)
    bench.emulator.set(clock_offset=60)
    with_codes("resync-mfa-device", "alice", codes_for(seed, bench.now))
    aws(bench, "iam", "tag-mfa-device", "--serial-number", SERIAL, "--tags", "Key=Team,Value=x y")
    tags = aws(bench, "iam", "list-mfa-device-tags", "--serial-number", SERIAL)["Tags"]
    assert tags == [{"Key": "Team", "Value": "x y"}]
    aws(bench, "iam", "deactivate-mfa-device", "--user-name", "alice", "--serial-number", SERIAL)
    aws(bench, "iam", "delete-virtual-mfa-device", "--serial-number", SERIAL)
    assert bench.emulator.devices() == []


def test_nothing_on_stderr(bench: Any) -> None:
    assert bench.emulator.errors() == ""
