"""How both versions of a service do, as Envoy counts it.

Envoy counts answers and times of a canary's share at the cluster that falls back on the stable version,
and ejections and waiting requests at the canary's own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from gateway.canary import canary_cluster, share_cluster
from gateway.canary.admin import Admin


@dataclass(frozen=True)
class Tally:
    """Counts since the cluster began.

    Attributes:
        answers: tries that came to an end: answered, failed, timed out.
        errors: those of them that failed: status 5xx, cut off, no connection, too slow.
        times: upper bound in seconds → answers within it, growing.
    """

    answers: int
    errors: int
    times: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Sample:
    """One look.

    Attributes:
        at: monotonic seconds.
        canary: what came of the canary's share; a read that failed and was tried again is two answers.
        stable: the same of the stable version.
        ejections: how often Envoy has taken the canary out.
        waiting: requests that the canary is answering.
    """

    at: float
    canary: Tally
    stable: Tally
    ejections: int
    waiting: int


def look(admin: Admin, service: str) -> Sample:
    """Ask Envoy.

    Raises:
        OSError, HTTPException: it does not answer.
        LookupError: it has no such canary.
    """
    canary, share = canary_cluster(service), share_cluster(service)
    found = admin.stats(
        rf"^cluster\.({service}|{canary}|{share})\.(upstream_rq|outlier_detection|membership)"
    )
    if f"cluster.{canary}.membership_total" not in found:
        raise LookupError(f"the gateway has no canary of {service}")
    return Sample(
        at=time.monotonic(),
        canary=_tally(found, share),
        stable=_tally(found, service),
        ejections=int(found.get(f"cluster.{canary}.outlier_detection.ejections_enforced_total", 0)),
        waiting=int(found.get(f"cluster.{canary}.upstream_rq_active", 0)),
    )


def _tally(found: dict[str, Any], cluster: str) -> Tally:
    def count(name: str) -> int:
        return int(found.get(f"cluster.{cluster}.{name}", 0))

    again = count("upstream_rq_retry")
    buckets = found["histograms"].get(f"cluster.{cluster}.upstream_rq_time", [])
    return Tally(
        answers=count("upstream_rq_completed") + again,
        errors=count("upstream_rq_5xx") + again,
        times=tuple((bucket["upper_bound"] / 1000, int(bucket["cumulative"])) for bucket in buckets),
    )
