"""The listeners: the public port, web_frontend's inner one, and the one for metrics.

On the public port nothing that a client says about itself is believed: internal headers are removed
and the address is the connection's. Only a client at a trusted proxy's address may give the visitor's
address and scheme. At the inner listener web_frontend speaks for a visitor, so its
X-Forwarded-For and X-Request-Id are kept.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from gateway.config.envoy import Json, extension, seconds, typed
from gateway.config.envoy.chain import MANAGER, connection_manager, router
from gateway.config.envoy.clusters import relayed
from gateway.config.envoy.endpoints import address
from gateway.config.envoy.inner_tls import forwarding
from gateway.config.envoy.tls import transport
from gateway.config.names import relay_cluster
from gateway.config.run import Run

OWNER_ONLY = 0o600
_LOOPBACK = {"127.0.0.0/8", "::1/128"}

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
        listener_filters=[_tls_inspector()] if run.tls else [],
        filter_chains=_with_tls(run, routes) if run.tls else _plain(run, routes),
    )


def _plain(run: Run, routes: Json) -> list[Json]:
    """Everybody, and on the same port the trusted proxies' addresses, which speak for visitors."""
    everybody: Json = {"name": "public", "filters": [connection_manager(run, "public", routes=routes)]}
    if not run.site.proxies:
        return [everybody]
    manager = connection_manager(run, "public", routes=routes, proxied=True)
    match = {"source_prefix_ranges": _ranges(run.site.proxies)}
    return [{"name": "proxied", "filter_chain_match": match, "filters": [manager]}, everybody]


def _with_tls(run: Run, routes: Json) -> list[Json]:
    """With TLS as without; in plain HTTP the trusted proxies and this machine. Others are sent to https."""
    plain, chains = {"transport_protocol": "raw_buffer"}, []
    for chain in _plain(run, routes):
        match = chain.get("filter_chain_match", {})
        proxied = "source_prefix_ranges" in match
        secured = connection_manager(run, "public", routes=routes, proxied=proxied, tls=True)
        chains.append(
            {
                "name": f"{chain['name']}-tls",
                "filter_chain_match": {**match, "transport_protocol": "tls"},
                "filters": [secured],
                "transport_socket": transport(run.out),
            }
        )
        own = {} if proxied else {"source_prefix_ranges": _ranges(_this_machine(run) - set(run.site.proxies))}
        chains.append({**chain, "filter_chain_match": {**match, **own, **plain}})
    return [*chains, {"name": "to-https", "filter_chain_match": plain, "filters": [_to_https(run)]}]


def _this_machine(run: Run) -> set[str]:
    """Where it comes from when it asks itself: its loopback, and the address that it listens on."""
    bind = ipaddress.ip_address(run.bind)
    return (
        _LOOPBACK
        if bind.is_unspecified or bind.is_loopback
        else {*_LOOPBACK, str(ipaddress.ip_network(bind))}
    )


def _ranges(networks: Collection[str]) -> list[Json]:
    found = [ipaddress.ip_network(text) for text in sorted(networks)]
    return [{"address_prefix": str(each.network_address), "prefix_len": each.prefixlen} for each in found]


def _tls_inspector() -> Json:
    """Sees whether a connection begins with TLS."""
    name = "envoy.filters.listener.tls_inspector"
    return extension(name, "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector")


def _to_https(run: Run) -> Json:
    """The same address at the public one."""
    public = urlsplit(run.site.public_url)
    to: Json = {"https_redirect": True, "host_redirect": public.hostname}
    if public.port:
        to["port_redirect"] = public.port
    routes = [{"match": {"prefix": "/"}, "redirect": to}]
    return extension(
        "envoy.filters.network.http_connection_manager",
        MANAGER,
        stat_prefix="to_https",
        route_config={
            "name": "to_https",
            "virtual_hosts": [{"name": "to_https", "domains": ["*"], "routes": routes}],
        },
        request_timeout=seconds(run.gateway.timeouts.client_request),
        common_http_protocol_options={"idle_timeout": seconds(run.gateway.timeouts.client_idle)},
        http_filters=[router()],
    )


def inner_listener(run: Run, routes: Json) -> Json:
    """web_frontend's way in. On a socket only this user of the machine can open it."""
    return typed(
        _LISTENER,
        name="inner",
        address=address(run.addresses.inner, mode=OWNER_ONLY),
        filter_chains=[{"filters": [connection_manager(run, "inner", trusted=True, routes=routes)]}],
        ignore_global_conn_limit=True,
    )


def relay_listeners(run: Run) -> list[Json]:
    """A socket for each process on the services' host that nginx asks: nginx itself speaks no TLS."""
    return [
        typed(
            _LISTENER,
            name=relay_cluster(process),
            address=address(place, mode=OWNER_ONLY),
            filter_chains=[{"filters": [forwarding(relay_cluster(process))]}],
            ignore_global_conn_limit=True,
        )
        for process, place in relayed(run.gateway, run.addresses).items()
    ]


def stats_listener(stats: str) -> Json:
    """Metrics and readiness, and nothing else of Envoy's admin.

    Args:
        stats: where it listens.
    """
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
        "address": address(stats, mode=OWNER_ONLY),
        "filter_chains": [{"filters": [manager]}],
        "ignore_global_conn_limit": True,
    }
