# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM calls on what else a user signs in with: passwords, access keys, SSH keys, certificates, service credentials.

moto answers most of these too, without pages, and with errors and messages that are not AWS's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import secrets
import string
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import SshPublicKey, User

from . import call as params
from .answers import ApiError, iso, text
from .call import Call
from .facts import Credential, Login, changing, login_created, seen, service_credentials
from .root_sessions import is_session
from .state import Holder, Root

KEYS_PER_USER = 2
SSH_KEYS_PER_USER = 5
CREDENTIALS_PER_SERVICE = 2
# Services, and whether their credentials are API keys with an age
SERVICES = {
    "bedrock.amazonaws.com": True,
    "cassandra.amazonaws.com": False,
    "codecommit.amazonaws.com": False,
    "logs.amazonaws.com": True,
}


_OF_ROOT = ("keys", "certificates")  # what root may have, too


def _name_xml(holder: Holder) -> str:
    return "" if isinstance(holder, Root) else f"<UserName>{text(holder.name)}</UserName>"


def _owned(call: Call, holder: Holder, fact: str, ident: str, missing: str) -> Credential:
    """The holder's credential with this id, if it is there and this reader sees it."""
    present: dict[str, Credential] = {}
    shown: dict[str, Credential] = {}
    if not isinstance(holder, Root) or fact in _OF_ROOT:
        shown = call.seen(holder, fact)
        present = shown if not call.lag else _present(call, holder, fact)
    if ident not in present or ident not in shown:
        raise ApiError("NoSuchEntity", missing.format(ident))
    return present[ident]


def _owned_or_callers(call: Call, kind: str, ident: str, message: str) -> tuple[Holder, Credential]:
    """The user that the call names, or who makes it, and one of that user's credentials."""
    user_name = call.optional("UserName", params.EXISTING_USER)
    call.valid()
    holder = call.user_or_caller(user_name)
    return holder, _owned(call, holder, kind, ident, message)


def _present(call: Call, holder: Holder, fact: str) -> dict[str, Credential]:
    found: dict[str, Credential] = seen(call.account, holder, fact, 0)
    return found


def _listed(call: Call, fact: str) -> tuple[Holder, list[Credential], str]:
    """The start of a list call: the holder, one page of credentials, and the XML that ends the answer."""
    user_name = call.optional("UserName", params.EXISTING_USER)
    size, after = call.page_wanted()
    holder = call.user_or_caller(user_name)
    shown = {} if isinstance(holder, Root) and fact not in _OF_ROOT else call.seen(holder, fact)
    idents, end = call.page(sorted(shown), size, after)
    return holder, [shown[ident] for ident in idents], end


def random_id(prefix: str, length: int) -> str:
    letters = string.ascii_uppercase + "234567"
    return prefix + "".join(secrets.choice(letters) for _letter in range(length - len(prefix)))


# Passwords


def _login_xml(holder: Holder, login: Login) -> str:
    reset = "true" if login.reset_required else "false"
    return (
        f"<LoginProfile>{_name_xml(holder)}<CreateDate>{iso(login.created)}</CreateDate>"
        f"<PasswordResetRequired>{reset}</PasswordResetRequired></LoginProfile>"
    )


def _holder_of_login(call: Call) -> Holder:
    """Whom a call on a login profile means; only a session of AssumeRoot sees root's."""
    holder = call.user_or_caller(call.params.get("UserName"))
    if isinstance(holder, Root) and not is_session(call):
        raise no_login(holder)
    return holder


def no_login(holder: Holder) -> ApiError:
    name = "root" if isinstance(holder, Root) else holder.name
    return ApiError("NoSuchEntity", f"Login Profile for User {name} cannot be found.")


def _check_password(call: Call, password: str) -> None:
    policy = call.account.backend.account_password_policy
    if policy is not None and len(password) < policy.minimum_password_length:
        message = f"Password should have a minimum length of {policy.minimum_password_length}"
        raise ApiError("PasswordPolicyViolation", message)


def get_login_profile(call: Call) -> str:
    call.optional("UserName", params.EXISTING_USER)
    call.valid()
    holder = _holder_of_login(call)
    login = call.seen(holder, "login")
    if login is None:
        raise no_login(holder)
    return _login_xml(holder, login)


def _allow_password_recovery(call: Call, root: Root) -> str:
    """What CreateLoginProfile does in a session of AssumeRoot, where a password must not be given."""
    if "Password" in call.params:
        raise ApiError("ValidationError", "Password must be omitted in a session of AssumeRoot.")
    if root.password_created is not None:
        raise ApiError("EntityAlreadyExists", "Login Profile for user root already exists.")
    created = call.world.clock.utc()
    with changing(call.account, root):
        root.password_created = created
    return _login_xml(root, Login(created, False))


def create_login_profile(call: Call) -> str:
    call.optional("UserName", params.EXISTING_USER)
    if is_session(call):
        call.valid()
        holder = _holder_of_login(call)
        if isinstance(holder, Root):
            return _allow_password_recovery(call, holder)
    password = call.required("Password", params.PASSWORD)
    reset = call.flag("PasswordResetRequired")
    call.valid()
    user = _user_of_login(call)
    if user.password:
        raise ApiError("EntityAlreadyExists", f"Login Profile for user {user.name} already exists.")
    _check_password(call, password)
    now = call.world.clock.utc()
    with changing(call.account, user):
        user.password = password
        user.password_reset_required = reset
        setattr(user, "emulator_login_created", now)
        setattr(user, "emulator_password_changed", now)
    return _login_xml(user, Login(login_created(user), reset))


def _user_of_login(call: Call) -> User:
    holder = _holder_of_login(call)
    if isinstance(holder, Root):
        raise no_login(holder)
    return holder


def _modifiable_login(call: Call) -> User:
    """The user, if there is a login profile that is not just being made."""
    user = _user_of_login(call)
    if not user.password:
        raise no_login(user)
    if call.seen(user, "login") is None:
        message = f"Login Profile for User {user.name} cannot be modified while login profile is being created."
        raise ApiError("EntityTemporarilyUnmodifiable", message)
    return user


def update_login_profile(call: Call) -> None:
    call.required("UserName", params.EXISTING_USER)
    password = call.optional("Password", params.PASSWORD)
    reset = call.flag("PasswordResetRequired")
    call.valid()
    user = _modifiable_login(call)
    with changing(call.account, user):
        if password is not None:
            _check_password(call, password)
            user.password = password
            setattr(user, "emulator_password_changed", call.world.clock.utc())
        if "PasswordResetRequired" in call.params:
            user.password_reset_required = reset


def delete_login_profile(call: Call) -> None:
    call.optional("UserName", params.EXISTING_USER)
    call.valid()
    root = _holder_of_login(call)
    if isinstance(root, Root):
        if root.password_created is None:
            raise no_login(root)
        with changing(call.account, root):
            root.password_created = None
        return
    user = _modifiable_login(call)
    with changing(call.account, user):
        user.password = None
        user.password_reset_required = False


# Access keys

NO_KEY = "The Access Key with id {} cannot be found."


def list_access_keys(call: Call) -> str:
    holder, keys, end = _listed(call, "keys")
    members = "".join(
        f"<member>{_name_xml(holder)}<AccessKeyId>{text(key.ident)}</AccessKeyId><Status>{key.status}</Status>"
        f"<CreateDate>{iso(key.created)}</CreateDate></member>"
        for key in keys
    )
    return f"<AccessKeyMetadata>{members}</AccessKeyMetadata>{end}"


def create_access_key(call: Call) -> str:
    user_name = call.optional("UserName", params.EXISTING_USER)
    call.valid()
    holder = call.user_or_caller(user_name)
    if len(holder.access_keys) >= KEYS_PER_USER:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}")
    now = call.world.clock.utc()
    with changing(call.account, holder):
        if isinstance(holder, Root):
            ident, secret = random_id("AKIA", 20), secrets.token_urlsafe(30)
            holder.access_keys.append({"access_key_id": ident, "active": True, "created": now, "last_used": None})
        else:
            key = call.account.backend.create_access_key(holder.name)
            key.create_date = now
            ident, secret = key.access_key_id, key.secret_access_key
    return (
        f"<AccessKey>{_name_xml(holder)}<AccessKeyId>{ident}</AccessKeyId><Status>Active</Status>"
        f"<SecretAccessKey>{text(secret)}</SecretAccessKey><CreateDate>{iso(now)}</CreateDate></AccessKey>"
    )


def _key_call(call: Call) -> tuple[Holder, str]:
    """The holder and key that a change names; without a name of a user, it is the caller's."""
    ident = call.required("AccessKeyId", params.ACCESS_KEY_ID)
    user_name = call.optional("UserName", params.EXISTING_USER)
    call.valid()
    holder = call.user_or_caller(user_name)
    _owned(call, holder, "keys", ident, NO_KEY)
    return holder, ident


def update_access_key(call: Call) -> None:
    status = call.status()
    holder, ident = _key_call(call)
    with changing(call.account, holder):
        for key in holder.access_keys:
            if isinstance(key, dict):
                key["active"] = status == "Active" if key["access_key_id"] == ident else key["active"]
            elif key.access_key_id == ident:
                key.status = status


def delete_access_key(call: Call) -> None:
    holder, ident = _key_call(call)
    with changing(call.account, holder):
        if isinstance(holder, Root):
            holder.access_keys[:] = [key for key in holder.access_keys if key["access_key_id"] != ident]
        else:
            holder.access_keys[:] = [key for key in holder.access_keys if key.access_key_id != ident]
            call.account.backend.access_keys.pop(ident, None)
    call.world.deleted_keys.add(ident)


def _last_used_xml(used: Any) -> str:
    service, region, date = "N/A", "N/A", ""
    if used is not None:
        service, region = getattr(used, "service", "iam"), getattr(used, "region", "us-east-1")
        moment = used if isinstance(used, datetime) else used.timestamp
        date = f"<LastUsedDate>{iso(moment)}</LastUsedDate>"
    return (
        f"<AccessKeyLastUsed>{date}<ServiceName>{text(service)}</ServiceName><Region>{text(region)}</Region>"
        "</AccessKeyLastUsed>"
    )


def get_access_key_last_used(call: Call) -> str:
    """Current, unlike the credential report."""
    ident = call.required("AccessKeyId", params.ACCESS_KEY_ID)
    call.valid()
    shown_of_root = call.seen(call.account.root, "keys")
    if ident in shown_of_root:
        of_root = next((item for item in call.account.root.access_keys if item["access_key_id"] == ident), None)
        return _last_used_xml(None if of_root is None else of_root["last_used"])
    key = call.account.backend.access_keys.get(ident)
    user = call.account.backend.users.get(key.user_name) if key is not None and key.user_name else None
    if key is None or user is None or ident not in call.seen(user, "keys"):
        raise ApiError("NoSuchEntity", NO_KEY.format(ident))
    return f"<UserName>{text(user.name)}</UserName>{_last_used_xml(key.last_used)}"


# SSH public keys

NO_SSH_KEY = "The Public Key with id {} cannot be found."


def _ssh_key_xml(user: User, key: Credential) -> str:
    return (
        f"{_name_xml(user)}<SSHPublicKeyId>{key.ident}</SSHPublicKeyId><Status>{key.status}</Status>"
        f"<UploadDate>{iso(key.created)}</UploadDate>"
    )


def _ssh_key_body_xml(user: User, key: Credential) -> str:
    digest = hashlib.md5(key.body.encode(), usedforsecurity=False).hexdigest()
    fingerprint = ":".join(re.findall("..", digest))
    return (
        f"<SSHPublicKey>{_ssh_key_xml(user, key)}<Fingerprint>{fingerprint}</Fingerprint>"
        f"<SSHPublicKeyBody>{text(key.body)}</SSHPublicKeyBody></SSHPublicKey>"
    )


def list_ssh_public_keys(call: Call) -> str:
    holder, keys, end = _listed(call, "ssh_keys")
    members = "".join(f"<member>{_ssh_key_xml(holder, key)}</member>" for key in keys if isinstance(holder, User))
    return f"<SSHPublicKeys>{members}</SSHPublicKeys>{end}"


def upload_ssh_public_key(call: Call) -> str:
    name = call.required("UserName", params.EXISTING_USER)
    body = call.required("SSHPublicKeyBody", params.DOCUMENT)
    call.valid()
    user = call.user_named(name)
    if not body.startswith(("ssh-rsa ", "-----BEGIN ")):
        raise ApiError("InvalidPublicKey", "The public key is malformed or otherwise invalid.")
    if any(key.ssh_public_key_body == body for key in user.ssh_public_keys):
        message = "The SSH public key is already associated with the specified IAM user."
        raise ApiError("DuplicateSSHPublicKey", message)
    if len(user.ssh_public_keys) >= SSH_KEYS_PER_USER:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for SSHPublicKeysPerUser: {SSH_KEYS_PER_USER}")
    with changing(call.account, user):
        key = SshPublicKey(user.name, body)
        key.upload_date = call.world.clock.utc()
        user.ssh_public_keys.append(key)
    return _ssh_key_body_xml(user, _present(call, user, "ssh_keys")[key.ssh_public_key_id])


def _ssh_key_call(call: Call) -> tuple[User, Credential]:
    name = call.required("UserName", params.EXISTING_USER)
    ident = call.required("SSHPublicKeyId", params.CREDENTIAL_ID)
    call.valid()
    user = call.user_named(name)
    return user, _owned(call, user, "ssh_keys", ident, NO_SSH_KEY)


def get_ssh_public_key(call: Call) -> str:
    if call.params.get("Encoding") not in ("SSH", "PEM"):
        message = "The request was rejected because the public key encoding format is unsupported or unrecognized."
        raise ApiError("UnrecognizedPublicKeyEncoding", message)
    return _ssh_key_body_xml(*_ssh_key_call(call))


def update_ssh_public_key(call: Call) -> None:
    status = call.status()
    user, key = _ssh_key_call(call)
    with changing(call.account, user):
        user.get_ssh_public_key(key.ident).status = status


def delete_ssh_public_key(call: Call) -> None:
    user, key = _ssh_key_call(call)
    with changing(call.account, user):
        user.ssh_public_keys[:] = [item for item in user.ssh_public_keys if item.ssh_public_key_id != key.ident]


# Signing certificates

NO_CERTIFICATE = "The Certificate with id {} cannot be found."


def list_signing_certificates(call: Call) -> str:
    holder, certificates, end = _listed(call, "certificates")
    members = "".join(
        f"<member>{_name_xml(holder)}<CertificateId>{item.ident}</CertificateId>"
        f"<CertificateBody>{text(item.body)}</CertificateBody><Status>{item.status}</Status>"
        f"<UploadDate>{iso(item.created)}</UploadDate></member>"
        for item in certificates
    )
    return f"<Certificates>{members}</Certificates>{end}"


def _certificate_call(call: Call) -> tuple[Holder, Credential]:
    ident = call.required("CertificateId", params.CERTIFICATE_ID)
    return _owned_or_callers(call, "certificates", ident, NO_CERTIFICATE)


def update_signing_certificate(call: Call) -> None:
    status = call.status()
    holder, certificate = _certificate_call(call)
    with changing(call.account, holder):
        if isinstance(holder, Root):
            holder.certificates[certificate.ident] = dataclasses.replace(certificate, status=status)
        else:
            holder.signing_certificates[certificate.ident].status = status


def delete_signing_certificate(call: Call) -> None:
    holder, certificate = _certificate_call(call)
    with changing(call.account, holder):
        del (holder.certificates if isinstance(holder, Root) else holder.signing_certificates)[certificate.ident]


# Service-specific credentials

NO_CREDENTIAL = "The Service Specific Credential with id {} cannot be found."


def _check_service(name: str) -> None:
    if name not in SERVICES:
        message = f"The specified service {name} does not support service-specific credentials."
        raise ApiError("NotSupportedService", message)


def _credential_xml(item: Credential, secret: str | None = None) -> str:
    is_key = SERVICES[item.service]
    named = f"<ServiceCredentialAlias>{item.body}" if is_key else f"<ServiceUserName>{text(item.body)}"
    named += "</ServiceCredentialAlias>" if is_key else "</ServiceUserName>"
    shown = ""
    if secret is not None:
        tag = "ServiceCredentialSecret" if is_key else "ServicePassword"
        shown = f"<{tag}>{secret}</{tag}>"
    expires = f"<ExpirationDate>{iso(item.expires)}</ExpirationDate>" if item.expires is not None else ""
    return (
        f"<UserName>{text(item.user_name)}</UserName><Status>{item.status}</Status>{named}{shown}"
        f"<CreateDate>{iso(item.created)}</CreateDate>{expires}"
        f"<ServiceSpecificCredentialId>{item.ident}</ServiceSpecificCredentialId>"
        f"<ServiceName>{item.service}</ServiceName>"
    )


def new_service_credential(account_id: str, user: User, service: str, days: int | None, now: Any) -> Credential:
    """A credential, not yet the user's."""
    number = sum(1 for item in service_credentials(user).values() if item.service == service)
    suffix = f"+{number}" if number else ""
    name = random_id("ABSK", 20) if SERVICES[service] else f"{user.name}{suffix}-at-{account_id}"
    expires = None if days is None else now + timedelta(days=days)
    return Credential(random_id("ACCA", 21), "Active", now, name, service, user.name, expires)


def create_service_specific_credential(call: Call) -> str:
    name = call.required("UserName", params.EXISTING_USER)
    service = call.required("ServiceName", params.SERVICE_NAME)
    days = call.params.get("CredentialAgeDays")
    if days is not None and not (re.fullmatch(r"\d{1,5}", days) and 1 <= int(days) <= 36600):
        call.check("credentialAgeDays", None, params.SERVICE_NAME)
    call.valid()
    user = call.user_named(name)
    _check_service(service)
    if days is not None and not SERVICES[service]:
        raise ApiError("InvalidInput", f"CredentialAgeDays is not supported for {service}.")
    owned = service_credentials(user)
    if sum(1 for item in owned.values() if item.service == service) >= CREDENTIALS_PER_SERVICE:
        message = f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {CREDENTIALS_PER_SERVICE}"
        raise ApiError("LimitExceeded", message)
    now = call.world.clock.utc()
    item = new_service_credential(call.account.account_id, user, service, int(days) if days else None, now)
    with changing(call.account, user):
        owned[item.ident] = item
    secret = secrets.token_urlsafe(30)
    return f"<ServiceSpecificCredential>{_credential_xml(item, secret)}</ServiceSpecificCredential>"


def list_service_specific_credentials(call: Call) -> str:
    service = call.optional("ServiceName", params.SERVICE_NAME)
    user_name = call.optional("UserName", params.EXISTING_USER)
    size = call.page_size()
    after = call.start_after()
    everybody = call.flag("AllUsers")
    call.valid()
    if everybody and user_name is not None:
        raise ApiError("InvalidInput", "AllUsers cannot be specified together with UserName.")
    if service is not None:
        _check_service(service)
    holders = list(call.account.backend.users.values()) if everybody else [call.user_or_caller(user_name)]
    shown: dict[str, Credential] = {}
    for holder in holders:
        if isinstance(holder, User):
            shown.update(call.seen(holder, "services"))
    idents, end = call.page(
        sorted(ident for ident, item in shown.items() if service in (None, item.service)), size, after
    )
    members = "".join(f"<member>{_credential_xml(shown[ident])}</member>" for ident in idents)
    return f"<ServiceSpecificCredentials>{members}</ServiceSpecificCredentials>{end}"


def _credential_call(call: Call) -> tuple[User, Credential]:
    ident = call.required("ServiceSpecificCredentialId", params.CREDENTIAL_ID)
    holder, found = _owned_or_callers(call, "services", ident, NO_CREDENTIAL)
    assert isinstance(holder, User)  # root has none
    return holder, found


def update_service_specific_credential(call: Call) -> None:
    status = call.status()
    user, item = _credential_call(call)
    with changing(call.account, user):
        service_credentials(user)[item.ident] = dataclasses.replace(item, status=status)


def reset_service_specific_credential(call: Call) -> str:
    _user, item = _credential_call(call)
    secret = secrets.token_urlsafe(30)
    return f"<ServiceSpecificCredential>{_credential_xml(item, secret)}</ServiceSpecificCredential>"


def delete_service_specific_credential(call: Call) -> None:
    user, item = _credential_call(call)
    with changing(call.account, user):
        del service_credentials(user)[item.ident]


HANDLERS: dict[str, Callable[[Call], str | None]] = {
    "CreateAccessKey": create_access_key,
    "CreateLoginProfile": create_login_profile,
    "CreateServiceSpecificCredential": create_service_specific_credential,
    "DeleteAccessKey": delete_access_key,
    "DeleteLoginProfile": delete_login_profile,
    "DeleteSSHPublicKey": delete_ssh_public_key,
    "DeleteServiceSpecificCredential": delete_service_specific_credential,
    "DeleteSigningCertificate": delete_signing_certificate,
    "GetAccessKeyLastUsed": get_access_key_last_used,
    "GetLoginProfile": get_login_profile,
    "GetSSHPublicKey": get_ssh_public_key,
    "ListAccessKeys": list_access_keys,
    "ListSSHPublicKeys": list_ssh_public_keys,
    "ListServiceSpecificCredentials": list_service_specific_credentials,
    "ListSigningCertificates": list_signing_certificates,
    "ResetServiceSpecificCredential": reset_service_specific_credential,
    "UpdateAccessKey": update_access_key,
    "UpdateLoginProfile": update_login_profile,
    "UpdateSSHPublicKey": update_ssh_public_key,
    "UpdateServiceSpecificCredential": update_service_specific_credential,
    "UpdateSigningCertificate": update_signing_certificate,
    "UploadSSHPublicKey": upload_ssh_public_key,
}
