# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each bad input gets an error of its own that names the option, before any call."""

from __future__ import annotations

import concurrent.futures
import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import PARAMETERS, SECRETS, SINGULAR, Controller, arn, device, devices, may_fail

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
TOKEN = "GAHT12345678"
CODES = {"authentication_code1": "840193", "authentication_code2": "751204"}
URI = "otpauth://totp/x?secret="


def alice(**options: t.Any) -> dict[str, t.Any]:
    return {"user_name": "alice"} | options


def coded(code1: t.Any, code2: t.Any = "751204") -> dict[str, t.Any]:
    return alice(serial_number=TOKEN, authentication_code1=code1, authentication_code2=code2)


def seeded(seed: t.Any) -> dict[str, t.Any]:
    return alice(serial_number=TOKEN, seed=seed)


def phone(**options: t.Any) -> dict[str, t.Any]:
    return {"user_name": "alice", "device_name": "phone", "seed_store": SECRETS} | options


def tagged(tags: t.Any) -> dict[str, t.Any]:
    return phone(tags=tags)


def stored(store: dict[str, t.Any], name: t.Any, **options: t.Any) -> dict[str, t.Any]:
    return phone(seed_store={**store, "name": name}, **options)


# What is given, and what the message must hold. Each begins with the option's name.
SINGULAR_CASES: dict[str, tuple[dict[str, t.Any], str]] = {
    # codes
    "code of 5 digits": (coded("84019"), "authentication_code1: has 5 digits; a code is exactly six digits"),
    "code of 7 digits": (coded("840193", "7512046"), "authentication_code2: has 7 digits"),
    "code with letters": (coded("84019a"), "authentication_code1: has other characters than digits"),
    "code with a blank": (coded("840 193"), "authentication_code1: has other characters than digits"),
    "code in other digits": (coded("١٢٣٤٥٦"), "authentication_code1: has other characters than digits"),
    "code that lost its zero": (coded(84019), "Quote it in YAML: an unquoted 012345 loses its zero"),
    "empty code": (coded(""), "authentication_code1: has 0 digits"),
    "second code only": (
        alice(serial_number=TOKEN, authentication_code2="840193"),
        "authentication_code1: is missing: give two consecutive codes",
    ),
    "first code only": (
        alice(serial_number=TOKEN, authentication_code1="840193"),
        "authentication_code2: is missing: give two consecutive codes",
    ),
    "same code twice": (coded("840193", "840193"), "authentication_code2: is the same as authentication_code1"),
    "codes and a seed": ({**coded("840193"), "seed": SEED}, "seed: cannot be combined with authentication_code1"),
    "codes with nothing to use them for": (
        alice(serial_number=TOKEN, state="disabled", **CODES),
        "authentication_code1: has no effect with state=disabled",
    ),
    # seeds
    "seed that is not base32": (seeded("MFRGGZDF0ZTWQ2LKNNWG23TPOBYXE43U"), "is not base32: it may contain only"),
    "seed that is too short": (seeded("JBSWY3DPEHPK3PX"), "seed: is too short: 15 base32 characters"),
    "seed that was cut": (seeded(SEED[:-2]), "seed: is not base32: 30 characters cannot be a whole number"),
    "empty seed": (seeded(""), "seed: is empty"),
    "seed of blanks": (seeded("  "), "seed: is empty"),
    "URI for HOTP": (seeded(f"otpauth://hotp/x?secret={SEED}"), "seed: is an otpauth URI of another kind than totp"),
    "URI without a secret": (seeded("otpauth://totp/x?issuer=y"), "seed: is an otpauth URI without exactly one secret"),
    "URI with SHA256": (seeded(f"{URI}{SEED}&algorithm=SHA256"), "AWS uses algorithm=SHA1"),
    "URI with 8 digits": (seeded(f"{URI}{SEED}&digits=8"), "AWS uses digits=6"),
    "URI with 60 seconds": (seeded(f"{URI}{SEED}&period=60"), "AWS uses period=30"),
    "URI that is none": (seeded("otpauth://[x"), "seed: is not a valid otpauth URI"),
    "URI with a bad secret": (seeded(f"{URI}0189"), "seed: is not base32"),
    "seed with nothing to use it for": (
        phone(state="present", seed=SEED),
        "seed: has no effect with state=present",
    ),
    # users
    "no user": ({"device_name": "phone", "seed_store": SECRETS}, "missing required arguments: user_name"),
    "empty user name": (phone(user_name=""), "user_name: is empty"),
    "user name with a blank": (phone(user_name="al ice"), "user_name: 'al ice' may contain only letters, digits and"),
    "user name with an umlaut": (phone(user_name="jürgen"), "user_name: 'jürgen' may contain only"),
    "user name of 65 characters": (phone(user_name="a" * 65), "user_name: is 65 characters long; the limit is 64"),
    "ARN for a user name": (phone(user_name="arn:aws:iam::123456789012:user/alice"), "user_name: is an ARN"),
    "username": (
        {"username": "alice", "device_name": "phone", "seed_store": SECRETS},
        "username is not an option: did you mean user_name?",
    ),
    # devices
    "two names for a device": (phone(serial_number=arn("phone")), "serial_number: cannot be combined with device_name"),
    "serial of 8 characters": (alice(serial_number="GAHT1234", **CODES), "serial_number: is 8 characters long; the"),
    "serial of 257 characters": (alice(serial_number="G" * 257, **CODES), "serial_number: is 257 characters long"),
    "empty serial": (alice(serial_number="", **CODES), "serial_number: is 0 characters long"),
    "serial with a blank": (alice(serial_number="GAHT 12345678", **CODES), "'GAHT 12345678' may contain only"),
    "ARN of a user": (
        alice(serial_number="arn:aws:iam::123456789012:user/alice", **CODES),
        "is not the ARN of an MFA device",
    ),
    "ARN with a short account": (alice(serial_number="arn:aws:iam::12345:mfa/alice", **CODES), "(12 digits)"),
    "ARN without a name": (alice(serial_number="arn:aws:iam::123456789012:mfa/", **CODES), "not the ARN of an MFA"),
    "passkey": (
        alice(serial_number="arn:aws:iam::123456789012:u2f/user/alice/key", **CODES),
        "a passkey or FIDO key, which its owner enrols in the console",
    ),
    "SMS": (alice(serial_number="arn:aws:iam::123456789012:sms-mfa/alice", **CODES), "is SMS, retired"),
    "empty device name": (phone(device_name=""), "device_name: is empty"),
    "device name with a slash": (phone(device_name="a/b"), "A path goes into device_path"),
    "device name of 227 characters": (phone(device_name="d" * 227), "device_name: is 227 characters long"),
    "path without its first slash": (phone(device_path="staff/"), "device_path: 'staff/' must begin and end"),
    "path without its last slash": (phone(device_path="/staff"), "device_path: '/staff' must begin and end"),
    "path with a blank": (phone(device_path="/my staff/"), "device_path: '/my staff/' may contain only"),
    "path that no serial can hold": (phone(device_path="/a!b/"), "refuse every call that attaches or deletes it"),
    "path with braces": (phone(device_path="/{{ x }}/"), "device_path: '/{{ x }}/' may contain only"),
    "path of 513 characters": (phone(device_path=f"/{'p' * 511}/"), "device_path: is 513 characters long"),
    "ARN that gets too long": (phone(device_path=f"/{'p' * 250}/"), "an ARN of more than 256 characters"),
    "all devices and a name": (
        phone(all_devices=True, state="absent"),
        "all_devices: cannot be combined with serial_number or device_name",
    ),
    "all devices enabled": (alice(all_devices=True, seed_store=SECRETS), "all_devices: requires state=disabled or"),
    "hardware token made present": (
        alice(serial_number=TOKEN, state="present", seed_store=SECRETS),
        "state=present creates virtual devices: give device_name",
    ),
    # what proves possession
    "new device and no store": (alice(device_name="phone"), "seed_store: is missing"),
    "token and nothing": (
        alice(serial_number=TOKEN),
        "state=enabled needs codes of the device: give the device's seed",
    ),
    "resynced and nothing": (alice(serial_number=TOKEN, state="resynced"), "state=resynced needs codes"),
    "present and no store": (alice(device_name="phone", state="present"), "Set no_log: true on the task"),
    # tags
    "51 tags": (tagged({f"k{n}": "" for n in range(51)}), "tags: has 51 tags; the limit is 50"),
    "empty tag key": (tagged({"": "x"}), "tags: the key ''"),
    "tag key of 129 characters": (tagged({"k" * 129: "x"}), "is 129 characters long; it must be 1 to 128"),
    "tag value of 257 characters": (tagged({"k": "v" * 257}), "tags: the value of 'k' is 257 characters long"),
    "tag key that is Amazon's": (tagged({"AWS:x": "y"}), "reserved for Amazon"),
    "tag with a quotation mark": (tagged({"k": '"'}), "tags: k="),
    "tag that is a list": (tagged({"k": ["v"]}), "tags: the value of 'k' must be a string"),
    "tags that are no dictionary": (tagged([1]), "'tags'"),
    "tags that differ in case only": (tagged({"Team": "x", "team": "y"}), "tags: "),
    "tags of a hardware token": (
        alice(serial_number=TOKEN, seed=SEED, tags={"k": "v"}),
        "tags: only virtual devices can have tags",
    ),
    "tags with nothing to put them on": (
        alice(device_name="phone", state="absent", tags={"k": "v"}),
        "tags: has no effect with state=absent",
    ),
    # the store
    "store without a type": (phone(seed_store={"name": "x"}), "missing required arguments: type found in seed_store"),
    "store of an unknown type": (phone(seed_store={"type": "vault"}), "value of type must be one of: secretsmanager"),
    "store with an unknown option": (phone(seed_store={**SECRETS, "path": "x"}), "Unsupported parameters"),
    "unknown placeholder": (stored(SECRETS, "mfa/{user}"), "seed_store.name: 'mfa/{user}' has the unknown placeholder"),
    "placeholder with an attribute": (stored(SECRETS, "mfa/{user_name.x}"), "unknown placeholder {user_name.x}"),
    "broken placeholder": (stored(SECRETS, "mfa/{user_name"), "is not a valid template"),
    "empty store name": (stored(SECRETS, ""), "seed_store.name: is empty"),
    "store name of slashes": (stored(PARAMETERS, "/"), "seed_store.name: is empty"),
    "secret name of 513 characters": (stored(SECRETS, "s" * 513), "gives a name of 513 characters; the limit is 512"),
    "parameter of 16 levels": (stored(PARAMETERS, "/x" * 16), "levels"),
    "parameter that is Amazon's": (stored(PARAMETERS, "/aws/{user_name}"), "are reserved by AWS"),
    "51 tags on a secret": (
        phone(seed_store={**SECRETS, "tags": {f"k{n}": "" for n in range(51)}}),
        "seed_store.tags: has 51 tags",
    ),
    # the rest
    "unknown state": (phone(state="on"), "value of state must be one of: enabled, disabled, absent, present, resynced"),
    "negative time to wait": (phone(wait_timeout=-1), "wait_timeout: is -1"),
    "time to wait that is a word": (phone(wait_timeout="long"), "'wait_timeout'"),
    "unknown option": (phone(colour="red"), "Unsupported parameters"),
}

MANY = {"seed_store": SECRETS}
PLURAL_CASES: dict[str, tuple[t.Any, dict[str, t.Any], list[str]]] = {
    "every problem at once, by index and user": (
        [
            {"user_name": "alice"},
            {"user_name": "b b"},
            {"user_name": "carol", "serial_number": "short"},
            {"user_name": "dave", "serial_number": TOKEN, "authentication_code1": "1"},
        ],
        MANY,
        [
            "problems with the input; nothing was touched",
            "devices[1] (b b): user_name: 'b b' may contain only",
            "devices[2] (carol): serial_number: is 5 characters long",
            "devices[3] (dave): authentication_code1: has 1 digits",
            "devices[3] (dave): authentication_code2: is missing",
        ],
    ),
    "no store for new devices": ([{"user_name": "alice"}], {}, ["devices[0] (alice): seed_store: is missing"]),
    "no devices": ("{{ omit }}", MANY, ["missing required arguments: devices"]),
    "a device without a user": (
        [{"device_name": "x"}],
        MANY,
        ["missing required arguments: user_name found in devices"],
    ),
    "an unknown suboption": ([{"user_name": "a", "state": "absent"}], MANY, ["Unsupported parameters"]),
    "names in place of dictionaries": (
        ["alice", {"user_name": "bob"}],
        MANY,
        ["devices[0]: must be a dictionary: write {user_name: …} instead of the name alone"],
    ),
    "username": (
        [{"user_name": "alice"}, {"username": "bob"}],
        MANY,
        ["devices[1]: username is not an option: did you mean user_name?"],
    ),
    "concurrency 0": ([{"user_name": "alice"}], {**MANY, "concurrency": 0}, ["concurrency: is 0"]),
    "concurrency 257": ([{"user_name": "alice"}], {**MANY, "concurrency": 257}, ["concurrency: is 257"]),
    "stop -1": ([{"user_name": "alice"}], {**MANY, "stop_after_failures": -1}, ["stop_after_failures: is -1"]),
    "satisfied by none": ([{"user_name": "alice"}], {**MANY, "satisfied_by": "none"}, ["satisfied_by"]),
}


def test_bad_input_of_one_device(controller: Controller, emulator: Emulator, subtests: pytest.Subtests) -> None:
    assert len(SINGULAR_CASES) >= 40

    def run(case: str) -> dict[str, t.Any]:
        return controller.run_module(SINGULAR, **SINGULAR_CASES[case][0])

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = dict(zip(SINGULAR_CASES, pool.map(run, SINGULAR_CASES), strict=True))
    for case, answer in answers.items():
        options, text = SINGULAR_CASES[case]
        with subtests.test(case=case):
            message = answer["msg"]
            assert answer["failed"] is True and text in message, message
            assert len(message.splitlines()) == 1, "one mistake, one message"
            given = [str(options.get(name) or "") for name in ("authentication_code1", "authentication_code2", "seed")]
            assert not [secret for secret in given if len(secret) > 4 and secret in json.dumps(answer)]
    assert emulator.requests() == []
    assert len({answer["msg"] for answer in answers.values()}) > 0.9 * len(answers), "messages of their own"


def test_bad_input_of_many_devices(controller: Controller, emulator: Emulator, subtests: pytest.Subtests) -> None:
    """And how Ansible shows it: through ansible-playbook, as the singular ones of every tenth case."""
    book = [{**devices(items, **options), "name": case} for case, (items, options, _texts) in PLURAL_CASES.items()]
    expected = {case: texts for case, (_items, _options, texts) in PLURAL_CASES.items()}
    for case in list(SINGULAR_CASES)[::10]:
        book.append({**device(**SINGULAR_CASES[case][0]), "name": case})
        expected[case] = [SINGULAR_CASES[case][1]]
    play = controller.play(*may_fail(*book))
    assert [result.name for result in play.results] == list(expected)
    for result in play.results:
        with subtests.test(case=result.name):
            assert result.failed
            for text in expected[result.name]:
                assert text in result.msg, result.msg
    assert emulator.requests() == []
