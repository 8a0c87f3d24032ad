"""Turns gateway.yaml into files: `python -m gateway.runtime.render --out DIR --run-dir DIR --port N`.

Writes for Envoy `bootstrap.json`, `lds/listeners.json`, `cds/clusters.json`, `rds/routes.json` and
`rtds/weights.json`, and for nginx `nginx.conf`, each aside and then renamed, so that a running Envoy takes
new listeners, clusters and routes without a restart; nginx is reloaded. With `--check`, both judge their own
first, and nothing is written when one refuses.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gateway.config.addresses import Addresses, ServicesHost
from gateway.config.envoy.bootstrap import bootstrap, traffic_listeners, watched_routes
from gateway.config.run import Run
from gateway.config.site import Site
from gateway.config.source import SOURCE_FILE, SourceError, load
from gateway.config.traces import Traces
from gateway.runtime.certificate import write_certificate, write_inner
from gateway.runtime.envoy import EnvoyRefused, validate
from gateway.runtime.files import LISTENERS, save_site, set_weights, write, write_clusters, write_routes
from gateway.runtime.nginx import NginxRefused, write_configuration

#: How BIRZHA_RATE_LIMITS and --rate-limits turn the limits off.
OFF = "off"


def render(
    *,
    out: Path,
    run_dir: Path,
    port: int,
    bind: str = "127.0.0.1",
    log: str = "/dev/stdout",
    target: str = "local",
    gateways: tuple[str, ...] = (),
    rate_limits: float | None = 1.0,
    check: bool = False,
    source: Path = SOURCE_FILE,
    canaries: Mapping[str, int] | None = None,
    site: Site | None = None,
    certificate: tuple[Path, Path] | None = None,
    traces: Traces | None = None,
    services_host: ServicesHost | None = None,
    inner_certificate: tuple[Path, Path, Path] | None = None,
) -> Path:
    """Write the configuration.

    Args:
        out: folder of the files; made when missing.
        run_dir: folder of the unix sockets.
        port: the public port.
        bind: the address it listens on.
        log: file of the access log.
        target: which of gateway.yaml's targets: where the services are.
        gateways: ``host:port`` of every gateway that shares the rate limits; the target's when not given.
        rate_limits: multiplies them; None turns them off.
        check: let Envoy and nginx judge it first.
        source: the gateway file.
        canaries: service → the share of its canary in percent.
        site: how the outside reaches it; when not given, under any name and by no proxy.
        certificate: of the public port and its key, PEM files; plain HTTP when not given.
        traces: where its spans go; when not given, it has none.
        services_host: where the services are, when they are not here.
        inner_certificate: by which its ingress knows this gateway, its key, and the authorities of both; PEM.

    Returns:
        The path of `bootstrap.json`, which Envoy is started with.

    Raises:
        SourceError: the gateway file is wrong, or a socket path is too long.
        EnvoyRefused: Envoy does not accept it (only with `check`).
        NginxRefused: nginx does not (only with `check`).
    """
    gateway = load(source)
    out, run_dir = out.resolve(), run_dir.resolve()
    addresses = Addresses.of(gateway.target(target), run_dir, gateways, services_host)
    addresses.check(gateway)
    canaries, site = canaries or {}, site or Site()
    if certificate and not site.behind_tls:
        raise SourceError("a certificate needs an https public address")
    run = Run(
        gateway,
        addresses,
        port=port,
        bind=bind,
        log=log,
        rates=rate_limits,
        canaries=canaries,
        site=site,
        out=out,
        tls=certificate is not None,
        traces=traces,
    )
    if certificate:
        write_certificate(out, *certificate)
    if inner_certificate:
        write_inner(out, *inner_certificate)
    if check:
        with tempfile.TemporaryDirectory() as aside:
            whole = Path(aside) / "bootstrap.json"
            whole.write_text(json.dumps(bootstrap(run, folder=None)), encoding="utf-8")
            validate(whole)
    write_configuration(gateway, addresses, out=out, check=check)
    # What is referred to comes before what refers to it: Envoy refuses a route to an unknown cluster.
    set_weights(out, canaries)
    write_clusters(out, addresses, gateway, canaries)
    save_site(out, site)
    write_routes(out, gateway, site, canaries)
    write(out / LISTENERS, {"resources": traffic_listeners(run, watched_routes(out))})
    path = out / "bootstrap.json"
    write(path, bootstrap(run, folder=out))
    return path


def factor(text: str) -> float | None:
    """What `--rate-limits` and BIRZHA_RATE_LIMITS may be: a number above zero, or ``off`` (None).

    Raises:
        ValueError: neither.
    """
    if text == OFF:
        return None
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when written, 1 with one clear sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m gateway.runtime.render")
    parser.add_argument("--out", type=Path, required=True, help="folder of the rendered files")
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the unix sockets")
    parser.add_argument("--port", type=int, required=True, help="the public port")
    parser.add_argument("--bind", default="127.0.0.1", help="its address (default: %(default)s)")
    parser.add_argument("--log", default="/dev/stdout", help="file of the access log (default: %(default)s)")
    parser.add_argument("--target", default="local", choices=["local", "compose", "kubernetes"])
    parser.add_argument("--rate-limits", type=factor, default=1.0, help="multiplies them, or: off")
    parser.add_argument("--check", action="store_true", help="let Envoy validate the configuration first")
    parser.add_argument("--source", type=Path, default=SOURCE_FILE, help="the gateway file")
    parser.add_argument("--public-url", default="", help="scheme and host of every link")
    parser.add_argument("--host", action="append", default=[], help="a host name to serve (default: any)")
    parser.add_argument(
        "--trusted-proxy", action="append", default=[], help="a network whose X-Forwarded-* are trusted"
    )
    parser.add_argument(
        "--certificate", type=Path, nargs=2, help="of the public port, and its key; PEM files"
    )
    parser.add_argument("--session-cookie", default=Site.session_cookie, help="web_frontend's")
    parser.add_argument("--operator-cookie", default="", help="of the admins (default: as in gateway.yaml)")
    options = vars(parser.parse_args(arguments))
    try:
        site = Site(
            public_url=options.pop("public_url"),
            hosts=tuple(options.pop("host")),
            proxies=tuple(options.pop("trusted_proxy")),
            session_cookie=options.pop("session_cookie"),
            operator_cookie=options.pop("operator_cookie"),
        )
        print(render(**options, site=site))
    except (SourceError, EnvoyRefused, NginxRefused, OSError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
