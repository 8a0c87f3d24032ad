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
from compose.local.tests.valkey_clients import Connect, clients
from compose.system import EVENTS, SESSIONS


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


@pytest.fixture
def connect(system: Stack, passwords: dict[str, str]) -> Iterator[Connect]:
    """``connect("trading")``: a client of the events' server; whatever was written there goes at the end."""
    with clients(system, passwords, EVENTS) as connect:
        yield connect


@pytest.fixture
def sessions(system: Stack, passwords: dict[str, str]) -> Iterator[Connect]:
    """``sessions("web")``: a client of the sessions' server; whatever was written there goes at the end."""
    with clients(system, passwords, SESSIONS) as connect:
        yield connect
