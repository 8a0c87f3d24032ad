"""How both versions of a service do, as Envoy counts it.

Envoy counts answers and times of a canary's share at the cluster that falls back on the stable version,
and ejections and waiting requests at the canary's own. Of a service whose pages nginx keeps, those asked
for by way of nginx are counted with the rest.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from gateway.config.names import cached_cluster, canary_cluster, share_cluster
from gateway.runtime.admin import Admin


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


#: Before the first answer.
NOTHING = Tally(answers=0, errors=0, times=())


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


def take_sample(admin: Admin, service: str) -> Sample:
    """Ask Envoy.

    Raises:
        OSError, HTTPException: it does not answer.
        LookupError: it has no such canary.
    """
    canary = canary_cluster(service)
    seconds = [share_cluster(service), cached_cluster(canary)]
    firsts = [service, cached_cluster(service)]
    names = "|".join([canary, *seconds, *firsts])
    found = admin.stats(rf"^cluster\.({names})\.(upstream_rq|outlier_detection|membership)")
    if f"cluster.{canary}.membership_total" not in found:
        raise LookupError(f"the gateway has no canary of {service}")
    return Sample(
        at=time.monotonic(),
        canary=_tally(found, seconds),
        stable=_tally(found, firsts),
        ejections=int(found.get(f"cluster.{canary}.outlier_detection.ejections_enforced_total", 0)),
        waiting=int(found.get(f"cluster.{canary}.upstream_rq_active", 0)),
    )


def _tally(found: dict[str, Any], clusters: list[str]) -> Tally:
    """Those of the clusters added up; one that there is not counts nothing."""

    def count(name: str) -> int:
        return sum(int(found.get(f"cluster.{cluster}.{name}", 0)) for cluster in clusters)

    again = count("upstream_rq_retry")
    times: Counter[float] = Counter()
    for cluster in clusters:
        for bucket in found["histograms"].get(f"cluster.{cluster}.upstream_rq_time", []):
            times[bucket["upper_bound"] / 1000] += int(bucket["cumulative"])
    return Tally(
        answers=count("upstream_rq_completed") + again,
        errors=count("upstream_rq_5xx") + again,
        times=tuple(sorted(times.items())),
    )
