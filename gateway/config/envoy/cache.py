"""How Envoy asks nginx for pages that it keeps, and goes on without it when it is down.

Each version of a service whose pages are kept has two clusters more. `market-pages` is nginx.
`market-kept` is what routes lead to: nginx first, the service itself when nginx takes no connection, breaks
it, or has neither a page nor an answer from the service. Of a canary the stable version stands behind both.
"""

from __future__ import annotations

from gateway.config.addresses import Addresses
from gateway.config.envoy import Json, extension, seconds, typed
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.names import kept_cluster, pages_cluster
from gateway.config.source import Gateway

_BREAKERS = ("max_connections", "max_pending_requests", "max_requests")


def cache_clusters(gateway: Gateway, versions: list[str], addresses: Addresses, service: Json) -> list[Json]:
    """nginx's cluster for a version, and the one that falls back from it to the version itself.

    Args:
        gateway: the source.
        versions: the version's cluster, then those that stand in for it.
        addresses: where everything listens.
        service: the cluster of the service, spoken to in the same way.
    """
    name, most = versions[0], gateway.limits.in_flight
    pages = pages_cluster(name)
    return [
        typed(
            "envoy.config.cluster.v3.Cluster",
            name=pages,
            connect_timeout=seconds(gateway.timeouts.connect),
            type=discovery(addresses.pages(gateway, name)),
            load_assignment=endpoints(pages, addresses.pages(gateway, name)),
            circuit_breakers={
                "thresholds": [
                    dict.fromkeys(("max_connections", "max_pending_requests", "max_requests"), most)
                ]
            },
            typed_extension_protocol_options=service["typed_extension_protocol_options"],
            # A killed nginx is left alone, and looked at again a second later. Not at once: a reload
            # may break a few connections, too.
            outlier_detection={
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
            },
            common_lb_config={"healthy_panic_threshold": {"value": 0}},
        ),
        typed(
            "envoy.config.cluster.v3.Cluster",
            name=kept_cluster(name),
            connect_timeout=seconds(gateway.timeouts.connect),
            lb_policy="CLUSTER_PROVIDED",
            cluster_type=extension(
                "envoy.clusters.aggregate",
                "envoy.extensions.clusters.aggregate.v3.ClusterConfig",
                clusters=[pages, *versions],
            ),
            # When nginx dies, every request under way is tried again, at once, by the service.
            circuit_breakers={"thresholds": [{"max_retries": most, "max_requests": most}]},
        ),
    ]


def cached_route(route: Json) -> Json:
    """A safe route to a service, for who brings no token and no cookie either, by way of nginx."""
    match, action = route["match"], route["route"]
    no_cookie = {"name": "cookie", "present_match": True, "invert_match": True}
    method = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
    again = {
        **action["retry_policy"],
        "retry_priority": extension(
            "envoy.retry_priorities.previous_priorities",
            "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
            update_frequency=1,
        ),
    }
    headers = [header for header in match["headers"] if header["name"] != ":method"]
    return {
        **route,
        "match": {**match, "headers": [*headers, method, no_cookie]},
        "route": {**action, "cluster": kept_cluster(action["cluster"]), "retry_policy": again},
        "response_headers_to_add": [_added("X-Cache", "BYPASS")],
    }


def bypassing(route: Json) -> Json:
    """The same addresses for everybody else: what the service answers, and it says so."""
    return {**route, "response_headers_to_add": [_added("X-Cache", "BYPASS")]}


def _added(name: str, value: str) -> Json:
    return {"header": {"key": name, "value": value}, "append_action": "ADD_IF_ABSENT"}
