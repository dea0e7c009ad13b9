# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions with MFA from a stored seed: real ones, for the right person, and no code is sent twice."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import time
import typing as t

import pytest
from aws_emulator import totp
from aws_emulator.client import Emulator
from botocore.exceptions import ClientError
from controller import PLURAL, SECRETS, VENV, Controller, arn, task
from project import ROOT

SESSION = "hardening.aws.iam_mfa_session"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
KEYS = {"user_access_key": "AKIADEPLOYDEPLOYDEPL", "user_secret_key": "the-secret-key-of-deploy"}
ASKED = {"user_name": "deploy", "seed_store": SECRETS, **KEYS}
# What Ansible passes to a module whose task has no_log.
UNLOGGED = {"_ansible_no_log": True}
Answer = dict[str, t.Any]


@pytest.fixture(autouse=True)
def _account(controller: Controller, emulator: Emulator) -> None:
    keys = [{"access_key_id": KEYS["user_access_key"]}]
    deploy = {"user_name": "deploy", "path": "/ci/", "access_keys": keys, "mfa_devices": [{"seed": SEED}]}
    second = {
        "user_name": "second",
        "access_keys": [{"access_key_id": "AKIASECONDSECONDSECO"}],
        "mfa_devices": [{"seed": SEED}],
    }
    emulator.fixture({"users": [deploy, second, {"user_name": "other", "mfa_devices": [{}]}]})
    store(controller, "deploy")
    # On AWS's clock a step has just begun: none ends between a code and the look for the next one.
    emulator.set(clock_offset=31 - time.time() % 30)


def store(controller: Controller, name: str, **changes: str) -> None:
    record = {
        "seed": SEED,
        "serial_number": arn(name),
        "user_name": name,
        "otpauth_uri": f"otpauth://totp/x?secret={SEED}",
        "created": "2026-11-26T12:00:00Z",
    }
    text = json.dumps({**record, **changes})
    controller.boto3("secretsmanager").create_secret(Name=f"mfa/{name}", SecretString=text)


def ask(controller: Controller, **options: t.Any) -> Answer:
    return controller.run_module(SESSION, **{**ASKED, **UNLOGGED, **options})


def identity(controller: Controller, credentials: dict[str, str]) -> str:
    """Who a second client is with the credentials; what it may call shows that they are of a session with MFA."""
    keys = {
        "aws_access_key_id": credentials["access_key"],
        "aws_secret_access_key": credentials["secret_key"],
        "aws_session_token": credentials["session_token"],
    }
    controller.emulator.boto3("iam", **keys).list_mfa_devices(UserName="deploy")
    return str(controller.emulator.boto3("sts", **keys).get_caller_identity()["Arn"])


def codes_sent(emulator: Emulator) -> int:
    return sum(1 for request in emulator.requests() if "TokenCode" in request["params"])


def test_in_a_playbook(controller: Controller, emulator: Emulator) -> None:
    """Credentials reach the next task, and nothing else; the task is never changed."""
    session = task(SESSION, **ASKED, register="mfa", no_log=True)
    use = task(
        "amazon.aws.iam_mfa_device_info",
        user_name="deploy",
        **{name: f"{{{{ mfa.sts_creds.{name} }}}}" for name in ("access_key", "secret_key", "session_token")},
    )
    play = controller.play(session, use, arguments=["-vvvv"])
    assert not play[0].changed and play[1]["mfa_devices"][0]["serial_number"] == arn("deploy")
    signed_in = [request for request in emulator.requests() if request["action"] == "GetSessionToken"]
    assert len(signed_in) == 1
    for secret in (SEED, KEYS["user_secret_key"]):
        assert secret not in play.output.replace(json.dumps(ASKED), "")


def test_a_session_is_the_users(controller: Controller) -> None:
    answer = ask(controller, duration_seconds=900)
    assert answer.get("msg") is None and answer["changed"] is False and answer["serial_number"] == arn("deploy")
    assert identity(controller, answer["sts_creds"]).endswith(":user/ci/deploy")
    assert answer["sts_creds"]["expiration"].startswith("20")


def test_a_role(controller: Controller) -> None:
    answer = ask(controller, role_arn="arn:aws:iam::123456789012:role/ops/auditor", seed=SEED, seed_store=None)
    keys = answer["sts_creds"]
    client = controller.emulator.boto3(
        "sts",
        aws_access_key_id=keys["access_key"],
        aws_secret_access_key=keys["secret_key"],
        aws_session_token=keys["session_token"],
    )
    assert client.get_caller_identity()["Arn"].endswith(":assumed-role/auditor/deploy")


def test_twenty_at_once(controller: Controller, emulator: Emulator) -> None:
    """Each gets a session or is told how long the others take, and AWS refuses no code."""
    asking = [controller.spawn(SESSION, **ASKED, **UNLOGGED, wait_timeout=1) for _number in range(20)]
    answers = [running.answer() for running in asking]
    served = [answer for answer in answers if "sts_creds" in answer]
    turned_away = [answer["msg"] for answer in answers if "sts_creds" not in answer]
    # A step may have ended meanwhile.
    assert len(served) in (1, 2) and codes_sent(emulator) == len(served)
    for text in turned_away:
        assert (
            f"The codes of {arn('deploy')} are used or given out for the next " in text and "wait_timeout is 1" in text
        )
    assert len({answer["sts_creds"]["access_key"] for answer in served}) == len(served)
    # Half a minute later there is another code.
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + 30)
    assert "sts_creds" in ask(controller, wait_timeout=1)
    assert not [request for request in emulator.requests() if request["code"] == "AccessDenied"]


def test_codes_that_are_used_up(controller: Controller, emulator: Emulator) -> None:
    """The reply of one session is lost, and the code of another was used elsewhere: both go on with the next code."""
    emulator.set(halt={"at": 4, "when": "after", "freeze": False})
    lost = controller.spawn(SESSION, **ASKED, **UNLOGGED)
    assert emulator.wait_halted()["action"] == "sts:GetSessionToken"
    sts = emulator.boto3("sts", aws_access_key_id="AKIASECONDSECONDSECO")
    now = time.time() + emulator.settings()["clock_offset"]
    sts.get_session_token(SerialNumber=arn("second"), TokenCode=totp.code_at(SEED, now))
    keys = {"user_access_key": "AKIASECONDSECONDSECO", "user_secret_key": "x"}
    used = controller.spawn(SESSION, **{**UNLOGGED, "user_name": "second", "seed": SEED, **keys})
    emulator.release()
    assert "sts_creds" in lost.answer() and "sts_creds" in used.answer()
    refused = [one["params"]["SerialNumber"] for one in emulator.requests() if one["code"] == "AccessDenied"]
    # None, if a step ended in between.
    assert refused in ([arn("second")], [])


def test_check_mode_uses_no_code(controller: Controller, emulator: Emulator) -> None:
    emulator.clear_requests()
    answer = ask(controller, _ansible_check_mode=True)
    assert answer["changed"] is False and "deploy was not signed in" in answer["msg"] and not emulator.requests()


REFUSED: dict[str, tuple[Answer, str]] = {
    "no no_log": ({"_ansible_no_log": False}, "no_log: this module returns credentials"),
    "nobody's store": ({"seed_store": None}, "seed_store: is missing"),
    "short": ({"duration_seconds": 60}, "duration_seconds: is 60: give 900 to 129600"),
    "role": ({"role_arn": "auditor"}, "role_arn: 'auditor' is not the ARN of a role"),
    "name without role": ({"role_session_name": "me"}, "role_session_name: requires role_arn"),
    "typo": ({"user_nam": "x"}, "user_nam is not an option: did you mean user_name?"),
    "one key": ({"user_secret_key": None}, "user_access_key: and user_secret_key go together"),
    "placeholder": ({"seed_store": {**SECRETS, "name": "{user}"}}, "seed_store.name"),
    "somebody else's keys": ({"user_name": "other"}, "and a session with the device of other takes"),
    "no record": ({"seed_store": {**SECRETS, "name": "x/{user_name}"}}, "The secret x/deploy does not exist"),
    "other device": ({"device_name": "other"}, "is the seed of arn:aws:iam::123456789012:mfa/deploy, not of"),
    "unknown device": ({"seed": SEED, "device_name": "none"}, "mfa/none is not attached to the user whose keys"),
    "a seed in a kept file": ({"seed": SEED, "_ansible_keep_remote_files": True}, "Unset ANSIBLE_KEEP_REMOTE_FILES"),
    "wrong seed": ({"seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "wait_timeout": 1}, "AWS refused a code of"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(controller: Controller, name: str) -> None:
    options, text = REFUSED[name]
    answer = ask(controller, **options)
    assert answer["failed"] and text in answer["msg"], answer["msg"]
    assert "sts_creds" not in answer and SEED not in json.dumps(answer)


def test_somebody_elses_record(controller: Controller) -> None:
    store(controller, "mallory", user_name="eve", serial_number=arn("deploy"))
    answer = ask(controller, seed_store={**SECRETS, "name": "mfa/mallory"})
    assert "holds the seed of eve, not of deploy" in answer["msg"]


def test_the_record_of_an_earlier_person_of_that_name(controller: Controller, emulator: Emulator) -> None:
    store(controller, "earlier", user_name="deploy", serial_number=arn("deploy"), created="2001-01-01T00:00:00Z")
    options = {"seed_store": {**SECRETS, "name": "mfa/earlier"}, "wait_timeout": 1}
    answer = ask(controller, **options)
    assert "was written for an earlier user deploy" in answer["msg"] and codes_sent(emulator) == 0
    # Where the user may not read that, AWS is the judge of the seed, which here is the right one.
    emulator.set(denied_actions=["iam:GetUser"])
    assert "sts_creds" in ask(controller, **options)


def test_session_credentials_cannot_ask(controller: Controller, emulator: Emulator) -> None:
    credentials = ask(controller)["sts_creds"]
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + 30)
    own = {name: credentials[name] for name in ("access_key", "secret_key", "session_token")}
    answer = ask(controller, user_access_key=None, user_secret_key=None, **own)
    assert "Temporary credentials cannot ask for a session" in answer["msg"]


def test_denied(controller: Controller, emulator: Emulator) -> None:
    emulator.set(denied_actions=["secretsmanager:GetSecretValue"])
    assert "lacks the IAM permission secretsmanager:GetSecretValue" in ask(controller)["msg"]
    with pytest.raises(ClientError):
        controller.boto3("secretsmanager").get_secret_value(SecretId="mfa/deploy")


def code_task(lookup: str, **keywords: t.Any) -> Answer:
    """A task that hands a code on to a second client, which has AWS judge it."""
    arguments = ["sts", "get-session-token", f"--serial-number={arn('deploy')}", f"--token-code={{{{ {lookup} }}}}"]
    environment = {"AWS_ACCESS_KEY_ID": KEYS["user_access_key"], "AWS_SECRET_ACCESS_KEY": "x"}
    return task("ansible.builtin.command", argv=["aws", *arguments], environment=environment, no_log=True, **keywords)


LOOKUP = "lookup('hardening.aws.mfa_code', 'deploy', seed_store={'type': 'secretsmanager'}"


def test_lookup(controller: Controller, emulator: Emulator) -> None:
    """It shares the queue with the module, and AWS takes what it gives out."""
    environment = emulator.env()
    late = code_task(f"{LOOKUP}, wait_timeout=1)", ignore_errors=True)
    play = controller.play(code_task(f"{LOOKUP})"), late, environment=environment, arguments=["-vvvv"])
    assert play[0].status == "ok" and play[1].status == "failed"
    assert SEED not in play.output
    assert "are used or given out for the next" in ask(controller, wait_timeout=1)["msg"]
    assert codes_sent(emulator) == 1


def test_lookup_knows_that_enrolment_used_a_code(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "newcomer"}]})
    enrolled = controller.run_module(PLURAL, devices=[{"user_name": "newcomer"}], seed_store=SECRETS)
    assert not enrolled.get("failed"), enrolled
    late = LOOKUP.replace("deploy", "newcomer") + ", wait_timeout=0) }}"
    play = controller.play(
        task("ansible.builtin.debug", msg="{{ " + late, ignore_errors=True), environment=emulator.env()
    )
    assert "are used or given out for the next" in play[0].msg


LOOKUPS = {
    "'nobody', seed_store={'type': 'secretsmanager'}": "mfa_code: seed_store: The secret mfa/nobody does not exist",
    "'deploy', seed_store={'type': 'vault'}": "seed_store: give a dictionary with type, one of secretsmanager",
    "'deploy', seed_store={'type': 'secretsmanager', 'nmae': 'x'}": "has the unknown key 'nmae'",
    "'deploy', seed_store={'type': 'secretsmanager', 'name': '{usr}'}": "unknown placeholder {usr}",
    "'de ploy', seed_store={'type': 'secretsmanager'}": "may contain only letters",
    "'deploy', seed_store={'type': 'secretsmanager', 'name': ['x']}": "seed_store: ",
    "'deploy', seed_store={'type': 'secretsmanager', 'name': 5}": "The secret 5 does not exist",
    "'deploy', seed_store={'type': 'secretsmanager', 'verify': 'perhaps'}": "seed_store: ",
    "17, seed_store={'type': 'secretsmanager'}": "the name of a user must be text",
    "'deploy', seed_store={'type': 'secretsmanager'}, device_name='x'": "is the seed of arn:aws:iam::1234",
}


def test_lookup_refuses(controller: Controller, emulator: Emulator) -> None:
    shown = [
        task("ansible.builtin.debug", msg=f"{{{{ lookup('hardening.aws.mfa_code', {lookup}) }}}}", ignore_errors=True)
        for lookup in LOOKUPS
    ]
    play = controller.play(*shown, environment=emulator.env())
    for result, text in zip(play.results, LOOKUPS.values(), strict=True):
        assert result.status == "failed" and text in result.msg, result.msg
    assert "Traceback" not in play.output and SEED not in play.output
    assert codes_sent(emulator) == 0


# The documentation --------------------------------------------------------------------------------------------------

PAGE = (ROOT / "docs/using-mfa.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_documented_playbook(controller: Controller, emulator: Emulator) -> None:
    book = controller.home / "book.yml"
    book.write_text(blocks("yaml")[0], encoding="utf-8")
    keys = {"DEPLOY_ACCESS_KEY_ID": KEYS["user_access_key"], "DEPLOY_SECRET_ACCESS_KEY": KEYS["user_secret_key"]}
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **emulator.env(), **keys}
    done = subprocess.run(
        [str(VENV / "bin/ansible-playbook"), str(book)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "ok=2" in done.stdout, done.stdout + done.stderr
    assert [one["action"] for one in emulator.requests()].count("GetSessionToken") == 1


def test_documented_credential_process(controller: Controller, emulator: Emulator) -> None:
    """Two commands of the AWS CLI are one session, and its file is for one's own eyes."""
    script, book = controller.home / "mfa-session", controller.home / "mfa-session.yml"
    script.write_text(blocks("sh")[0], encoding="utf-8")
    script.chmod(0o755)
    book.write_text(blocks("yaml")[1], encoding="utf-8")
    config = blocks("ini")[0].replace("/usr/local/bin/mfa-session", str(script))
    config = config.replace("AKIA...", KEYS["user_access_key"]).replace("key = ...", "key = x")
    (controller.home / ".aws").mkdir(exist_ok=True)
    (controller.home / ".aws/config").write_text(config, encoding="utf-8")
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **emulator.env(), "AWS_PROFILE": "deploy"}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE"):
        environment.pop(name, None)
    for command in (["sts", "get-caller-identity"], ["iam", "list-mfa-devices", "--user-name", "deploy"]):
        done = subprocess.run(["aws", *command], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "deploy" in done.stdout, done.stderr
    assert codes_sent(emulator) == 1
    kept = controller.home / ".cache/mfa-session/deploy.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
