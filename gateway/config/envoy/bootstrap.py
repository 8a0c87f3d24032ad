"""What Envoy is started with. Listeners, routes and clusters stand beside it and reload by rename."""

from __future__ import annotations

from pathlib import Path

from gateway.config.envoy import Json, plain, seconds
from gateway.config.envoy.clusters import clusters
from gateway.config.envoy.endpoints import address, discovery, endpoints
from gateway.config.envoy.listeners import (
    OWNER_ONLY,
    inner_listener,
    public_listener,
    relay_listeners,
    stats_listener,
)
from gateway.config.envoy.overload import overload_manager
from gateway.config.envoy.routes import route_configuration
from gateway.config.envoy.traces import traces_clusters
from gateway.config.envoy.weights import FILE, LAYER, document
from gateway.config.names import NAME
from gateway.config.run import Run

#: The cluster of all gateways of a system, this one included: they share the rate limits.
GATEWAYS = "gateways"

#: Envoy counts a thread that does not answer within so long. At its own 0.2 and 1 s each thread wakes twenty
#: times a second to say that it is there, most of what an idle gateway does.
_WATCHDOG = {"miss_timeout": "2s", "megamiss_timeout": "5s"}
WATCHDOGS = {"main_thread_watchdog": _WATCHDOG, "worker_watchdog": _WATCHDOG}


def bootstrap(run: Run, *, folder: Path | None) -> Json:
    """The whole configuration.

    Args:
        run: what to render.
        folder: where ``lds/``, ``cds/``, ``rds/`` and ``rtds/`` are watched; None puts all of it inside, so
            that ``envoy --mode validate`` sees it (it does not open watched files).
    """
    static_clusters = [
        admin_cluster(run.addresses.admin),
        _gateways_cluster(run),
        *traces_clusters(run.traces),
    ]
    listeners = [stats_listener(run.addresses.stats)]
    dynamic: Json = {}
    if folder is None:
        shares: Json = {"static_layer": document(run.canaries)["resources"][0]["layer"]}
        routes = {"route_config": plain(route_configuration(run.gateway, run.site, run.canaries))}
        static_clusters += map(plain, clusters(run.gateway, run.addresses, run.canaries))
        listeners += map(plain, traffic_listeners(run, routes))
    else:
        shares = {"rtds_layer": {"name": LAYER, "rtds_config": _watched(folder, "rtds", FILE.name)}}
        dynamic = {
            "dynamic_resources": {
                "lds_config": _watched(folder, "lds", "listeners.json"),
                "cds_config": _watched(folder, "cds", "clusters.json"),
            }
        }
    return {
        "node": {"id": "gateway", "cluster": NAME},
        "admin": {"address": address(run.addresses.admin, mode=OWNER_ONLY)},
        "cluster_manager": {"local_cluster_name": GATEWAYS},
        **dynamic,
        "layered_runtime": {"layers": [{"name": LAYER, **shares}]},
        # Histograms are brought up to date so often; a slow canary is seen by them.
        "stats_flush_interval": seconds(1),
        "watchdogs": WATCHDOGS,
        "static_resources": {"clusters": static_clusters, "listeners": listeners},
        "overload_manager": overload_manager(run.gateway.limits),
    }


def watched_routes(folder: Path) -> Json:
    """How a listener finds its routes: the file that is watched."""
    return {"rds": {"route_config_name": NAME, "config_source": _watched(folder, "rds", "routes.json")}}


def traffic_listeners(run: Run, routes: Json) -> list[Json]:
    """The public listener, web_frontend's, and nginx's ways to another host."""
    return [public_listener(run, routes), inner_listener(run, routes), *relay_listeners(run)]


def _watched(folder: Path, kind: str, name: str) -> Json:
    """A file that is read again when something is renamed over it. One folder per kind."""
    path = folder / kind / name
    return {
        "path_config_source": {"path": str(path), "watched_directory": {"path": str(path.parent)}},
        "resource_api_version": "V3",
    }


def admin_cluster(admin: str) -> Json:
    """By which the listener of metrics asks Envoy itself."""
    return {"name": "admin", "load_assignment": endpoints("admin", admin)}


def _gateways_cluster(run: Run) -> Json:
    addresses = run.addresses.gateways or (f"{run.bind}:{run.port}",)
    return {
        "name": GATEWAYS,
        "type": discovery(*addresses),
        "connect_timeout": "1s",
        "load_assignment": endpoints(GATEWAYS, *addresses),
    }
