# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of codes in a playbook, compared with oathtool's, where it is installed.

OATHTOOL_CODES=10000 compares so many.
"""

from __future__ import annotations

import base64
import concurrent.futures
import json
import os
import random
import shutil
import subprocess

import pytest
from controller import Controller, task

CODES = int(os.environ.get("OATHTOOL_CODES", "300"))


@pytest.mark.skipif(shutil.which("oathtool") is None, reason="oathtool is not installed")
def test_codes_are_those_of_oathtool(controller: Controller) -> None:
    chance = random.Random(20261126)
    seeds = [base64.b32encode(chance.randbytes(5 * chance.randrange(3, 13))).decode() for _number in range(CODES)]
    moments = [chance.randrange(60, 2**33) for _number in range(CODES)]
    # One moment for each seed is one expression, and no loop of tasks.
    code = "{{ codes.append(pair[0] | hardening.aws.totp(at=pair[1])) or '' }}"
    both = "{{ codes.append(pair[0] | hardening.aws.totp_pair(pair[1] + 30) | first) or '' }}"
    loop = f"{{% for pair in seeds | zip(moments) %}}{code}{both}{{% endfor %}}"
    template = f"{{% set codes = [] %}}{loop}{{{{ codes | to_json }}}}"
    show = task("ansible.builtin.debug", msg=template)
    (shown,) = controller.play({**show, "vars": {"seeds": seeds, "moments": moments}})

    def oathtool(number: int) -> str:
        command = ["oathtool", "--base32", "--totp", f"--now=@{moments[number]}", seeds[number]]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wanted = list(pool.map(oathtool, range(CODES)))
    codes = shown["msg"] if isinstance(shown["msg"], list) else json.loads(shown["msg"])
    assert codes[::2] == codes[1::2] == wanted
