"""Folders: private, short enough for sockets, and never somebody else's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from compose.local.console import CommandError
from compose.local.paths import LONGEST_SOCKET, Home, private_folder, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_in_a_home_is_private(folder: Path) -> None:
    home = Home.at(folder / "deep" / "home")
    home.create()
    for path in (home.root, home.etc, home.log, home.data, home.secrets, home.run):
        assert mode(path) == 0o700, path


def test_a_short_plain_home_holds_its_sockets(folder: Path) -> None:
    assert Home(Path("/srv/birzha")).run == Path("/srv/birzha/run")


@pytest.mark.parametrize("name", ["x" * 90, "with space", "with,comma", "пример"])
def test_a_path_that_sockets_cannot_have_moves_them_to_tmp(folder: Path, name: str) -> None:
    home = Home.at(folder / name)
    home.create()
    assert str(home.run).startswith(f"/tmp/birzha-{os.getuid()}-")
    assert len(os.fsencode(home.run / LONGEST_SOCKET)) <= 103
    assert mode(home.run) == 0o700
    assert Home.at(folder / "other").run != home.run
    home.run.rmdir()


def test_a_sockets_folder_that_is_a_trap_is_refused(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "trap").symlink_to(folder / "elsewhere")
    with pytest.raises(CommandError, match="must be a folder"):
        private_folder(folder / "trap")


def test_a_folder_with_other_things_in_it_is_not_taken(folder: Path) -> None:
    (folder / "thesis.txt").write_text("dear")
    with pytest.raises(CommandError, match="not empty"):
        Home.at(folder).create()


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb"])
def test_names_that_no_configuration_file_can_carry_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(CommandError, match="must not contain"):
        Home.at(folder / name)


def test_a_private_file_replaces_an_open_one(folder: Path) -> None:
    file = folder / "secret"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, "new")
    assert file.read_text() == "new"
    assert mode(file) == 0o600


def test_the_state_is_what_was_written(folder: Path) -> None:
    home = Home.at(folder)
    assert home.read_state() == {}
    home.write_state(port=9000, bind="127.0.0.1")
    assert home.read_state() == {"port": 9000, "bind": "127.0.0.1"}
