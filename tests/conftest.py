"""The system under test: the one that is named, or else one of its own that is taken down afterwards.

BIRZHA_URL names an address, BIRZHA_HOME a system's folder (`make test` gives it). These tests add
customers and orders, and some kill processes: without either they never touch a system that people use.
They sign up more people from one address than the gateway allows in so short a time: a system of your own
that they are to test is started with BIRZHA_RATE_LIMITS=1000. `make test ONLY=...` sets BIRZHA_KEEP_SYSTEM:
the system of BIRZHA_HOME is brought up, with the code as it is now, and stays.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose.local import catalogs, reused_systems
from compose.local.paths import Home
from compose.local.settings import MANY_CUSTOMERS, Settings, free_port
from compose.local.stack import Stack
from compose.local.supervisor import Supervisor
from servicekit.testing.plugin import hold
from tests.system import System


def pytest_collection_finish(session: pytest.Session) -> None:
    """The kept system comes up before the first test, whose time limit it would not keep."""
    if os.environ.get("BIRZHA_KEEP_SYSTEM") and any(
        "system" in item.fixturenames for item in session.items if isinstance(item, pytest.Function)
    ):
        home = Home.here()
        with session.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            home.root.parent.mkdir(exist_ok=True)
            hold(home.root.parent / "system.lock", "kept system")
            reused_systems.system_up(home)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """A running :class:`~tests.system.System`."""
    home = Home.here()
    url = os.environ.get("BIRZHA_URL")
    if not url and os.environ.get("BIRZHA_HOME"):
        if not Supervisor(home).alive():
            pytest.exit(f"Nothing runs in BIRZHA_HOME={home.root}: make up first, or unset it.", returncode=4)
        url = home.read_state()["url"]
    if url:
        yield System(url.rstrip("/"), home)
        return
    with tempfile.TemporaryDirectory(prefix="birzha-") as folder:
        home = Home.at(Path(folder) / "home")
        stack = Stack(home)
        catalogs.compile_changed()
        home.create(for_tests=True)
        try:
            stack.up(Settings.read(home, MANY_CUSTOMERS | {"BIRZHA_PORT": str(free_port())}))
            yield System(home.read_state()["url"], home)
        finally:
            stack.down()
