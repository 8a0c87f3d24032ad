"""A system on four hosts: replicas take over, hosts are lost, cut off and come back.

Data on two, the services on a third, the gateway and the pages on a fourth. Nothing that a customer was told
is lost: under the load of ``make faults``, by its promises and invariants. The hosts are network namespaces.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from compose.local import catalogs, kept_servers, services_host, system_owner
from compose.local.paths import ROOT, Home
from compose.local.settings import MANY_CUSTOMERS
from compose.local.stack import Stack
from compose.local.supervisor import RUNNING, Supervisor, log_tail
from compose.system.environment import child_environment
from servicekit.testing.certificates import self_signed
from tests.faults.schedule import CALM, Planned
from tests.faults.target import Target
from tests.faults.trial import Trial
from tests.hosts.faults import HostCut, InTurn, MasterKilled, PrimarysHostLost
from tests.hosts.namespaces import Host, hosts, why_not
from tests.hosts.servers import Servers, owned

#: Seconds within which all is right again, on a machine with other work.
RECOVERY_S = 240.0
#: Ports of the gateway, and of the services' ingress: their hosts have nothing else.
PORT, INGRESS_PORT = 8000, 8443
pytestmark = pytest.mark.timeout(1800)


@dataclass
class Spread:
    """The system.

    Attributes:
        servers: of its data, on two hosts.
        services: the host of the services.
        edge: the host of the gateway and the pages.
        edges_home: its folder there.
        target: the whole of it, with the folder of the services' host.
        folder: of the certificates.
    """

    servers: Servers
    services: Host
    edge: Host
    edges_home: Home
    target: Target
    folder: Path


@pytest.fixture
def spread() -> Iterator[Spread]:
    """It; all of it somebody's who is not root."""
    if reason := why_not():
        pytest.skip(f"NOT TRIED: a system on hosts of their own, as {reason}")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        made = tempfile.TemporaryDirectory(prefix="birzha-", ignore_cleanup_errors=True)
        root = Path(stack.enter_context(made))
        home, edges = Home.at(root / "services"), Home.at(root / "edge")
        for each in (home, edges):
            each.create(for_tests=True)
            system_owner.prepare(each)
        here, first, second, third, fourth = stack.enter_context(hosts(4))
        servers = Servers(owned(root / "servers", home), here, first, second)
        stack.enter_context(servers.run())
        patch.setenv("BIRZHA_HOME", str(home.root))
        catalogs.compile_changed()
        folder, url = _certificates(root, third, fourth), f"http://{fourth.address}:{PORT}"
        owned(folder, home)
        common = {
            "BIRZHA_PUBLIC_URL": url, "BIRZHA_SERVICES_ADDRESS": f"{third.address}:{INGRESS_PORT}",
            "BIRZHA_INNER_TLS_CA": str(folder / "ca.pem"), **MANY_CUSTOMERS,
        }  # fmt: skip
        at_edge = {**servers.variables_of_pages, "BIRZHA_BIND": fourth.address}
        with ThreadPoolExecutor(2) as pool:  # in whatever order
            started = []
            for host, its_home, part, name, more in (
                (third, home, "services", "services", servers.variables),
                (fourth, edges, "edge", "gateway", at_edge),
            ):
                files = {
                    "BIRZHA_INNER_TLS_CERT": str(folder / f"{name}.pem"),
                    "BIRZHA_INNER_TLS_KEY": str(folder / f"{name}.key"),
                }
                stack.callback(Stack(its_home).down)
                variables = {**common, **files, **more, "BIRZHA_PARTS": part}
                started.append(pool.submit(_up, host, its_home, variables))
            for one in started:
                one.result()
        yield Spread(servers, third, fourth, edges, Target(url, home), folder)


def _certificates(root: Path, services: Host, edge: Host) -> Path:
    """As docs/hosts.md has them made; the folder."""
    text = (ROOT / "docs" / "hosts.md").read_text(encoding="utf-8")
    commands = next(block for block in text.split("```") if "openssl" in block)
    for documented, host in (("10.0.0.6", services), ("10.0.0.7", edge)):
        assert documented in commands
        commands = commands.replace(documented, host.address)
    subprocess.run(["sh", "-ec", commands], cwd=root, capture_output=True, check=True)
    return root / "tls"


def _up(host: Host, home: Home, variables: Mapping[str, str]) -> None:
    """`make up` there."""
    command = ["ip", "netns", "exec", host.name, sys.executable, "-m", "compose.local", "up"]
    environment = child_environment(home.root, variables)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hosts_are_lost_and_cut_off_under_load(spread: Spread) -> None:
    servers = spread.servers
    fault = InTurn(
        "hosts",
        faults=(
            MasterKilled("redis:master", servers=servers),
            PrimarysHostLost("host:lost", servers=servers, clients=(spread.services, spread.edge)),
            HostCut("data:cut", servers=servers, host=servers.second),
            HostCut("services:cut", servers=servers, host=spread.services),
            # until its connections were given up, of which the servers hear nothing
            HostCut("services:cut:long", servers=servers, host=spread.services, seconds=40.0),
        ),
    )
    outcome = Trial(spread.target, seed="hosts", plan=[Planned(CALM, fault)], recovery_s=RECOVERY_S).run()
    print(outcome.text(), outcome.orders)
    if outcome.broken:  # the folder goes with the test
        for name in ("trading-worker", "billing-worker", "market-worker", "ingress"):
            print(f"{name}:", log_tail(spread.target.home, name, lines=80), sep="\n")
    assert not outcome.broken, outcome.text()
    assert outcome.orders["filled"], "nobody traded"
    _nobody_else_is_let_in(spread)
    away = [s["name"] for s in Supervisor(spread.edges_home).states() if s["statename"] != RUNNING]
    assert not away, f"not running on the gateway's host: {away}"


def _nobody_else_is_let_in(spread: Spread) -> None:
    """To the services: neither in plain HTTP nor with a certificate of somebody else's."""
    part = kept_servers.part_of(spread.edges_home)
    assert part.certificate
    assert services_host.problem(part) == ""
    stranger = self_signed(spread.folder, spread.edge.address, organization="stranger")
    with pytest.raises(OSError):
        services_host.problem(replace(part, certificate=(*stranger, part.certificate[2])))
    with socket.create_connection((part.host, part.port), timeout=60) as plain, suppress(ConnectionError):
        plain.sendall(b"GET /readyz HTTP/1.1\r\nHost: trading\r\nConnection: close\r\n\r\n")
        assert not plain.recv(65536)
