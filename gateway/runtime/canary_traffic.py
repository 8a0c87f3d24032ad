"""Bringing a canary into a running Envoy and out of it, without a request that finds no cluster."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from gateway.config.addresses import Addresses
from gateway.config.source import Gateway
from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import wait_until_applied
from gateway.runtime.files import read_site, write_clusters, write_routes


def introduce(
    *, out: Path, addresses: Addresses, gateway: Gateway, admin: Admin, canaries: Collection[str]
) -> None:
    """Add a canary: first its clusters, then the routes that lead to them.

    Args:
        out: folder of the rendered files.
        addresses: where everything listens.
        gateway: the source.
        admin: the running Envoy's.
        canaries: every service with a canary, the new one included.

    Raises:
        ConfigNotApplied: Envoy does not go by it.
    """
    write_clusters(out, addresses, gateway, canaries)
    wait_until_applied(admin, out)
    write_routes(out, gateway, read_site(out), canaries)
    wait_until_applied(admin, out)


def remove(
    *, out: Path, addresses: Addresses, gateway: Gateway, admin: Admin, canaries: Collection[str]
) -> None:
    """Take a canary out: first the routes, then the clusters. As :func:`introduce`.

    Args:
        out: folder of the rendered files.
        addresses: where everything listens.
        gateway: the source.
        admin: the running Envoy's.
        canaries: every service that still has a canary.

    Raises:
        ConfigNotApplied: Envoy does not go by it.
    """
    write_routes(out, gateway, read_site(out), canaries)
    if admin.answers():  # one that starts later reads both files anew
        wait_until_applied(admin, out)
    write_clusters(out, addresses, gateway, canaries)


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
