"""Secrets: made once, kept, readable by their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from compose.local import environment, secrets
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.local.stack import Stack


def test_they_are_made_on_the_first_run_and_kept(folder: Path) -> None:
    home = Home.at(folder)
    home.create()
    first = secrets.load(home)
    assert set(first) == set(secrets.names())
    assert len(set(first.values())) == len(first), "no two alike"
    assert secrets.load(home) == first


def test_a_new_release_adds_what_it_needs(folder: Path) -> None:
    home = Home.at(folder)
    home.create()
    first = secrets.load(home)
    (home.secrets / "passwords.json").write_text('{"operator": "kept"}')
    second = secrets.load(home)
    assert second["operator"] == "kept"
    assert set(second) == set(first)


def test_data_without_its_secrets_is_said_plainly(folder: Path) -> None:
    home = Home.at(folder)
    home.create()
    (home.data / "postgres").mkdir()
    (home.data / "postgres" / "PG_VERSION").write_text("18")
    with pytest.raises(CommandError, match="make reset"):
        secrets.load(home)


def test_no_file_with_a_secret_is_open_to_others(folder: Path) -> None:
    home = Home.at(folder)
    home.create()
    passwords = secrets.load(home)
    environment.write(home, Settings(8000, "127.0.0.1"), passwords)
    files = [*home.etc.iterdir(), *home.secrets.iterdir()]
    assert len(files) > 6
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert environment.read(home, "trading")["BIRZHA_DATABASE_PASSWORD"] == passwords["trading"]


def test_a_service_gets_no_other_service_s_secret(system: Stack, passwords: dict[str, str]) -> None:
    text = (system.home.etc / "trading.env").read_text()
    for name, secret in passwords.items():
        own = name in ("trading", "trading_owner", "redis.trading", "django.trading")
        assert (secret in text) == own, name
