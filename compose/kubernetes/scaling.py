"""How many of each in production: by CPU, by what waits, or two of those that take turns."""

from __future__ import annotations

from compose.docker.network import CACHE, REPLICAS
from compose.kubernetes.objects import Object, labels, made
from compose.system import DELIVERY, GATEWAY, PROCESSES, WORKER

#: Percent of the CPU that is kept for a container: above it, there are more.
BUSY = 600
#: Deliveries that wait for each process that sends them.
WAITING = 200
#: Of those without a database, which PostgreSQL's connections do not bound.
MOST = 10


def autoscalers() -> list[Object]:
    """Of all that gain by being several."""
    found = [_by_cpu(name, REPLICAS if bounded else MOST) for name, bounded in _scaled().items()]
    return [*found, _by_what_waits(_sender())]


def pairs() -> list[str]:
    """The workers: one works, and one waits to take over."""
    return [process.name for process in PROCESSES if process.type == WORKER]


def budgets() -> list[Object]:
    """While a node is emptied one of each serves on."""
    names = [*_scaled(), _sender(), *pairs()]
    return [
        made(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            {"minAvailable": 1, "selector": {"matchLabels": labels(name)}},
        )
        for name in names
    ]


def _scaled() -> dict[str, bool]:
    """Name → whether it has connections to a database."""
    answering = {
        process.name: bool(process.service and process.service.has_database)
        for process in PROCESSES
        if process.type.answers_http
    }
    return {**answering, GATEWAY.name: False, CACHE: False}


def _sender() -> str:
    return next(process.name for process in PROCESSES if process.type == DELIVERY)


def _by_cpu(name: str, most: int) -> Object:
    used = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": BUSY}}
    return _autoscaler(name, most, [{"type": "Resource", "resource": used}])


def _by_what_waits(name: str) -> Object:
    waiting = {
        "metric": {"name": "birzha_deliveries_pending"},
        "target": {"type": "AverageValue", "averageValue": str(WAITING)},
    }
    return _autoscaler(name, REPLICAS, [{"type": "External", "external": waiting}])


def _autoscaler(name: str, most: int, metrics: list[Object]) -> Object:
    return made(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        name,
        {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": 2,
            "maxReplicas": most,
            "metrics": metrics,
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}},
        },
    )
