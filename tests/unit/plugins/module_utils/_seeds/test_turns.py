# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is: no step is given away twice, whatever happens to the file."""

from __future__ import annotations

import concurrent.futures
import pathlib
import stat

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._seeds import turns
from ansible_collections.hardening.aws.plugins.module_utils._seeds.turns import Turns, TurnTooFar

SERIAL = "arn:aws:iam::123456789012:mfa/alice"
NOW = 58_000_000


def test_askers_queue(tmp_path: pathlib.Path) -> None:
    alice = Turns(SERIAL, tmp_path / "state")
    assert [alice.take(NOW, NOW + 2) for _asker in range(3)] == [NOW, NOW + 1, NOW + 2]
    with pytest.raises(TurnTooFar) as far:
        alice.take(NOW + 1, NOW + 2)
    assert far.value.step == NOW + 3
    # Who was turned away has taken nothing, and time goes on.
    assert alice.take(NOW + 1, NOW + 9) == NOW + 3
    assert alice.take(NOW + 50, NOW + 50) == NOW + 50
    assert Turns(SERIAL, tmp_path / "state").take(NOW + 50, NOW + 60) == NOW + 51
    assert Turns(SERIAL + "2", tmp_path / "state").take(NOW, NOW) == NOW


def test_a_queue_of_more_than_an_hour_gives_no_step_twice(tmp_path: pathlib.Path) -> None:
    taken = []
    with pytest.raises(TurnTooFar):
        for _asker in range(200):
            taken.append(Turns(SERIAL, tmp_path).take(NOW, NOW + 10_000))
    # Somebody whose clock is a step behind is turned away, too.
    with pytest.raises(TurnTooFar):
        Turns(SERIAL, tmp_path).take(NOW - 1, NOW + 10_000)
    assert taken == list(range(NOW, NOW + len(taken))) and len(taken) > 100


def test_many_at_once(tmp_path: pathlib.Path) -> None:
    def ask(_number: int) -> int:
        return Turns(SERIAL, tmp_path).take(NOW, NOW + 100)

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(ask, range(60)))
    assert sorted(taken) == list(range(NOW, NOW + 60))


def test_the_file_tells_nothing(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "a" / "b"
    Turns(SERIAL, folder).take(NOW, NOW)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "alice" not in file.name and int(file.read_text(encoding="utf-8")) == NOW


@pytest.mark.parametrize("text", ["", "nonsense", "-5", str(NOW + 10**6), "1" * 60])
def test_a_damaged_file_or_a_clock_that_was_set_back_stops_nobody(tmp_path: pathlib.Path, text: str) -> None:
    Turns(SERIAL, tmp_path).take(NOW, NOW)
    (file,) = tmp_path.iterdir()
    file.write_text(text, encoding="utf-8")
    assert Turns(SERIAL, tmp_path).take(NOW, NOW) == NOW
    assert Turns(SERIAL, tmp_path).take(NOW, NOW + 5) == NOW + 1


def test_a_folder_that_cannot_be_used(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(MfaError, match="Set HARDENING_AWS_STATE_DIR to a folder that can be written to"):
        Turns(SERIAL, tmp_path / "file").take(NOW, NOW)
    (tmp_path / "state").mkdir()
    Turns(SERIAL, tmp_path / "state").take(NOW, NOW)
    (file,) = (tmp_path / "state").iterdir()
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MfaError, match="Set HARDENING_AWS_STATE_DIR"):
        Turns(SERIAL, tmp_path / "state").take(NOW, NOW + 9)


def test_where_the_files_are(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv(turns.VARIABLE, raising=False)
    assert turns.state_folder() == tmp_path / ".local/state/hardening.aws"
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert turns.state_folder() == pathlib.Path("/var/state/hardening.aws")
    monkeypatch.setenv(turns.VARIABLE, "~/codes")
    assert turns.state_folder() == tmp_path / "codes"
