"""The whole life of an order on one screen: what happens → from which state → to which → who is told.

::

    buy    POST /orders ─► accepted ──HoldPlaced──► working ──OrderExecuted──► filled
                              │ HoldDeclined           │ OrderRefused
                              └────► rejected ◄────────┘
    sell   POST /orders ─► accepted ► working (in one transaction: the units are held right here)

    cancel POST /orders/{id}/cancel ─► the venue decides: OrderCanceled ─► canceled, or it was too
           late and OrderExecuted is already on its way.

Undoing. Execution at the venue is the point of no return. Before it, every end gives back what was
set aside: a sell's units by trading itself (``order_reject``, ``order_cancel``), a buy's cash by
billing when it hears ``OrderRejected`` or ``OrderCanceled``. After it, everything is only retried.

Every use-case locks the order, looks whether the order is in a state that its step leaves, and does
nothing otherwise: so a late or repeated event changes nothing. The steps are data; the use-cases in
``services/`` are one file each, and ``handlers.py`` connects the two.
"""

from __future__ import annotations

from dataclasses import dataclass

from servicekit.contracts import Event, billing, market, trading
from trading_service.orders.models import Status

#: The cause of what a person does; everything else is caused by an event, named by its type.
CUSTOMER = "customer"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One way on for an order.

    Attributes:
        cause: the type of the event that causes it, or :data:`CUSTOMER`.
        leaves: states it may be taken from; empty: the order does not exist yet.
        enters: states it may lead to.
        use_case: the function in ``services`` that takes it.
        tells: the events it may publish.
    """

    cause: str
    leaves: frozenset[Status]
    enters: frozenset[Status]
    use_case: str
    tells: tuple[type[Event], ...]


PLACED = Step(
    cause=CUSTOMER,
    leaves=frozenset(),
    enters=frozenset({Status.ACCEPTED, Status.WORKING, Status.REJECTED}),
    use_case="order_place",
    tells=(trading.OrderPlaced, trading.OrderSubmitted, trading.OrderRejected),
)
HOLD_PLACED = Step(
    cause=billing.HoldPlaced.TYPE,
    leaves=frozenset({Status.ACCEPTED}),
    enters=frozenset({Status.WORKING}),
    use_case="order_submit",
    tells=(trading.OrderSubmitted,),
)
HOLD_DECLINED = Step(
    cause=billing.HoldDeclined.TYPE,
    leaves=frozenset({Status.ACCEPTED}),
    enters=frozenset({Status.REJECTED}),
    use_case="order_reject",
    tells=(trading.OrderRejected,),
)
EXECUTED = Step(
    cause=market.OrderExecuted.TYPE,
    leaves=frozenset({Status.WORKING, Status.PARTIALLY_FILLED}),
    enters=frozenset({Status.PARTIALLY_FILLED, Status.FILLED}),
    use_case="order_fill",
    tells=(trading.OrderFilled,),
)
REFUSED = Step(
    cause=market.OrderRefused.TYPE,
    leaves=frozenset({Status.WORKING}),
    enters=frozenset({Status.REJECTED}),
    use_case="order_reject",
    tells=(trading.OrderRejected,),
)
CANCEL_REQUESTED = Step(
    cause=CUSTOMER,
    leaves=frozenset({Status.ACCEPTED, Status.WORKING, Status.PARTIALLY_FILLED}),
    enters=frozenset(),
    use_case="order_cancel_request",
    tells=(trading.OrderCancelRequested,),
)
CANCELED = Step(
    cause=market.OrderCanceled.TYPE,
    leaves=frozenset({Status.ACCEPTED, Status.WORKING, Status.PARTIALLY_FILLED}),
    enters=frozenset({Status.CANCELED}),
    use_case="order_cancel",
    tells=(trading.OrderCanceled,),
)

#: Every step, in the order of an order's life.
STEPS = (PLACED, HOLD_PLACED, HOLD_DECLINED, EXECUTED, REFUSED, CANCEL_REQUESTED, CANCELED)
