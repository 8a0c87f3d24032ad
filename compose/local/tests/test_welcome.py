"""What `make up` says at its end: the operator's password once, since screens and logs of starts are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from compose.docker import dotenv
from compose.local.paths import Home
from compose.local.report import welcome
from compose.local.settings import Settings

PASSWORD = "abcde-fghij-klmno-pqrst"


def test_the_operators_password_is_printed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home.at(tmp_path)
    for folder in (home.etc, home.secrets):
        folder.mkdir()
    written = f"BIRZHA_OPERATOR_USERNAME=operator\nBIRZHA_OPERATOR_PASSWORD={PASSWORD}\n"
    (home.etc / "operator.env").write_text(written)
    settings = Settings.read(home, {})

    welcome(home, settings)
    assert PASSWORD in capsys.readouterr().out

    welcome(home, settings)
    again = capsys.readouterr().out
    assert PASSWORD not in again
    assert str(home.etc / "operator.env") in again


def test_so_is_that_of_containers(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    password = dotenv.write_once(file)
    assert password in file.read_text()
    assert password not in dotenv.write_once(file)
    assert str(file) in dotenv.write_once(file)
