"""Sets a price alert, and deletes one."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from servicekit.database import Statement
from servicekit.telemetry import current_request_id
from servicekit.terms import on_step
from trading_service.alerts.errors import (
    AlertNotFound,
    AlertPriceReached,
    AlertPriceStepInvalid,
    AlertPriceUnknown,
    AlertsFull,
)
from trading_service.alerts.models import KEPT_FIRED, MAX_WAITING, AlertBook, PriceAlert
from trading_service.alerts.selectors import alert_list
from trading_service.reference.errors import InstrumentUnknown
from trading_service.reference.models import ListedInstrument
from trading_service.reference.selectors import instrument_find

Direction = PriceAlert.Direction

# Locked, so that no quote comes between this look and the alert's own commit: whichever comes next finds it.
# The ORM has no FOR SHARE; its FOR UPDATE would let customers wait for each other.
_QUOTE = Statement("SELECT price FROM reference_latestquote WHERE instrument_id = %s::uuid FOR SHARE")


@transaction.atomic
def alert_set(
    *, user_id: UUID, ticker: str, price: Decimal, direction: str | None = None
) -> tuple[PriceAlert, bool]:
    """Tell a customer once when an instrument's price reaches theirs; the same alert waits once.

    Args:
        ticker: in any case.
        price: in major units, a multiple of the instrument's price step.
        direction: of :class:`PriceAlert.Direction`; without it, from the latest price to this one.

    Returns:
        The alert with its instrument, and whether it is new.

    Raises:
        InstrumentUnknown: no instrument has this ticker.
        AlertPriceStepInvalid, AlertPriceReached, AlertPriceUnknown: see there.
        AlertsFull: :data:`~trading_service.alerts.models.MAX_WAITING` others wait.
    """
    instrument = instrument_find(ticker)
    if instrument is None:
        raise InstrumentUnknown(ticker=ticker)
    if not on_step(price, instrument.price_step):
        step = instrument.price_text(instrument.price_step)
        raise AlertPriceStepInvalid(
            ticker=instrument.ticker, limit=step, value=price, currency=instrument.currency
        )
    AlertBook.objects.bulk_create([AlertBook(user_id=user_id)], ignore_conflicts=True)
    book = AlertBook.objects.select_for_update().get(user_id=user_id)
    latest = _latest_price(instrument)
    wanted = direction or (Direction.ABOVE if price > latest else Direction.BELOW)
    waiting = alert_list(user_id=user_id, waiting=True)
    known = waiting.filter(instrument=instrument, direction=wanted, price=price).first()
    if known is not None:
        return known, False
    if price <= latest if wanted == Direction.ABOVE else price >= latest:
        raise AlertPriceReached(
            ticker=instrument.ticker, value=instrument.price_text(latest), currency=instrument.currency
        )
    if waiting.count() >= MAX_WAITING:
        raise AlertsFull(limit=MAX_WAITING)
    fired = alert_list(user_id=user_id, waiting=False).filter(announced=True).order_by("-created_at", "-id")
    PriceAlert.objects.filter(id__in=list(fired.values_list("id", flat=True)[KEPT_FIRED:])).delete()
    made = PriceAlert.objects.create(
        book=book,
        instrument=instrument,
        direction=wanted,
        price=price,
        request_id=current_request_id() or "",
    )
    return made, True


@transaction.atomic
def alert_delete(*, user_id: UUID, alert_id: UUID) -> None:
    """Delete an alert. One that has fired is no longer listed; its customer is told all the same.

    Raises:
        AlertNotFound: there is none with this id, or it is somebody else's.
    """
    alert = alert_list(user_id=user_id).select_for_update(of=("self",)).filter(id=alert_id).first()
    if alert is None:
        raise AlertNotFound
    alert.delete()


def _latest_price(instrument: ListedInstrument) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(_QUOTE, [instrument.id])
        found = cursor.fetchone()
    if found is None:
        raise AlertPriceUnknown(ticker=instrument.ticker)
    return found[0]
