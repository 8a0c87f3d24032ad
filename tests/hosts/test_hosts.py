"""Servers of data on hosts of their own: replicas take over, a host is cut off and comes back.

Nothing that a customer was told is lost: under the load of ``make faults``, by its promises and invariants.
The hosts are network namespaces.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from compose.local import catalogs, system_owner
from compose.local.paths import Home
from compose.local.settings import MANY_CUSTOMERS, Settings, free_port
from compose.local.stack import Stack
from tests.faults.schedule import CALM, Planned
from tests.faults.target import Target
from tests.faults.trial import Trial
from tests.hosts.faults import HostCut, InTurn, MasterKilled, PrimarysHostLost
from tests.hosts.namespaces import hosts, why_not
from tests.hosts.servers import Servers

#: Seconds within which all is right again, on a machine with other work.
RECOVERY_S = 240.0
pytestmark = pytest.mark.timeout(1800)


@dataclass
class Spread:
    """A system whose servers of data are on two other hosts."""

    servers: Servers
    target: Target


@pytest.fixture
def spread() -> Iterator[Spread]:
    """It, with its servers; all of it somebody's who is not root."""
    if reason := why_not():
        pytest.skip(f"NOT TRIED: servers of data on hosts of their own, as {reason}")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        made = tempfile.TemporaryDirectory(prefix="birzha-", ignore_cleanup_errors=True)
        root = Path(stack.enter_context(made))
        home, folder = Home.at(root / "home"), root / "servers"
        home.create(for_tests=True)
        system_owner.prepare(home)
        owner = home.root.stat()
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.st_uid, owner.st_gid)
        here, first, second = stack.enter_context(hosts(2))
        servers = Servers(folder, here, first, second)
        stack.enter_context(servers.run())
        for name, value in {**servers.passwords, "BIRZHA_HOME": str(home.root)}.items():
            patch.setenv(name, value)
        system = Stack(home)
        stack.callback(system.down)
        catalogs.compile_changed()
        choices = {**MANY_CUSTOMERS, "BIRZHA_PORT": str(free_port()), **servers.variables}
        system.up(Settings.read(home, choices))
        yield Spread(servers, Target(home.read_state()["url"], home))


def test_replicas_take_over_and_a_cut_host_comes_back_under_load(spread: Spread) -> None:
    servers = spread.servers
    fault = InTurn(
        "hosts",
        faults=(
            MasterKilled("redis:master", servers=servers),
            PrimarysHostLost("host:lost", servers=servers),
            HostCut("host:cut", servers=servers),
        ),
    )
    outcome = Trial(spread.target, seed="hosts", plan=[Planned(CALM, fault)], recovery_s=RECOVERY_S).run()
    print(outcome.text(), outcome.orders)
    assert not outcome.broken, outcome.text()
    assert outcome.orders["filled"], "nobody traded"
