# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A relative path is relative to where the person stands, and nothing is kept inside an installed collection."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils import _paths as paths


@pytest.fixture(name="here")
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Where the person stands: a directory beside that of the playbook and a tree of collections."""
    for name in ("here", "playbook", "ansible_collections/hardening/aws/playbooks"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def found(path: object, here: pathlib.Path, **options: bool) -> str:
    return paths.controller_path(path, str(here.parent / "playbook"), **options)


def test_relative_to_where_the_person_stands(here: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here.parent))
    monkeypatch.setenv("KEPT", "kept")
    assert found("seeds.yml", here) == str(here / "seeds.yml")
    assert found("../a/./b", here) == str(here.parent / "a/b")
    assert found("/srv/x", here) == "/srv/x"
    assert found("~/x", here) == str(here.parent / "x")
    assert found("$KEPT/x", here) == str(here / "kept/x")
    (here / "link.yml").symlink_to(here.parent / "playbook/seeds.yml")
    assert found("link.yml", here) == str(here.parent / "playbook/seeds.yml")


@pytest.mark.parametrize("both", [False, True])
def test_a_file_beside_the_playbook_is_not_lost_sight_of(here: pathlib.Path, both: bool) -> None:
    beside = here.parent / "playbook/seeds.yml"
    beside.write_text("kept", encoding="utf-8")
    if both:
        (here / "seeds.yml").write_text("others", encoding="utf-8")
    with pytest.raises(paths.PathError) as refused:
        found("seeds.yml", here)
    assert str(beside) in str(refused.value) and str(here / "seeds.yml") in str(refused.value)
    assert found(str(beside), here) == str(beside)


def test_who_stands_beside_the_playbook_sees_no_difference(here: pathlib.Path) -> None:
    (here / "seeds.yml").write_text("kept", encoding="utf-8")
    assert paths.controller_path("seeds.yml", str(here)) == str(here / "seeds.yml")
    (here.parent / "playbook/seeds.yml").symlink_to(here / "seeds.yml")
    assert found("seeds.yml", here) == str(here / "seeds.yml")


def test_nothing_is_kept_inside_a_collection(here: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = here.parent / "ansible_collections/hardening/aws/playbooks"
    (here / "link").symlink_to(inside)
    for path in (str(inside / "seeds.yml"), "link/seeds.yml", "../ansible_collections/x"):
        with pytest.raises(paths.PathError, match="inside an installed collection"):
            found(path, here)
        assert found(path, here, written=False) == os.path.realpath(path)
    monkeypatch.chdir(inside)
    with pytest.raises(paths.PathError, match="inside an installed collection"):
        found("seeds.yml", here)
    assert not paths.in_collection(str(here.parent / "ansible_collections"))


@pytest.mark.parametrize("path", ["", " ", None, 3, ["x"], "a\nb", "a\0b", "~nobody-of-that-name/x"])
def test_what_is_no_path_is_refused(here: pathlib.Path, path: object) -> None:
    with pytest.raises(paths.PathError):
        found(path, here)


def test_a_directory_that_is_gone_is_told(here: pathlib.Path) -> None:
    here.rmdir()
    with pytest.raises(paths.PathError, match="is gone"):
        found("seeds.yml", here)
