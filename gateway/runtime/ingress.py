"""Writes what the ingress of the services' host is started with."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from gateway.config.envoy.ingress import Ingress, ingress_bootstrap
from gateway.runtime.certificate import write_inner
from gateway.runtime.envoy import validate
from gateway.runtime.files import write

#: Its sockets, in the folder of all of them.
STATS_SOCKET, ADMIN_SOCKET = "ingress-stats.sock", "ingress-admin.sock"


def render_ingress(
    out: Path, run_dir: Path, listen: str, processes: tuple[str, ...], certificate: tuple[Path, Path, Path]
) -> Path:
    """Write its configuration, once Envoy has judged it.

    Args:
        out: folder of the files; made when missing.
        run_dir: folder of the unix sockets.
        listen: ``<host>:<port>``.
        processes: whose sockets it leads to.
        certificate: of this host, its key, and the authorities of the gateways; PEM files.

    Returns:
        The path of `bootstrap.json`, which Envoy is started with.

    Raises:
        SourceError: the certificate cannot be used.
        EnvoyRefused: Envoy does not accept it.
    """
    out = out.resolve()
    ingress = Ingress(
        listen=listen,
        processes={name: f"unix:{run_dir / name}.sock" for name in processes},
        stats=f"unix:{run_dir / STATS_SOCKET}",
        admin=f"unix:{run_dir / ADMIN_SOCKET}",
        out=out,
    )
    write_inner(out, *certificate)
    document = ingress_bootstrap(ingress)
    with tempfile.TemporaryDirectory() as aside:
        whole = Path(aside) / "bootstrap.json"
        whole.write_text(json.dumps(document), encoding="utf-8")
        validate(whole)
    path = out / "bootstrap.json"
    write(path, document)
    return path
