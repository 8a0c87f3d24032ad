"""The doors: the public port, the frontend's inner door, and the one for metrics.

On the public port nothing that a client says about itself is believed: internal headers are removed
and the address is the connection's. At the inner door web_frontend speaks for a visitor, so its
X-Forwarded-For and X-Request-Id are kept.
"""

from __future__ import annotations

from gateway.envoy import Json, extension, typed
from gateway.envoy.chain import MANAGER, connection_manager, router
from gateway.envoy.places import address
from gateway.envoy.run import Run

OWNER_ONLY = 0o600

_LISTENER = "envoy.config.listener.v3.Listener"


def public_listener(run: Run, routes: Json) -> Json:
    """The one port of the system."""
    return typed(
        _LISTENER,
        name="public",
        address=address(f"{run.bind}:{run.port}"),
        # A second gateway on this port must fail to start, not silently take half of the connections.
        enable_reuse_port=False,
        per_connection_buffer_limit_bytes=1024 * 1024,
        filter_chains=[{"filters": [connection_manager(run, "public", trusted=False, routes=routes)]}],
    )


def inner_listener(run: Run, routes: Json) -> Json:
    """web_frontend's way in. On a socket only this user of the machine can open it."""
    return typed(
        _LISTENER,
        name="inner",
        address=address(run.places.inner, mode=OWNER_ONLY),
        filter_chains=[{"filters": [connection_manager(run, "inner", trusted=True, routes=routes)]}],
        ignore_global_conn_limit=True,
    )


def stats_listener(run: Run) -> Json:
    """Metrics and readiness, and nothing else of Envoy's admin."""
    paths = ("/stats/prometheus", "/ready")
    routes = [{"match": {"path": path}, "route": {"cluster": "admin"}} for path in paths]
    hosts = [{"name": "stats", "domains": ["*"], "routes": routes}]
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        MANAGER,
        stat_prefix="stats",
        route_config={"name": "stats", "virtual_hosts": hosts},
        http_filters=[router()],
    )
    return {
        "name": "stats",
        "address": address(run.places.stats, mode=OWNER_ONLY),
        "filter_chains": [{"filters": [manager]}],
        "ignore_global_conn_limit": True,
    }
