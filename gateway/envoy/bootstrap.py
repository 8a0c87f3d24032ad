"""The bootstrap: what Envoy is started with. Routes and clusters stand beside it and reload by rename."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.canary.weights import FILE, LAYER, document
from gateway.envoy import Json, extension, seconds
from gateway.envoy.clusters import clusters, socket_endpoint
from gateway.envoy.listeners import OWNER_ONLY, inner_listener, public_listener, stats_listener
from gateway.envoy.routes import NAME, route_configuration
from gateway.source import Gateway

#: Sockets in the run directory, beside the services'.
INNER_SOCKET = "gateway.sock"
ADMIN_SOCKET = "gateway-admin.sock"
STATS_SOCKET = "gateway-stats.sock"


def bootstrap(
    gateway: Gateway,
    *,
    run_dir: Path,
    bind: str,
    port: int,
    log: str,
    folder: Path | None,
    canaries: Mapping[str, int] | None = None,
) -> Json:
    """The whole configuration.

    Args:
        gateway: the source.
        run_dir: where the sockets are.
        bind: the public listener's address.
        port: and its port.
        log: file of the JSON access log; `/dev/stdout` is allowed.
        folder: where `cds/`, `rds/` and `rtds/` are watched; None puts all of it inside, so that
            `envoy --mode validate` sees it (it does not open watched files).
        canaries: service → its canary's share in percent.
    """
    canaries = canaries or {}
    static_clusters = [_admin_cluster(run_dir)]
    dynamic: Json = {}
    if folder is None:
        shares: Json = {"static_layer": document(canaries)["resources"][0]["layer"]}
        routes: Json = {"route_config": _plain(route_configuration(gateway, canaries))}
        static_clusters += map(_plain, clusters(gateway, run_dir, canaries))
    else:
        routes = {"rds": {"route_config_name": NAME, "config_source": _watched(folder, "rds", "routes.json")}}
        shares = {"rtds_layer": {"name": LAYER, "rtds_config": _watched(folder, "rtds", FILE.name)}}
        dynamic = {"dynamic_resources": {"cds_config": _watched(folder, "cds", "clusters.json")}}
    return {
        "node": {"id": "gateway", "cluster": NAME},
        "admin": {"address": {"pipe": {"path": str(run_dir / ADMIN_SOCKET), "mode": OWNER_ONLY}}},
        **dynamic,
        "layered_runtime": {"layers": [{"name": LAYER, **shares}]},
        # Histograms are brought up to date so often; a slow canary is seen by them.
        "stats_flush_interval": seconds(1),
        "static_resources": {
            "clusters": static_clusters,
            "listeners": [
                public_listener(gateway, bind=bind, port=port, routes=routes, log=log),
                inner_listener(gateway, socket=run_dir / INNER_SOCKET, routes=routes, log=log),
                stats_listener(socket=run_dir / STATS_SOCKET),
            ],
        },
        "overload_manager": {"resource_monitors": [_connection_limit(gateway)]},
    }


def _watched(folder: Path, kind: str, name: str) -> Json:
    """A file that is read again when something is renamed over it. One folder per kind."""
    path = folder / kind / name
    return {
        "path_config_source": {"path": str(path), "watched_directory": {"path": str(path.parent)}},
        "resource_api_version": "V3",
    }


def _admin_cluster(run_dir: Path) -> Json:
    return {"name": "admin", "load_assignment": socket_endpoint("admin", run_dir / ADMIN_SOCKET)}


def _connection_limit(gateway: Gateway) -> Json:
    return extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections=gateway.limits.connections,
    )


def _plain(message: dict[str, Any]) -> Json:
    return {key: value for key, value in message.items() if key != "@type"}
