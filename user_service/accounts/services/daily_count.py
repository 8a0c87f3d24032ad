"""How often something was done today, by one account or from one address; so many times and no more."""

from __future__ import annotations

import ipaddress

from django.db import connection
from django.utils import timezone

from servicekit.database import Statement
from servicekit.quotas import DailyQuotaExceeded
from user_service.accounts.models import DailyCount

# Adds one, unless that would be too many: then no row comes back. Who comes at once waits for the row, so the
# count is exact; a transaction that is undone has not counted.
_ADD = Statement(
    """
INSERT INTO accounts_dailycount AS daily (what, who, day, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (what, who) DO UPDATE SET
    day = EXCLUDED.day, count = CASE WHEN daily.day = EXCLUDED.day THEN daily.count ELSE 0 END + 1
WHERE daily.day <> EXCLUDED.day OR daily.count < %s
RETURNING count
"""
)


def daily_count(*, what: DailyCount.What, who: object, limit: int, refusal: type[DailyQuotaExceeded]) -> None:
    """Count one more, in the transaction of what is counted.

    Args:
        what: is done.
        who: does it: an account's id, or a :func:`network`.
        limit: of a day (UTC).
        refusal: what is raised beyond it.

    Raises:
        DailyQuotaExceeded: ``refusal``, with the limit.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [what.value, str(who), timezone.now().date(), limit])
        if cursor.fetchone() is None:
            raise refusal(limit=limit)


def network(address: str) -> str:
    """Whom an address stands for: an IPv6 customer owns a network of /64, not one address."""
    found = ipaddress.ip_address(address)
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))


def daily_counts_purge() -> int:
    """Delete the counts of past days. Returns how many."""
    return DailyCount.objects.filter(day__lt=timezone.now().date()).delete()[0]
