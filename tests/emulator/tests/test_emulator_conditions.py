# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Latency, throttling, faults, lost replies, lag, the clock, denials, hangs, halts, the control API."""

from __future__ import annotations

import concurrent.futures
import contextlib
import email.utils
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from aws_emulator import totp
from aws_emulator.client import EmulatorError
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError

ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:mfa/alice"


def timed(function: Any, *args: Any, **kwargs: Any) -> float:
    begun = time.monotonic()
    function(*args, **kwargs)
    return time.monotonic() - begun


def test_latency_holds_no_lock(bench: Any) -> None:
    bench.iam.list_users()
    bench.emulator.set(latency=0.3)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        took = timed(lambda: list(pool.map(lambda _n: bench.iam.list_users(), range(16))))
    assert 0.3 <= took < 1.2


def test_throttle(bench: Any, refused: Any) -> None:
    bench.emulator.set(rate=0.001, burst=3, throttle_scope="service")
    for _number in range(3):
        bench.iam.list_users()
    assert refused(bench.iam.list_users) == ("Throttling", 400, "Rate exceeded")
    bench.client("sts").get_caller_identity()
    counts = bench.emulator.counts()
    assert (counts["total"], counts["throttled"]) == (5, 1)
    assert counts["by_action"] == {"iam:ListUsers": 4, "sts:GetCallerIdentity": 1}
    bench.emulator.set(throttle_scope="action", burst=1)
    bench.iam.list_users()
    bench.iam.list_virtual_mfa_devices()
    assert refused(bench.iam.list_users)[0] == "Throttling"
    bench.emulator.set(throttle_scope="all", throttled_services=["secretsmanager"])
    bench.iam.list_users()
    bench.secrets.list_secrets()
    assert refused(bench.secrets.list_secrets) == ("ThrottlingException", 400, "Rate exceeded")
    bench.emulator.set(rate=None)
    bench.secrets.list_secrets()


def test_throttle_lets_the_rate_through(bench: Any) -> None:
    bench.emulator.set(rate=50, burst=1)
    good, begun = 0, time.monotonic()
    while time.monotonic() - begun < 1:
        try:
            bench.iam.list_users()
            good += 1
        except ClientError:
            time.sleep(0.002)
    assert 1 <= good <= (time.monotonic() - begun) * 50 + 2  # a busy machine makes fewer


def test_faults_have_no_effect_and_repeat_with_the_seed(bench: Any) -> None:
    def codes() -> list[str]:
        bench.emulator.set(fault_probability=0.5, random_seed=7)
        found = []
        for number in range(20):
            try:
                bench.create(f"d{number}")
                found.append("")
            except ClientError as error:
                found.append(error.response["Error"]["Code"])
        bench.emulator.set(fault_probability=0)
        return found

    first = codes()
    made = len(bench.emulator.devices())
    assert made == first.count("") and 0 < made < 20
    assert set(first) <= {"", "ServiceFailure", "ConcurrentModification", "EntityTemporarilyUnmodifiable"}
    assert len(set(first)) > 2
    assert bench.emulator.counts()["faults"] == 20 - made
    bench.emulator.reset()
    assert codes() == first


def test_faults_of_the_services(bench: Any, refused: Any) -> None:
    bench.emulator.set(fault_probability=1)
    assert refused(bench.iam.list_users)[:2] == ("ServiceFailure", 500)
    assert refused(bench.secrets.list_secrets)[:2] == ("InternalServiceError", 500)
    assert refused(bench.client("ssm").get_parameter, Name="/x")[:2] == ("InternalServerError", 500)
    bench.emulator.set(services_with_faults=["ssm"])
    bench.iam.list_users()


def test_lost_reply_took_effect(bench: Any) -> None:
    bench.emulator.set(lost_reply_probability=1)
    with pytest.raises(ConnectionClosedError):
        bench.create("alice")
    assert [d["serial_number"] for d in bench.emulator.devices()] == [ALICE]
    log = bench.emulator.requests()[-1]
    assert (log["status"], log["took_effect"], log["lost_reply"]) == (None, True, True)
    # botocore sends the call again by itself, and then meets its own device
    bench.emulator.set(lost_reply_probability=0.4, random_seed=2)
    retrying = bench.client("iam", attempts=10)
    outcomes = set()
    for number in range(12):
        try:
            retrying.create_virtual_mfa_device(VirtualMFADeviceName=f"d{number}")
            outcomes.add("made")
        except ClientError as error:
            outcomes.add(error.response["Error"]["Code"])
    assert outcomes == {"made", "EntityAlreadyExists"}
    assert len(bench.emulator.devices()) == 13 and bench.emulator.counts()["lost_replies"] > 3


def test_lag(bench: Any, refused: Any) -> None:
    bench.emulator.fixture({"users": [{"user_name": "alice"}]})
    iam = bench.iam
    bench.emulator.set(lag=0.5)
    serial, seed = bench.create()
    assert refused(bench.create)[0] == "EntityAlreadyExists"
    codes = totp.code_pair(seed, bench.now)
    assert refused(bench.enable, "alice", serial, codes)[0] == "NoSuchEntity"
    assert refused(iam.list_mfa_device_tags, SerialNumber=serial)[0] == "NoSuchEntity"
    assert refused(iam.tag_mfa_device, SerialNumber=serial, Tags=[])[0] == "NoSuchEntity"
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    time.sleep(0.55)
    assert len(iam.list_virtual_mfa_devices()["VirtualMFADevices"]) == 1
    bench.enable("alice", serial, totp.code_pair(seed, bench.now))
    assert refused(bench.enable, "alice", serial, codes)[0] == "EntityAlreadyExists"
    assert iam.list_mfa_devices(UserName="alice")["MFADevices"] == []
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"] == []
    assert bench.emulator.device(serial)["attached"] is True
    time.sleep(0.55)
    assert len(iam.list_mfa_devices(UserName="alice")["MFADevices"]) == 1
    iam.deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    assert len(iam.list_mfa_devices(UserName="alice")["MFADevices"]) == 1
    assert refused(iam.delete_virtual_mfa_device, SerialNumber=serial)[0] == "DeleteConflict"
    time.sleep(0.55)
    assert iam.list_mfa_devices(UserName="alice")["MFADevices"] == []
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert len(iam.list_virtual_mfa_devices()["VirtualMFADevices"]) == 1
    time.sleep(0.55)
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


@pytest.mark.parametrize("hours", [-3, 3])
def test_clock(bench: Any, refused: Any, hours: int) -> None:
    serial, seed = bench.create()
    bench.iam.create_user(UserName="alice")
    bench.emulator.set(clock_offset=hours * 3600)
    code, status, message = refused(bench.iam.list_users)
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    if hours > 0:
        assert message.startswith("Signature expired: ") and message.endswith("Z - 5 min.)")
        assert " is now earlier than " in message
    else:
        assert message.startswith("Signature not yet current: ") and message.endswith("Z + 5 min.)")
    assert refused(bench.client("sts").get_caller_identity)[0] == "SignatureDoesNotMatch"
    for service, call in (("secretsmanager", "list_secrets"), ("ssm", "describe_parameters")):
        assert refused(getattr(bench.client(service), call))[:2] == ("InvalidSignatureException", 400)
    bench.emulator.set(check_signature_age=False)
    for answer in (bench.iam.list_users(), bench.iam.list_groups(), bench.secrets.list_secrets()):
        date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time() - hours * 3600) < 3
    wrong = totp.code_pair(seed, time.time())
    assert refused(bench.enable, "alice", serial, wrong)[0] == "InvalidAuthenticationCode"
    bench.enable("alice", serial, totp.code_pair(seed, time.time() + hours * 3600))


def test_denied(bench: Any, refused: Any) -> None:
    bench.iam.create_user(UserName="alice", Path="/team/")
    bench.emulator.set(denied_actions=["iam:EnableMFADevice", "secretsmanager:*"])
    code, status, message = refused(bench.enable, "alice", ALICE, ("000000", "000001"))
    assert (code, status) == ("AccessDenied", 403)
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/emulator-admin is not authorized to perform: iam:EnableMFADevice on "
        f"resource: arn:aws:iam::{ACCOUNT}:user/team/alice because no identity-based policy allows the "
        "iam:EnableMFADevice action"
    )
    code, status, message = refused(bench.secrets.create_secret, Name="x", SecretString="y")
    assert (code, status) == ("AccessDeniedException", 400)
    assert "is not authorized to perform: secretsmanager:CreateSecret on resource: x because" in message
    bench.iam.list_users()
    bench.emulator.set(denied_actions=["iam:*"])
    assert refused(bench.iam.list_groups)[0] == "AccessDenied"


def test_unavailable(bench: Any, refused: Any) -> None:
    bench.emulator.set(unavailable_services=["secretsmanager", "iam"])
    assert refused(bench.iam.list_users)[:2] == ("ServiceUnavailable", 503)
    assert refused(bench.secrets.list_secrets)[1] == 503
    bench.client("sts").get_caller_identity()


def test_hang(bench: Any) -> None:
    bench.emulator.set(hang_actions=["iam:ListUsers"])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answered = pool.submit(bench.iam.list_users)
        while not bench.emulator.halted()["hanging"]:
            time.sleep(0.01)
        assert not answered.done()
        bench.emulator.set(hang_actions=[])
        assert answered.result(5)["Users"] == []
        bench.emulator.set(hang_actions=["iam:ListUsers"])
        dropped = pool.submit(bench.iam.list_users)
        while not bench.emulator.halted()["hanging"]:
            time.sleep(0.01)
        assert bench.emulator.release() == 1
        assert isinstance(dropped.exception(5), ConnectionClosedError)


CLIENT = """
import sys
sys.path.insert(0, {root!r})
from aws_emulator.client import Emulator
iam = Emulator({url!r}).boto3("iam")
for name in ("a", "b", "c"):
    iam.create_virtual_mfa_device(VirtualMFADeviceName=name)
"""


@pytest.mark.parametrize(("when", "left"), [("before", ["a"]), ("after", ["a", "b"])])
def test_halt_and_kill(bench: Any, when: str, left: list[str]) -> None:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = CLIENT.format(root=root, url=bench.emulator.url)
    bench.emulator.set(halt={"at": 2, "when": when})
    with subprocess.Popen([sys.executable, "-c", code]) as client:
        state = bench.emulator.wait_halted()
        assert (state["action"], state["when"]) == ("iam:CreateVirtualMFADevice", when)
        assert state["params"]["VirtualMFADeviceName"] == "b"
        client.send_signal(signal.SIGKILL)
        client.wait()
    assert [d["serial_number"][-1] for d in bench.emulator.devices()] == left
    assert bench.emulator.release() == 1
    assert bench.emulator.halted()["halted"] is False and bench.emulator.settings()["halt"] is None
    time.sleep(0.1)
    assert [d["serial_number"][-1] for d in bench.emulator.devices()] == left
    bench.iam.list_users()


def test_halt_with_freeze_stops_all_that_follows(bench: Any) -> None:
    bench.emulator.set(halt={"at": 3, "when": "after", "freeze": True})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(bench.create, f"d{number}") for number in range(8)]
        bench.emulator.wait_halted()
        while bench.emulator.halted()["frozen"] < 5:
            time.sleep(0.01)
        assert len(bench.emulator.devices()) == 3
        assert bench.emulator.release() == 6
        assert sum(call.exception(5) is None for call in calls) == 2
    assert len(bench.emulator.devices()) == 3


@pytest.mark.parametrize(
    "settings",
    [
        {"speed": 1},
        {"latency": -1},
        {"latency": "fast"},
        {"rate": 0},
        {"fault_probability": 2},
        {"throttle_scope": "user"},
        {"denied_actions": ["EnableMFADevice"]},
        {"denied_actions": "iam:*"},
        {"halt": {"at": 0}},
        {"halt": {"at": 1, "when": "during"}},
        {"monitor_store": 1},
    ],
)
def test_bad_settings(bench: Any, settings: dict[str, Any]) -> None:
    before = bench.emulator.settings()
    with pytest.raises(EmulatorError, match=next(iter(settings))):
        bench.emulator.set(lag=5, **settings)
    assert bench.emulator.settings() == before


def test_reset(bench: Any) -> None:
    bench.enrol()
    bench.secrets.create_secret(Name="s", SecretString="x")
    bench.emulator.set(latency=0.001, clock_offset=100)
    bench.emulator.reset()
    assert bench.emulator.settings()["latency"] == 0 and bench.emulator.settings()["clock_offset"] == 0
    assert bench.emulator.devices() == [] and bench.emulator.requests() == [] and bench.emulator.violations() == []
    assert bench.emulator.counts()["total"] == 0
    assert bench.iam.list_users()["Users"] == [] and bench.secrets.list_secrets()["SecretList"] == []
    assert bench.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_logs_hold_no_secret(bench: Any) -> None:
    bench.access_log.write_text("")
    serial, seed = bench.create()
    bench.iam.create_user(UserName="alice", Tags=[{"Key": "note", "Value": "n"}])
    bench.secrets.create_secret(Name="mfa/alice", SecretString=seed)
    bench.client("ssm").put_parameter(Name="/mfa/alice", Value=seed, Type="SecureString")
    bench.secrets.get_secret_value(SecretId="mfa/alice")
    bench.create(f"x{seed}")
    codes = totp.code_pair(seed, bench.now)
    bench.enable("alice", serial, codes)
    entries = bench.emulator.requests()
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    last = entries[-1]
    assert (last["service"], last["action"], last["status"], last["code"]) == ("iam", "EnableMFADevice", 200, None)
    assert last["params"] == {
        "UserName": "alice",
        "SerialNumber": serial,
        "AuthenticationCode1": "***",
        "AuthenticationCode2": "***",
    }
    text = bench.access_log.read_text()
    lines = text.splitlines()
    assert len(lines) == len(entries)
    assert lines[-1].split(" ")[1:] == ["iam", "EnableMFADevice", "testing", "alice", serial, "200", "-"]
    for secret in (seed, *codes):
        assert secret not in text and secret not in str(entries)


def test_unknown_calls(bench: Any) -> None:
    with pytest.raises(EmulatorError, match="the control API has no GET"):
        bench.emulator.control("GET", "nothing")
    import urllib.error
    import urllib.request

    request = urllib.request.Request(bench.emulator.url, data=b"Action=ListUsers&Version=2010-05-08", method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5)
    assert caught.value.code == 403 and b"MissingAuthenticationToken" in caught.value.read()


def test_throttles_that_no_rate_explains(bench: Any, refused: Any) -> None:
    bench.emulator.set(throttle_first=2)
    assert refused(bench.iam.list_users)[0] == refused(bench.iam.list_users)[0] == "Throttling"
    bench.iam.list_users()
    bench.emulator.set(throttled_until=0.3)
    assert refused(bench.iam.list_users)[0] == "Throttling"
    time.sleep(0.31)
    bench.iam.list_users()
    bench.emulator.set(throttle_probability=0.5, random_seed=1)
    before = bench.emulator.counts()["throttled"]
    for _number in range(40):
        with contextlib.suppress(ClientError):
            bench.iam.list_users()
    assert 8 < bench.emulator.counts()["throttled"] - before < 32


def test_a_neighbour_drains_the_bucket(bench: Any) -> None:
    """At 20 a second, of which somebody else sends 15, five are left."""
    bench.emulator.set(rate=20, burst=1, neighbour_rate=15, random_seed=1)
    admitted, until = 0, time.monotonic() + 3
    while time.monotonic() < until:
        with contextlib.suppress(ClientError):
            bench.iam.list_users()
            admitted += 1
        time.sleep(1 / 15)
    assert 12 <= admitted <= 40, "fewer than the 60 that the rate allows"


@pytest.mark.parametrize("kind", ["cut", "garbled"])
def test_damaged_answers(bench: Any, kind: str) -> None:
    bench.emulator.set(damage={"kind": kind, "actions": ["iam:CreateVirtualMFADevice"]}, random_seed=1)
    with pytest.raises(ResponseParserError):
        bench.create("alice")
    assert bench.emulator.devices()[0]["serial_number"] == ALICE, "the call took effect"
    assert bench.iam.list_users()["Users"] == []
    assert [entry["damaged"] for entry in bench.emulator.requests()] == [kind, None]


def test_answers_without_a_date_or_of_another_type(bench: Any) -> None:
    bench.emulator.set(damage={"kind": "no_date"})
    assert "date" not in bench.iam.list_users()["ResponseMetadata"]["HTTPHeaders"]
    bench.emulator.set(damage={"kind": "content_type"})
    headers = bench.iam.list_users()["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-type"] == "text/html" and "date" in headers
    bench.emulator.set(damage={"kind": "slow", "seconds": 0.3})
    assert timed(bench.iam.list_users) >= 0.3


def test_bad_damages(bench: Any) -> None:
    for bad in ({"kind": "torn"}, {"actions": ["*"]}, {"kind": "cut", "share": 2}, {"kind": "cut", "often": 1}, "cut"):
        with pytest.raises(EmulatorError, match="damage"):
            bench.emulator.set(damage=bad)
