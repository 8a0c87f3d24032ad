"""Bringing a canary into a running Envoy and out of it, without a request that finds no cluster."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.config.addresses import ADMIN_SOCKET, Addresses
from gateway.config.names import pages_cluster
from gateway.config.source import SOURCE_FILE, Gateway, load
from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import wait_until_applied
from gateway.runtime.files import read_site, set_weights, write_clusters, write_routes


@dataclass(frozen=True)
class CanaryTraffic:
    """What a running Envoy sends to canaries.

    Attributes:
        out: folder of the rendered files.
        run_dir: folder of the sockets.
        target: where the services are, as gateway.yaml calls it.
        source: the gateway file, read anew each time.
    """

    out: Path
    run_dir: Path
    target: str = "local"
    source: Path = SOURCE_FILE

    @property
    def admin(self) -> Admin:
        """The running Envoy's."""
        return Admin(self.run_dir / ADMIN_SOCKET)

    def add(self, canaries: Collection[str]) -> None:
        """Add a canary: first its clusters, then the routes that lead to them.

        Args:
            canaries: every service with a canary, the new one included.

        Raises:
            ConfigNotApplied: Envoy has not applied it.
        """
        gateway, addresses = self._read()
        write_clusters(self.out, addresses, gateway, canaries)
        wait_until_applied(self.admin, self.out)
        write_routes(self.out, gateway, read_site(self.out), canaries)
        wait_until_applied(self.admin, self.out)

    def remove(self, canaries: Collection[str]) -> None:
        """Take a canary out: first the routes, then the clusters. As :meth:`add`.

        Args:
            canaries: every service that still has a canary.

        Raises:
            ConfigNotApplied: Envoy has not applied it.
        """
        gateway, addresses = self._read()
        write_routes(self.out, gateway, read_site(self.out), canaries)
        if self.admin.answers():  # one that starts later reads both files anew
            wait_until_applied(self.admin, self.out)
        write_clusters(self.out, addresses, gateway, canaries)

    def set_shares(self, weights: Mapping[str, int]) -> None:
        """Let Envoy take these shares, service → percent of the requests, within moments."""
        set_weights(self.out, weights)

    def drain(self, instance: str, *, seconds: float) -> bool:
        """Wait until Envoy has applied the shares, and until a version has been idle for a moment.

        Returns:
            False when it still does after the time: streams last as long as their listener.

        Raises:
            ConfigNotApplied: Envoy has not applied the shares.
        """
        wait_until_applied(self.admin, self.out)
        # nginx asks the version for its pages: it is the first to have nothing to do.
        pages = self._wait_until_idle(pages_cluster(instance), seconds)
        return self._wait_until_idle(instance, seconds) and pages

    def _wait_until_idle(self, cluster: str, seconds: float) -> bool:
        name = f"cluster.{cluster}.upstream_rq_active"
        end, idle_since = time.monotonic() + seconds, 0.0
        while (now := time.monotonic()) < end:
            if self.admin.stats(f"^{name}$".replace(".", r"\.")).get(name, 0):
                idle_since = 0.0
            else:
                idle_since = idle_since or now
                if now - idle_since > 0.3:
                    return True
            time.sleep(0.05)
        return False

    def _read(self) -> tuple[Gateway, Addresses]:
        gateway = load(self.source)
        return gateway, Addresses.of(gateway.target(self.target), self.run_dir)
