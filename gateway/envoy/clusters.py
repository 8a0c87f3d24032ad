"""The services behind the gateway: one cluster each, over a unix socket in the run directory."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from gateway.canary import canary_cluster
from gateway.envoy import Json, seconds, typed
from gateway.envoy.canary import canary_clusters
from gateway.source import Gateway

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def clusters(gateway: Gateway, run_dir: Path, canaries: Collection[str] = ()) -> list[Json]:
    """One Cluster per service, with its circuit breaker; two more for each that has a canary."""
    found = []
    for service in gateway.services:
        stable = _cluster(service.name, run_dir / service.socket, gateway)
        found.append(stable)
        if service.name in canaries:
            name = canary_cluster(service.name)
            found += canary_clusters(service, stable, socket_endpoint(name, run_dir / f"{name}.sock"))
    return found


def _cluster(name: str, socket: Path, gateway: Gateway) -> Json:
    return typed(
        "envoy.config.cluster.v3.Cluster",
        name=name,
        connect_timeout=seconds(gateway.timeouts.connect),
        load_assignment=socket_endpoint(name, socket),
        circuit_breakers={"thresholds": [_breaker(gateway)]},
        typed_extension_protocol_options={HTTP_OPTIONS: _http(gateway)},
    )


def socket_endpoint(cluster: str, socket: Path) -> Json:
    """The only endpoint of a cluster: a unix socket."""
    endpoint = {"endpoint": {"address": {"pipe": {"path": str(socket)}}}}
    return {"cluster_name": cluster, "endpoints": [{"lb_endpoints": [endpoint]}]}


def _breaker(gateway: Gateway) -> Json:
    """Beyond these a service is not asked at all: the caller gets a 503 at once, the others go on."""
    most = gateway.limits.in_flight
    return {
        "max_connections": most,
        "max_pending_requests": most,
        "max_requests": most,
        "retry_budget": {"budget_percent": {"value": 25.0}, "min_retry_concurrency": 10},
    }


def _http(gateway: Gateway) -> Json:
    return typed(
        HTTP_OPTIONS,
        explicit_http_config={"http_protocol_options": {}},
        common_http_protocol_options={"idle_timeout": seconds(gateway.timeouts.service_idle)},
    )
