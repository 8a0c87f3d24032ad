"""How long nginx may cache what a service allows to be cached for so many seconds.

A page that says ``max-age=5`` is never shown when it is older than 5 s. nginx alone would be late:

- it counts whole seconds, so ``max-age=5`` lives up to 6 s;
- it counts from the answer, but the price was read before it, while the service was working;
- when a page expires, everybody who asks at that moment goes to the service, unless old pages may be
  shown meanwhile (``use_stale updating``), and then they may be of any age.

So a page gets ``s-maxage`` (fresh) and ``stale-while-revalidate`` (one request renews it, the others still
get it), which nginx applies to the second, and their sum with the seconds lost is what the service said.
"""

from __future__ import annotations

#: Seconds, rounded up, that nginx counts wrongly: it compares whole seconds.
ROUNDING_S = 1
#: Whole seconds that a service may take before its answer is not worth caching.
MAX_WAIT_S = 3


def cache_lifetime(seconds: int, waited: int) -> tuple[int, int] | None:
    """The lifetime that nginx gets for a page.

    Args:
        seconds: how old it may become, as the service said.
        waited: whole seconds that the service took for it, rounded down.

    Returns:
        (``s-maxage``, ``stale-while-revalidate``) in seconds, or None when it can't be cached at all.
    """
    left = seconds - ROUNDING_S - (waited + 1)
    if left < 1:
        return None
    window = 1 if left > 1 else 0
    return left - window, window
