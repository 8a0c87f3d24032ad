"""A canary's share of the requests (Envoy's weights) and of the events (the workers' leases)."""

from __future__ import annotations

from compose.local.paths import Home, write_private
from gateway.canary import state
from gateway.config.names import canary_cluster
from gateway.runtime.files import set_weights

#: Seconds of one lease of the stable worker and one of the canary's, together.
ROUND = 10.0


def follow(home: Home) -> None:
    """Make Envoy and the workers go by the weights of ``versions.json``."""
    versions = state.read(home.versions)
    set_weights(home.etc / "gateway", versions.weights())
    for service, canary in versions.canaries.items():
        share = canary.weight / 100
        write_private(home.lease_file(f"{canary_cluster(service)}-worker"), f"{ROUND * share}\n")
        write_private(home.lease_file(f"{service}-worker"), f"{ROUND * (1 - share)}\n")


def forget(home: Home, service: str) -> None:
    """A service without a canary has leases of the usual length."""
    for process in (f"{canary_cluster(service)}-worker", f"{service}-worker"):
        home.lease_file(process).unlink(missing_ok=True)


def settle(home: Home) -> None:
    """Before a start: what an interrupted command left behind is brought to something that can run."""
    with state.change(home.versions) as versions:
        for service, canary in list(versions.canaries.items()):
            if canary.phase in ("starting", "failed"):
                del versions.canaries[service]
                forget(home, service)
                versions.note(service, "canary ended", f"it was {canary.phase} when the system stopped")
            elif canary.phase == "promoting":
                canary.phase = "serving"
    follow(home)
