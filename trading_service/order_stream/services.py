"""What has changed of the orders of those who listen: see servicekit/event_stream."""

from __future__ import annotations

import itertools
from uuid import UUID

from servicekit import event_stream
from servicekit.event_stream.follower import Follower
from trading_service.orders.selectors import orders_of
from trading_service.orders.serializers import OrderOutput

_shown = OrderOutput()
#: Of two events of an order the one that was read later has the higher number.
_numbers = itertools.count(1)


def on_orders_changed(names: list[str]) -> None:
    """Tell the listeners of the orders that have changed.

    Args:
        names: ``<user>/<order>`` of each.
    """
    pairs = [name.split("/") for name in names]
    wanted = [UUID(order) for user, order in pairs if event_stream.listened(user)]
    for order in orders_of(wanted) if wanted else ():
        data = _shown.to_representation(order)
        event_stream.offer(str(order.user_id), "order", next(_numbers), data, key=str(order.id))


follower = Follower(on_orders_changed)
