"""What Envoy calls its clusters and routes; sockets and processes beside them have the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every process of the system asks for a name when it starts, and reads no gateway.yaml
    from gateway.config.routing import Upstream

#: Envoy's name for the gateway and for its routes.
NAME = "birzha"
#: How clusters end to which passwords go; what they refuse has a code of its own (problems.yaml).
PASSWORDS_SUFFIX = "-passwords"


def canary_cluster(service: str) -> str:
    """The second version alone: ``trading-canary``. Its socket is ``trading-canary.sock``."""
    return f"{service}-canary"


def share_cluster(service: str) -> str:
    """Where the canary's share goes: the second version, and the first when that one cannot."""
    return f"{service}-canary-share"


def weight_prefix(service: str) -> str:
    """The runtime keys of a service's weights begin so; the cluster's name follows."""
    return f"canary.{service}"


def pages_cluster(name: str) -> str:
    """nginx, which caches a version's pages."""
    return f"{name}-pages"


def cached_cluster(name: str) -> str:
    """Where a cached route leads: a version's pages, or else the version itself."""
    return f"{name}-cached"


def exports_cluster(service: str) -> str:
    """nginx before a service's files; the process that makes them is called so, too."""
    return f"{service}-exports"


def stream_cluster(service: str) -> str:
    """A service's streams of events; the process that holds them open is called so, too."""
    return f"{service}-stream"


def relay_cluster(process: str) -> str:
    """What nginx sends to a process on another host, by a socket of Envoy's."""
    return f"{process}-relay"


def passwords_cluster(service: str) -> str:
    """What brings a service a password; the process that hashes them is called so, too."""
    return f"{service}{PASSWORDS_SUFFIX}"


def upstream_cluster(to: Upstream) -> str:
    """The cluster that a rule leads to; of one that is shared, each version's own."""
    canary = to.version == "canary"
    match to.kind:
        case "service":
            return share_cluster(to.service) if canary else to.service
        case "stream":
            return stream_cluster(to.service)
        case "pages":
            return cached_cluster(canary_cluster(to.service) if canary else to.service)
        case "files" | "handed_over":
            return exports_cluster(to.service)
        case "hashed" | "handed_on":
            return passwords_cluster(to.service)
