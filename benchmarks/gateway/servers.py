"""What is measured: a fast server, Envoy with nothing but its router, and the whole gateway."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.cpu import spent
from compose.local.console import CommandError
from compose.local.settings import free_port
from gateway.config.envoy import extension
from gateway.config.envoy.chain import MANAGER, router
from gateway.config.envoy.endpoints import endpoints
from gateway.config.nginx import FOLDER
from gateway.config.source import load
from gateway.runtime.envoy import command as envoy_command
from gateway.runtime.nginx import command as nginx_command
from gateway.runtime.render import render
from gateway.tests.tokens import jwks

#: Two instruments of the list, as market_service writes them.
PAGE = Path(__file__).with_name("page.json")
#: No request is refused, and every one is counted all the same.
RATES = 100_000


@dataclass(frozen=True)
class Servers:
    """The running servers.

    Attributes:
        upstream: socket of the fast server.
        bare: port of Envoy with its router alone.
        gateway: port of the whole gateway.
        pages: socket of its nginx.
        pids: name → process, with its children: ``bare``, ``envoy``, ``nginx``.
    """

    upstream: str
    bare: str
    gateway: str
    pages: str
    pids: dict[str, int]

    def cpu(self, name: str) -> float:
        """Seconds of CPU that a server has spent, its children included."""
        process = psutil.Process(self.pids[name])
        return sum(spent(member) for member in (process, *process.children(recursive=True)))


@contextmanager
def servers(*, envoy: set[int], others: set[int]) -> Iterator[Servers]:
    """Everything, up.

    Args:
        envoy: its cores, of either.
        others: the cores of the fast server and of nginx, which answers in its place.

    Raises:
        CommandError: one does not start.
    """
    with tempfile.TemporaryDirectory(prefix="bench") as name, ExitStack() as stack:
        folder, run_dir = Path(name), Path(name) / "run"
        run_dir.mkdir()
        port, bare_port = free_port(), free_port()

        def start(argv: list[str], cores: set[int], place: str) -> int:
            return stack.enter_context(_started(argv, cores, place, folder / "servers.log"))

        fast = f"unix:{run_dir}/market.sock"
        start(nginx_command(_fast(folder, run_dir), folder), others, fast)
        bare = _bare(folder, fast, bare_port)
        bootstrap = render(
            out=folder / "etc",
            run_dir=run_dir,
            port=port,
            log=str(folder / "access.log"),
            rate_limits=RATES,
            check=True,
        )
        pages = f"unix:{run_dir}/cache-market.sock"
        pids = {
            "bare": start(envoy_command(bare, concurrency=1), envoy, str(bare_port)),
            "nginx": start(nginx_command(folder / "etc" / "nginx.conf", run_dir / FOLDER), others, pages),
            "envoy": start(envoy_command(bootstrap, concurrency=1), envoy, str(port)),
        }
        yield Servers(fast, str(bare_port), str(port), pages, pids)


@contextmanager
def bare_envoy(upstream: str, *, cores: set[int]) -> Iterator[tuple[str, int]]:
    """An Envoy that has nothing but its router, with as many workers as the gateway's, before a server.

    Returns:
        Its port and its process.

    Raises:
        CommandError: it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder, port = Path(name), free_port()
        argv = envoy_command(_bare(folder, upstream, port))
        with _started(argv, cores, str(port), folder / "servers.log") as pid:
            yield str(port), pid


@contextmanager
def _started(argv: list[str], cores: set[int], place: str, log: Path) -> Iterator[int]:
    """A server on these cores, once it listens; its process."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv, stdout=output, stderr=output, preexec_fn=lambda: os.sched_setaffinity(0, cores)
        )
    try:
        _wait_for(place, process, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _fast(folder: Path, run_dir: Path) -> Path:
    """nginx that answers from memory, on the socket of every service."""
    listen = "".join(f'listen "unix:{run_dir}/{service.name}.sock"; ' for service in load().services)
    page, keys = PAGE.read_text(encoding="utf-8").strip(), jwks("first").decode()
    path = folder / "fast.conf"
    user = "user root;" if os.getuid() == 0 else ""
    temporary = " ".join(f'{kind}_temp_path "{folder}/fast-{kind}";' for kind in _TEMPORARY)
    path.write_text(
        f"""daemon off; worker_processes 1; {user} pid "{folder}/fast.pid"; error_log stderr error;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; {temporary}
  server {{ {listen}
    default_type application/json;
    location = /.well-known/jwks.json {{ return 200 '{keys}'; }}
    location / {{
      add_header Cache-Control "public, max-age=5";
      add_header Vary "Accept, Accept-Language";
      add_header ETag '"fixed"';
      return 200 '{page}';
    }}
  }}
}}
""",
        encoding="utf-8",
    )
    return path


_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _bare(folder: Path, upstream: str, port: int) -> Path:
    """Envoy that passes everything to the fast server."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": "fast"}}
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        MANAGER,
        stat_prefix="bare",
        codec_type="HTTP1",
        route_config={"virtual_hosts": [{"name": "bare", "domains": ["*"], "routes": [route]}]},
        http_filters=[router()],
    )
    document = {
        "static_resources": {
            "clusters": [{"name": "fast", "load_assignment": endpoints("fast", upstream)}],
            "listeners": [
                {
                    "name": "bare",
                    "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
                    "filter_chains": [{"filters": [manager]}],
                }
            ],
        }
    }
    path = folder / "bare.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _wait_for(place: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(500):
        if process.poll() is not None:
            break
        unix = place.startswith("unix:")
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as probe:
            if probe.connect_ex(place.removeprefix("unix:") if unix else ("127.0.0.1", int(place))) == 0:
                return
        time.sleep(0.02)
    raise CommandError(
        f"A server of the measurement does not start: {log.read_text(errors='replace')[-2000:]}"
    )
