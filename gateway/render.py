"""Turns gateway.yaml into Envoy's files: `python -m gateway.render --out DIR --run-dir DIR --port N`.

Writes `bootstrap.json`, `cds/clusters.json`, `rds/routes.json` and `rtds/weights.json`, each aside and
then renamed, so that a running Envoy takes new clusters and routes without a restart. With `--check`,
Envoy judges all of it first, and nothing is written when it refuses.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from gateway.canary import canary_cluster
from gateway.canary.weights import set_weights
from gateway.envoy.binary import EnvoyRefused, validate
from gateway.envoy.bootstrap import ADMIN_SOCKET, INNER_SOCKET, STATS_SOCKET, bootstrap
from gateway.envoy.clusters import clusters
from gateway.envoy.routes import route_configuration
from gateway.files import write
from gateway.source import SOURCE_FILE, Gateway, SourceError, load

#: sockaddr_un on Linux holds 108 bytes with the closing zero.
LONGEST_SOCKET_PATH = 107


def render(
    *,
    out: Path,
    run_dir: Path,
    port: int,
    bind: str = "127.0.0.1",
    log: str = "/dev/stdout",
    check: bool = False,
    source: Path = SOURCE_FILE,
    canaries: Mapping[str, int] | None = None,
) -> Path:
    """Write the configuration.

    Args:
        out: folder of the files; made when missing.
        run_dir: folder of the unix sockets.
        port: the public port.
        bind: the address it listens on.
        log: file of the access log.
        check: let Envoy judge it first.
        source: the gateway file.
        canaries: service → the share of its canary in percent.

    Returns:
        The path of `bootstrap.json`, which Envoy is started with.

    Raises:
        SourceError: the gateway file is wrong, or a socket path is too long.
        EnvoyRefused: Envoy does not accept it (only with `check`).
    """
    gateway = load(source)
    out, run_dir, canaries = out.resolve(), run_dir.resolve(), canaries or {}
    _check_socket_paths(gateway, run_dir)
    if check:
        with tempfile.TemporaryDirectory() as aside:
            whole = Path(aside) / "bootstrap.json"
            document = bootstrap(
                gateway, run_dir=run_dir, bind=bind, port=port, log=log, folder=None, canaries=canaries
            )
            whole.write_text(json.dumps(document), encoding="utf-8")
            validate(whole)
    set_weights(out, canaries)
    write_clusters(out, run_dir, gateway, canaries)
    write_routes(out, gateway, canaries)
    path = out / "bootstrap.json"
    write(path, bootstrap(gateway, run_dir=run_dir, bind=bind, port=port, log=log, folder=out))
    return path


def write_clusters(out: Path, run_dir: Path, gateway: Gateway, canaries: Collection[str]) -> None:
    """Write the file of the clusters; a running Envoy takes it."""
    write(out / "cds" / "clusters.json", {"resources": clusters(gateway, run_dir, canaries)})


def write_routes(out: Path, gateway: Gateway, canaries: Collection[str]) -> None:
    """Write the file of the routes; a running Envoy takes it. Their clusters must be there before."""
    write(out / "rds" / "routes.json", {"resources": [route_configuration(gateway, canaries)]})


def _check_socket_paths(gateway: Gateway, run_dir: Path) -> None:
    names = [service.socket for service in gateway.services]
    names += [f"{canary_cluster(service.name)}.sock" for service in gateway.services]
    names += [INNER_SOCKET, ADMIN_SOCKET, STATS_SOCKET]
    longest = max((run_dir / name for name in names), key=lambda path: len(os.fsencode(path)))
    if len(os.fsencode(longest)) > LONGEST_SOCKET_PATH:
        raise SourceError(f"{longest} is too long for a unix socket: at most {LONGEST_SOCKET_PATH} bytes")


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when written, 1 with one clear sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m gateway.render")
    parser.add_argument("--out", type=Path, required=True, help="folder of the rendered files")
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the unix sockets")
    parser.add_argument("--port", type=int, required=True, help="the public port")
    parser.add_argument("--bind", default="127.0.0.1", help="its address (default: %(default)s)")
    parser.add_argument("--log", default="/dev/stdout", help="file of the access log (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="let Envoy judge the configuration first")
    parser.add_argument("--source", type=Path, default=SOURCE_FILE, help="the gateway file")
    options = parser.parse_args(arguments)
    try:
        print(render(**vars(options)))
    except (SourceError, EnvoyRefused, OSError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
