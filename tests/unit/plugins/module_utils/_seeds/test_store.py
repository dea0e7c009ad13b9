# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and records of the seed stores. The stores themselves are tested on the emulator."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, StoreConflict
from ansible_collections.hardening.aws.plugins.module_utils._seeds import store as seed_store
from ansible_collections.hardening.aws.plugins.module_utils._seeds.store import (
    ParameterStore,
    Record,
    SecretsManagerStore,
    SeedStore,
    store_name,
    store_name_problem,
)


@pytest.mark.parametrize(
    ("kind", "template", "name"),
    [
        ("secretsmanager", None, "mfa/bob@example.com"),
        ("secretsmanager", "{account_id}/{user_name}/{device_name}", "123456789012/bob@example.com/phone"),
        ("secretsmanager", "fixed", "fixed"),
        ("ssm_parameter", None, "/mfa/bob_x40_example.com"),
        ("ssm_parameter", "mfa/{device_name}", "/mfa/phone"),
        ("ssm_parameter", "/mfa/{device_name}", "/mfa/phone"),
        ("ssm_parameter", "seed-{device_name}", "seed-phone"),
    ],
)
def test_name(kind: str, template: str | None, name: str) -> None:
    assert store_name({"type": kind, "name": template}, "bob@example.com", "phone", "123456789012") == name


def test_a_comma_is_possible_in_iam_and_not_in_secrets_manager() -> None:
    assert store_name({"type": "secretsmanager"}, "a,b", "x", "") == "mfa/a_x2C_b"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("mfa/{user}", "has the unknown placeholder {user}"),
        ("mfa/{user_name!r}", "has the unknown placeholder"),
        ("mfa/{user_name:>10}", "has the unknown placeholder"),
        ("mfa/{}", "has the unknown placeholder {}"),
        ("mfa/{user_name", "is not a valid template"),
        ("mfa/{user_name}-{device_name}-{account_id}", None),
    ],
)
def test_template(template: str, problem: str | None) -> None:
    found = seed_store.template_problem(template)
    assert (problem in (found or "")) if problem else (found is None)


@pytest.mark.parametrize(
    ("kind", "template", "problem"),
    [
        ("secretsmanager", "x" * 512, None),
        ("secretsmanager", "x" * 513, "at most 512"),
        ("ssm_parameter", "/" + "a/" * 15 + "b", "at most 15"),
        ("ssm_parameter", "/aws/mfa", "Amazon's own"),
        ("ssm_parameter", "ssm-seeds", "Amazon's own"),
        ("ssm_parameter", "/mfa/{user_name}", None),
    ],
)
def test_name_that_a_store_cannot_hold(kind: str, template: str, problem: str | None) -> None:
    found = store_name_problem({"type": kind, "name": template}, "alice", "alice")
    assert (problem in (found or "")) if problem else (found is None)


def test_record_is_the_documented_json_and_its_representation_shows_no_seed() -> None:
    record = Record(
        "SEEDSEEDSEEDSEED", "arn:x", "alice", "otpauth://totp/x?secret=SEEDSEEDSEEDSEED", "2026-01-01", "v1"
    )
    assert json.loads(record.value()) == {
        "seed": "SEEDSEEDSEEDSEED",
        "serial_number": "arn:x",
        "user_name": "alice",
        "otpauth_uri": "otpauth://totp/x?secret=SEEDSEEDSEEDSEED",
        "created": "2026-01-01",
    }
    assert "SEEDSEED" not in repr(record)


# Two runs on one store, on a store in memory


def refused(code: str, text: str = "") -> AwsRefused:
    return AwsRefused(code, code, "store:Call", text)


class Secrets:
    """Secrets Manager, as far as the store calls it: versions by token, and which one is current."""

    def __init__(self) -> None:
        self.exists = False
        self.versions: dict[str, str] = {}
        self.current: str | None = None

    def call(self, operation: str, params: dict[str, t.Any], **_more: t.Any) -> dict[str, t.Any]:
        answer: dict[str, t.Any] = getattr(self, operation)(params)
        return answer

    def CreateSecret(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        assert all(isinstance(text, str) for tag in params.get("Tags", []) for text in tag.values())
        if self.exists:
            raise refused("ResourceExistsException")
        self.exists = True
        return self.PutSecretValue({**params, "VersionStages": ["AWSCURRENT"]})

    def PutSecretValue(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        token = params["ClientRequestToken"]
        self.versions[token] = params["SecretString"]
        if "AWSCURRENT" in params.get("VersionStages", ["AWSCURRENT"]) or len(self.versions) == 1:
            self.current = token
        return {"VersionId": token}

    def UpdateSecretVersionStage(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.current not in (params.get("RemoveFromVersionId"), params["MoveToVersionId"]):
            raise refused("InvalidParameterException")
        self.current = params["MoveToVersionId"]
        return {}

    def GetSecretValue(self, _params: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.current is None:
            raise refused("ResourceNotFoundException")
        return {"SecretString": self.versions[self.current], "VersionId": self.current}


class Parameters:
    """Parameter Store with one parameter. I(before_put) are what other runs do just before a call."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.before_put: list[t.Callable[[], None]] = []

    def call(self, operation: str, params: dict[str, t.Any], **_more: t.Any) -> dict[str, t.Any]:
        if operation == "GetParameter":
            _name, _colon, version = params["Name"].partition(":")
            if not self.values:
                raise refused("ParameterNotFound")
            number = int(version or len(self.values))
            return {"Parameter": {"Value": self.values[number - 1], "Version": number, "Type": "SecureString"}}
        assert operation == "PutParameter"
        assert all(isinstance(text, str) for tag in params.get("Tags", []) for text in tag.values())
        if self.before_put:
            self.before_put.pop(0)()
        if self.values and not params["Overwrite"]:
            raise refused("ParameterAlreadyExists")
        self.values.append(params["Value"])
        return {"Version": len(self.values)}


def store_on(client: t.Any, kind: type[SeedStore], **options: t.Any) -> SeedStore:
    return kind(client, {"type": "x", "verify": True, **options}, lambda: "123456789012")


def record_with(seed: str) -> Record:
    return Record(seed, "arn:x", "alice", "", "2026-01-01T00:00:00Z")


ONE, OTHER = record_with("A" * 32), record_with("B" * 32)


def test_two_runs_fill_a_secret_that_has_no_value() -> None:
    """As Terraform makes them. The second one to come finds the first one's, and does not bury it."""
    secrets = Secrets()
    secrets.exists = True
    store = store_on(secrets, SecretsManagerStore)
    plain_get = store._get
    first: list[Record] = []

    def get(name: str) -> tuple[str, str] | None:
        found = plain_get(name)
        if found is None and not first:
            first.append(ONE)
            first[0] = store_on(secrets, SecretsManagerStore).write(name, ONE, None)
        return found

    store._get = get  # type: ignore[method-assign]
    with pytest.raises(StoreConflict):
        store.write("mfa/alice", OTHER, None)
    assert first[0].version == secrets.current and plain_get("mfa/alice") == (ONE.value(), first[0].version)


def test_a_run_that_is_killed_does_not_bury_a_parameter() -> None:
    """Two runs replace version 1. The other's write arrives late, and it is killed before it puts ours back."""
    parameters = Parameters()
    parameters.values = ["of an earlier device"]
    store = store_on(parameters, ParameterStore)
    written = store.write("/mfa/alice", ONE, "1")
    parameters.values.append(OTHER.value())  # and then it is killed
    store.confirm("/mfa/alice", written)
    assert parameters.values[-1] == ONE.value()
    store.confirm("/mfa/alice", written)
    assert len(parameters.values) == 4, "confirmed once more, nothing is written"


def test_a_parameter_is_looked_at_just_before_it_is_replaced() -> None:
    parameters = Parameters()
    parameters.values = ["of an earlier device", ONE.value()]
    with pytest.raises(StoreConflict):
        store_on(parameters, ParameterStore).write("/mfa/alice", OTHER, "1")
    assert parameters.values[-1] == ONE.value() and len(parameters.values) == 2


def test_a_write_in_between_is_put_back() -> None:
    parameters = Parameters()
    parameters.values = ["of an earlier device"]
    parameters.before_put = [lambda: parameters.values.append(ONE.value())]
    with pytest.raises(StoreConflict):
        store_on(parameters, ParameterStore).write("/mfa/alice", OTHER, "1")
    assert parameters.values[-1] == ONE.value()


@pytest.mark.parametrize("kind", [SecretsManagerStore, ParameterStore])
def test_what_may_not_be_read_is_replaced_and_kept_as_the_version_before(kind: type[SeedStore]) -> None:
    client: t.Any = Secrets() if kind is SecretsManagerStore else Parameters()
    store = store_on(client, kind, verify=False)
    plain_call = client.call

    def call(operation: str, params: dict[str, t.Any], **more: t.Any) -> t.Any:
        assert not operation.startswith("Get"), "the caller may not read"
        return plain_call(operation, params, **more)

    client.call = call
    store.write("x", ONE, None)
    store.write("x", OTHER, None)
    values = list(client.versions.values()) if kind is SecretsManagerStore else client.values
    assert values == [ONE.value(), OTHER.value()]


@pytest.mark.parametrize("kind", [SecretsManagerStore, ParameterStore])
def test_tags_that_are_numbers(kind: type[SeedStore]) -> None:
    client: t.Any = Secrets() if kind is SecretsManagerStore else Parameters()
    store = store_on(client, kind, tags={"floor": 3, 7: True, "team": "x"})
    assert store._tags() == [
        {"Key": "7", "Value": "True"},
        {"Key": "floor", "Value": "3"},
        {"Key": "team", "Value": "x"},
    ]
    assert store.write("x", ONE, None).version
