"""The services behind the gateway: one cluster each, where the run's target says."""

from __future__ import annotations

from collections.abc import Collection

from gateway.config.addresses import Addresses
from gateway.config.envoy import Json, seconds, typed
from gateway.config.envoy.cache import cache_clusters
from gateway.config.envoy.canary import canary_clusters
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.envoy.exports import export_clusters
from gateway.config.envoy.passwords import password_clusters
from gateway.config.names import canary_cluster, stream_cluster
from gateway.config.source import Gateway

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def clusters(gateway: Gateway, addresses: Addresses, canaries: Collection[str] = ()) -> list[Json]:
    """One Cluster per service, with its circuit breaker.

    Two more for each that has a canary, two for each version of those whose pages are kept, one for files,
    one for passwords, one for streams.
    """
    found = []
    for service in gateway.services:
        stable = _cluster(service.name, addresses.service(service.name), gateway)
        found.append(stable)
        if service.name in canaries:
            name = canary_cluster(service.name)
            found += canary_clusters(service, stable, endpoints(name, addresses.service(name)))
        if service.name in gateway.cached:
            found += cache_clusters(gateway, [service.name], addresses, stable)
            if service.name in canaries:
                found += cache_clusters(gateway, [name, service.name], addresses, stable)
    streams = [_streams(name, addresses.streamer(name), gateway) for name in gateway.streaming]
    return [
        *found,
        *streams,
        *export_clusters(gateway, addresses, found[0]),
        *password_clusters(gateway, addresses, found[0]),
    ]


def _cluster(name: str, place: str, gateway: Gateway) -> Json:
    return typed(
        "envoy.config.cluster.v3.Cluster",
        name=name,
        type=discovery(place),
        connect_timeout=seconds(gateway.timeouts.connect),
        load_assignment=endpoints(name, place),
        circuit_breakers={"thresholds": [_breaker(gateway)]},
        typed_extension_protocol_options={HTTP_OPTIONS: _http(gateway)},
    )


def _streams(service: str, place: str, gateway: Gateway) -> Json:
    """Each stream holds a connection as long as it lasts; they are counted apart from all other requests."""
    most = {"max_connections": gateway.limits.streams, "max_requests": gateway.limits.streams}
    cluster = _cluster(stream_cluster(service), place, gateway)
    return {**cluster, "circuit_breakers": {"thresholds": [{**most, "max_pending_requests": 64}]}}


def _breaker(gateway: Gateway) -> Json:
    """Beyond these a service is not asked at all: the caller gets a 503 at once, the others go on."""
    # A request over HTTP/1.1 has a connection, or waits for one.
    half = max(1, int(gateway.limits.in_flight / 2))
    return {
        "max_connections": half,
        "max_pending_requests": half,
        "max_requests": gateway.limits.in_flight,
        "retry_budget": {"budget_percent": {"value": 25.0}, "min_retry_concurrency": 10},
    }


def _http(gateway: Gateway) -> Json:
    return typed(
        HTTP_OPTIONS,
        explicit_http_config={"http_protocol_options": {}},
        common_http_protocol_options={"idle_timeout": seconds(gateway.timeouts.service_idle)},
    )
