"""The doors: the public port, the frontend's inner door, and the one for metrics.

On the public port nothing that a client says about itself is believed: internal headers are removed
and the address is the connection's. Only who connects from a trusted proxy's address tells the visitor's
address and scheme. At the inner door web_frontend speaks for a visitor, so its
X-Forwarded-For and X-Request-Id are kept.
"""

from __future__ import annotations

import ipaddress

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
        filter_chains=[
            *_of_proxies(run, routes),
            {"name": "public", "filters": [connection_manager(run, "public", routes=routes)]},
        ],
    )


def _of_proxies(run: Run, routes: Json) -> list[Json]:
    """The same port for the trusted proxies' addresses: they speak for visitors. None when none is."""
    networks = [ipaddress.ip_network(text) for text in run.site.proxies]
    ranges = [{"address_prefix": str(n.network_address), "prefix_len": n.prefixlen} for n in networks]
    if not ranges:
        return []
    return [
        {
            "name": "proxied",
            "filter_chain_match": {"source_prefix_ranges": ranges},
            "filters": [connection_manager(run, "public", routes=routes, proxied=True)],
        }
    ]


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
