# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM calls on MFA devices, strict: what AWS refuses is refused here, with AWS's codes and words."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
import struct
import zlib
from collections.abc import Callable
from urllib.parse import quote

from . import call as params
from . import totp
from .answers import ApiError, iso, tags_xml, text
from .call import Call
from .state import Device, Holder, Root

DEVICES_PER_USER = 8
TAGS_PER_DEVICE = 50
BAD_CODE = "Authentication code for device is not valid"


def _png() -> bytes:
    """A valid, small PNG in place of the QR code: drawing a real one takes 50 times as long as the whole call."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 8, 8, 1, 0, 0, 0, 0)
    rows = b"".join(bytes((0, 0xAA if row % 2 else 0x55)) for row in range(8))
    pieces = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + pieces


PLACEHOLDER_BASE64 = base64.b64encode(_png()).decode()


def otpauth_uri(device: Device, account_id: str) -> str:
    """What AWS's QR code says, which an authenticator app reads."""
    issuer = quote("Amazon Web Services")
    return f"otpauth://totp/{issuer}:{quote(device.name)}@{account_id}?secret={device.seed}&issuer={issuer}"


def qr_code_base64(uri: str) -> str:
    """A QR code that can be read, as PNG. The mask is given, since trying all eight takes most of the time."""
    import segno

    stream = io.BytesIO()
    segno.make(uri, micro=False, error="m", boost_error=False, mask=2).save(stream, kind="png", scale=4)
    return base64.b64encode(stream.getvalue()).decode()


def new_seed() -> str:
    """A seed as AWS makes them: 40 random bytes, 64 base32 characters, no padding."""
    return base64.b32encode(secrets.token_bytes(40)).decode()


# Finding devices


def no_such_device(serial_number: str) -> ApiError:
    return ApiError("NoSuchEntity", f"MFA Device with serial number {serial_number} does not exist.")


def existing_device(call: Call, serial_number: str) -> Device:
    """The device, if it exists for a reader behind by the lag."""
    device = call.account.devices.get(serial_number)
    if device is None or (call.lag and not device.seen(call.lag)[0]):
        raise no_such_device(serial_number)
    return device


def attached_device(call: Call, holder: Holder, serial_number: str) -> Device:
    """The device, if it is attached to this user now."""
    device = call.account.devices.get(serial_number)
    if device is None:
        raise no_such_device(serial_number)
    if device.holder is not holder:
        raise ApiError("NoSuchEntity", "MFA Device invalid for user.")
    return device


# Codes


def use_codes(call: Call, device: Device, code1: str, code2: str) -> None:
    """Accept two codes of consecutive steps, the second current or just gone, none of them used before."""
    if device.seed is not None:
        key = totp.decode_seed(device.seed)
        now = totp.step_at(call.world.clock.now())
        for step in range(now, now - int(call.conditions["code_window"]) - 1, -1):
            if not device.used_steps.isdisjoint((step - 1, step)):
                continue
            first = hmac.compare_digest(totp.hotp(key, step - 1), code1)
            second = hmac.compare_digest(totp.hotp(key, step), code2)
            if first and second:
                device.used_steps.update((step - 1, step))
                return
    raise ApiError("InvalidAuthenticationCode", BAD_CODE)


def _two_codes_call(call: Call) -> tuple[Holder, str, str, str]:
    user_name = call.required("UserName", params.EXISTING_USER)
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    code1 = call.required("AuthenticationCode1", params.CODE)
    code2 = call.required("AuthenticationCode2", params.CODE)
    call.valid()
    return call.user_named(user_name), serial_number, code1, code2


# Attaching and detaching


def enable_mfa_device(call: Call) -> None:
    user, serial_number, code1, code2 = _two_codes_call(call)
    device = existing_device(call, serial_number)
    if device.holder is not None:
        raise ApiError("EntityAlreadyExists", "MFA Device is already in use.")
    if len(user.mfa_devices) >= DEVICES_PER_USER:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {DEVICES_PER_USER}")
    use_codes(call, device, code1, code2)
    if device.generated_here and call.conditions["monitor_store"] and not call.stores.holds(str(device.seed)):
        call.world.violations.append(
            {
                "serial_number": serial_number,
                "user_name": call.params["UserName"],
                "account_id": call.account.account_id,
                "time": iso(call.world.clock.now()),
            }
        )
    call.account.attach(device, user, call.world.clock.utc())


def resync_mfa_device(call: Call) -> None:
    user, serial_number, code1, code2 = _two_codes_call(call)
    use_codes(call, attached_device(call, user, serial_number), code1, code2)


def deactivate_mfa_device(call: Call) -> None:
    user_name = call.optional("UserName", params.EXISTING_USER)
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    call.valid()
    holder = call.user_or_caller(user_name)
    device = attached_device(call, holder, serial_number)
    call.account.detach(device)
    if device.kind in ("fido", "sms"):
        del call.account.devices[serial_number]  # these live only as long as they are attached


# Virtual devices


def create_virtual_mfa_device(call: Call) -> str:
    path = call.optional("Path", params.PATH) or "/"
    name = call.required("VirtualMFADeviceName", params.DEVICE_NAME)
    tags = call.tags()
    call.valid()
    tag_map = merged_tags({}, tags)
    serial_number = call.account.device_arn(path, name)
    if serial_number.lower() in call.account.taken:
        raise ApiError("EntityAlreadyExists", "MFA device already exists.")
    quota = call.conditions["virtual_device_quota"]
    if len(call.account.virtual_serials) >= quota:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for VirtualMFADevicesPerAccount: {quota}")
    device = Device(serial_number, "virtual", new_seed(), path, name)
    device.generated_here = True
    device.tags = tag_map
    call.account.add(device)
    seed = base64.b64encode(str(device.seed).encode()).decode()
    shown_tags = tags_xml(list(tag_map.items())) if tag_map else ""
    qr_code = PLACEHOLDER_BASE64
    if call.conditions["qr_codes"]:
        qr_code = qr_code_base64(otpauth_uri(device, call.account.account_id))
    return (
        f"<VirtualMFADevice><SerialNumber>{text(serial_number)}</SerialNumber>"
        f"<Base32StringSeed>{seed}</Base32StringSeed><QRCodePNG>{qr_code}</QRCodePNG>"
        f"{shown_tags}</VirtualMFADevice>"
    )


def delete_virtual_mfa_device(call: Call) -> None:
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    call.valid()
    device = existing_device(call, serial_number)
    if device.kind != "virtual":
        raise no_such_device(serial_number)
    if device.holder is not None or (call.lag and device.seen(call.lag)[1] is not None):
        raise ApiError("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first")
    call.account.remove(device)


# Lists


def list_mfa_devices(call: Call) -> str:
    user_name = call.optional("UserName", params.EXISTING_USER)
    size, after = call.page_wanted()
    holder = call.user_or_caller(user_name)
    found = {device.serial_number: enabled for device, enabled in call.account.devices_of_seen(holder, call.lag)}
    serials, end = call.page(sorted(found), size, after)
    name = "" if isinstance(holder, Root) else f"<UserName>{text(holder.name)}</UserName>"
    members = "".join(
        f"<member>{name}<SerialNumber>{text(serial)}</SerialNumber>"
        f"<EnableDate>{iso(found[serial])}</EnableDate></member>"
        for serial in serials
    )
    return f"<MFADevices>{members}</MFADevices>{end}"


def _holder_xml(call: Call, holder: Holder) -> str:
    last_used = holder.password_last_used
    used = f"<PasswordLastUsed>{iso(last_used)}</PasswordLastUsed>" if last_used is not None else ""
    ident = f"<UserId>{text(holder.id)}</UserId><Arn>{text(call.account.user_arn(holder))}</Arn>"
    created = f"<CreateDate>{iso(holder.create_date)}</CreateDate>"
    if isinstance(holder, Root):
        return f"<User>{ident}{created}{used}</User>"
    name = f"<Path>{text(holder.path)}</Path><UserName>{text(holder.name)}</UserName>"
    return f"<User>{name}{ident}{created}{used}</User>"


def list_virtual_mfa_devices(call: Call) -> str:
    status = call.choice("AssignmentStatus", ("Any", "Assigned", "Unassigned"), "Any")
    size, after = call.page_wanted()
    members: list[str] = []
    last, end = "", "<IsTruncated>false</IsTruncated>"
    for serial, holder, enabled in call.account.virtual_seen(call.lag, after):
        if status != "Any" and (holder is not None) != (status == "Assigned"):
            continue
        if len(members) == size:
            end = f"<IsTruncated>true</IsTruncated><Marker>{call.marker_for(last)}</Marker>"
            break
        user = "" if holder is None else _holder_xml(call, holder)
        date = "" if enabled is None else f"<EnableDate>{iso(enabled)}</EnableDate>"
        members.append(f"<member><SerialNumber>{text(serial)}</SerialNumber>{user}{date}</member>")
        last = serial
    return f"<VirtualMFADevices>{''.join(members)}</VirtualMFADevices>{end}"


def get_mfa_device(call: Call) -> str:
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    user_name = call.optional("UserName", params.EXISTING_USER)
    call.valid()
    device = existing_device(call, serial_number)
    exists, holder, enabled = device.seen(call.lag)
    if device.kind != "fido" or not exists or holder is None:
        raise no_such_device(serial_number)
    if user_name is not None and holder is not call.user_named(user_name):
        raise no_such_device(serial_number)
    name = "" if isinstance(holder, Root) else f"<UserName>{text(holder.name)}</UserName>"
    date = "" if enabled is None else f"<EnableDate>{iso(enabled)}</EnableDate>"
    return f"{name}<SerialNumber>{text(serial_number)}</SerialNumber>{date}<Certifications/>"


# Tags


def merged_tags(old: dict[str, str], new: list[tuple[str, str]]) -> dict[str, str]:
    """Tags with others put over them; keys are compared without regard to case, as IAM does."""
    if len({key.lower() for key, _value in new}) < len(new):
        message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise ApiError("InvalidInput", message)
    if any(key.lower().startswith("aws:") for key, _value in new):
        raise ApiError("InvalidInput", "Tag keys that begin with aws: are reserved and can't be changed.")
    replaced = {key.lower() for key, _value in new}
    result = {key: value for key, value in old.items() if key.lower() not in replaced}
    result.update(new)
    if len(result) > TAGS_PER_DEVICE:
        raise ApiError("LimitExceeded", f"The number of tags has reached the maximum limit: {TAGS_PER_DEVICE}")
    return result


def _tagged_device(call: Call, serial_number: str) -> Device:
    device = existing_device(call, serial_number)
    if device.kind != "virtual":
        raise ApiError("InvalidInput", "Only virtual MFA devices can have tags.")
    return device


def tag_mfa_device(call: Call) -> None:
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    tags = call.tags()
    call.valid()
    device = _tagged_device(call, serial_number)
    device.tags = merged_tags(device.tags, tags)


def untag_mfa_device(call: Call) -> None:
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    keys = call.members("TagKeys")
    for number, key in enumerate(keys, 1):
        call.check(f"tagKeys.{number}.member", key, params.TAG_KEY)
    call.valid()
    device = _tagged_device(call, serial_number)
    gone = {key.lower() for key in keys}
    device.tags = {key: value for key, value in device.tags.items() if key.lower() not in gone}


def list_mfa_device_tags(call: Call) -> str:
    serial_number = call.required("SerialNumber", params.SERIAL_NUMBER)
    size, after = call.page_wanted()
    device = _tagged_device(call, serial_number)
    keys, end = call.page(sorted(device.tags), size, after)
    return tags_xml([(key, device.tags[key]) for key in keys]) + end


HANDLERS: dict[str, Callable[[Call], str | None]] = {
    "CreateVirtualMFADevice": create_virtual_mfa_device,
    "DeactivateMFADevice": deactivate_mfa_device,
    "DeleteVirtualMFADevice": delete_virtual_mfa_device,
    "EnableMFADevice": enable_mfa_device,
    "GetMFADevice": get_mfa_device,
    "ListMFADeviceTags": list_mfa_device_tags,
    "ListMFADevices": list_mfa_devices,
    "ListVirtualMFADevices": list_virtual_mfa_devices,
    "ResyncMFADevice": resync_mfa_device,
    "TagMFADevice": tag_mfa_device,
    "UntagMFADevice": untag_mfa_device,
}
