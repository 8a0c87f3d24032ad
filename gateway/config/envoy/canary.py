"""What a canary adds to the configuration of its service: two clusters, and a split of each route.

- The share is sticky: a user, else a cookie, else an address always falls on the same side while the
  share stays, and whoever is in 10 % is also in 30 %.
- An operator chooses the version by ``x-canary: always`` or ``never``; from others the header is nothing.
- A read that the canary fails is tried again on the stable version.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable

from gateway.config.envoy import Json, extension
from gateway.config.envoy.tokens import SCOPE_HEADER, USER_HEADER, checks_token
from gateway.config.names import canary_cluster, kept_cluster, share_cluster, weight_prefix
from gateway.config.source import Service

OVERRIDE = "x-canary"

_AGGREGATE = "envoy.extensions.clusters.aggregate.v3.ClusterConfig"
_PREVIOUS = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"


def canary_clusters(service: Service, stable: Json, endpoint: Json) -> list[Json]:
    """The canary's own cluster, and the one that falls back on the stable version.

    Args:
        service: the service.
        stable: its cluster, of which the canary's is a copy with another endpoint.
        endpoint: the canary's `load_assignment`.
    """
    canary = copy.deepcopy(stable) | {
        "name": canary_cluster(service.name),
        "load_assignment": endpoint,
        "outlier_detection": _outlier(),
        # Without this, a cluster of which everything is ejected is used as if nothing were.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
    }
    share = {
        "@type": stable["@type"],
        "name": share_cluster(service.name),
        "connect_timeout": stable["connect_timeout"],
        "lb_policy": "CLUSTER_PROVIDED",
        "circuit_breakers": stable["circuit_breakers"],
        "cluster_type": extension(
            "envoy.clusters.aggregate", _AGGREGATE, clusters=[canary["name"], service.name]
        ),
    }
    return [canary, share]


def _outlier() -> Json:
    """Five failures in a row and the canary gets nothing. Only the canary: a stable version that is
    ejected altogether would be no service at all."""
    return {
        "consecutive_5xx": 5,
        "interval": "0.5s",
        "base_ejection_time": "30s",
        "max_ejection_percent": 100,
        "enforcing_consecutive_5xx": 100,
        "enforcing_success_rate": 0,
    }


def split(entries: Iterable[Json], canaries: Collection[str], session_cookie: str) -> list[Json]:
    """Routes in which each one to a service with a canary became three: always, never, by share.

    One without a token is only shared: who may choose is signed in.

    Args:
        entries: routes with a `cluster`, or others, which stay as they are.
        canaries: the services with a canary.
        session_cookie: web_frontend's; a visitor without an account keeps their side by it.
    """
    versions = {service: (service, share_cluster(service)) for service in canaries}
    for service in canaries:
        versions[kept_cluster(service)] = (service, kept_cluster(canary_cluster(service)))
    result: list[Json] = []
    for entry in entries:
        cluster = entry.get("route", {}).get("cluster")
        if cluster not in versions:
            result.append(entry)
            continue
        service, canary = versions[cluster]
        if checks_token(entry):
            result += _three(entry, service, session_cookie)
        else:
            result.append(_shared(entry, service, canary, cluster, session_cookie))
    return result


def _three(entry: Json, service: str, session_cookie: str) -> list[Json]:
    return [
        _chosen(entry, "always", share_cluster(service)),
        _chosen(entry, "never", service),
        _shared(entry, service, share_cluster(service), service, session_cookie),
    ]


def _chosen(entry: Json, choice: str, cluster: str) -> Json:
    chosen = copy.deepcopy(entry)
    chosen["match"].setdefault("headers", [])
    chosen["match"]["headers"] += [
        {"name": OVERRIDE, "string_match": {"exact": choice}},
        {"name": SCOPE_HEADER, "string_match": {"safe_regex": {"regex": r"(.* )?operator( .*)?"}}},
    ]
    chosen["route"]["cluster"] = cluster
    _fall_back(chosen["route"])
    return chosen


def _shared(entry: Json, service: str, canary: str, stable: str, session_cookie: str) -> Json:
    shared = copy.deepcopy(entry)
    del shared["route"]["cluster"]
    shared["route"]["weighted_clusters"] = {
        # The canary first: its share then begins at hash 0 and grows, so nobody leaves it when it grows.
        "clusters": [{"name": canary, "weight": 0}, {"name": stable, "weight": 100}],
        "runtime_key_prefix": weight_prefix(service),
        "use_hash_policy": True,
    }
    shared["route"]["hash_policy"] = [
        {"header": {"header_name": USER_HEADER}, "terminal": True},
        {"cookie": {"name": session_cookie}, "terminal": True},
        {"connection_properties": {"source_ip": True}},
    ]
    _fall_back(shared["route"])
    return shared


def _fall_back(route: Json) -> None:
    """A next try goes to the other version; a read's also when the canary answered with an error."""
    policy = route.get("retry_policy")
    if not policy:
        return
    policy["retry_priority"] = extension(
        "envoy.retry_priorities.previous_priorities", _PREVIOUS, update_frequency=1
    )
    if "reset" in policy["retry_on"]:
        policy["retry_on"] = "5xx,reset,connect-failure"
