# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Centralized root access: features, who becomes root where, and what each task policy leaves open."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import botocore.config
import pytest

MANAGEMENT, DELEGATE, MEMBER, CLOSED = "111111111111", "222222222222", "333333333333", "444444444444"
AUDIT, DELETE, CREATE = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials", "IAMCreateRootUserPassword"
ROOT_KEY, MANAGER_KEY = "AKIAAAAAAAAAAAAAROOT", "AKIAAAAAAAAAAMANAGER"
FEATURES = ["RootCredentialsManagement", "RootSessions"]
FULL: dict[str, Any] = {
    "password": True,
    "access_keys": [{"access_key_id": ROOT_KEY, "last_used": "2026-10-01T08:15:00Z"}],
    "signing_certificates": [{}],
    "mfa_devices": [{"device_name": "any"}, {"kind": "hardware", "serial_number": "GAHT12345678"}],
}


def fixture(**more: Any) -> dict[str, Any]:
    accounts = [
        {"id": DELEGATE, "name": "security"},
        {"id": MEMBER, "name": "prod", "fixture": {"root": FULL, "users": [{"user_name": "alice"}]}},
        {"id": CLOSED, "name": "old", "state": "SUSPENDED"},
    ]
    own = {
        "management_account_id": MANAGEMENT,
        "accounts": accounts,
        "delegated_administrators": {DELEGATE: ["iam.amazonaws.com"]},
        "trusted_services": ["iam.amazonaws.com"],
        "root_features": FEATURES,
        **more,
    }
    return {"organization": own, "root": {"access_keys": [{"access_key_id": MANAGER_KEY}]}}


@pytest.fixture(name="world")
def _world(bench: Any) -> Any:
    bench.emulator.fixture(fixture())
    return bench


def task(name: str) -> dict[str, str]:
    return {"arn": f"arn:aws:iam::aws:policy/root-task/{name}"}


def assume(bench: Any, name: str = AUDIT, target: str = MEMBER, by: str = "testing", **options: Any) -> dict[str, Any]:
    sts = bench.client("sts", by)
    answer: dict[str, Any] = sts.assume_root(TargetPrincipal=target, TaskPolicyArn=task(name), **options)
    return answer


def root(bench: Any, name: str = AUDIT, service: str = "iam", **options: Any) -> Any:
    made = assume(bench, name, **options)["Credentials"]
    return bench.emulator.boto3(
        service,
        config=botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )


def test_readings(world: Any) -> None:
    for name in (AUDIT, DELETE):
        iam = root(world, name)
        assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{MEMBER}:root"
        assert "CreateDate" in iam.get_login_profile()["LoginProfile"]
        [key] = iam.list_access_keys()["AccessKeyMetadata"]
        assert key["AccessKeyId"] == ROOT_KEY and key["Status"] == "Active" and "UserName" not in key
        used = iam.get_access_key_last_used(AccessKeyId=ROOT_KEY)["AccessKeyLastUsed"]
        assert used["LastUsedDate"].isoformat() == "2026-10-01T08:15:00+00:00"
        serials = [item["SerialNumber"] for item in iam.list_mfa_devices()["MFADevices"]]
        assert serials == ["GAHT12345678", f"arn:aws:iam::{MEMBER}:mfa/any"]
        assert len(iam.list_signing_certificates()["Certificates"]) == 1
    summary = root(world).get_account_summary()["SummaryMap"]
    assert summary["AccountPasswordPresent"] == summary["AccountSigningCertificatesPresent"] == 1
    identity = root(world, service="sts").get_caller_identity()
    assert identity["Account"] == identity["UserId"] == MEMBER and identity["Arn"].endswith(":root")


def test_a_new_member_has_nothing(world: Any, refused: Any) -> None:
    iam = root(world, target=DELEGATE)
    assert refused(iam.get_login_profile)[:2] == ("NoSuchEntity", 404)
    assert iam.list_access_keys()["AccessKeyMetadata"] == iam.list_signing_certificates()["Certificates"] == []
    assert iam.list_mfa_devices()["MFADevices"] == []


CLOSED_CALLS: list[tuple[str, str, dict[str, str]]] = [
    (AUDIT, "delete_login_profile", {}),
    (AUDIT, "delete_access_key", {"AccessKeyId": ROOT_KEY}),
    (AUDIT, "deactivate_mfa_device", {"SerialNumber": "GAHT12345678"}),
    (AUDIT, "create_login_profile", {}),
    (AUDIT, "list_virtual_mfa_devices", {}),
    (AUDIT, "list_users", {}),
    (AUDIT, "get_credential_report", {}),
    (AUDIT, "list_access_keys", {"UserName": "alice"}),
    (AUDIT, "get_login_profile", {"UserName": "alice"}),
    (DELETE, "get_account_summary", {}),
    (DELETE, "create_login_profile", {}),
    (DELETE, "create_access_key", {}),
    (DELETE, "update_access_key", {"AccessKeyId": ROOT_KEY, "Status": "Inactive"}),
    (DELETE, "delete_virtual_mfa_device", {"SerialNumber": f"arn:aws:iam::{MEMBER}:mfa/any"}),
    (DELETE, "delete_login_profile", {"UserName": "alice"}),
    (CREATE, "list_access_keys", {}),
    (CREATE, "delete_login_profile", {}),
]


@pytest.mark.parametrize(("name", "call", "options"), CLOSED_CALLS)
def test_all_else_is_closed(world: Any, refused: Any, name: str, call: str, options: dict[str, str]) -> None:
    code, status, message = refused(getattr(root(world, name), call), **options)
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith(f"User: arn:aws:iam::{MEMBER}:root is not authorized to perform: iam:")
    assert "because no session policy allows the iam:" in message


def test_deletions(world: Any, refused: Any) -> None:
    iam = root(world, DELETE)
    iam.delete_login_profile()
    assert refused(iam.get_login_profile)[0] == refused(iam.delete_login_profile)[0] == "NoSuchEntity"
    iam.delete_access_key(AccessKeyId=ROOT_KEY)
    assert refused(iam.delete_access_key, AccessKeyId=ROOT_KEY)[0] == "NoSuchEntity"
    certificate = iam.list_signing_certificates()["Certificates"][0]["CertificateId"]
    iam.delete_signing_certificate(CertificateId=certificate)
    assert refused(iam.delete_signing_certificate, CertificateId=certificate)[0] == "NoSuchEntity"
    for serial in ("GAHT12345678", f"arn:aws:iam::{MEMBER}:mfa/any"):
        iam.deactivate_mfa_device(SerialNumber=serial)
    assert iam.list_mfa_devices()["MFADevices"] == iam.list_access_keys()["AccessKeyMetadata"] == []
    assert refused(world.client("iam", ROOT_KEY).get_user)[0] == "InvalidClientTokenId"


def test_password_recovery(world: Any, refused: Any) -> None:
    assert refused(root(world, CREATE).create_login_profile)[0] == "EntityAlreadyExists"
    iam = root(world, CREATE, target=DELEGATE)
    assert refused(iam.create_login_profile, Password="correct horse")[0] == "ValidationError"
    assert "UserName" not in iam.create_login_profile()["LoginProfile"]
    assert iam.get_login_profile()["LoginProfile"]


# Who becomes root -----------------------------------------------------------------------------------------------------


def test_who_and_where(world: Any, refused: Any) -> None:
    assert assume(world, by=world.emulator.admin_key(DELEGATE))["SourceIdentity"] == "emulator-admin"
    attempts = [
        {"by": MANAGER_KEY},
        {"by": world.emulator.admin_key(MEMBER)},
        {"target": MANAGEMENT},
        {"target": "999999999999"},
        {"target": CLOSED},
    ]
    for attempt in attempts:
        code, status, message = refused(assume, world, **attempt)
        assert (code, status) == ("AccessDenied", 403) and "is not authorized to perform: sts:AssumeRoot on" in message
        assert message.endswith(f"arn:aws:iam::{attempt.get('target', MEMBER)}:root")


@pytest.mark.parametrize("more", [{"root_features": []}, {"root_features": FEATURES[:1]}, {"trusted_services": []}])
def test_not_switched_on(bench: Any, refused: Any, more: dict[str, Any]) -> None:
    bench.emulator.fixture(fixture(**more))
    assert refused(assume, bench)[0] == "AccessDenied"


def test_parameters(world: Any, refused: Any) -> None:
    assert refused(assume, world, DurationSeconds=901)[0] == "ValidationError"
    assert refused(assume, world, name="IAMUnknown")[0] == "ValidationError"
    assert refused(assume, world, target="prod-account")[0] == "ValidationError"
    assert refused(world.client("sts").assume_root, TargetPrincipal=MEMBER)[0] == "ValidationError"


def test_sessions_end(world: Any, refused: Any) -> None:
    made = assume(world, DurationSeconds=900)["Credentials"]
    assert 890 < made["Expiration"].timestamp() - world.now <= 901
    iam = root(world)
    world.emulator.set(clock_offset=901, check_signature_age=False)
    assert refused(iam.list_access_keys)[0] == "ExpiredToken"


def test_the_global_endpoint_does_not_know_it(world: Any) -> None:
    body = b"Action=AssumeRoot&Version=2011-06-15"
    request = urllib.request.Request(world.emulator.url, data=body, method="POST")
    request.add_header("Host", "sts.amazonaws.com")
    request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=testing/20261127/us-east-1/sts/aws4_request")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
    assert caught.value.code == 400 and b"<Code>InvalidAction</Code><Message>Unknown Operation" in caught.value.read()


# Service control policies, features -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scp", "denied", "key_denied"),
    [(None, False, False), ("denies", True, True), ("spares_assumed_root", False, True)],
)
def test_service_control_policy(bench: Any, refused: Any, scp: str | None, denied: bool, key_denied: bool) -> None:
    document = fixture()
    document["organization"]["accounts"][1]["scp_on_root"] = scp
    bench.emulator.fixture(document)
    for client, is_denied in ((root(bench), denied), (bench.client("iam", ROOT_KEY), key_denied)):
        if is_denied:
            code, _status, message = refused(client.list_access_keys)
            assert code == "AccessDenied" and "with an explicit deny in a service control policy" in message
        else:
            assert client.list_access_keys()["AccessKeyMetadata"]
    assert bench.client("iam", bench.emulator.admin_key(MEMBER)).list_users()["Users"]


def test_features(bench: Any, refused: Any) -> None:
    bench.emulator.fixture(fixture(root_features=[]))
    iam = bench.iam
    assert iam.list_organizations_features()["EnabledFeatures"] == []
    assert iam.enable_organizations_root_sessions()["EnabledFeatures"] == ["RootSessions"]
    assert iam.enable_organizations_root_credentials_management()["EnabledFeatures"] == FEATURES
    by_delegate = bench.client("iam", bench.emulator.admin_key(DELEGATE))
    assert by_delegate.list_organizations_features()["EnabledFeatures"] == FEATURES
    assert refused(by_delegate.disable_organizations_root_sessions)[0] == "CallerIsNotManagementAccountException"
    assert iam.disable_organizations_root_sessions()["EnabledFeatures"] == FEATURES[:1]
    assert iam.disable_organizations_root_credentials_management()["EnabledFeatures"] == []
    member = bench.client("iam", bench.emulator.admin_key(MEMBER))
    code = "AccountNotManagementOrDelegatedAdministratorException"
    assert refused(member.list_organizations_features)[0] == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"trusted_services": []}, "ServiceAccessNotEnabledException"),
        ({"features": "CONSOLIDATED_BILLING"}, "OrganizationNotInAllFeaturesModeException"),
        (None, "OrganizationNotFoundException"),
    ],
)
def test_features_cannot_be_had(bench: Any, refused: Any, more: dict[str, Any] | None, code: str) -> None:
    if more is not None:
        bench.emulator.fixture(fixture(**more))
    assert refused(bench.iam.list_organizations_features)[0] == code
    assert refused(bench.iam.enable_organizations_root_sessions)[0] == code


def test_fixture_is_checked(bench: Any) -> None:
    document = fixture(root_features=["RootSession"])
    with pytest.raises(Exception, match="'RootSession' is neither RootCredentialsManagement nor RootSessions"):
        bench.emulator.fixture(document)
    document = fixture()
    document["organization"]["accounts"][1]["scp_on_root"] = "maybe"
    with pytest.raises(Exception, match="scp_on_root must be one of denies, spares_assumed_root"):
        bench.emulator.fixture(document)
