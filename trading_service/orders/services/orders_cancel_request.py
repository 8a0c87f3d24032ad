"""Requesting the cancel of all of a customer's open orders: the venue decides on each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.database.bulk import Update
from servicekit.messaging.publish import Outgoing, publish_changes, publish_many
from trading_service.orders.models import OPEN, Order, OrderDeadline
from trading_service.orders.selectors import instrument_id_of


class _CancelRequest(NamedTuple):
    """The columns written when a cancel is requested."""

    id: UUID
    version: int
    cancel_requested_at: datetime


_REQUEST = Update(Order, _CancelRequest, key="id", shared=("updated_at",))


@transaction.atomic
def orders_cancel_request(*, user_id: UUID, ticker: str | None = None) -> list[UUID]:
    """Ask the venue to cancel all of a customer's open orders. Asking again changes nothing.

    Args:
        ticker: only those of this instrument, in any case.

    Returns:
        The ids of the open orders; for some of them a cancel may have been requested before.

    Raises:
        InstrumentUnknown: no such instrument is known.

    Emits:
        OrderCancelRequested, of each the first time.
    """
    # The deadlines of a customer are those of the open orders. Locked in the order of ids, as everywhere.
    deadlines = OrderDeadline.objects.filter(user_id=user_id)
    orders = Order.objects.filter(id__in=deadlines.values("order_id"), status__in=OPEN)
    if ticker is not None:
        orders = orders.filter(instrument_id=instrument_id_of(ticker))
    locked = orders.order_by("id").select_for_update(no_key=True)
    found = list(locked.values_list("id", "version", "cancel_requested_at"))
    now = timezone.now()
    requests = [_CancelRequest(id_, version + 1, now) for id_, version, before in found if before is None]
    _REQUEST.defer(requests, updated_at=now)
    publish_many(
        Outgoing(
            trading.OrderCancelRequested(order_id=order.id, user_id=user_id, requested_at=now), order.version
        )
        for order in requests
    )
    publish_changes(f"{user_id}/{order.id}" for order in requests)
    return [id_ for id_, *_ in found]
