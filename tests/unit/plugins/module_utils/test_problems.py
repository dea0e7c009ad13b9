# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before the first call, and the words for it."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _problems
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems


def test_problems_are_told_all_at_once() -> None:
    problems = Problems("devices[3] (alice): ")
    _problems.refuse(problems.found)
    problems.add("seed", "is no Base32.")
    problems.take(["tags: are too many."])
    assert problems.found == ["devices[3] (alice): seed: is no Base32.", "devices[3] (alice): tags: are too many."]
    with pytest.raises(BadInput) as raised:
        _problems.refuse(problems.found)
    assert all(text in raised.value.message for text in problems.found)


@pytest.mark.parametrize(
    ("value", "good"), [(None, True), (1, True), (256, True), (0, False), (257, False), (-1, False)]
)
def test_concurrency(value: int | None, good: bool) -> None:
    problems = Problems("")
    _problems.check_concurrency(problems, value)
    assert problems.found == ([] if good else [f"concurrency: is {value}: give a number from 1 to 256."])


@pytest.mark.parametrize(
    ("serial", "words"),
    [
        ("GAHT12345", None),
        ("a" * 256, None),
        ("arn:aws:iam::123456789012:mfa/a/b+=,.@-_", None),
        ("a" * 8, "is 8 characters long; the limits are 9 and 256"),
        ("a" * 257, "is 257 characters long"),
        ("GAHT 12345", "may contain only"),
        ("GAHT12345\n", "may contain only"),
        ("GAHTé2345", "may contain only"),
        ("GAHT{{x}}5", "may contain only"),
    ],
)
def test_serial_numbers(serial: str, words: str | None) -> None:
    found = _problems.serial_problem(serial)
    assert found is None if words is None else found is not None and words in found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a", None),
        ("a" * 64, None),
        ("Alice+=,.@-_9", None),
        ("", "is empty: give the name of the IAM user."),
        ("arn:aws:iam::123456789012:user/alice", "is an ARN"),
        ("a" * 65, "is 65 characters long; the limit is 64"),
        ("al ice", "may contain only"),
        ("alice\n", "may contain only"),
        ("alicé", "may contain only"),
        ("a/b", "may contain only"),
    ],
)
def test_user_names(name: str, words: str | None) -> None:
    for option in ("user_name", "users[2]"):
        problems = Problems("")
        _problems.check_user_name(problems, name, option)
        assert len(problems.found) == (words is not None)
        assert all(line.startswith(f"{option}: ") and (words or "") in line for line in problems.found)


def test_the_option_of_a_name_is_user_name() -> None:
    problems = Problems("devices[0]: ")
    _problems.check_user_name(problems, "")
    assert problems.found == ["devices[0]: user_name: is empty: give the name of the IAM user."]


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("region", "eu-central-1", None),
        ("region", "a" * 63, None),
        ("region", None, None),
        ("region", "", None),
        ("region", "a" * 64, "give the name of a region, such as eu-central-1."),
        ("region", "123", "give the name of a region, such as eu-central-1."),
        ("region", "-a", "give the name of a region, such as eu-central-1."),
        ("region", "eu-central-1\n", "give the name of a region, such as eu-central-1."),
        ("endpoint_url", "https://127.0.0.1:4566", None),
        ("endpoint_url", "http://localhost/", None),
        ("endpoint_url", "127.0.0.1:4566", "give a URL, such as https://127.0.0.1:4566."),
        ("endpoint_url", "https://a b", "give a URL, such as https://127.0.0.1:4566."),
    ],
)
def test_endpoints(name: str, value: str | None, remedy: str | None) -> None:
    problems = Problems("")
    _problems.check_endpoint(problems, "seed_store", {name: value})
    assert problems.found == ([f"seed_store.{name}: is {value!r}: {remedy}"] if remedy else [])
