# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: parses an AWS request, puts it under the conditions, answers it or hands it to moto."""

from __future__ import annotations

import calendar
import io
import json
import re
import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TextIO
from urllib.parse import parse_qsl, unquote, urlencode

from botocore.model import OperationNotFoundError
from moto.core.base_backend import BackendDict
from moto.iam.models import AccessKeyLastUsed, Policy

from . import (
    iam_accounts,
    iam_credentials,
    iam_mfa,
    iam_policies,
    organizations_api,
    root_sessions,
    sts_roles,
    sts_sessions,
)
from .answers import (
    NO_DATE,
    QUERY_SERVICES,
    STS_NAMESPACE,
    Answer,
    ApiError,
    basic_iso,
    damaged,
    error_answer,
    http_date,
    http_status,
    iso,
    json_answer,
    xml_answer,
)
from .call import Call
from .conditions import Conditions, Dropped, denied_error, matches, scp_error, throttling_error, unavailable_error
from .control import PREFIX, control
from .denials import check_denials, check_session
from .evaluation import refusal
from .facts import changing
from .request_log import RequestLog
from .secret_stores import SecretStores, batch_of_denials, check_parameter_name
from .state import Account, World
from .web import WebRequest, WebResponse

SIGNATURE_LIFE = 300
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_AMZ_DATE = re.compile(r"\d{8}T\d{6}Z")
_ENTERED = re.compile(r"\d{12}", re.ASCII)
_UNSIGNED = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
_AWS_POLICY = re.compile(r"arn:aws:iam::aws:policy/")
_IAM_HANDLERS = {
    **iam_mfa.HANDLERS,
    **iam_accounts.HANDLERS,
    **iam_credentials.HANDLERS,
    **iam_policies.HANDLERS,
    **root_sessions.IAM_HANDLERS,
}
_STS_HANDLERS = {**sts_sessions.HANDLERS, **sts_roles.HANDLERS, **root_sessions.STS_HANDLERS}
# Without a user's name, these are about the caller
_OWN_BY_DEFAULT = frozenset({"GetUser", "ListAccessKeys", "ListMFADevices"})
# What has to be looked at before moto answers
_BEFORE_MOTO: dict[str, Callable[[Call], None]] = {
    "CreateGroup": iam_accounts.refuse_twin,
    "CreatePolicy": iam_policies.check_new_policy,
    "CreateUser": iam_accounts.refuse_twin,
    "DeleteGroup": iam_policies.delete_group_conflict,
    "DeleteUser": iam_accounts.delete_user_conflict,
    "UpdateGroup": iam_accounts.refuse_twin,
}


class AwsRequest:
    """What a web request asks of AWS."""

    def __init__(self, request: WebRequest) -> None:
        self.web = request
        self.params: dict[str, Any] = {}
        self.access_key = ""
        self.region = "us-east-1"
        self.service = ""
        self.action = ""
        self.version = ""
        self.signed = False
        authorization = request.headers.get("authorization", "")
        query = dict(parse_qsl(request.query, keep_blank_values=True)) if request.query else {}
        found = _CREDENTIAL.search(authorization) or _CREDENTIAL.search(f"Credential={query.get('X-Amz-Credential')}")
        if found:
            self.access_key, self.region, self.service = found.groups()
            self.signed = True
        self.token = request.headers.get("x-amz-security-token") or query.get("X-Amz-Security-Token", "")
        self.date = request.headers.get("x-amz-date") or query.get("X-Amz-Date", "")
        self._parse(request, query)

    def _parse(self, request: WebRequest, query: dict[str, str]) -> None:
        target = request.headers.get("x-amz-target")
        if target:
            self.action = target.rpartition(".")[2]
            try:
                document = json.loads(request.body or b"{}")
            except ValueError:
                document = None
            self.params = document if isinstance(document, dict) else {}
            if not self.service:
                self.service = target.partition(".")[0].lower()
            return
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        self.params = dict(query)
        if form:
            self.params.update(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        self.action = self.params.pop("Action", "") or f"{request.method} {request.path}"
        version = self.version = self.params.pop("Version", "")
        if not self.service:
            self.service = {"2010-05-08": "iam", "2011-06-15": "sts"}.get(version, "unknown")

    def rewrite(self, parameter: str, value: str) -> None:
        """Give a parameter of a Query call another value, for moto too."""
        self.params[parameter] = value
        document = {"Action": self.action, "Version": self.version, **self.params}
        self.web = replace(self.web, body=urlencode(document).encode())


class Emulator:
    """The whole emulator, without the socket."""

    def __init__(self, access_log: TextIO | None = None) -> None:
        self.world = World()
        self.conditions = Conditions()
        self.stores = SecretStores()
        self.stores.install()
        # moto leaves the names out of the policies that GetAccountAuthorizationDetails lists
        if not hasattr(Policy, "policy_name"):
            setattr(Policy, "policy_name", property(lambda policy: policy.name))
        self.log = RequestLog(access_log)
        self._locks: defaultdict[str, Any] = defaultdict(threading.RLock)
        self._locks["iam"] = self.world.iam_lock
        self._locks.update(self.stores.locks)
        self._moto: Any = None
        self._moto_lock = threading.Lock()
        self.world.account()

    # Control

    def change_settings(self, changes: dict[str, Any]) -> None:
        self.conditions.change(changes)
        self.world.clock.offset = self.conditions["clock_offset"]

    def reset(self) -> None:
        """Forget everything: state, log, settings. What is held is dropped."""
        self.conditions.reset()
        self.world.clock.offset = 0.0
        with self.world.iam_lock, self.stores.locks["secretsmanager"], self.stores.locks["ssm"]:
            BackendDict.reset()
            self.world.clear()
            self.stores.clear()
            self.log.clear()
            self.world.account()

    # Requests

    def __call__(self, request: WebRequest) -> WebResponse:
        if request.target.startswith(PREFIX):
            response = control(self, request)
        elif request.target.startswith("/moto-api"):
            response = WebResponse(404, b"moto's own control API is off: use /_emulator/\n")
        else:
            answer = self.aws(AwsRequest(request))
            response = WebResponse(answer.status, answer.body, list(answer.headers))
        if not any(name == NO_DATE for name, _value in response.headers):
            response.headers.append(("Date", http_date(self.world.clock.now())))
        response.headers = [header for header in response.headers if header[0] != NO_DATE]
        return response

    def aws(self, request: AwsRequest) -> Answer:
        """Answer an AWS call under the present conditions."""
        conditions = self.conditions
        service, action = request.service, request.action
        account_id = self.world.account_id_of_key(request.access_key)
        entry = self.log.begin(service, action, request.params, request.access_key, account_id)
        layers = conditions.layers(account_id)
        try:
            hold_after = conditions.arrive(entry)
            answer = self._judge(request, entry)
            entry["took_effect"] = answer.code is None
            if hold_after:
                conditions.hold_after(entry)
            if not entry["throttled"] and any(layer.loses_reply(service) for layer in layers):
                entry["lost_reply"] = True
                raise Dropped
            latency = sum(layer["latency"] for layer in layers)
            if latency:
                time.sleep(latency)
            entry["status"], entry["code"] = answer.status, answer.code
            damage = conditions.damage(f"{service}:{action}")
            if damage is not None:
                entry["damaged"] = damage["kind"]
                answer = damaged(answer, damage, conditions.cut_at(len(answer.body)))
            return answer
        finally:
            self.log.end(entry, self.world.clock.now())

    def _judge(self, request: AwsRequest, entry: dict[str, Any]) -> Answer:
        service, action, conditions = request.service, request.action, self.conditions
        try:
            self._check_signature(request)
            if request.signed:
                sts_sessions.check_caller(self._call(request), request.token)
            for layer in conditions.layers(entry["account_id"]):
                self._hinder(request, entry, layer)
            self._check_entry(request)
            if action == "BatchGetSecretValue" and any(
                matches("secretsmanager:GetSecretValue", layer["denied_actions"])
                for layer in conditions.layers(entry["account_id"])
            ):
                return batch_of_denials(request.params, self._principal(request))
            judged = request.access_key in self.world.sessions or self.world.organization is not None
            if conditions["enforce_denials"] or judged:
                with self.world.iam_lock:
                    call, resource = self._call(request), self._resource(request)
                    root_sessions.check_service_control_policy(call, resource)
                    check_session(call, resource)
                    if conditions["enforce_denials"]:
                        check_denials(call, resource)
            for layer in conditions.layers(entry["account_id"]):
                fault = layer.fault(service, action)
                if fault is not None:
                    entry["fault"] = True
                    raise fault
            return self._dispatch(request)
        except ApiError as error:
            return error_answer(service, error)

    def _hinder(self, request: AwsRequest, entry: dict[str, Any], conditions: Conditions) -> None:
        """What the settings, of all accounts or of one, have against the request."""
        service, action = request.service, request.action
        if service in conditions["unavailable_services"]:
            raise unavailable_error(service)
        if conditions.throttle(service, action):
            entry["throttled"] = True
            raise throttling_error(service)
        conditions.hang(f"{service}:{action}", entry)
        if matches(f"{service}:{action}", conditions["denied_actions"]):
            raise denied_error(service, action, self._principal(request), self._resource(request))
        organization = self.world.organization
        managing = organization is not None and organization.management_account_id == entry["account_id"]
        if not managing and matches(f"{service}:{action}", conditions["scp_denied_actions"]):
            raise scp_error(service, action, self._principal(request), self._resource(request))

    def _check_entry(self, request: AwsRequest) -> None:
        """What is denied in an account is also denied to whoever enters it: sts:AssumeRole, for one."""
        target = _ENTERED.search(str(request.params.get("RoleArn") or request.params.get("TargetPrincipal") or ""))
        if request.service != "sts" or target is None:
            return
        action = f"sts:{request.action}"
        for layer in self.conditions.layers(target.group())[1:]:
            if matches(action, layer["denied_actions"]):
                raise refusal("sts", self._principal(request), action, self._resource(request))

    def _check_signature(self, request: AwsRequest) -> None:
        service = request.service
        if not request.signed:
            if service in QUERY_SERVICES and request.action not in _UNSIGNED:
                raise ApiError("MissingAuthenticationToken", "Request is missing Authentication Token")
            return
        if not self.conditions["check_signature_age"] or not _AMZ_DATE.fullmatch(request.date):
            return
        signed = calendar.timegm(time.strptime(request.date, "%Y%m%dT%H%M%SZ"))
        now = self.world.clock.now()
        if abs(now - signed) <= SIGNATURE_LIFE:
            return
        if signed < now:
            limit, words = basic_iso(now - SIGNATURE_LIFE), f"({basic_iso(now)} - 5 min.)"
            message = f"Signature expired: {request.date} is now earlier than {limit} {words}"
        else:
            limit, words = basic_iso(now + SIGNATURE_LIFE), f"({basic_iso(now)} + 5 min.)"
            message = f"Signature not yet current: {request.date} is still later than {limit} {words}"
        if service in QUERY_SERVICES:
            raise ApiError("SignatureDoesNotMatch", message)
        raise ApiError("InvalidSignatureException", message, 400)

    # Who, and on what

    def _call(self, request: AwsRequest) -> Call:
        return Call(
            request.service,
            request.action,
            request.params,
            request.access_key,
            self.world,
            self.conditions,
            self.stores,
        )

    def _principal(self, request: AwsRequest) -> str:
        return self._call(request).principal()

    def _resource(self, request: AwsRequest) -> str:
        """The resource that AWS names in a denial."""
        account = self.world.account_of_key(request.access_key)
        if root_sessions.is_session(self._call(request)):
            return root_sessions.resource_of(self._call(request))
        params = request.params
        root = f"arn:aws:iam::{account.account_id}"
        if request.service == "iam":
            serial = str(params.get("SerialNumber", ""))
            if "VirtualMFADeviceName" in params:
                return account.device_arn(params.get("Path", "/"), params["VirtualMFADeviceName"])
            if "GroupName" in params:
                group = account.backend.groups.get(params["GroupName"])
                return f"{root}:group{'/' if group is None else group.path}{params['GroupName']}"
            if request.action == "CreatePolicy":
                return f"{root}:policy{params.get('Path', '/')}{params.get('PolicyName', '')}"
            name = self._user_meant(account, request)
            if name is not None:
                user = account.backend.users.get(name)
                return f"{root}:user/{name}" if user is None else account.user_arn(user)
            if serial.startswith("arn:"):
                return serial
            if "PolicyArn" in params:
                return str(params["PolicyArn"])
            if request.action in _OWN_BY_DEFAULT:
                return self._principal(request)
            return {"ListUsers": f"{root}:user/", "ListVirtualMFADevices": f"{root}:mfa/"}.get(request.action, "*")
        if request.service == "sts":
            if "TargetPrincipal" in params:
                return f"arn:aws:iam::{params['TargetPrincipal']}:root"
            return str(params.get("RoleArn") or "*")
        name = str(params.get("SecretId") or params.get("Name") or (params.get("Names") or ["*"])[0])
        if request.service == "ssm" and name != "*":
            return f"arn:aws:ssm:{request.region}:{account.account_id}:parameter/{name.lstrip('/')}"
        return name

    @staticmethod
    def _user_meant(account: Account, request: AwsRequest) -> str | None:
        """The name of the user whom a call of IAM is about, if it is about one."""
        if request.action == "GetAccessKeyLastUsed":
            key = account.backend.access_keys.get(request.params.get("AccessKeyId"))
            return None if key is None else key.user_name
        return request.params.get("UserName")

    # Dispatch

    def _dispatch(self, request: AwsRequest) -> Answer:
        service, action = request.service, request.action
        if service == "iam":
            return self._iam(request)
        if service == "sts":
            root_sessions.check_endpoint(action, request.web.headers.get("host", ""))
            call = self._call(request)
            with self.world.iam_lock:
                self._mark_key(call)
                if action in _STS_HANDLERS and (action != "AssumeRole" or sts_roles.is_strict(call)):
                    return xml_answer(action, _STS_HANDLERS[action](call), STS_NAMESPACE)
                if action == "AssumeRole":
                    sts_sessions.check_mfa(call)
        if service == "organizations":
            with self.world.iam_lock:
                if action not in organizations_api.HANDLERS:
                    raise ApiError("UnknownOperationException", f"The emulator does not know {service}:{action}.", 400)
                return json_answer(organizations_api.HANDLERS[action](self._call(request)))
        if self.stores.handles(service, action):
            account_id = self.world.account_id_of_key(request.access_key)
            return self.stores.call(service, action, account_id, request.region, request.params)
        if service == "ssm" and action == "PutParameter":
            check_parameter_name(request.params.get("Name"))
        with self._locks[service]:
            return self._through_moto(request)

    def _iam(self, request: AwsRequest) -> Answer:
        action = request.action
        handler = _IAM_HANDLERS.get(action)
        with self.world.iam_lock:
            call = self._call(request)
            self._mark_key(call)
            self._write_names_right(call, request)
            arn = str(request.params.get("PolicyArn"))
            if _AWS_POLICY.match(arn):
                iam_policies.aws_policy(call.account.backend, arn)
            if handler is not None and (
                action != "GetAccountAuthorizationDetails" or iam_accounts.owns_authorization_details(call)
            ):
                return xml_answer(action, handler(call))
            if action in _BEFORE_MOTO:
                _BEFORE_MOTO[action](call)
            return self._iam_through_moto(call, request)

    def _write_names_right(self, call: Call, request: AwsRequest) -> None:
        """Names are found in any case, as AWS seems to do it: from here on they are written as they were made."""
        if not self.conditions["any_case_names"] or request.action.startswith("Create"):
            return
        for parameter in ("UserName", "GroupName"):
            name = request.params.get(parameter)
            known = iam_accounts.canonical_name(call.account, parameter, name) if name else None
            if known is not None and known != name:
                request.rewrite(parameter, known)

    def _iam_through_moto(self, call: Call, request: AwsRequest) -> Answer:
        """moto's answer; what it changed is remembered for the readers that lag behind."""
        backend, params = call.account.backend, request.params
        concerned: list[Any] = [
            found
            for found in (
                backend.users.get(params.get("UserName", "")),
                backend.groups.get(params.get("GroupName", "")),
            )
            if found is not None
        ]
        known = set(backend.managed_policies) if request.action == "CreatePolicy" else set()
        with changing(call.account, *concerned):
            answer = self._through_moto(request)
        made = {
            "CreateUser": backend.users.get(params.get("UserName", "")),
            "CreateGroup": backend.groups.get(params.get("GroupName", "")),
        }.get(request.action)
        if made is not None and made not in concerned:
            setattr(made, "emulator_made_at", time.monotonic())
        if request.action == "CreatePolicy":
            for arn in set(backend.managed_policies) - known:
                iam_policies.note_policy(call, arn, None, backend.managed_policies[arn])
        return answer

    def _mark_key(self, call: Call) -> None:
        """Remember when an access key was last used, as moto does for the calls that reach it."""
        key = call.account.backend.access_keys.get(call.access_key)
        if key is not None:
            key.last_used = AccessKeyLastUsed(self.world.clock.utc(), call.service, "us-east-1")

    # moto

    def moto(self) -> Callable[..., Any]:
        """moto's own application, made at the first use."""
        with self._moto_lock:
            if self._moto is None:
                import moto.iam.models
                from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

                moto.iam.models.utcnow = self.world.clock.utc  # what it makes is dated by the emulator's clock

                self._moto = DomainDispatcherApplication(create_backend_app)
            application: Callable[..., Any] = self._moto
            return application

    def _through_moto(self, request: AwsRequest) -> Answer:
        web = request.web
        environ = {
            "REQUEST_METHOD": web.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(web.path, "latin-1"),
            "RAW_URI": web.target,
            "REQUEST_URI": web.target,
            "QUERY_STRING": web.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "0",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": web.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(web.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": web.scheme,
            "wsgi.input": io.BytesIO(web.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in web.headers.items():
            if name not in ("content-type", "content-length", "transfer-encoding"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        # moto would look for the key in all accounts
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self.world.account_id_of_key(request.access_key)
        started: list[Any] = []
        try:
            result = self.moto()(environ, lambda status, headers, *_rest: started.extend((status, headers)))
            try:
                body = b"".join(result)
            finally:
                if hasattr(result, "close"):
                    result.close()
        except (NotImplementedError, OperationNotFoundError):
            raise ApiError("InvalidAction", f"Could not find operation {request.action}", 400) from None
        except Exception as error:  # noqa: BLE001  # pylint: disable=broad-except
            frames = "".join(traceback.format_tb(error.__traceback__))
            sys.stderr.write(f"{type(error).__name__} in moto, {request.service}:{request.action}\n{frames}")
            raise ApiError("InternalFailure", "moto failed on this call; see the emulator's stderr.") from None
        status = int(str(started[0]).split(" ", 1)[0])
        skipped = {"content-length", "date", "connection", "server", "transfer-encoding"}
        headers = [(name, value) for name, value in started[1] if name.lower() not in skipped]
        if not any(name.lower() == "x-amzn-requestid" for name, _value in headers):
            headers.append(("x-amzn-RequestId", f"moto-{iso(time.time())}"))
        code = _error_code(body) if status >= 400 else None
        if request.service == "iam" and code is not None:
            status = http_status(code)
        return Answer(status, body, headers, code)


def _error_code(body: bytes) -> str | None:
    """The error code in an answer of moto's."""
    text = body[:2000].decode("utf-8", "replace")
    found = re.search(r"<Code>([^<]+)</Code>", text) or re.search(r'"__type":\s*"(?:[^"#]*#)?([^"]+)"', text)
    return found.group(1) if found else None
