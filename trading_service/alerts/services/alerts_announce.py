"""Tells of alerts that have fired."""

from __future__ import annotations

from django.db import transaction

from servicekit.contracts.trading import AlertFired
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.telemetry import Origin
from trading_service.alerts.models import PriceAlert
from trading_service.alerts.selectors import alerts_unannounced

#: How many are told of in one transaction. The rest is left to the sweep: no quote waits for thousands.
PORTION = 500


@transaction.atomic
def alerts_announce(*, limit: int = PORTION) -> int:
    """Tell of alerts that have fired and were not told of, the oldest first.

    Returns:
        How many.

    Emits:
        AlertFired for each.
    """
    fired = list(
        alerts_unannounced()
        .select_related("instrument")
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit]
    )
    PriceAlert.objects.filter(id__in=[alert.id for alert in fired]).update(announced=True)
    publish_many(Outgoing(_fired(alert), cause=Origin(alert.request_id)) for alert in fired)
    return len(fired)


def _fired(alert: PriceAlert) -> AlertFired:
    assert alert.fired_at is not None
    assert alert.fired_price is not None
    instrument = alert.instrument
    return AlertFired(
        alert_id=alert.id,
        user_id=alert.book_id,
        instrument_id=instrument.id,
        ticker=instrument.ticker,
        direction=alert.direction,
        price=alert.price,
        quote=alert.fired_price,
        currency=instrument.currency,
        fired_at=alert.fired_at,
    )
