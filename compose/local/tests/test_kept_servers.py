"""What cannot be done where PostgreSQL is elsewhere is refused, and changes nothing."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose.local import kept_servers
from compose.local.backup import make, restore
from compose.local.console import CommandError
from compose.local.paths import Home


@pytest.fixture
def home() -> Iterator[Home]:
    path = Path(tempfile.mkdtemp(prefix="birzha-elsewhere-"))
    home = Home.at(path / "home")
    home.create(for_tests=True)
    address = "postgresql://admin@db.example.org?sslmode=disable"
    kept_servers.keep(home, {"postgres_server": address}, {})
    yield home
    shutil.rmtree(path)


def test_backups_are_its_own_business(home: Home, tmp_path: Path) -> None:
    before = sorted(path.name for path in home.root.rglob("*"))
    with pytest.raises(CommandError, match=r"make restore works on .* are at db\.example\.org:5432"):
        restore.restore(home, io.BytesIO(), "a backup")
    with pytest.raises(CommandError, match="make backup works on"):
        make.make(home, tmp_path)
    assert sorted(path.name for path in home.root.rglob("*")) == before
    assert list(tmp_path.iterdir()) == []
