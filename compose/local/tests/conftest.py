"""A system of PostgreSQL and Valkey for these tests alone, under a path with a space in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose.local import secrets
from compose.local.paths import Home
from compose.local.stack import Stack


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short, empty folder."""
    path = Path(tempfile.mkdtemp(prefix="birzha-test-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def system() -> Iterator[Stack]:
    """A running PostgreSQL and Valkey."""
    path = Path(tempfile.mkdtemp(prefix="birzha test "))
    stack = Stack(Home.at(path / "home"))
    try:
        stack.backing_up()
        yield stack
    finally:
        stack.reset()
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def passwords(system: Stack) -> dict[str, str]:
    """The system's secrets."""
    return secrets.load(system.home)
