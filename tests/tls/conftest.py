"""A system with a public https address, a TLS proxy in front of it, and its own market in rubles."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from compose.local import catalogs
from compose.local.paths import Home
from compose.local.settings import Settings, free_port
from compose.local.stack import Stack
from servicekit.testing.certificates import self_signed
from servicekit.testing.collector import Collector, collecting
from tests.system import System
from tests.tls.proxy import TlsProxy

#: A list of instruments and a file of prices.
MARKET = Path(__file__).parent / "market"


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[System]:
    """A system of a test's own, with these settings."""
    home = Home.at(folder / "home")
    stack = Stack(home)
    catalogs.compile_changed()
    home.create(for_tests=True)
    try:
        stack.up(Settings.read(home, {"BIRZHA_PORT": str(free_port()), **settings}))
        yield System(home.read_state()["url"], home)
    finally:
        stack.down()


@dataclass
class Public:
    """What stands behind the public address.

    Attributes:
        url: the public address.
        system: Birzha itself; its ``url`` is how this machine reaches it.
        proxy: in front of it.
        certificate: the proxy's, which a browser must trust.
    collector: takes the system's traces.
    """

    url: str
    system: System
    proxy: TlsProxy
    certificate: Path
    collector: Collector


@pytest.fixture(scope="session")
def public() -> Iterator[Public]:
    """With its real rate limits; the proxy is trusted."""
    with tempfile.TemporaryDirectory(prefix="birzha-") as name, collecting() as collector:
        folder, port = Path(name), free_port()
        certificate, key = self_signed(folder, "localhost", "127.0.0.1")
        url = f"https://localhost:{port}"
        settings = {
            "BIRZHA_PUBLIC_URL": url, "BIRZHA_TRUSTED_PROXIES": "127.0.0.1", "BIRZHA_CURRENCY": "RUB",
            "BIRZHA_MARKET": str(MARKET), "BIRZHA_MARKET_OPTIONS": "--simulated",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
        }  # fmt: skip
        with started(folder, **settings) as system:
            proxy = TlsProxy(port, int(system.home.read_state()["port"]))
            with proxy.serve(certificate, key):
                yield Public(url, system, proxy, certificate, collector)
