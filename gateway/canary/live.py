"""Bringing a canary into a running Envoy and out of it, without a request that finds no cluster."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Collection
from pathlib import Path

from gateway.canary import canary_cluster, share_cluster
from gateway.canary.admin import Admin
from gateway.envoy.places import Places
from gateway.render import write_clusters, write_routes
from gateway.source import Gateway

#: Seconds that Envoy may take to read a file.
PATIENCE = 10.0


class NotTaken(RuntimeError):
    """Envoy does not take what was written; the message says what."""


def introduce(
    service: str, *, out: Path, places: Places, gateway: Gateway, admin: Admin, canaries: Collection[str]
) -> None:
    """Add a service's canary: first its clusters, then the routes that lead to them.

    Args:
        service: whose canary comes.
        out: folder of the rendered files.
        places: where everything listens.
        gateway: the source.
        admin: the running Envoy's.
        canaries: every service with a canary, this one included.

    Raises:
        NotTaken: Envoy did not take it within ``PATIENCE``.
    """
    write_clusters(out, places, gateway, canaries)
    _wait(lambda: _members(admin, service) is not None, f"the cluster of {service}'s canary")
    write_routes(out, gateway, canaries)
    _wait(lambda: share_cluster(service) in admin.routes(), f"the routes to {service}'s canary")


def remove(
    service: str, *, out: Path, places: Places, gateway: Gateway, admin: Admin, canaries: Collection[str]
) -> None:
    """Take a service's canary out: first the routes, then the clusters. As :func:`introduce`.

    Args:
        service: whose canary goes.
        out: folder of the rendered files.
        places: where everything listens.
        gateway: the source.
        admin: the running Envoy's.
        canaries: every service that still has a canary.

    Raises:
        NotTaken: Envoy did not take it within ``PATIENCE``.
    """
    write_routes(out, gateway, canaries)
    _wait(lambda: share_cluster(service) not in admin.routes(), f"the routes without {service}'s canary")
    write_clusters(out, places, gateway, canaries)


def in_flight(admin: Admin, cluster: str) -> int:
    """How many requests a cluster is answering."""
    name = f"cluster.{cluster}.upstream_rq_active"
    return int(admin.stats(f"^{name}$".replace(".", r"\.")).get(name, 0))


def wait_until_idle(admin: Admin, cluster: str, *, seconds: float) -> bool:
    """Wait until a cluster answers no request, for a moment on end.

    Returns:
        False when it still does after the time: streams last as long as their listener.
    """
    end, idle_since = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        now = time.monotonic()
        if in_flight(admin, cluster):
            idle_since = 0.0
        else:
            idle_since = idle_since or now
            if now - idle_since > 0.3:
                return True
        time.sleep(0.05)
    return False


def _members(admin: Admin, service: str) -> int | None:
    name = f"cluster.{canary_cluster(service)}.membership_total"
    found: int | None = admin.stats(f"^{name}$".replace(".", r"\.")).get(name)
    return found


def _wait(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if done():
                return
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > end:
            raise NotTaken(f"Envoy does not take {what}: see its log")
        time.sleep(0.05)
