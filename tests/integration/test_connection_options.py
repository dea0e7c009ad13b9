# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that the AWS CLI has too: where to call, as whom, how long to wait, what to trust."""

from __future__ import annotations

import datetime
import ipaddress
import json
import pathlib
import re
import socket
import subprocess
import time
import typing as t
from collections.abc import Iterator

import pytest
from aws_emulator.client import Emulator
from controller import (
    HERE,
    PARAMETERS,
    PLURAL,
    SECRETS,
    SERVER,
    SINGULAR,
    VENV,
    Controller,
    arn,
    device,
    devices,
    emulator_task,
    may_fail,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from project import ROOT

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
# A task that makes one call, iam:ListMFADevices, and finds nothing to do.
QUESTION: dict[str, t.Any] = {"user_name": "alice", "all_devices": True, "state": "disabled"}


# TLS


def _authority(folder: pathlib.Path, name: str) -> tuple[x509.Name, ec.EllipticCurvePrivateKey, pathlib.Path]:
    """A certificate authority of our own: its name, key, and the file with its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = _certificate(subject, subject, key.public_key()).add_extension(x509.BasicConstraints(True, None), True)
    builder = builder.add_extension(usage, True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    path = folder / f"{name}.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return subject, key, path


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    return x509.CertificateBuilder(
        issuer,
        subject,
        public_key,
        x509.random_serial_number(),
        now - datetime.timedelta(days=1),
        now + datetime.timedelta(days=1),
    )


@pytest.fixture
def private_authority(
    tmp_path: pathlib.Path, home: pathlib.Path
) -> Iterator[tuple[Controller, pathlib.Path, pathlib.Path]]:
    """A controller with an emulator over TLS, the certificate of its authority, and that of another one."""
    issuer, issuer_key, bundle = _authority(tmp_path, "authority")
    _other_issuer, _other_key, other_bundle = _authority(tmp_path, "other")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = _certificate(subject, issuer, key.public_key())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = builder.add_extension(names, False).add_extension(x509.BasicConstraints(False, None), True)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(identifier, False)
    certificate, private_key = tmp_path / "server.pem", tmp_path / "server.key"
    certificate.write_bytes(builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private_key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    with Emulator.start(
        python=str(SERVER / "bin/python"), tls_cert=certificate, tls_key=private_key, ca_bundle=bundle
    ) as emulator:
        emulator.fixture({"users": [{"user_name": "alice"}]})
        yield Controller(emulator, home), bundle, other_bundle


def test_tls_with_a_private_authority(
    private_authority: tuple[Controller, pathlib.Path, pathlib.Path],
) -> None:
    controller, bundle, other_bundle = private_authority
    assert controller.emulator.url.startswith("https://")
    missing = str(bundle) + ".missing"
    play = controller.play(
        *may_fail(
            device(**QUESTION),
            device(aws_ca_bundle=str(other_bundle), **QUESTION),
            device(aws_ca_bundle=missing, **QUESTION),
            device(aws_ca_bundle=str(bundle), **QUESTION),
            device(validate_certs=False, **QUESTION),
            device(environment={"AWS_CA_BUNDLE": str(bundle)}, **QUESTION),
            device(aws_ca_bundle=str(bundle), debug_botocore_endpoint_logs=True, **QUESTION),
            devices([{"user_name": "alice"}], state="disabled"),
            devices([{"user_name": "alice"}], state="disabled", aws_ca_bundle=str(bundle)),
        )
    )
    untrusted, wrong, no_file, trusted, unchecked, by_variable, logged, many_untrusted, many_trusted = play.results
    for result in (untrusted, wrong, many_untrusted):
        assert result.failed and "is not trusted" in result.msg and "Set aws_ca_bundle" in result.msg
        assert result.calls == []
    assert no_file.failed and f"aws_ca_bundle: there is no file {missing}" in no_file.msg
    for result in (trusted, unchecked, by_variable, logged, many_trusted):
        assert not result.failed, result.msg
    assert untrusted.seconds < 10, "a certificate does not get better with time"
    # the first part of the host's name, the call: with AWS iam:ListMFADevices
    assert [entry.split(":")[1] for entry in logged["resource_actions"]] == ["ListMFADevices"]
    assert "resource_actions" not in trusted.data


def test_debug_botocore_endpoint_logs_over_http(controller: Controller, emulator: Emulator) -> None:
    """amazon.aws, which does this, looks for https endpoints only: there is nothing to see, and no error."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    assert controller.run(device(debug_botocore_endpoint_logs=True, **QUESTION))[0]["resource_actions"] == []


# Who calls, and where


def test_profile_and_region(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "bob", "carol", "dave", "erin")]})
    config = controller.home / "aws-config"
    config.write_text(
        "[profile team]\naws_access_key_id = AKIATEAM\naws_secret_access_key = x\nregion = eu-west-1\n"
        f"[profile whole]\naws_access_key_id = AKIAWHOLE\naws_secret_access_key = x\nregion = eu-west-3\n"
        f"endpoint_url = {emulator.url}\n",
        encoding="utf-8",
    )

    def enrol(name: str, **options: t.Any) -> t.Any:
        return device(
            user_name=name, device_name=name, seed_store={**PARAMETERS, **options.pop("store", {})}, **options
        )

    play = controller.play(
        *may_fail(
            enrol("alice", profile="team", endpoint_url=emulator.url),
            enrol("bob", access_key="{{ omit }}", environment={"AWS_PROFILE": "whole"}),
            enrol("carol", profile="team", region="eu-south-1", endpoint_url=emulator.url),
            enrol("dave", profile="team", store={"region": "eu-north-1", "endpoint_url": emulator.url + "/"}),
            enrol("erin", profile="missing", endpoint_url=emulator.url),
            enrol("erin", profile="team", access_key="AKIAX", secret_key="x", endpoint_url=emulator.url),
            enrol(
                "erin",
                profile="team",
                endpoint_url=emulator.url,
                environment={"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "y"},
            ),
        ),
        defaults={},
        environment={
            "AWS_CONFIG_FILE": str(config),
            "AWS_ENDPOINT_URL_IAM": emulator.url,
            "AWS_ENDPOINT_URL_STS": emulator.url,
        },
    )
    assert [result.failed for result in play.results] == [False] * 4 + [True] * 3, play.output
    keys = {
        name: {r["access_key"] for r in emulator.requests() if r["params"].get("UserName") == name}
        for name in ("alice", "bob", "carol", "dave")
    }
    assert keys == {"alice": {"AKIATEAM"}, "bob": {"AKIAWHOLE"}, "carol": {"AKIATEAM"}, "dave": {"AKIATEAM"}}
    for name, region in (("alice", "eu-west-1"), ("bob", "eu-west-3"), ("carol", "eu-south-1"), ("dave", "eu-north-1")):
        found = emulator.boto3("ssm", region_name=region).describe_parameters()["Parameters"]
        assert [item["Name"] for item in found] == [f"/mfa/{name}"]
    assert "profile: there is no profile missing on the host" in play[4].msg
    assert "/aws-config" in play[4].msg and "/credentials (which does not exist)" in play[4].msg
    assert "profile: team cannot be combined with access keys, and access_key and secret_key are given" in play[5].msg
    assert "the environment has AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Use one: unset AWS_ACCESS" in play[6].msg


def test_region_is_needed_for_a_store_only(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {"users": [{"user_name": "alice"}], "unassigned_virtual_devices": [{"device_name": "alice", "seed": SEED}]}
    )
    access = {name: value for name, value in controller.access.items() if name != "region"}
    without, with_store, with_region, by_variable = controller.play(
        *may_fail(
            device(user_name="alice", device_name="alice", seed=SEED),
            device(user_name="alice", device_name="new", seed_store=SECRETS),
            device(user_name="alice", device_name="new", seed_store={**SECRETS, "region": "eu-west-1"}),
            device(
                user_name="alice", device_name="newer", seed_store=PARAMETERS, environment={"AWS_REGION": "eu-west-2"}
            ),
        ),
        defaults=access,
    ).results
    assert not without.failed and without.changed, without.msg
    assert with_store.failed and "region: none is set, and secretsmanager needs one" in with_store.msg
    assert with_store.calls == []
    assert not with_region.failed and not by_variable.failed, with_region.msg + by_variable.msg
    assert emulator.boto3("secretsmanager", region_name="eu-west-1").get_secret_value(SecretId="mfa/alice")
    assert emulator.boto3("ssm", region_name="eu-west-2").get_parameter(Name="/mfa/alice")
    assert controller.attached("alice") == sorted([arn("alice"), arn("new"), arn("newer")])


def test_endpoint_url(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    access = {name: value for name, value in controller.access.items() if name != "endpoint_url"}
    by_option, by_amazons, by_botocores, nonsense, refused = controller.play(
        *may_fail(
            device(endpoint_url=emulator.url, **QUESTION),
            device(environment={"AWS_URL": emulator.url}, **QUESTION),
            device(environment={"AWS_ENDPOINT_URL": emulator.url}, **QUESTION),
            device(endpoint_url="localhost:5000", **QUESTION),
            device(endpoint_url=nobody, aws_config={"retries": {"max_attempts": 1}}, **QUESTION),
        ),
        defaults=access,
    ).results
    assert not by_option.failed and not by_amazons.failed and not by_botocores.failed
    assert by_option.calls == by_amazons.calls == by_botocores.calls == ["iam:ListMFADevices"]
    assert nonsense.failed and "localhost:5000" in nonsense.msg
    assert refused.failed and nobody in refused.msg and "endpoint_url" in refused.msg


def test_credentials(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    where = {"region": "us-east-1", "endpoint_url": emulator.url}
    variables = {"AWS_ACCESS_KEY_ID": "ASIAVARIABLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "y"}
    session = {"access_key": "ASIASESSION", "secret_key": "x", "session_token": "y"}
    none, half, by_option, by_variable, many = controller.play(
        *may_fail(
            # play() gives each task a key, unless there is one
            device(access_key="{{ omit }}", **QUESTION),
            device(access_key="AKIAHALF", **QUESTION),
            device(**session, **QUESTION),
            device(access_key="{{ omit }}", environment=variables, **QUESTION),
            devices([{"user_name": "alice"}], access_key="{{ omit }}", state="disabled"),
        ),
        defaults=where,
    ).results
    for result in (none, half, many):
        assert result.failed and "credentials" in result.msg, result.msg
    assert "Set profile, or access_key and secret_key" in none.msg
    assert not by_option.failed and not by_variable.failed
    assert {request["access_key"] for request in emulator.requests()} == {"ASIASESSION", "ASIAVARIABLE"}


# Time limits


@pytest.fixture
def unanswered() -> Iterator[str]:
    """The URL of a port at which a connection is never taken."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        waiting = []
        for _number in range(4):  # fill the queue: what comes after that is not even answered
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(address)
            waiting.append(client)
        time.sleep(0.1)
        yield f"http://127.0.0.1:{address[1]}"
        for client in waiting:
            client.close()


def test_time_limits(controller: Controller, emulator: Emulator, unanswered: str) -> None:
    emulator.fixture(
        {
            "users": [
                {"user_name": "alice", "mfa_devices": [{"device_name": "old", "seed": SEED}]},
                {"user_name": "bob"},
            ],
            "unassigned_virtual_devices": [{"device_name": "phone", "seed": SEED}],
        }
    )
    limits = {"read_timeout": 1, "connect_timeout": 1}

    def hang(*actions: str) -> t.Any:
        return emulator_task(set={"hang_actions": list(actions)})

    play = controller.play(
        *may_fail(
            hang("iam:ListMFADevices"),
            device(aws_config=limits, **QUESTION),
            device(endpoint_url=unanswered, aws_config=limits, **QUESTION),
            hang("iam:EnableMFADevice"),
            device(user_name="alice", device_name="phone", seed=SEED, aws_config=limits),
            hang("iam:ResyncMFADevice"),
            device(user_name="alice", device_name="old", seed=SEED, state="resynced", aws_config=limits),
            hang("secretsmanager:CreateSecret"),
            device(user_name="bob", device_name="bob", seed_store=SECRETS, aws_config=limits),
            hang("iam:ListVirtualMFADevices"),
            devices([{"user_name": "alice"}, {"user_name": "bob"}], seed_store=SECRETS, aws_config=limits),
            hang(),
            devices([{"user_name": "alice"}, {"user_name": "bob"}], seed_store=SECRETS, aws_config=limits),
        )
    )
    read, connect, enabling, resyncing, storing, listing, afterwards = play.of("iam_mfa_device")
    expected = {
        "iam:ListMFADevices": read,
        "iam:EnableMFADevice": enabling,
        "iam:ResyncMFADevice": resyncing,
        "secretsmanager:CreateSecret": storing,
        "iam:ListVirtualMFADevices": listing,
    }
    for call, result in expected.items():
        assert result.failed
        assert f"gave no answer to {call} within 1 s (aws_config.read_timeout)" in result.msg, result.msg
        assert result["error"] == {"code": None, "operation": call}
        assert result.seconds < 30, "one limit of a second and the start of a module; botocore's own limit is 60 s"
    assert connect.failed and f"{unanswered} gave no answer" in connect.msg
    assert "within 1 s (aws_config.connect_timeout)" in connect.msg and connect.seconds < 30
    assert not afterwards.failed and afterwards["summary"]["changed"] == 2
    assert controller.attached("bob") == [arn("bob")]


def test_a_call_that_times_out_is_tried_three_times_where_that_is_safe(
    controller: Controller, emulator: Emulator
) -> None:
    """Each attempt costs the whole time limit. A call with codes is sent once: they may have done their work."""
    emulator.fixture(
        {"users": [{"user_name": "alice"}], "unassigned_virtual_devices": [{"device_name": "phone", "seed": SEED}]}
    )
    limits = {"read_timeout": 1}
    listing, many, enabling = controller.play(
        *may_fail(
            emulator_task(set={"hang_actions": ["iam:ListMFADevices", "iam:ListVirtualMFADevices"]}),
            device(aws_config=limits, **QUESTION),
            devices([{"user_name": "alice"}, {"user_name": "bob"}], state="disabled", aws_config=limits),
            emulator_task(set={"hang_actions": ["iam:EnableMFADevice"]}),
            device(user_name="alice", device_name="phone", seed=SEED, aws_config=limits),
        )
    ).of("iam_mfa_device")
    assert listing.failed and listing.calls == ["iam:ListMFADevices"] * 3
    assert many.failed and many.calls == ["iam:ListVirtualMFADevices"] * 3
    assert enabling.failed and enabling.calls.count("iam:EnableMFADevice") == 1


def test_aws_config(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    refused: dict[str, tuple[t.Any, str]] = {
        "unknown key": ({"read_time": 5}, "aws_config: botocore does not accept it"),
        "connect_timeout 0": (
            {"connect_timeout": 0},
            "aws_config.connect_timeout: must be a number of seconds above 0",
        ),
        "read_timeout below 0": ({"read_timeout": -1}, "aws_config.read_timeout: must be a number of seconds above 0"),
        "read_timeout in words": ({"read_timeout": "long"}, "aws_config.read_timeout: must be a number"),
        "retries 0": ({"retries": {"total_max_attempts": 0}}, "aws_config.retries.total_max_attempts: must be"),
        "retries a number": ({"retries": 3}, "aws_config.retries: must be a dictionary"),
    }
    tasks = [{**device(aws_config=config, **QUESTION), "name": name} for name, (config, _text) in refused.items()]
    good = {"read_timeout": 5.5, "user_agent_extra": "x", "retries": {"max_attempts": 2, "mode": "adaptive"}}
    play = controller.run(*may_fail(*tasks), device(aws_config=good, **QUESTION))
    for result in play.results[:-1]:
        assert result.failed and refused[result.name][1] in result.msg, result.msg
        assert result.calls == []
    assert play[-1].calls == ["iam:ListMFADevices"]


def test_retries_are_as_many_as_aws_config_says(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(fault_probability=1)
    three, two = controller.run(
        *may_fail(
            device(aws_config={"retries": {"total_max_attempts": 3}}, **QUESTION),
            device(aws_config={"retries": {"max_attempts": 1}}, **QUESTION),
        )
    ).results
    assert three.failed and len(three.calls) == 3 and len(two.calls) == 2
    assert "even after retries" in three.msg and three["error"]["code"] == "ServiceFailure"


# Input as a file, and the skeleton


def test_input_from_a_file(controller: Controller, emulator: Emulator) -> None:
    """What --cli-input-json is for: the options come from a document."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    document = controller.home / "input.json"
    document.write_text(
        json.dumps({"user_name": "alice", "device_name": "phone", "seed_store": SECRETS}), encoding="utf-8"
    )
    item = {
        "name": "iam_mfa_device from a file",
        SINGULAR: {},
        "args": f"{{{{ lookup('file', '{document}') | from_json }}}}",
    }
    assert controller.play(item)[0].changed
    assert controller.attached("alice") == [arn("phone")]


@pytest.mark.smoke
@pytest.mark.parametrize("module", [SINGULAR, PLURAL])
def test_the_skeleton_has_every_option(controller: Controller, module: str) -> None:
    """What --generate-cli-skeleton is for: ansible-doc --snippet writes a task with every option."""

    def ansible_doc(*words: str) -> str:
        command = [str(VENV / "bin/ansible-doc"), "-t", "module", *words, module]
        done = subprocess.run(command, env=controller.environment(), capture_output=True, text=True, check=True)
        return done.stdout

    described = json.loads(ansible_doc("--json"))[module]["doc"]["options"]
    snippet = ansible_doc("--snippet")
    assert f"  {module}:" in snippet or module.split(".")[-1] in snippet
    shown = set(re.findall(r"^      (\w+):", snippet, re.MULTILINE))
    assert shown == set(described)
    for option in ("region", "profile", "endpoint_url", "validate_certs", "aws_ca_bundle", "aws_config", "state"):
        assert option in shown
    # and what is described is what the module takes, checked by ansible-test's validate-modules too
    assert {"user_name"} <= shown or {"devices"} <= shown


# The table in docs/


def test_the_table_in_docs_has_every_option_of_the_cli() -> None:
    """Every option of the `aws iam enable-mfa-device` installed here has a row, and each row's test exists."""
    # A process of its own: the CLI changes botocore when it is imported.
    code = (
        "import awscli.clidriver; driver = awscli.clidriver.create_clidriver()\n"
        "iam = driver._get_command_table()['iam']._get_command_table()\n"
        "print(*driver._get_argument_table(), *iam['enable-mfa-device'].arg_table)"
    )
    done = subprocess.run([str(SERVER / "bin/python"), "-c", code], capture_output=True, text=True, check=True)
    options = {f"--{name}" for name in done.stdout.split()}
    assert {"--user-name", "--serial-number", "--endpoint-url", "--no-sign-request", "--cli-input-json"} <= options
    rows = {}
    for line in (ROOT / "docs/aws-cli-options.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `--"):
            _empty, option, counterpart, test, _end = (cell.strip() for cell in re.split(r"(?<!\\)\|", line))
            rows.update(dict.fromkeys(re.findall(r"`(--[\w-]+)", option), (counterpart, test)))
    assert options <= set(rows), f"no row for {sorted(options - set(rows))}"
    # of the second major version, which is no Python package
    assert {"--cli-binary-format", "--cli-auto-prompt", "--no-cli-pager", "--cli-input-yaml"} <= set(rows)
    for option, (counterpart, test) in rows.items():
        assert counterpart, option
        for name in re.findall(r"`(test_\w+)`", test):
            source = next((path for path in HERE.glob("test_*.py") if f"def {name}(" in path.read_text()), None)
            assert source, f"{option}: there is no test {name}"
        assert "test_" in test or test == "–", option
