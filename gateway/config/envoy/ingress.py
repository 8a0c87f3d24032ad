"""The ingress of the services' host: an Envoy that lets the gateway of another host in, and nobody else.

One port. Who comes shows a certificate, and says by the name in the handshake (SNI) which process it wants;
the bytes go on to that process's socket. It knows nothing of HTTP: to the gateway it is as if it were there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.config.envoy import Json, extension
from gateway.config.envoy.bootstrap import WATCHDOGS, admin_cluster
from gateway.config.envoy.endpoints import address, endpoints
from gateway.config.envoy.inner_tls import forwarding, from_gateways, socket_options
from gateway.config.envoy.listeners import OWNER_ONLY, stats_listener

#: Connections that one process may hold here: more than the gateway opens to it (limits of gateway.yaml).
_MOST = 2048


@dataclass(frozen=True)
class Ingress:
    """What it is rendered from.

    Attributes:
        listen: ``<host>:<port>`` on which the gateways of other hosts come.
        processes: who answers → where: ``unix:<path>``.
        stats: where its metrics and readiness are, ``unix:<path>``.
        admin: of Envoy's admin, ``unix:<path>``.
        out: folder of the rendered files, with the certificates.
    """

    listen: str
    processes: dict[str, str]
    stats: str
    admin: str
    out: Path


def ingress_bootstrap(ingress: Ingress) -> Json:
    """The whole configuration; only certificates stand beside it, and are watched."""
    return {
        "node": {"id": "ingress", "cluster": "ingress"},
        "admin": {"address": address(ingress.admin, mode=OWNER_ONLY)},
        "watchdogs": WATCHDOGS,
        "static_resources": {
            "clusters": [admin_cluster(ingress.admin), *_clusters(ingress)],
            "listeners": [stats_listener(ingress.stats), _listener(ingress)],
        },
    }


def _listener(ingress: Ingress) -> Json:
    inspector = "envoy.filters.listener.tls_inspector"
    proto = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
    return {
        "name": "ingress",
        "address": address(ingress.listen),
        "enable_reuse_port": False,
        "socket_options": socket_options("STATE_PREBIND"),
        "listener_filters": [extension(inspector, proto)],
        "filter_chains": [
            {
                "name": process,
                "filter_chain_match": {"transport_protocol": "tls", "server_names": [process]},
                "transport_socket": from_gateways(ingress.out),
                "transport_socket_connect_timeout": "5s",
                "filters": [forwarding(process)],
            }
            for process in ingress.processes
        ],
    }


def _clusters(ingress: Ingress) -> Iterator[Json]:
    for process, place in ingress.processes.items():
        yield {
            "name": process,
            "type": "STATIC",
            "connect_timeout": "1s",
            "load_assignment": endpoints(process, place),
            "circuit_breakers": {"thresholds": [{"max_connections": _MOST}]},
        }
