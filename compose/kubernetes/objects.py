"""The pieces of which the objects consist, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compose.docker.network import variable_of
from compose.kubernetes.cluster import CHOICES, PART_OF, SECRETS

Object = dict[str, Any]

#: As compose/docker builds it. An overlay says where the registry is.
IMAGE = "birzha:local"
#: Seconds in which a pod that ends is still served to: until everybody has heard that it does.
LEAVING_S = 5


def labels(name: str) -> dict[str, str]:
    """Of a process: its pods are found by them."""
    return {"app.kubernetes.io/part-of": PART_OF, "process": name}


def made(api: str, kind: str, name: str, spec: Object, process: str = "") -> Object:
    """An object: what it is of, and its description."""
    meta = {"name": name, "labels": labels(process or name)}
    return {"apiVersion": api, "kind": kind, "metadata": meta, "spec": spec}


def container(name: str, image: str, words: Iterable[object], **more: object) -> Object:
    """A container that may change nothing on its disk and has no rights beside its user's."""
    return {
        "name": name,
        "image": image,
        "command": [str(word) for word in words],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        **more,
    }


def pod(user: int, stop_s: int, containers: list[Object], volumes: list[Object], **more: object) -> Object:
    """A pod's description: one user, nobody's account at the cluster."""
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": stop_s + LEAVING_S,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **more,
        "containers": containers,
        "volumes": volumes,
    }


def deployment(name: str, spec: Object, *, metrics: str = "", alone: bool = False) -> Object:
    """A Deployment. How many there are is not said: one, or what the overlay or the autoscaler says.

    Args:
        metrics: ``port/path`` that Prometheus asks.
        alone: the old one ends before the new one begins.
    """
    port, _, path = metrics.partition("/")
    asked = {"prometheus.io/scrape": "true", "prometheus.io/port": port, "prometheus.io/path": f"/{path}"}
    template = {"metadata": {"labels": labels(name), **({"annotations": asked} if metrics else {})}}
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    return made(
        "apps/v1",
        "Deployment",
        name,
        {
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": labels(name)},
            "strategy": {"type": "Recreate"} if alone else rolling,
            "template": {**template, "spec": spec},
        },
    )


def service(name: str, ports: dict[str, int], *, process: str = "", headless: bool = False) -> Object:
    """A Service: the name by which a process is found.

    Args:
        ports: name → port.
        process: whose pods, when the name is another.
        headless: the name leads to every pod, not to one address before them all.
    """
    spec: Object = {"clusterIP": "None"} if headless else {}
    spec["selector"] = labels(process or name)
    spec["ports"] = [{"name": word, "port": port, "targetPort": port} for word, port in ports.items()]
    return made("v1", "Service", name, spec, process or name)


def memory(name: str, size: str = "") -> Object:
    """A volume in memory, as long as its pod lives."""
    return {"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": size or "16Mi"}}


def scratch(name: str, size: str) -> Object:
    """A volume as long as its pod lives."""
    return {"name": name, "emptyDir": {"sizeLimit": size}}


def mount(name: str, path: object, *, read_only: bool = False) -> Object:
    """Where a volume is seen."""
    return {"name": name, "mountPath": str(path), **({"readOnly": True} if read_only else {})}


def resources(cpu: tuple[str, str], mib: tuple[int, int]) -> Object:
    """What is kept for a container, and the most that it gets."""
    return {
        "requests": {"cpu": cpu[0], "memory": f"{mib[0]}Mi"},
        "limits": {"cpu": cpu[1], "memory": f"{mib[1]}Mi"},
    }


def choices() -> Object:
    """A container's choices: the values of ``choices.env``."""
    return {"envFrom": [{"configMapRef": {"name": CHOICES}}]}


def secret(name: str, variable: str = "", *, optional: bool = False) -> Object:
    """A variable whose value is in the Secret of the system.

    Args:
        name: of the secret: ``redis.trading``; its key is that of compose/docker's ``.env``.
        variable: how the container knows it, when by another name.
        optional: it may be missing.
    """
    key = variable_of(name) if variable != name else name
    reference: Object = {"name": SECRETS, "key": key}
    if optional:
        reference["optional"] = True
    return {"name": variable or key, "valueFrom": {"secretKeyRef": reference}}


def http_probes(ready: str, alive: str, port: int, *, asks_socket: bool = False) -> Object:
    """The three probes of what answers HTTP.

    Args:
        ready, alive: the addresses.
        asks_socket: it is alive as long as it takes connections.
    """
    asked = {"httpGet": {"path": ready, "port": port}}
    lives: Object = (
        {"tcpSocket": {"port": port}} if asks_socket else {"httpGet": {"path": alive, "port": port}}
    )
    return _probes(asked, lives)


def exec_probes(*words: object) -> Object:
    """The three probes of what is asked by a command."""
    asked = {"exec": {"command": [str(word) for word in words]}}
    return _probes(asked, asked)


def _probes(ready: Object, alive: Object) -> Object:
    return {
        "startupProbe": {**alive, "periodSeconds": 2, "timeoutSeconds": 5, "failureThreshold": 90},
        "readinessProbe": {**ready, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
        "livenessProbe": {**alive, "periodSeconds": 20, "timeoutSeconds": 10, "failureThreshold": 6},
    }


def leaving() -> Object:
    """What a container that is served to does first when it is to end."""
    return {"lifecycle": {"preStop": {"exec": {"command": ["sleep", str(LEAVING_S)]}}}}
