"""A day opens: what the prices' changes are counted from, told to the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from market_service.clock.selectors import Moment
from market_service.quotes.models import DailyPrice, Quote, stepped
from servicekit.contracts.market import MarketDayClosed
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.money import price_text
from servicekit.portions import portions_of

#: The most closes of one event.
MAX_CLOSES = 1_000


def closes_reset(*, before: date) -> None:
    """Count changes from the last imported close before a day; from the price, where there is none."""
    real = DailyPrice.objects.filter(instrument_id=OuterRef("pk"), date__lt=before, simulated=False)
    last = real.order_by("-date")
    Quote.objects.update(
        previous_close=Coalesce(Subquery(last.values("close")[:1]), "price"),
        closed_day=Subquery(last.values("date")[:1]),
        day_open=None, day_high=None, day_low=None,
    )  # fmt: skip


def day_announce(*, left: Moment, opened: Moment) -> None:
    """Tell everybody that a day is over, and what changes are counted from now.

    Emits:
        ``MarketDayClosed`` per ``MAX_CLOSES`` instruments, one at least.
    """
    rows = Quote.objects.order_by("pk").values_list("pk", "previous_close", "instrument__price_step")
    parts = list(portions_of(list(rows), MAX_CLOSES)) or [[]]
    publish_many(
        Outgoing(
            MarketDayClosed(
                number=left.number,
                day=left.day.isoformat(),
                next_day=opened.day.isoformat(),
                closed_at=opened.opened_at,
                part=part,
                parts=len(parts),
                closes=list(_closes(some)),
            ),
            part,
        )
        for part, some in enumerate(parts, start=1)
    )


def _closes(rows: Iterable[tuple[UUID, Decimal, Decimal]]) -> Iterable[list[str]]:
    for id_, close, step in rows:
        yield [str(id_), price_text(stepped(close, step), step)]
