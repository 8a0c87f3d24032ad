"""Daily quotas: how many of something one customer or one address may create until midnight UTC.

The gateway's rate limits bound bursts; quotas bound the number of rows. A quota is a whole number, or
``off``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from servicekit.errors import DomainError

#: No quota: more than a PostgreSQL ``integer`` counts.
OFF = 2**31 - 1


class DailyQuotaExceeded(DomainError):
    """The daily quota is used up; subclasses have their own code and the status 429.

    Attributes:
        retry_after: seconds until the count begins anew.
    """

    def __init__(self, **params: Any) -> None:
        self.retry_after = seconds_until_tomorrow()
        super().__init__(**params)


def quota(text: str) -> int:
    """What a variable such as BIRZHA_ORDERS_A_DAY says.

    Raises:
        ImproperlyConfigured: neither a whole number above zero nor ``off``.
    """
    if text == "off":
        return OFF
    if not text.isdecimal() or not 0 < int(text) < OFF:
        raise ImproperlyConfigured(f"A quota a day is a whole number above zero, or off; not {text!r}.")
    return int(text)


def seconds_until_tomorrow() -> int:
    """Until the next midnight UTC, rounded up."""
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - now).total_seconds()) + 1
