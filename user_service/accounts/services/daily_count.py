"""Daily quotas: counts what one account or one address did today, up to a limit."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.quotas import DailyQuotaExceeded
from user_service.accounts.errors import ProfileQuotaExceeded
from user_service.accounts.models import DailyCount


def daily_count(
    *, action: DailyCount.Action, who: object, limit: int, refusal: type[DailyQuotaExceeded]
) -> None:
    """Count one more, in the transaction of what is counted.

    Concurrent requests wait for the row, so the count is exact; a transaction that is undone has not counted.

    Args:
        action: what is done.
        who: does it: an account's id, or a :func:`network`.
        limit: of a day (UTC).
        refusal: what is raised beyond it.

    Raises:
        DailyQuotaExceeded: ``refusal``, with the limit.
    """
    today = timezone.now().date()
    with transaction.atomic():
        counted, _ = DailyCount.objects.select_for_update().get_or_create(
            action=action, who=str(who), defaults={"day": today, "count": 0}
        )
        if counted.day != today:
            counted.day, counted.count = today, 0
        if counted.count >= limit:
            raise refusal(limit=limit)
        counted.count += 1
        counted.save(update_fields=["day", "count"])


def profile_change_count(*, user_id: UUID) -> None:
    """Count a change of a user's profile, password, e-mail or second factor, as :func:`daily_count` does.

    Raises:
        ProfileQuotaExceeded: there were too many today.
    """
    daily_count(
        action=DailyCount.Action.CHANGE,
        who=user_id,
        limit=settings.PROFILE_CHANGES_A_DAY,
        refusal=ProfileQuotaExceeded,
    )


def network(address: str) -> str:
    """Whom an address stands for: an IPv6 customer owns a network of /64, not one address."""
    found = ipaddress.ip_address(address)
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))


def daily_counts_purge() -> int:
    """Delete the counts of past days, but for the last: the clock may have been ahead. Returns how many."""
    return DailyCount.objects.filter(day__lt=timezone.now().date() - timedelta(days=1)).delete()[0]
