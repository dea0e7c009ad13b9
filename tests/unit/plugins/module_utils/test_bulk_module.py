# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the system's log has of thousands of items: their number."""

from __future__ import annotations

import contextlib
import inspect
import json
import typing as t

import pytest
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core 2.18

    @contextlib.contextmanager
    def patch_module_args(args: dict[str, t.Any]) -> t.Iterator[None]:
        """Give a module its arguments."""
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode()
        try:
            yield
        finally:
            basic._ANSIBLE_ARGS = None


from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import _counted, bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices import options

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_the_log_counts_devices_and_the_module_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    given: list[dict[str, t.Any]] = [{"user_name": "alice", "seed": SEED}, {"user_name": "bob"}]
    with patch_module_args({"devices": given, "region": "eu-north-1", "secret_key": "not-so-secret"}):
        module = bulk_module(
            argument_spec={"devices": {"type": "list", "elements": "dict", "options": options.target_options()}}
        )
    (line,) = logged
    assert "devices=2 items" in line and "region=eu-north-1" in line
    for private in ("alice", SEED, "not-so-secret"):
        assert private not in line
    assert [device["seed"] for device in module.params["devices"]] == [SEED, None]
    assert {SEED, "not-so-secret"} <= module.no_log_values


def test_a_module_leaves_no_trace_in_amazon_aws() -> None:
    """Its settings are of the whole process."""
    before = AnsibleAWSModule.default_settings
    with patch_module_args({"devices": []}):
        module = bulk_module(argument_spec={"devices": {"type": "list", "elements": "dict"}})
    assert type(module._module).__name__ == "_BulkModule"
    assert AnsibleAWSModule.default_settings is before and before["module_class"] is AnsibleModule


def test_arguments_are_seen_as_they_came() -> None:
    """Before Ansible converts them: fails if its private way to load them goes away."""
    with patch_module_args({"devices": ["user_name=alice"]}):
        module = bulk_module(argument_spec={"devices": {"type": "list", "elements": "dict"}})
    assert module._module._given["devices"] == ["user_name=alice"]
    assert module.params["devices"] == [{"user_name": "alice"}]


def test_ansibles_refusals_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["alice", {"username": "bob"}]
    with patch_module_args({"devices": given}), pytest.raises(SystemExit):
        bulk_module(
            argument_spec={"devices": {"type": "list", "elements": "dict", "options": options.target_options()}}
        )
    answer = json.loads(capsys.readouterr().out)
    assert answer["msg"].startswith(
        "devices[0]: must be a dictionary: write {user_name: …} instead of the name alone. "
    )
    assert "devices[1]: username is not an option: did you mean user_name?" in answer["msg"]


def returned(capsys: pytest.CaptureFixture[str], users: list[str], fails: bool = False, verbosity: int = 0) -> t.Any:
    """Return the users that a module returns as its arguments."""
    asked: dict[str, t.Any] = {"_ansible_verbosity": verbosity}
    if "_ansible_inject_invocation" in inspect.getsource(AnsibleModule):
        asked["_ansible_inject_invocation"] = True  # newer versions return arguments only if they are told to
    with patch_module_args({"users": users, **asked}):
        module = bulk_module(argument_spec={"users": {"type": "list", "elements": "str"}})
        with pytest.raises(SystemExit):
            if fails:
                module.fail_json(msg="denied")
            else:
                module.exit_json(changed=False)
    answer = json.loads(capsys.readouterr().out)
    assert bool(answer.get("failed")) is fails
    return answer["invocation"]["module_args"]["users"]


@pytest.mark.parametrize("fails", [False, True])
def test_thousands_of_arguments_are_returned_as_their_number(capsys: pytest.CaptureFixture[str], fails: bool) -> None:
    many = [f"user-{number}" for number in range(5000)]
    assert returned(capsys, many, fails) == "5000 items"
    assert returned(capsys, many, fails, verbosity=3) == many
    assert returned(capsys, ["alice", "bob"], fails) == ["alice", "bob"]


@pytest.mark.parametrize("given", [-1, 1.5, True, "text", None])
def test_what_is_not_many_things_is_not_counted(given: t.Any) -> None:
    """A value of another type is refused later, with a message."""
    assert _counted({"devices": given, "name": "x"}, 0) == {"devices": given, "name": "x"}
    assert _counted({"devices": [1], "name": "x"}, 0) == {"devices": "1 items", "name": "x"}
    assert _counted({"devices": [1]}, 1) == {"devices": [1]}
