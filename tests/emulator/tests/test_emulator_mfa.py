# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the MFA calls, with boto3 as the client."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import pytest
from aws_emulator import totp

ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
BAD_CODE = ("InvalidAuthenticationCode", 403, "Authentication code for device is not valid")


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def shift(bench: Any, seconds: float) -> None:
    bench.emulator.set(clock_offset=bench.emulator.settings()["clock_offset"] + seconds)


# Virtual devices


def test_create_returns_seed_and_png_once(bench: Any) -> None:
    device = bench.iam.create_virtual_mfa_device(
        VirtualMFADeviceName="alice", Path="/a//b/", Tags=[{"Key": "Team", "Value": "x"}]
    )["VirtualMFADevice"]
    assert device["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/a//b/alice"
    seed = device["Base32StringSeed"]
    assert isinstance(seed, bytes) and len(seed) == 64 and len(base64.b32decode(seed)) == 40
    png = device["QRCodePNG"]
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    length = struct.unpack(">I", png[33:37])[0]
    assert png[37:41] == b"IDAT" and len(zlib.decompress(png[41 : 41 + length])) == 16
    listed = bench.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert listed == [{"SerialNumber": device["SerialNumber"]}]


def test_qr_code_can_be_read(bench: Any) -> None:
    segno = pytest.importorskip("segno")
    bench.emulator.set(qr_codes=True)
    device = bench.iam.create_virtual_mfa_device(VirtualMFADeviceName="a=b@x", Path="/p/")["VirtualMFADevice"]
    seed = device["Base32StringSeed"].decode()
    issuer = "Amazon%20Web%20Services"
    uri = f"otpauth://totp/{issuer}:a%3Db%40x@{ACCOUNT}?secret={seed}&issuer={issuer}"
    wanted = segno.make(uri, micro=False, error="m", boost_error=False, mask=2)
    modules = [[bool(module) for module in row] for row in wanted.matrix_iter(border=4)]
    assert dark_modules(device["QRCodePNG"], 4) == modules


def dark_modules(png: bytes, scale: int) -> list[list[bool]]:
    """The modules of a QR code out of a PNG of one bit a pixel."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (1, 0)
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    rows, pixels, line = [], zlib.decompress(data), (width + 7) // 8 + 1
    for y in range(0, height, scale):
        row = pixels[y * line : (y + 1) * line]
        assert row[0] == 0
        rows.append([not row[1 + x // 8] >> (7 - x % 8) & 1 for x in range(0, width, scale)])
    return rows


def test_names_are_unique_per_path(bench: Any, refused: Any) -> None:
    bench.create("alice")
    bench.create("alice", Path="/team/")
    assert refused(bench.create, "alice") == ("EntityAlreadyExists", 409, "MFA device already exists.")


def test_account_quota(bench: Any, refused: Any) -> None:
    bench.emulator.set(virtual_device_quota=1)
    bench.create("alice")
    assert refused(bench.create, "bob")[:2] == ("LimitExceeded", 409)


def test_delete(bench: Any, refused: Any) -> None:
    missing = f"MFA Device with serial number {ALICE} does not exist."
    delete = bench.iam.delete_virtual_mfa_device
    assert refused(delete, SerialNumber=ALICE) == ("NoSuchEntity", 404, missing)
    bench.enrol()
    in_use = ("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first")
    assert refused(delete, SerialNumber=ALICE) == in_use
    bench.iam.deactivate_mfa_device(UserName="alice", SerialNumber=ALICE)
    delete(SerialNumber=ALICE)
    assert bench.emulator.devices() == []


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"VirtualMFADeviceName": "a b"}, "Value 'a b' at 'virtualMFADeviceName' failed to satisfy constraint"),
        ({"VirtualMFADeviceName": "a", "Path": "team"}, "Value 'team' at 'path' failed to satisfy constraint"),
        (
            {"VirtualMFADeviceName": "a", "Path": f"/{'p' * 511}/"},
            "Member must have length less than or equal to 512",
        ),
        (
            {"VirtualMFADeviceName": "a", "Tags": [{"Key": "k" * 129, "Value": ""}]},
            "at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
        ),
        (
            {"VirtualMFADeviceName": "a", "Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]},
            "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
        ),
    ],
)
def test_create_validation(bench: Any, refused: Any, options: dict[str, Any], part: str) -> None:
    code, status, message = refused(bench.iam.create_virtual_mfa_device, **options)
    assert (code, status) == ("ValidationError", 400)
    assert message.startswith("1 validation error detected: ") and part in message


# Enabling and codes


def test_enable_previous_and_current_step(bench: Any) -> None:
    serial, _seed = bench.enrol()
    devices = bench.iam.list_mfa_devices(UserName="alice")["MFADevices"]
    assert [(d["UserName"], d["SerialNumber"]) for d in devices] == [("alice", serial)]
    (listed,) = bench.iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert listed["User"]["UserName"] == "alice" and listed["User"]["Path"] == "/"
    assert listed["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert "Base32StringSeed" not in listed and listed["EnableDate"] == devices[0]["EnableDate"]
    assert bench.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"] == []


@pytest.mark.parametrize(("steps", "good"), [(0, True), (-30, True), (-60, False), (30, False), (60, False)])
def test_which_pair_is_accepted(bench: Any, refused: Any, steps: int, good: bool) -> None:
    bench.iam.create_user(UserName="alice")
    serial, seed = bench.create()
    # Stand in the middle of a step, so that no step begins between this line and the call.
    shift(bench, 15 - bench.now % 30)
    codes = totp.code_pair(seed, bench.now + steps)
    if good:
        bench.enable("alice", serial, codes)
    else:
        assert refused(bench.enable, "alice", serial, codes) == BAD_CODE


def test_code_window_is_a_setting(bench: Any, refused: Any) -> None:
    bench.iam.create_user(UserName="alice")
    serial, seed = bench.create()
    shift(bench, 15 - bench.now % 30)
    stale = totp.code_pair(seed, bench.now - 30)
    bench.emulator.set(code_window=0)
    assert refused(bench.enable, "alice", serial, stale) == BAD_CODE
    bench.emulator.set(code_window=3)
    bench.enable("alice", serial, totp.code_pair(seed, bench.now - 90))


def test_wrong_swapped_or_equal_codes(bench: Any, refused: Any) -> None:
    bench.iam.create_user(UserName="alice")
    serial, seed = bench.create()
    first, second = totp.code_pair(seed, bench.now)
    for codes in ((second, first), (second, second), (first, other(second)), (other(first), second)):
        assert refused(bench.enable, "alice", serial, codes) == BAD_CODE
    assert bench.iam.list_mfa_devices(UserName="alice")["MFADevices"] == []


def test_codes_work_once(bench: Any, refused: Any) -> None:
    shift(bench, 15 - bench.now % 30)
    serial, seed = bench.enrol()
    codes = totp.code_pair(seed, bench.now)
    resync = {"UserName": "alice", "SerialNumber": serial}
    pair = {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}
    assert refused(bench.iam.resync_mfa_device, **resync, **pair) == BAD_CODE
    bench.iam.deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    assert refused(bench.enable, "alice", serial, codes) == BAD_CODE
    shift(bench, 30)
    # (T, T+1): the first of them is used
    assert refused(bench.enable, "alice", serial, totp.code_pair(seed, bench.now)) == BAD_CODE
    shift(bench, 30)
    bench.enable("alice", serial, totp.code_pair(seed, bench.now))


def test_enable_needs_user_and_device(bench: Any, refused: Any) -> None:
    no_user = ("NoSuchEntity", 404, "The user with name bob cannot be found.")
    assert refused(bench.enable, "bob", ALICE, ("000000", "000001")) == no_user
    bench.iam.create_user(UserName="bob")
    for serial in (ALICE, "GAHT12345678"):
        missing = f"MFA Device with serial number {serial} does not exist."
        assert refused(bench.enable, "bob", serial, ("000000", "000001")) == ("NoSuchEntity", 404, missing)


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_device_in_use(bench: Any, refused: Any, user: str) -> None:
    serial, seed = bench.enrol()
    if user != "alice":
        bench.iam.create_user(UserName=user)
    in_use = ("EntityAlreadyExists", 409, "MFA Device is already in use.")
    assert refused(bench.enable, user, serial, totp.code_pair(seed, bench.now)) == in_use


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６"])
def test_code_validation(bench: Any, refused: Any, code: str) -> None:
    code_and_status = refused(bench.enable, "alice", ALICE, (code, "000000"))
    if len(code) < 6:
        assert "length greater than or equal to 6" in code_and_status[2]
    assert code_and_status[:2] == ("ValidationError", 400)
    assert f"Value '{code}' at 'authenticationCode1' failed to satisfy constraint: Member must" in code_and_status[2]


def test_several_validation_errors(bench: Any, refused: Any) -> None:
    message = refused(bench.enable, "a b", ALICE, ("aaaaaa", "000000"))[2]
    assert message.startswith("2 validation errors detected: Value 'a b' at 'userName'")
    assert "; Value 'aaaaaa' at 'authenticationCode1'" in message


def test_eight_devices_a_user(bench: Any, refused: Any) -> None:
    bench.emulator.fixture(
        {"users": [{"user_name": "alice", "mfa_devices": [{"device_name": f"d{n}"} for n in range(8)]}]}
    )
    serial, seed = bench.create("ninth")
    limit = ("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: 8")
    assert refused(bench.enable, "alice", serial, totp.code_pair(seed, bench.now)) == limit


def test_hardware_token(bench: Any, refused: Any) -> None:
    seed = base64.b32encode(b"a vendor's own seed.").decode()
    bench.emulator.fixture({"hardware_tokens": [{"serial_number": "GAHT12345678", "seed": seed}]})
    bench.iam.create_user(UserName="alice")
    assert bench.iam.get_account_summary()["SummaryMap"]["MFADevices"] == 0
    bench.enable("alice", "GAHT12345678", totp.code_pair(seed, bench.now))
    assert bench.iam.list_mfa_devices(UserName="alice")["MFADevices"][0]["SerialNumber"] == "GAHT12345678"
    assert bench.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    delete = bench.iam.delete_virtual_mfa_device
    assert refused(delete, SerialNumber="GAHT12345678")[0] == "NoSuchEntity"
    bench.iam.deactivate_mfa_device(UserName="alice", SerialNumber="GAHT12345678")
    shift(bench, 60)
    bench.enable("alice", "GAHT12345678", totp.code_pair(seed, bench.now))


# Resync, deactivate


def test_resync(bench: Any, refused: Any) -> None:
    serial, seed = bench.enrol()
    shift(bench, 60)
    codes = totp.code_pair(seed, bench.now)
    pair = {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}
    bench.iam.resync_mfa_device(UserName="alice", SerialNumber=serial, **pair)
    bench.iam.create_user(UserName="bob")
    resync = bench.iam.resync_mfa_device
    assert refused(resync, UserName="bob", SerialNumber=serial, **pair)[:2] == ("NoSuchEntity", 404)


def test_deactivate(bench: Any, refused: Any) -> None:
    serial, _seed = bench.enrol()
    deactivate = bench.iam.deactivate_mfa_device
    bench.iam.create_user(UserName="bob")
    assert refused(deactivate, UserName="bob", SerialNumber=serial)[:2] == ("NoSuchEntity", 404)
    assert refused(deactivate, UserName="carol", SerialNumber=serial)[:2] == ("NoSuchEntity", 404)
    deactivate(UserName="alice", SerialNumber=serial)
    assert refused(deactivate, UserName="alice", SerialNumber=serial)[:2] == ("NoSuchEntity", 404)
    (device,) = bench.emulator.devices()
    assert device["attached"] is False and device["user_name"] is None


def test_calls_without_user_name_mean_the_caller(bench: Any, refused: Any) -> None:
    made = bench.emulator.fixture(
        {
            "users": [{"user_name": "alice", "access_keys": [{}], "mfa_devices": [{}]}],
            "root": {"mfa": "virtual", "access_keys": [{}]},
        }
    )
    key = made["access_keys"]["alice"][0]["access_key_id"]
    as_alice = bench.client("iam", key)
    assert as_alice.list_mfa_devices()["MFADevices"][0]["SerialNumber"] == ALICE
    assert as_alice.get_user()["User"]["UserName"] == "alice"
    assert bench.client("sts", key).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    as_root = bench.client("iam", made["access_keys"]["<root_account>"][0]["access_key_id"])
    root_device = f"arn:aws:iam::{ACCOUNT}:mfa/root-account-mfa-device"
    assert as_root.list_mfa_devices()["MFADevices"][0]["SerialNumber"] == root_device
    message = "Must specify userName when calling with non-User credentials"
    assert refused(bench.iam.list_mfa_devices) == ("ValidationError", 400, message)
    as_alice.deactivate_mfa_device(SerialNumber=ALICE)
    assert as_alice.list_mfa_devices()["MFADevices"] == []


def test_list_of_an_unknown_user(bench: Any, refused: Any) -> None:
    message = "The user with name bob cannot be found."
    assert refused(bench.iam.list_mfa_devices, UserName="bob") == ("NoSuchEntity", 404, message)


# Coherence with moto


def test_user_with_device_cannot_be_deleted(bench: Any, refused: Any) -> None:
    serial, _seed = bench.enrol()
    conflict = ("DeleteConflict", 409, "Cannot delete entity, must remove MFA device first.")
    assert refused(bench.iam.delete_user, UserName="alice") == conflict
    bench.iam.deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    bench.iam.create_login_profile(UserName="alice", Password="x")
    assert refused(bench.iam.delete_user, UserName="alice")[0] == "DeleteConflict"
    bench.iam.delete_login_profile(UserName="alice")
    bench.iam.delete_user(UserName="alice")
    assert bench.iam.list_users()["Users"] == []
    assert refused(bench.iam.delete_user, UserName="alice")[:2] == ("NoSuchEntity", 404)


def test_renamed_user_keeps_the_device(bench: Any) -> None:
    bench.enrol()
    bench.iam.update_user(UserName="alice", NewUserName="alicia")
    assert bench.iam.list_mfa_devices(UserName="alicia")["MFADevices"][0]["UserName"] == "alicia"


# Tags


def test_tags(bench: Any, refused: Any) -> None:
    bench.create("alice", Tags=[{"Key": "Team", "Value": "a"}])
    iam = bench.iam
    iam.tag_mfa_device(SerialNumber=ALICE, Tags=[{"Key": "TEAM", "Value": "b"}, {"Key": "x", "Value": ""}])
    assert iam.list_mfa_device_tags(SerialNumber=ALICE)["Tags"] == [
        {"Key": "TEAM", "Value": "b"},
        {"Key": "x", "Value": ""},
    ]
    iam.untag_mfa_device(SerialNumber=ALICE, TagKeys=["team", "absent"])
    assert [t["Key"] for t in iam.list_mfa_device_tags(SerialNumber=ALICE)["Tags"]] == ["x"]
    twice = [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]
    assert refused(iam.tag_mfa_device, SerialNumber=ALICE, Tags=twice)[:2] == ("InvalidInput", 400)
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    assert refused(iam.tag_mfa_device, SerialNumber=ALICE, Tags=many)[:2] == ("LimitExceeded", 409)
    assert refused(iam.list_mfa_device_tags, SerialNumber=ALICE + "2")[:2] == ("NoSuchEntity", 404)


def test_tags_are_paged(bench: Any) -> None:
    bench.create("alice", Tags=[{"Key": f"k{n:02d}", "Value": str(n)} for n in range(50)])
    pages = list(
        bench.iam.get_paginator("list_mfa_device_tags").paginate(SerialNumber=ALICE, PaginationConfig={"PageSize": 20})
    )
    assert [len(page["Tags"]) for page in pages] == [20, 20, 10]


# FIDO, SMS, root


def test_fido_and_sms(bench: Any, refused: Any) -> None:
    fido = f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/key-ABC"
    bench.emulator.fixture(
        {
            "users": [
                {
                    "user_name": "alice",
                    "mfa_devices": [{"kind": "fido", "serial_number": fido}, {"kind": "sms", "device_name": "alice"}],
                }
            ]
        }
    )
    assert bench.iam.get_mfa_device(SerialNumber=fido)["UserName"] == "alice"
    assert len(bench.iam.list_mfa_devices(UserName="alice")["MFADevices"]) == 2
    serial, _seed = bench.create("alice")
    assert refused(bench.iam.get_mfa_device, SerialNumber=serial)[0] == "NoSuchEntity"
    codes = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    assert refused(bench.iam.resync_mfa_device, UserName="alice", SerialNumber=fido, **codes) == BAD_CODE
    bench.iam.deactivate_mfa_device(UserName="alice", SerialNumber=fido)
    assert refused(bench.iam.get_mfa_device, SerialNumber=fido)[0] == "NoSuchEntity"


def test_root_device_in_the_list(bench: Any) -> None:
    bench.emulator.fixture({"root": {"mfa": "virtual"}})
    (device,) = bench.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert device["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/root-account-mfa-device"
    assert device["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root" and "UserName" not in device["User"]
    assert bench.iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1


def test_root_has_devices_of_any_name(bench: Any) -> None:
    devices = [
        {"device_name": "chief"},
        {"device_name": "deputy", "path": "/root/"},
        {"kind": "fido", "device_name": "x"},
    ]
    bench.emulator.fixture({"root": {"mfa_devices": devices, "access_keys": [{"access_key_id": "AKIAROOT"}]}})
    serial, seed = bench.create("root-account-mfa-device")
    bench.iam.create_user(UserName="alice")
    bench.enable("alice", serial, totp.code_pair(seed, bench.now))
    owners = {
        device["SerialNumber"].partition(":mfa")[2]: (
            device["User"]["Arn"].rpartition(":")[2],
            "UserName" in device["User"],
        )
        for device in bench.iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    }
    assert owners == {
        "/chief": ("root", False),
        "/root/deputy": ("root", False),
        "/root-account-mfa-device": ("user/alice", True),
    }
    own = bench.client("iam", "AKIAROOT").list_mfa_devices()["MFADevices"]
    assert [device["SerialNumber"].partition(f"{ACCOUNT}:")[2] for device in own] == [
        "mfa/chief",
        "mfa/root/deputy",
        "u2f/x",
    ]


# Paging


def test_page_sizes_and_markers(bench: Any, refused: Any) -> None:
    listing = bench.iam.list_virtual_mfa_devices
    assert refused(listing, MaxItems=1001)[:2] == ("ValidationError", 400)
    assert refused(listing, Marker="nonsense")[:2] == ("ValidationError", 400)
    assert refused(listing, AssignmentStatus="Lost")[:2] == ("ValidationError", 400)
    bench.emulator.fixture({"generate": {"count": 3, "device": "virtual"}})
    first = listing(MaxItems=2)
    assert first["IsTruncated"] and len(first["VirtualMFADevices"]) == 2
    assert refused(bench.iam.list_users, Marker=first["Marker"])[0] == "ValidationError"
    # A device that goes away between two pages leaves no gap.
    gone = first["VirtualMFADevices"][0]
    bench.iam.deactivate_mfa_device(UserName=gone["User"]["UserName"], SerialNumber=gone["SerialNumber"])
    bench.iam.delete_virtual_mfa_device(SerialNumber=gone["SerialNumber"])
    second = listing(MaxItems=2, Marker=first["Marker"])
    assert [d["User"]["UserName"] for d in second["VirtualMFADevices"]] == ["user-0003"]
    assert not second["IsTruncated"] and "Marker" not in second


def test_default_page_is_a_hundred(bench: Any) -> None:
    bench.emulator.fixture({"generate": {"count": 101, "device": "virtual"}})
    assert len(bench.iam.list_virtual_mfa_devices()["VirtualMFADevices"]) == 100
    assert len(bench.iam.list_users()["Users"]) == 100
    assert len(bench.iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]) == 100
