"""Envoy's clusters: each service where the run's target says, and the ways to it by nginx and beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gateway.config.addresses import Addresses
from gateway.config.envoy import Json, extension, seconds, typed
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.envoy.inner_tls import to_process
from gateway.config.names import (
    cached_cluster,
    canary_cluster,
    exports_cluster,
    pages_cluster,
    passwords_cluster,
    relay_cluster,
    share_cluster,
    stream_cluster,
)
from gateway.config.routing import route_table
from gateway.config.source import Gateway

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"

_CLUSTER = "envoy.config.cluster.v3.Cluster"
_AGGREGATE = "envoy.extensions.clusters.aggregate.v3.ClusterConfig"
#: Without this, a cluster of which everything is ejected is used as if nothing were.
_NO_PANIC: Json = {"healthy_panic_threshold": {"value": 0}}
#: Five failures in a row and the canary gets nothing. Only the canary: a stable version that is ejected
#: altogether would be no service at all.
_FAILING: Json = {
    "consecutive_5xx": 5,
    "interval": "0.5s",
    "base_ejection_time": "30s",
    "max_ejection_percent": 100,
    "enforcing_consecutive_5xx": 100,
    "enforcing_success_rate": 0,
}
#: A killed nginx is left alone, and looked at again a second later. Not at once: a reload may break a few
#: connections, too.
_KILLED: Json = {
    "split_external_local_origin_errors": True,
    "consecutive_local_origin_failure": 20,
    "enforcing_consecutive_local_origin_failure": 100,
    "enforcing_local_origin_success_rate": 0,
    "enforcing_success_rate": 0,
    "enforcing_consecutive_5xx": 0,
    "enforcing_consecutive_gateway_failure": 0,
    "max_ejection_percent": 100,
    "interval": "0.5s",
    "base_ejection_time": "1s",
    "max_ejection_time": "1s",
}


def clusters(gateway: Gateway, addresses: Addresses, canaries: Collection[str] = ()) -> list[Json]:
    """Every cluster that a rule may lead to, each with its circuit breaker.

    Beyond what a breaker lets through a service is not asked at all: the caller gets a 503 at once, the
    others go on.
    """
    return list(_clusters(gateway, addresses, canaries))


def _clusters(gateway: Gateway, addresses: Addresses, canaries: Collection[str]) -> Iterator[Json]:
    table, limits = route_table(gateway), gateway.limits
    breaker = _waiting(limits.in_flight, int(limits.in_flight / 2))
    for name in (service.name for service in gateway.services):
        yield _cluster(gateway, addresses, name, addresses.service(name), breaker)
        versions = [[name]]
        if name in canaries:
            canary = canary_cluster(name)
            versions.append([canary, name])
            yield _cluster(
                gateway,
                addresses,
                canary,
                addresses.service(canary),
                breaker,
                outlier_detection=_FAILING,
                common_lb_config=_NO_PANIC,
            )
            # What the canary took no connection for, and reads that it failed, go to the stable version.
            yield _falling_back(gateway, share_cluster(name), [canary, name], breaker)
        if name in table.services("pages"):
            for version in versions:
                yield from _cached(gateway, addresses, version)
    for name in table.services("stream"):
        # Each stream holds a connection as long as it lasts; they are counted apart from all other requests.
        breaker = {**_all(limits.streams), "max_pending_requests": 64}
        yield _cluster(gateway, addresses, stream_cluster(name), addresses.streamer(name), breaker)
    for name in table.services("files", "handed_over"):
        place = addresses.exports(table, name)
        yield _cluster(gateway, addresses, exports_cluster(name), place, _all(limits.exports))
    half = int(limits.passwords / 2)
    for name in table.services("hashed"):
        breaker = _waiting(limits.passwords, half)
        yield _cluster(gateway, addresses, passwords_cluster(name), addresses.hasher(name), breaker)
    for name in table.services("handed_on"):
        breaker = _waiting(limits.passwords, int(limits.passwords_pages))
        yield _cluster(gateway, addresses, passwords_cluster(name), addresses.service(name), breaker)
    for process, place in relayed(gateway, addresses).items():
        yield _cluster(gateway, addresses, relay_cluster(process), place, _all(limits.in_flight))


def relayed(gateway: Gateway, addresses: Addresses) -> dict[str, str]:
    """Whom nginx asks here and who is elsewhere: the process, and the socket at which Envoy stands for it."""
    table = route_table(gateway)
    asked = [*map(addresses.service, table.services("pages"))]
    asked += map(addresses.exporter, table.services("files"))
    return {process: place for place in asked if (process := addresses.elsewhere(place))}


def _cached(gateway: Gateway, addresses: Addresses, versions: list[str]) -> Iterator[Json]:
    """nginx's cluster for a version, and the one that falls back from it: when nginx takes no connection,
    breaks it, or has neither a page nor an answer from the service.

    Args:
        gateway: the source.
        addresses: where everything listens.
        versions: the version, then those that stand in for it: of a canary the stable version.
    """
    name, most = versions[0], gateway.limits.in_flight
    pages, place = pages_cluster(name), addresses.pages(route_table(gateway), name)
    more = {"outlier_detection": _KILLED, "common_lb_config": _NO_PANIC}
    yield _cluster(gateway, addresses, pages, place, _all(most), **more)
    # When nginx dies, every request under way is tried again, at once, by the service.
    yield _falling_back(
        gateway, cached_cluster(name), [pages, *versions], {"max_retries": most, "max_requests": most}
    )


def _cluster(
    gateway: Gateway, addresses: Addresses, name: str, place: str, breaker: Json, **more: Json
) -> Json:
    """A cluster of one process: at ``place``, or where that leads to when it is elsewhere."""
    where: Json = {"type": discovery(place), "load_assignment": endpoints(name, place)}
    if addresses.services_host and (process := addresses.elsewhere(place)):
        where = to_process(addresses.services_host, process, name)
    http = typed(
        HTTP_OPTIONS,
        explicit_http_config={"http_protocol_options": {}},
        common_http_protocol_options={"idle_timeout": seconds(gateway.timeouts.service_idle)},
    )
    return typed(
        _CLUSTER,
        name=name,
        connect_timeout=seconds(gateway.timeouts.connect),
        circuit_breakers={"thresholds": [breaker]},
        **where,
        typed_extension_protocol_options={HTTP_OPTIONS: http},
        **more,
    )


def _falling_back(gateway: Gateway, name: str, order: list[str], breaker: Json) -> Json:
    """Each next one when the one before cannot."""
    return typed(
        _CLUSTER,
        name=name,
        connect_timeout=seconds(gateway.timeouts.connect),
        lb_policy="CLUSTER_PROVIDED",
        cluster_type=extension("envoy.clusters.aggregate", _AGGREGATE, clusters=order),
        circuit_breakers={"thresholds": [breaker]},
    )


def _waiting(most: int, connections: int) -> Json:
    """So many at once. A request over HTTP/1.1 has one of the connections, or waits for one."""
    connections = max(1, connections)
    return {
        "max_connections": connections,
        "max_pending_requests": max(1, int(most) - connections),
        "max_requests": most,
        "retry_budget": {"budget_percent": {"value": 25.0}, "min_retry_concurrency": 10},
    }


def _all(most: int) -> Json:
    """So many at once, whatever each of them does."""
    return dict.fromkeys(("max_connections", "max_pending_requests", "max_requests"), most)
