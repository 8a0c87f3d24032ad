"""Files of any length: to nginx, which takes them from the service at once and gives them on slowly.

They have no total time, only an idle one, and are asked for once: half a file and another half are none.
"""

from __future__ import annotations

from gateway.config.addresses import Addresses
from gateway.config.envoy import Json, seconds, typed
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.names import exports_cluster
from gateway.config.source import Gateway, Route


def export_clusters(gateway: Gateway, addresses: Addresses, service: Json) -> list[Json]:
    """One for each service with files.

    Args:
        gateway: the source.
        addresses: where everything listens.
        service: the cluster of any service, spoken to in the same way.
    """
    return [
        typed(
            "envoy.config.cluster.v3.Cluster",
            name=exports_cluster(name),
            connect_timeout=seconds(gateway.timeouts.connect),
            type=discovery(addresses.exports(gateway, name)),
            load_assignment=endpoints(exports_cluster(name), addresses.exports(gateway, name)),
            circuit_breakers={
                "thresholds": [
                    {
                        "max_connections": gateway.limits.exports,
                        "max_pending_requests": gateway.limits.exports,
                        "max_requests": gateway.limits.exports,
                    }
                ]
            },
            typed_extension_protocol_options=service["typed_extension_protocol_options"],
        )
        for name in gateway.exporting
    ]


def export_routes(route: Route, safe: Json, gateway: Gateway) -> list[Json]:
    """The routes of files, before those of everything else at the same address.

    Args:
        route: the address.
        safe: its route for reads.
        gateway: the source.
    """
    if not route.export:
        return []
    action = {
        "cluster": exports_cluster(route.to),
        "timeout": "0s",
        "idle_timeout": seconds(gateway.timeouts.export_idle),
    }
    if route.export == "handed_over":
        return [{**safe, "route": action}]
    match = safe["match"]
    wanted = {"name": "accept", "string_match": {"contains": "text/csv", "ignore_case": True}}
    named = {"name": "format", "string_match": {"exact": "csv"}}
    return [
        {**safe, "match": {**match, "query_parameters": [named]}, "route": action},
        {**safe, "match": {**match, "headers": [*match["headers"], wanted]}, "route": action},
    ]
