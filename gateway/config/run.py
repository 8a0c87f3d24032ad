"""One run of the gateway: the source, and what differs from run to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.addresses import Addresses
from gateway.config.site import Site
from gateway.config.source import Gateway
from gateway.config.traces import Traces


@dataclass(frozen=True)
class Run:
    """What everything is rendered from.

    Attributes:
        gateway: gateway.yaml.
        addresses: where everything listens.
        bind: the public port's address.
        port: the public port.
        log: file of the JSON access log; ``/dev/stdout`` is allowed.
        rates: multiplies the rate limits; None turns them off.
        canaries: service → its canary's share in percent.
        site: how the outside reaches it.
        out: folder of the rendered files.
        tls: the public port speaks TLS, with the certificate in ``out``.
        traces: where its spans go; None: it has none.
    """

    gateway: Gateway
    addresses: Addresses
    port: int
    bind: str = "127.0.0.1"
    log: str = "/dev/stdout"
    rates: float | None = 1.0
    canaries: Mapping[str, int] = field(default_factory=dict)
    site: Site = field(default_factory=Site)
    out: Path | None = None
    tls: bool = False
    traces: Traces | None = None
