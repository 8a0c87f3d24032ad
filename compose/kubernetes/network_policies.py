"""Who talks to whom, from the description, and the NetworkPolicies that let nobody talk to anybody else."""

from __future__ import annotations

from collections.abc import Iterable

from compose.docker.network import CACHE, INNER_PORT, PORT
from compose.docker.servers import asked_by_cache
from compose.kubernetes.cluster import DATA_PORTS, PREPARE, serves_metrics_itself
from compose.kubernetes.edge import cache_ports, stats_port
from compose.kubernetes.objects import Object, labels, made
from compose.local.own_servers import SENTINEL_PORT
from compose.system import DELIVERY, EVENTS, GATEWAY, POSTGRES, PROCESSES, RECONCILER, SERVICES

#: Whose Prometheus may ask for metrics.
MONITORING = "monitoring"
_API = "networking.k8s.io/v1"
#: Where a message to somebody outside may not go.
_INSIDE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10"]
_INSIDE_6 = ["fc00::/7", "fe80::/10", "::1/128"]

#: Who → whom → at which ports.
Connections = dict[str, dict[str, set[int]]]


def connections() -> Connections:
    """Everything that the system says within itself."""
    found: Connections = {name: {} for name in (*_ours(), GATEWAY.name, CACHE, RECONCILER.name, PREPARE)}
    signer = next(service.name for service in SERVICES if service.signs_tokens)

    def allow(who: str, whom: str, *ports: int) -> None:
        found[who].setdefault(whom, set()).update(ports)

    for process in PROCESSES:
        if process.service:
            for server in process.needs:
                allow(process.name, server, DATA_PORTS[server])
            if process.service.calls_gateway:
                allow(process.name, GATEWAY.name, INNER_PORT)
        if process.type.answers_http:
            allow(process.name, signer, PORT)  # the keys that tokens are checked with
            allow(GATEWAY.name, process.name, PORT)
    allow(GATEWAY.name, CACHE, *cache_ports())
    allow(GATEWAY.name, GATEWAY.name, PORT)  # they share the limits
    for host in asked_by_cache():
        allow(CACHE, host, INNER_PORT if host == GATEWAY.name else PORT)
    for who in (RECONCILER.name, PREPARE):
        for server in (POSTGRES.name, EVENTS.name):
            allow(who, server, DATA_PORTS[server])
    return found


def policies() -> list[Object]:
    """A policy for each process: who may reach it, and whom it may reach."""
    allowed = connections()
    return [
        _policy(name, _incoming(allowed, name), allowed[name], metrics=_metrics_port(name))
        for name in sorted(allowed)
    ]


def data_policy(name: str) -> Object:
    """Of a server of data on one node: those that need it, and no way out."""
    return _policy(name, _incoming(connections(), name), {}, metrics=None, out=False)


def operated_policy(name: str, selector: dict[str, str], more: list[Object]) -> Object:
    """Of a server that an operator runs: what it does itself is the operator's matter, so only who comes in.

    Args:
        selector: its pods' labels.
        more: rules for who else does.
    """
    rules = [_from(incoming, ports) for incoming, ports in _incoming(connections(), name).items()]
    spec: Object = {
        "podSelector": {"matchLabels": selector},
        "policyTypes": ["Ingress"],
        "ingress": [*rules, *more],
    }
    return made(_API, "NetworkPolicy", name, spec)


def own_servers_policy() -> Object:
    """The way out to servers of data that are elsewhere, for those that need them."""
    needing = sorted(who for who, whom in connections().items() if DATA_PORTS.keys() & whom)
    anywhere = [{"ipBlock": {"cidr": each}} for each in ("0.0.0.0/0", "::/0")]
    spec: Object = {
        "podSelector": {"matchExpressions": [{"key": "process", "operator": "In", "values": needing}]},
        "policyTypes": ["Egress"],
        "egress": [{"to": anywhere, "ports": _ports({*DATA_PORTS.values(), SENTINEL_PORT})}],
    }
    return made(_API, "NetworkPolicy", "own-servers", spec)


def _ours() -> list[str]:
    return [process.name for process in PROCESSES if process.service]


def _incoming(allowed: Connections, name: str) -> dict[str, set[int]]:
    return {who: whom[name] for who, whom in allowed.items() if name in whom}


def _metrics_port(name: str) -> int | None:
    if name == GATEWAY.name:
        return stats_port()
    process = next((each for each in PROCESSES if each.name == name), None)
    return PORT if process and (process.type.answers_http or serves_metrics_itself(process)) else None


def _policy(
    name: str,
    incoming: dict[str, set[int]],
    outgoing: dict[str, set[int]],
    *,
    metrics: int | None,
    out: bool = True,
) -> Object:
    comes = [_from(who, ports) for who, ports in incoming.items()]
    if name == GATEWAY.name:
        comes.append({"ports": _ports([PORT])})  # the public port: everybody
    if metrics:
        asked = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": MONITORING}}}
        comes.append({"from": [asked], "ports": _ports([metrics])})
    goes = [{"to": [_pods(whom)], "ports": _ports(ports)} for whom, ports in outgoing.items()]
    if out:
        goes.append(_names())
    if name.endswith(DELIVERY.suffix):
        goes.append(_outside())
    spec: Object = {
        "podSelector": {"matchLabels": labels(name)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": comes,
        "egress": goes,
    }
    return made(_API, "NetworkPolicy", name, spec)


def _from(who: str, ports: Iterable[int]) -> Object:
    return {"from": [_pods(who)], "ports": _ports(ports)}


def _pods(name: str) -> Object:
    return {"podSelector": {"matchLabels": labels(name)}}


def _ports(ports: Iterable[int]) -> list[Object]:
    return [{"protocol": "TCP", "port": port} for port in sorted(ports)]


def _names() -> Object:
    """Looking names up."""
    server = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    return {"to": [server], "ports": [{"protocol": each, "port": 53} for each in ("UDP", "TCP")]}


def _outside() -> Object:
    """Mail and webhooks: anywhere but into private networks."""
    return {
        "to": [
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": _INSIDE}},
            {"ipBlock": {"cidr": "::/0", "except": _INSIDE_6}},
        ]
    }
