# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else a user signs in with: passwords, access keys, SSH keys, certificates, service-specific credentials."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

import pytest

KEY = "AKIAAAAAAAAAAAAAALIC"
OTHER_KEY = "AKIAAAAAAAAAAAAAABOB"
LAG = 0.6

FIXTURE = {
    "users": [
        {
            "user_name": "alice",
            "path": "/people/",
            "console_password": True,
            "access_keys": [
                {"access_key_id": KEY, "created": "2025-01-01T00:00:00Z", "last_used": "2025-02-02T00:00:00Z"},
                {"active": False},
            ],
            "ssh_public_keys": [{}, {"active": False}],
            "signing_certificates": [{}, {"active": False}],
            "service_specific_credentials": [
                {},
                {"service_name": "bedrock.amazonaws.com"},
                {"service_name": "bedrock.amazonaws.com", "active": False},
            ],
        },
        {"user_name": "bob", "access_keys": [{"access_key_id": OTHER_KEY}]},
    ]
}


@pytest.fixture(name="people")
def _people(bench: Any) -> Any:
    bench.emulator.fixture(FIXTURE)
    return bench


def pages(client: Any, operation: str, result: str, size: int, **options: Any) -> list[Any]:
    """All items of a list; the pages have the size asked for."""
    found = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **options))
    assert all(len(page[result]) == size for page in found[:-1])
    return [item for page in found for item in page[result]]


def one_by_one(client: Any, operation: str, result: str, ident: str, **options: Any) -> list[Any]:
    """All items of a list that boto3 has no paginator for, page by page."""
    found: list[Any] = []
    while True:
        answer = getattr(client, operation)(MaxItems=1, **options)
        found += answer[result]
        if not answer["IsTruncated"]:
            assert len({item[ident] for item in found}) == len(found)
            return found
        options["Marker"] = answer["Marker"]


# What is listed


def test_fixture(people: Any) -> None:
    iam = people.iam
    assert iam.get_login_profile(UserName="alice")["LoginProfile"]["PasswordResetRequired"] is False
    keys = pages(iam, "list_access_keys", "AccessKeyMetadata", 1, UserName="alice")
    assert [(key["UserName"], key["Status"]) for key in keys if key["AccessKeyId"] == KEY] == [("alice", "Active")]
    assert sorted(key["Status"] for key in keys) == ["Active", "Inactive"]
    ssh = pages(iam, "list_ssh_public_keys", "SSHPublicKeys", 1, UserName="alice")
    assert sorted(key["Status"] for key in ssh) == ["Active", "Inactive"]
    certificates = pages(iam, "list_signing_certificates", "Certificates", 1, UserName="alice")
    assert sorted(item["Status"] for item in certificates) == ["Active", "Inactive"]
    services = one_by_one(
        iam,
        "list_service_specific_credentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        UserName="alice",
    )
    assert sorted((item["ServiceName"].partition(".")[0], item["Status"]) for item in services) == [
        ("bedrock", "Active"),
        ("bedrock", "Inactive"),
        ("codecommit", "Active"),
    ]
    assert all(("ServiceUserName" in item) == ("codecommit" in item["ServiceName"]) for item in services)
    for operation, result in (
        ("list_access_keys", "AccessKeyMetadata"),
        ("list_ssh_public_keys", "SSHPublicKeys"),
        ("list_signing_certificates", "Certificates"),
        ("list_service_specific_credentials", "ServiceSpecificCredentials"),
    ):
        assert len(getattr(people.client("iam", KEY), operation)()[result]) >= 2  # the caller's own


def test_service_credentials_of_everybody(people: Any, refused: Any) -> None:
    iam = people.iam
    made = iam.create_service_specific_credential(
        UserName="bob", ServiceName="bedrock.amazonaws.com", CredentialAgeDays=9
    )
    secret = made["ServiceSpecificCredential"]
    assert secret["ServiceCredentialSecret"] and "ServicePassword" not in secret
    assert (secret["ExpirationDate"] - secret["CreateDate"]).days == 9
    listed = iam.list_service_specific_credentials(AllUsers=True, ServiceName="bedrock.amazonaws.com")
    found = listed["ServiceSpecificCredentials"]
    assert sorted(item["UserName"] for item in found) == ["alice", "alice", "bob"]
    assert not any("ServiceCredentialSecret" in item for item in found)
    both = refused(iam.list_service_specific_credentials, AllUsers=True, UserName="bob")
    assert both[:2] == ("InvalidInput", 400)


# What is changed


def test_password(people: Any, refused: Any) -> None:
    iam = people.iam
    assert refused(iam.create_login_profile, UserName="alice", Password="Long-enough-1") == (
        "EntityAlreadyExists",
        409,
        "Login Profile for user alice already exists.",
    )
    iam.delete_login_profile(UserName="alice")
    gone = ("NoSuchEntity", 404, "Login Profile for User alice cannot be found.")
    assert refused(iam.get_login_profile, UserName="alice") == gone
    assert refused(iam.delete_login_profile, UserName="alice") == gone
    assert refused(iam.update_login_profile, UserName="alice", Password="Long-enough-2") == gone
    iam.update_account_password_policy(MinimumPasswordLength=14)
    assert refused(iam.create_login_profile, UserName="bob", Password="short")[:2] == ("PasswordPolicyViolation", 400)
    iam.create_login_profile(UserName="bob", Password="long enough for it", PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="bob")["LoginProfile"]["PasswordResetRequired"] is True


def test_access_keys(people: Any, refused: Any) -> None:
    iam = people.iam
    quota = ("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
    assert refused(iam.create_access_key, UserName="alice") == quota
    not_bobs = ("NoSuchEntity", 404, f"The Access Key with id {KEY} cannot be found.")
    assert refused(iam.update_access_key, UserName="bob", AccessKeyId=KEY, Status="Inactive") == not_bobs
    assert refused(iam.delete_access_key, UserName="bob", AccessKeyId=KEY) == not_bobs
    iam.update_access_key(UserName="alice", AccessKeyId=KEY, Status="Inactive")
    assert {key["Status"] for key in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]} == {"Inactive"}
    iam.delete_access_key(UserName="alice", AccessKeyId=KEY)
    assert KEY not in [key["AccessKeyId"] for key in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]]
    assert refused(iam.get_access_key_last_used, AccessKeyId=KEY)[:2] == ("NoSuchEntity", 404)


def test_last_used_is_current_and_the_report_is_not(bench: Any) -> None:
    bench.emulator.fixture({**FIXTURE, "credential_report_age": 3600})
    answer = bench.iam.get_access_key_last_used(AccessKeyId=KEY)
    assert answer["UserName"] == "alice" and answer["AccessKeyLastUsed"]["ServiceName"] == "iam"
    assert answer["AccessKeyLastUsed"]["LastUsedDate"] == datetime(2025, 2, 2, tzinfo=timezone.utc)
    never = bench.iam.get_access_key_last_used(AccessKeyId=OTHER_KEY)["AccessKeyLastUsed"]
    assert never == {"ServiceName": "N/A", "Region": "N/A"}
    begun = datetime.now(timezone.utc).replace(microsecond=0)
    bench.client("sts", KEY).get_caller_identity()
    used = bench.iam.get_access_key_last_used(AccessKeyId=KEY)["AccessKeyLastUsed"]
    assert used["LastUsedDate"] >= begun and used["ServiceName"] == "sts"
    assert b",2025-02-02T00:00:00+00:00," in bench.iam.get_credential_report()["Content"]


def test_ssh_keys(people: Any, refused: Any) -> None:
    iam = people.iam
    assert refused(iam.upload_ssh_public_key, UserName="bob", SSHPublicKeyBody="what")[:2] == ("InvalidPublicKey", 400)
    bodies = [f"ssh-rsa {number}" for number in range(5)]
    made = [iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=body)["SSHPublicKey"] for body in bodies]
    twice = refused(iam.upload_ssh_public_key, UserName="bob", SSHPublicKeyBody=bodies[0])
    assert twice[:2] == ("DuplicateSSHPublicKey", 400)
    sixth = refused(iam.upload_ssh_public_key, UserName="bob", SSHPublicKeyBody="ssh-rsa 6")
    assert sixth[:2] == ("LimitExceeded", 409)
    ident = made[0]["SSHPublicKeyId"]
    iam.update_ssh_public_key(UserName="bob", SSHPublicKeyId=ident, Status="Inactive")
    key = iam.get_ssh_public_key(UserName="bob", SSHPublicKeyId=ident, Encoding="SSH")["SSHPublicKey"]
    assert (key["Status"], key["SSHPublicKeyBody"], len(key["Fingerprint"])) == ("Inactive", "ssh-rsa 0", 47)
    iam.delete_ssh_public_key(UserName="bob", SSHPublicKeyId=ident)
    gone = ("NoSuchEntity", 404, f"The Public Key with id {ident} cannot be found.")
    assert refused(iam.delete_ssh_public_key, UserName="bob", SSHPublicKeyId=ident) == gone
    others = refused(iam.delete_ssh_public_key, UserName="alice", SSHPublicKeyId=made[1]["SSHPublicKeyId"])
    assert others[:2] == ("NoSuchEntity", 404)


def test_certificates(people: Any, refused: Any) -> None:
    iam = people.iam
    first = iam.list_signing_certificates(UserName="alice")["Certificates"][0]["CertificateId"]
    iam.update_signing_certificate(UserName="alice", CertificateId=first, Status="Inactive")
    iam.delete_signing_certificate(UserName="alice", CertificateId=first)
    gone = ("NoSuchEntity", 404, f"The Certificate with id {first} cannot be found.")
    assert refused(iam.delete_signing_certificate, UserName="alice", CertificateId=first) == gone
    assert len(iam.list_signing_certificates(UserName="alice")["Certificates"]) == 1


def test_service_credentials(people: Any, refused: Any) -> None:
    iam = people.iam
    create = iam.create_service_specific_credential
    first = create(UserName="bob", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    assert first["ServiceUserName"] == "bob-at-123456789012" and first["ServicePassword"]
    create(UserName="bob", ServiceName="codecommit.amazonaws.com")
    assert refused(create, UserName="bob", ServiceName="codecommit.amazonaws.com")[:2] == ("LimitExceeded", 409)
    assert refused(create, UserName="bob", ServiceName="s3.amazonaws.com")[:2] == ("NotSupportedService", 404)
    named = {"UserName": "bob", "ServiceSpecificCredentialId": first["ServiceSpecificCredentialId"]}
    iam.update_service_specific_credential(**named, Status="Inactive")
    iam.reset_service_specific_credential(**named)
    iam.delete_service_specific_credential(**named)
    assert refused(iam.delete_service_specific_credential, **named)[:2] == ("NoSuchEntity", 404)
    (left,) = iam.list_service_specific_credentials(UserName="bob")["ServiceSpecificCredentials"]
    assert left["Status"] == "Active"


@pytest.mark.parametrize("credential", ["access_keys", "ssh", "certificate", "service"])
def test_user_with_credentials_cannot_be_deleted(bench: Any, refused: Any, credential: str) -> None:
    given = {
        "access_keys": {"access_keys": [{}]},
        "ssh": {"ssh_public_keys": [{}]},
        "certificate": {"signing_certificates": [{}]},
        "service": {"service_specific_credentials": [{}]},
    }[credential]
    bench.emulator.fixture({"users": [{"user_name": "alice", **given}]})
    assert refused(bench.iam.delete_user, UserName="alice")[:2] == ("DeleteConflict", 409)


CALLS: dict[str, dict[str, Any]] = {
    "get_login_profile": {},
    "create_login_profile": {"Password": "Long-enough-1"},
    "update_login_profile": {"Password": "Long-enough-1"},
    "delete_login_profile": {},
    "list_access_keys": {},
    "create_access_key": {},
    "update_access_key": {"AccessKeyId": KEY, "Status": "Inactive"},
    "delete_access_key": {"AccessKeyId": KEY},
    "list_ssh_public_keys": {},
    "upload_ssh_public_key": {"SSHPublicKeyBody": "ssh-rsa x"},
    "get_ssh_public_key": {"SSHPublicKeyId": "APKA0123456789012345", "Encoding": "SSH"},
    "update_ssh_public_key": {"SSHPublicKeyId": "APKA0123456789012345", "Status": "Inactive"},
    "delete_ssh_public_key": {"SSHPublicKeyId": "APKA0123456789012345"},
    "list_signing_certificates": {},
    "update_signing_certificate": {"CertificateId": "C" * 24, "Status": "Inactive"},
    "delete_signing_certificate": {"CertificateId": "C" * 24},
    "list_service_specific_credentials": {},
    "create_service_specific_credential": {"ServiceName": "codecommit.amazonaws.com"},
    "update_service_specific_credential": {"ServiceSpecificCredentialId": "A" * 21, "Status": "Inactive"},
    "delete_service_specific_credential": {"ServiceSpecificCredentialId": "A" * 21},
}


@pytest.mark.parametrize("operation", CALLS)
def test_user_who_does_not_exist(people: Any, refused: Any, operation: str) -> None:
    answer = refused(getattr(people.iam, operation), UserName="zoe", **CALLS[operation])
    assert answer == ("NoSuchEntity", 404, "The user with name zoe cannot be found.")


REQUIRED = [
    (call, p) for call, given in CALLS.items() for p in given if (call, p) != ("update_login_profile", "Password")
]


@pytest.mark.parametrize(("operation", "parameter"), REQUIRED)
def test_required_parameters(people: Any, refused: Any, operation: str, parameter: str) -> None:
    given = {name: value for name, value in CALLS[operation].items() if name != parameter}
    code, status, message = refused(getattr(people.iam, operation), UserName="alice", **given)
    assert (code, status) in (("ValidationError", 400), ("UnrecognizedPublicKeyEncoding", 400)), message


@pytest.mark.parametrize("operation", CALLS)
def test_user_names_are_checked(people: Any, refused: Any, operation: str) -> None:
    answer = refused(getattr(people.iam, operation), UserName="no such/name", **CALLS[operation])
    assert answer[:2] == ("ValidationError", 400)


@pytest.mark.parametrize("status", ["active", "Expired", ""])
def test_status(people: Any, refused: Any, status: str) -> None:
    code, http, _message = refused(people.iam.update_access_key, UserName="alice", AccessKeyId=KEY, Status=status)
    assert http == 400 and code == ("InvalidInput" if status == "Expired" else "ValidationError")


@pytest.mark.parametrize("operation", CALLS)
def test_denied(people: Any, refused: Any, operation: str) -> None:
    action = people.iam.meta.method_to_api_mapping[operation]
    people.emulator.set(denied_actions=[f"iam:{action}"])
    code, status, message = refused(getattr(people.iam, operation), UserName="alice", **CALLS[operation])
    assert (code, status) == ("AccessDenied", 403)
    assert f"iam:{action} on resource: arn:aws:iam::123456789012:user/people/alice" in message


# Lag


def test_lists_lag(people: Any, refused: Any) -> None:
    iam = people.iam
    people.emulator.set(lag=LAG)
    iam.delete_login_profile(UserName="alice")
    iam.update_access_key(UserName="alice", AccessKeyId=KEY, Status="Inactive")
    iam.delete_access_key(UserName="bob", AccessKeyId=OTHER_KEY)
    ssh = iam.list_ssh_public_keys(UserName="alice")["SSHPublicKeys"][0]["SSHPublicKeyId"]
    iam.delete_ssh_public_key(UserName="alice", SSHPublicKeyId=ssh)
    certificate = iam.list_signing_certificates(UserName="alice")["Certificates"][0]["CertificateId"]
    iam.delete_signing_certificate(UserName="alice", CertificateId=certificate)
    service = iam.list_service_specific_credentials(UserName="alice")["ServiceSpecificCredentials"][0]
    credential = service["ServiceSpecificCredentialId"]
    iam.delete_service_specific_credential(UserName="alice", ServiceSpecificCredentialId=credential)

    def shown() -> list[Any]:
        return [
            {k["AccessKeyId"]: k["Status"] for k in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]}[KEY],
            len(iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]),
            len(iam.list_ssh_public_keys(UserName="alice")["SSHPublicKeys"]),
            len(iam.list_signing_certificates(UserName="alice")["Certificates"]),
            len(iam.list_service_specific_credentials(UserName="alice")["ServiceSpecificCredentials"]),
        ]

    assert shown() == ["Active", 1, 2, 2, 3]
    iam.get_login_profile(UserName="alice")
    gone = refused(iam.delete_access_key, UserName="bob", AccessKeyId=OTHER_KEY)
    assert gone[:2] == ("NoSuchEntity", 404)
    time.sleep(LAG)
    assert shown() == ["Inactive", 0, 1, 1, 2]
    assert refused(iam.get_login_profile, UserName="alice")[0] == "NoSuchEntity"


def test_password_that_is_just_being_made(people: Any, refused: Any) -> None:
    iam = people.iam
    people.emulator.set(lag=LAG)
    iam.create_login_profile(UserName="bob", Password="Long-enough-1")
    assert refused(iam.get_login_profile, UserName="bob")[0] == "NoSuchEntity"
    code, status, message = refused(iam.delete_login_profile, UserName="bob")
    assert (code, status) == (
        "EntityTemporarilyUnmodifiable",
        409,
    ) and "while login profile is being created" in message
    time.sleep(LAG)
    iam.delete_login_profile(UserName="bob")


# Conditions


def test_lost_reply_took_effect(people: Any) -> None:
    import botocore.exceptions

    people.emulator.set(lost_reply_probability=1)
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        people.iam.delete_access_key(UserName="alice", AccessKeyId=KEY)
    people.emulator.set(lost_reply_probability=0)
    assert len(people.iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]) == 1


def test_throttled_and_failed_calls_have_no_effect(people: Any, refused: Any) -> None:
    people.emulator.set(fault_probability=1)
    assert refused(people.iam.delete_login_profile, UserName="alice")[1] in (409, 500)
    people.emulator.set(fault_probability=0, rate=0.001, burst=1)
    people.iam.get_login_profile(UserName="alice")
    assert refused(people.iam.delete_login_profile, UserName="alice")[0] == "Throttling"
    people.emulator.set(rate=None, burst=None)
    people.iam.get_login_profile(UserName="alice")
