# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's calls: their pages, and AWS's shapes as plain values."""

from __future__ import annotations

import base64
import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.clock import AwsClock
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi, user_of_caller
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device, VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError

ACCOUNT = "123456789012"
SINCE = datetime.datetime(2026, 5, 1, 10, tzinfo=datetime.timezone.utc)
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def user(name: str) -> dict[str, t.Any]:
    return {"UserName": name, "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "CreateDate": SINCE}


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


class Answers:
    """A connection whose clients answer from a list by operation, and note what they were asked."""

    def __init__(self, **answers: t.Any) -> None:
        self._answers = {name: list(found) for name, found in answers.items()}
        self.asked: list[tuple[str, dict[str, t.Any]]] = []
        self.options: list[dict[str, t.Any]] = []
        self.clock = AwsClock()

    def client(self, _service: str) -> Answers:
        return self

    def open(self) -> Answers:
        return self

    def call(self, operation: str, params: t.Any, **options: t.Any) -> dict[str, t.Any]:
        self.asked.append((operation, params() if callable(params) else params))
        self.options.append(options)
        answer = self._answers[operation].pop(0)
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, t.Any] = answer
        return found


def api_on(**answers: t.Any) -> tuple[MfaApi, Answers]:
    connection: t.Any = Answers(**answers)
    return MfaApi(connection), connection


def no_such(what: str) -> AwsRefused:
    return AwsRefused(what, "NoSuchEntity", "iam:Call", what)


def test_pages_are_read_to_the_end() -> None:
    pages = [
        {"Users": [user("alice")], "IsTruncated": True, "Marker": "one"},
        {"Users": [], "IsTruncated": True, "Marker": "two"},
        {"Users": [user("bob")], "IsTruncated": False, "Marker": "odd"},
    ]
    api, asked = api_on(ListUsers=pages)
    assert [found["UserName"] for found in api.users()] == ["alice", "bob"]
    assert asked.asked == [
        ("ListUsers", {"MaxItems": 1000}),
        ("ListUsers", {"MaxItems": 1000, "Marker": "one"}),
        ("ListUsers", {"MaxItems": 1000, "Marker": "two"}),
    ]
    assert all(options["requires"] == ("Users",) for options in asked.options)


def test_a_list_of_users_tells_the_account_and_since_when_they_exist() -> None:
    api, asked = api_on(ListUsers=[{"Users": [user("alice")]}])
    api.users()
    assert api.account() == ("aws", ACCOUNT) and api.user_created("alice") == SINCE
    assert api.virtual_arn("/staff/", "phone") == f"arn:aws:iam::{ACCOUNT}:mfa/staff/phone"
    assert len(asked.asked) == 1


def test_who_calls_is_asked_only_where_no_list_has_told_the_account() -> None:
    api, asked = api_on(GetCallerIdentity=[{"Arn": f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/x/y"}])
    assert api.account() == api.account() == ("aws-cn", ACCOUNT)
    assert asked.asked == [("GetCallerIdentity", {})]


def test_since_when_a_user_exists_is_asked_once() -> None:
    api, asked = api_on(GetUser=[{"User": user("alice")}, no_such("bob"), AwsRefused("x", "AccessDenied", "y", "z")])
    assert api.user_created("alice") == api.user_created("alice") == SINCE
    assert api.user_created("bob") is None
    with pytest.raises(AwsRefused):
        api.user_created("carol")
    assert len(asked.asked) == 3


def test_devices_of_a_user() -> None:
    listed = [{"SerialNumber": "GAHT12345678", "UserName": "alice", "EnableDate": SINCE}]
    denied = AwsRefused("x", "AccessDenied", "y", "z")
    api, _asked = api_on(ListMFADevices=[{"MFADevices": listed}, no_such("bob"), denied])
    assert api.devices_of("alice") == (Device("GAHT12345678", "alice", SINCE.isoformat()),)
    assert api.devices_of("bob") is None
    with pytest.raises(AwsRefused):
        api.devices_of("carol")


def test_virtual_devices_by_arn_whoever_has_them() -> None:
    listed = [
        {"SerialNumber": arn("alice"), "User": user("alice"), "EnableDate": SINCE},
        {"SerialNumber": arn("spare")},
        {"SerialNumber": arn("root"), "User": {"Arn": ROOT}, "EnableDate": SINCE},
    ]
    api, asked = api_on(ListVirtualMFADevices=[{"VirtualMFADevices": listed}])
    assert api.virtual_devices() == {
        arn("alice"): VirtualDevice(arn("alice"), "alice", SINCE.isoformat()),
        arn("spare"): VirtualDevice(arn("spare"), None, None),
        arn("root"): VirtualDevice(arn("root"), ROOT, SINCE.isoformat()),
    }
    assert api.account() == ("aws", ACCOUNT)
    assert asked.asked == [("ListVirtualMFADevices", {"AssignmentStatus": "Any", "MaxItems": 1000})]


def test_a_new_device_is_handed_on_as_aws_made_it() -> None:
    made = {"SerialNumber": arn("phone"), "Base32StringSeed": b"mfrg gzdf", "QRCodePNG": b"png"}
    api, asked = api_on(CreateVirtualMFADevice=[{"VirtualMFADevice": made}])
    asked.clock.observe("Thu, 26 Nov 2026 10:00:00 GMT", asked.clock.tick())
    created = api.create("/", "phone", {"b": "2", "a": "1"})
    assert (created.serial_number, created.seed, created.created) == (arn("phone"), "mfrg gzdf", "2026-11-26T10:00:00Z")
    assert base64.b64decode(created.qr_code_png) == b"png"
    assert "mfrg" not in repr(created)
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert asked.asked == [("CreateVirtualMFADevice", {"VirtualMFADeviceName": "phone", "Path": "/", "Tags": tags})]
    required = asked.options[0]["requires"]
    assert set(required) == {f"VirtualMFADevice.{name}" for name in made}


@pytest.mark.parametrize("operation", ["EnableMFADevice", "ResyncMFADevice"])
def test_a_call_with_codes_is_never_resent_by_itself(operation: str) -> None:
    api, asked = api_on(**{operation: [{}]})
    work = {"EnableMFADevice": api.enable, "ResyncMFADevice": api.resync}[operation]
    work("alice", arn("phone"), lambda: ("111111", "222222"))
    assert asked.options == [{"resend": False}]
    _name, params = asked.asked[0]
    assert (params["AuthenticationCode1"], params["AuthenticationCode2"]) == ("111111", "222222")


def test_the_credential_report_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    report = {"Content": b"user,arn\n", "GeneratedTime": SINCE}
    states = [{"State": "STARTED"}, {"State": "INPROGRESS"}, {"State": "COMPLETE"}]
    api, _asked = api_on(GenerateCredentialReport=states, GetCredentialReport=[report])
    assert api.credential_report() == ("user,arn\n", SINCE) and pauses == [0.05, 0.1]
    api, _asked = api_on(GenerateCredentialReport=[{"State": "STARTED"}])
    with pytest.raises(MfaError, match="within 0 s"):
        api.credential_report(patience=0)


def test_tags_and_facts_of_the_account() -> None:
    api, _asked = api_on(
        ListMFADeviceTags=[{"Tags": [{"Key": "team", "Value": "x"}]}],
        ListAccountAliases=[{"AccountAliases": []}, {"AccountAliases": ["acme"]}],
        GetAccountSummary=[
            {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}},
            {"SummaryMap": {}},
        ],
    )
    assert api.tags_of(arn("phone")) == {"team": "x"}
    assert api.account_alias() is None and api.account_alias() == "acme"
    assert api.root_summary() == (True, False)
    assert api.root_summary() == (False, None)


def test_what_takes_away_names_what_it_takes() -> None:
    api, asked = api_on(DeactivateMFADevice=[{}], DeleteVirtualMFADevice=[{}], TagMFADevice=[{}], UntagMFADevice=[{}])
    api.deactivate("alice", arn("phone"))
    api.delete(arn("phone"))
    api.tag(arn("phone"), {"team": "x"})
    api.untag(arn("phone"), ["b", "a"])
    assert asked.asked == [
        ("DeactivateMFADevice", {"UserName": "alice", "SerialNumber": arn("phone")}),
        ("DeleteVirtualMFADevice", {"SerialNumber": arn("phone")}),
        ("TagMFADevice", {"SerialNumber": arn("phone"), "Tags": [{"Key": "team", "Value": "x"}]}),
        ("UntagMFADevice", {"SerialNumber": arn("phone"), "TagKeys": ["a", "b"]}),
    ]


@pytest.mark.parametrize(
    ("arn_of_caller", "name"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/staff/alice", "alice"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/alice", None),
        (ROOT, None),
    ],
)
def test_user_of_caller(arn_of_caller: str, name: str | None) -> None:
    assert user_of_caller(arn_of_caller) == name
