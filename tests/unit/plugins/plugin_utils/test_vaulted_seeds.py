# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of seeds: nothing is lost when records are merged, nor when the process is killed at any step."""

from __future__ import annotations

import os
import pathlib
import stat
import threading
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils import _vaulted_seeds as vaulted

ALICE = "arn:aws:iam::123456789012:mfa/alice"
BOB = "arn:aws:iam::123456789012:mfa/bob"


class Rot13:
    """Something that turns text into other bytes and back."""

    def encrypt(self, text: str) -> bytes:
        return b"CIPHER" + bytes(byte ^ 0x55 for byte in text.encode())

    def decrypt(self, content: bytes) -> str:
        if not content.startswith(b"CIPHER"):
            raise vaulted.VaultedSeedsError("is not encrypted")
        return bytes(byte ^ 0x55 for byte in content[6:]).decode()


def record(serial: str, seed: str, **more: str) -> dict[str, t.Any]:
    return vaulted.clean(
        {"serial_number": serial, "seed": seed, "user_name": serial[-5:], **more}, "2026-01-01T00:00:00Z"
    )


def test_merging_loses_nothing() -> None:
    first, changed = vaulted.merge({}, [record(ALICE, "AAAA"), record(BOB, "BBBB")])
    assert changed == [ALICE, BOB] and first[ALICE]["seed"] == "AAAA"
    assert vaulted.merge(first, [record(ALICE, "AAAA")]) == (first, [])
    second, changed = vaulted.merge(first, [record(ALICE, "CCCC")])
    assert changed == [ALICE] and second[BOB] == first[BOB]
    third, _changed = vaulted.merge(second, [record(ALICE, "DDDD")])
    assert third[ALICE]["seed"] == "DDDD"
    assert [item["seed"] for item in third[ALICE]["superseded"]] == ["CCCC", "AAAA"]
    back, _changed = vaulted.merge(third, [record(ALICE, "AAAA")])
    assert back[ALICE]["seed"] == "AAAA"
    assert [item["seed"] for item in back[ALICE]["superseded"]] == ["DDDD", "CCCC"]
    assert vaulted.parse(vaulted.render(back)) == back


def test_a_record_that_changed_in_the_meantime_stays(tmp_path: pathlib.Path) -> None:
    file = vaulted.SeedFile(str(tmp_path / "seeds"), Rot13())
    file.add([record(ALICE, "AAAA"), record(BOB, "BBBB")])
    known = file.read()
    file.add([record(ALICE, "CCCC")])
    gone = "arn:aws:iam::123456789012:mfa/carol"
    assert file.remove_unchanged({**known, gone: record(gone, "DDDD")}) == [BOB, gone]
    assert set(file.read()) == {ALICE} and file.remove_unchanged(known) == [BOB]


def test_only_the_records_that_are_named_go(tmp_path: pathlib.Path) -> None:
    file = vaulted.SeedFile(str(tmp_path / "seeds"), Rot13())
    file.add([record(ALICE, "AAAA", user_name="alice"), record(BOB, "BBBB", user_name="bob")])
    file.add([record(ALICE, "CCCC", user_name="alice")])
    before = (tmp_path / "seeds").read_bytes()
    later = {ALICE: {"user_name": "alice", "create_date": "2026-02-01T00:00:00Z"}}
    for serials, owners in (([ALICE], later), (["arn:aws:iam::123456789012:mfa/Alice"], {}), ([], {})):
        assert file.remove(serials, owners)[1] == []
    assert file.remove([ALICE], {}, write=False)[1] == [ALICE]
    assert (tmp_path / "seeds").read_bytes() == before
    own = {ALICE: {"user_name": "alice", "create_date": "2025-12-01T00:00:00Z"}}
    left, gone = file.remove([ALICE], own)
    assert gone == [ALICE] and list(left) == list(file.read()) == [BOB]
    assert file.remove([ALICE], own)[1] == []
    assert os.listdir(tmp_path).count("seeds") == 1 and not [n for n in os.listdir(tmp_path) if n.endswith(".new")]


def test_records_are_plain_and_have_known_fields() -> None:
    made = vaulted.clean({"seed": "AAAA", "serial_number": ALICE, "qr_code_png": "x", "user_name": None}, "now")
    assert made == {"seed": "AAAA", "serial_number": ALICE, "created": "now"}


@pytest.mark.parametrize(
    "text", ["a: 1", "mfa_seeds: []", "mfa_seeds: {}\nother: 1", "- a", "mfa_seeds: {a: b}", "a: [", "x"]
)
def test_other_content_is_refused(text: str) -> None:
    with pytest.raises(vaulted.VaultedSeedsError):
        vaulted.parse(text)


@pytest.mark.parametrize("text", ["", "# nothing yet", "mfa_seeds:", "mfa_seeds: {}"])
def test_empty_content_is_fine(text: str) -> None:
    assert vaulted.parse(text) == {}


def test_file_is_the_owners_alone_and_keeps_its_mode(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "seeds.yml"
    link = tmp_path / "link.yml"
    link.symlink_to(path)
    seeds = vaulted.SeedFile(str(link), Rot13())
    seeds.add([record(ALICE, "AAAA")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and link.is_symlink()
    path.chmod(0o640)
    (tmp_path / ".seeds.yml.left_123.new").write_bytes(b"of a killed run")
    seeds.add([record(BOB, "BBBB")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640 and set(seeds.read()) == {ALICE, BOB}
    assert sorted(item.name for item in tmp_path.iterdir()) == ["link.yml", "seeds.yml", "seeds.yml.lock"]
    assert b"AAAA" not in path.read_bytes()


def test_check_mode_and_no_change_write_nothing(tmp_path: pathlib.Path) -> None:
    seeds = vaulted.SeedFile(str(tmp_path / "seeds.yml"), Rot13())
    assert seeds.add([record(ALICE, "AAAA")], write=False)[1] == [ALICE]
    assert not list(tmp_path.iterdir())
    seeds.add([record(ALICE, "AAAA")])
    before = (tmp_path / "seeds.yml").stat()
    assert seeds.add([record(ALICE, "AAAA")])[1] == []
    assert (tmp_path / "seeds.yml").stat().st_ino == before.st_ino


def test_foreign_file_is_left_alone(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "seeds.yml"
    path.write_text("in clear text", encoding="utf-8")
    with pytest.raises(vaulted.VaultedSeedsError, match="is not encrypted"):
        vaulted.SeedFile(str(path), Rot13()).add([record(ALICE, "AAAA")])
    assert path.read_text(encoding="utf-8") == "in clear text"
    with pytest.raises(vaulted.VaultedSeedsError, match="there is no directory"):
        vaulted.SeedFile(str(tmp_path / "no" / "seeds.yml"), Rot13()).add([record(ALICE, "AAAA")])


def test_a_folder_that_is_not_there_is_told_before_anything_is_made(tmp_path: pathlib.Path) -> None:
    for work in (
        lambda seeds: seeds.read(),
        lambda seeds: seeds.add([record(ALICE, "AAAA")], write=False),
        lambda seeds: seeds.add([record(ALICE, "AAAA")]),
    ):
        with pytest.raises(vaulted.VaultedSeedsError, match=f"there is no directory {tmp_path}/no for it"):
            work(vaulted.SeedFile(str(tmp_path / "no" / "seeds.yml"), Rot13()))


@pytest.mark.parametrize("superseded", ["x", ["x"], {"a": "b"}, 3])
def test_superseded_that_is_no_list_of_records_is_refused(tmp_path: pathlib.Path, superseded: t.Any) -> None:
    path = tmp_path / "seeds.yml"
    content = Rot13().encrypt(vaulted.render({ALICE: {**record(ALICE, "AAAA"), "superseded": superseded}}))
    path.write_bytes(content)
    with pytest.raises(vaulted.VaultedSeedsError, match=f"superseded of {ALICE} is no list of records"):
        vaulted.SeedFile(str(path), Rot13()).add([record(ALICE, "BBBB")])
    assert path.read_bytes() == content


def test_a_lock_that_leads_elsewhere_is_not_followed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "seeds.yml.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(vaulted.VaultedSeedsError, match="is a symbolic link"):
        vaulted.SeedFile(str(tmp_path / "seeds.yml"), Rot13()).add([record(ALICE, "AAAA")])
    assert sorted(item.name for item in tmp_path.iterdir()) == ["seeds.yml.lock"]


def test_what_is_being_written_for_another_file_is_left(tmp_path: pathlib.Path) -> None:
    others = tmp_path / ".seeds.yml.abcd_123.new"
    others.write_bytes(b"of a run that is under way")
    (tmp_path / ".seeds.abcd_123.new").write_bytes(b"left")
    vaulted.SeedFile(str(tmp_path / "seeds"), Rot13()).add([record(ALICE, "AAAA")])
    assert sorted(item.name for item in tmp_path.iterdir()) == [others.name, "seeds", "seeds.lock"]


@pytest.mark.parametrize("may_give", [True, False])
def test_owner_and_group_are_kept(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, may_give: bool) -> None:
    path = tmp_path / "seeds.yml"
    seeds = vaulted.SeedFile(str(path), Rot13())
    seeds.add([record(ALICE, "AAAA")])
    path.chmod(0o660)
    given = []

    def fchown(_descriptor: int, owner: int, group: int) -> None:
        if not may_give:
            raise PermissionError
        given.append((owner, group))

    monkeypatch.setattr(vaulted.os, "fchown", fchown)
    seeds.add([record(BOB, "BBBB")])
    old = path.stat()
    assert given == ([(old.st_uid, -1), (-1, old.st_gid)] if may_give else [])
    assert stat.S_IMODE(old.st_mode) == (0o660 if may_give else 0o600)


STEPS = [
    (vaulted.tempfile, "mkstemp"),
    (vaulted.os, "fdopen"),
    (vaulted.os, "fchown"),
    (vaulted.os, "fchmod"),
    (vaulted.os, "fsync"),
    (vaulted.os, "replace"),
    (vaulted.os, "open"),
    (vaulted.os, "close"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("step", STEPS, ids=[name for _module, name in STEPS])
def test_killed_at_any_step(tmp_path: pathlib.Path, step: tuple[t.Any, str], nth: int, when: str) -> None:
    """The process ends at once before or after its n-th call of a function: the file is the old or the new one."""
    path = tmp_path / "seeds.yml"
    vaulted.SeedFile(str(path), Rot13()).add([record(ALICE, "AAAA")])
    child = os.fork()
    if child == 0:
        try:
            module, name = step
            whole = getattr(module, name)
            counted = [0]

            def dying(*args: t.Any, **kwargs: t.Any) -> t.Any:
                counted[0] += 1
                if counted[0] == nth and when == "before":
                    os._exit(9)
                answer = whole(*args, **kwargs)
                if counted[0] == nth:
                    os._exit(9)
                return answer

            setattr(module, name, dying)
            vaulted.SeedFile(str(path), Rot13()).add([record(BOB, "BBBB")])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    seeds = vaulted.SeedFile(str(path), Rot13(), lock_timeout=5)
    assert set(seeds.read()) in ({ALICE}, {ALICE, BOB})
    seeds.add([record(BOB, "BBBB")])
    assert {serial: item["seed"] for serial, item in seeds.read().items()} == {ALICE: "AAAA", BOB: "BBBB"}


def test_killed_while_it_writes_again_and_again(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "seeds.yml"
    serials = [f"{ALICE}-{number}" for number in range(10_000)]
    done, patience = 0, 1
    for round_number in range(30):
        child = os.fork()
        if child == 0:
            try:
                seeds = vaulted.SeedFile(str(path), Rot13())
                for serial in serials[done:]:
                    seeds.add([record(serial, "AAAA")])
            finally:
                os._exit(0)
        threading.Event().wait(patience * (0.005 + 0.001 * round_number))
        os.kill(child, 9)
        os.waitpid(child, 0)
        held = vaulted.SeedFile(str(path), Rot13()).read()
        assert len(held) >= done and set(held) == set(serials[: len(held)])
        done = len(held)
        patience *= 1 if done else 2  # a machine with much to do
    assert done > 0


def test_two_writers_wait_for_each_other(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "seeds.yml"

    def write(prefix: str) -> None:
        for number in range(20):
            vaulted.SeedFile(str(path), Rot13()).add([record(f"{prefix}-{number}", "AAAA")])

    writers = [threading.Thread(target=write, args=(name,)) for name in (ALICE, BOB)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(vaulted.SeedFile(str(path), Rot13()).read()) == 40


# Text as ansible-core 2.18 marks it, which stays so.
Marked = type("Marked", (str,), {"__str__": lambda text: text})


def test_text_that_ansible_marked_is_written_as_text() -> None:
    kept = vaulted.clean({"serial_number": Marked(ALICE), "seed": Marked("AAAA")}, "2026-01-01T00:00:00Z")
    assert {type(value) for value in kept.values()} == {str}
    merged, _changed = vaulted.merge({}, [kept])
    assert vaulted.parse(vaulted.render(merged)) == merged
