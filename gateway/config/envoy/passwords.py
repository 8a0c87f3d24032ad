"""What brings a password: through a cluster of its own, so that nothing else waits while many are hashed.

A hash takes a core some 20 ms on purpose. A process of the service's own makes them; the pages, which wait
for it, have so many threads for that and no more. Beyond ``limits.passwords`` at once the answer is a 503.
"""

from __future__ import annotations

from gateway.config.addresses import Addresses
from gateway.config.envoy import Json, seconds, typed
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.names import passwords_cluster
from gateway.config.source import Gateway, Route


def password_clusters(gateway: Gateway, addresses: Addresses, service: Json) -> list[Json]:
    """One for each service that hashes passwords, and one for each that hands them on.

    Args:
        gateway: the source.
        addresses: where everything listens.
        service: the cluster of any service, spoken to in the same way.
    """
    half = max(1, int(gateway.limits.passwords / 2))
    hashing = [_cluster(name, addresses.hasher(name), half, gateway, service) for name in gateway.hashing]
    threads = int(gateway.limits.passwords_pages)
    return hashing + [
        _cluster(name, addresses.service(name), threads, gateway, service) for name in gateway.handing_on
    ]


def _cluster(name: str, place: str, connections: int, gateway: Gateway, service: Json) -> Json:
    """A request over HTTP/1.1 has a connection, or waits for one."""
    return typed(
        "envoy.config.cluster.v3.Cluster",
        name=passwords_cluster(name),
        connect_timeout=seconds(gateway.timeouts.connect),
        type=discovery(place),
        load_assignment=endpoints(passwords_cluster(name), place),
        circuit_breakers={
            "thresholds": [
                {
                    "max_connections": connections,
                    "max_pending_requests": max(1, int(gateway.limits.passwords) - connections),
                    "max_requests": gateway.limits.passwords,
                    "retry_budget": service["circuit_breakers"]["thresholds"][0]["retry_budget"],
                }
            ]
        },
        typed_extension_protocol_options=service["typed_extension_protocol_options"],
    )


def bounded(route: Route, unsafe: Json) -> Json:
    """A route's writes, by way of that cluster when they bring a password."""
    if not route.passwords:
        return unsafe
    return {**unsafe, "route": {**unsafe["route"], "cluster": passwords_cluster(route.to)}}
