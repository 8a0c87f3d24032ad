"""The life of an order on one screen: cause → from which state → to which state → published events.

::

    buy    POST /orders ─► accepted ──HoldPlaced──► working ──OrderExecuted──► partially_filled, filled
                              │ HoldDeclined           │ OrderRefused
                              └────► rejected ◄────────┘
    sell   POST /orders ─► working (in one transaction: the units are held right here)

    rest   What is left of a limit order may wait in the venue's book: OrderRested. It stays ``working`` or
           ``partially_filled`` until it is filled, or OrderExpired ─► expired, or OrderCanceled.

    cancel POST /orders/{id}/cancel, /orders/cancel-all ─► OrderCancelRequested ─► the venue decides:
           OrderCanceled ─► canceled; what was filled stays filled. Or it was too late and OrderExecuted is
           already on its way. The venue also cancels by itself, with a reason: the rest of an order that
           does not rest (unfilled), or that would trade with the customer's own order (self_trade).

    replace POST /orders/{id}/replace ─► as cancel; on ``canceled`` a new order is placed for the rest, in the
           same transaction.

    time   An open order has a deadline: ORDER_DEADLINE seconds after it was placed (settings); a resting
           order RESTING_DEADLINE seconds after it expires.
           accepted: billing did not answer ─► expired, or canceled if the customer had asked for that.
           working:  the venue did not answer ─► OrderCancelRequested, repeated at doubled intervals:
                     OrderCanceled ─► expired (canceled if the customer had asked), or OrderExecuted or
                     OrderRefused was on its way and wins.

Compensation. Execution at the venue is the point of no return. Before it, the end of an order releases
what was set aside: trading releases a sell's units in the transaction that ends the order; billing releases
a buy's cash on ``OrderRejected``, ``OrderCanceled`` or ``OrderExpired`` (if that arrives before the hold is
placed, it never places one). After it, every step is retried until it succeeds.

Termination. What a service has decided is in its outbox and reaches the others, whatever crashes. So only
two answers can be missing: billing's, which is not needed to end the order, because the venue does not know
it yet; and the venue's. Only the venue knows whether it executed the order, so it is asked, and nothing is
assumed.

Every use-case locks its orders and skips those that are not in a state that its step leaves, so a late or
repeated event changes nothing. The steps are data; the use-cases in
``services/`` are one file each, and ``handlers.py`` and ``tasks.py`` connect the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from servicekit.contracts import Event, billing, market, trading
from trading_service.orders.models import OPEN, Status

#: The cause of what a person does.
CUSTOMER = "customer"
#: The cause of what the sweep does. Everything else is caused by an event, named by its type.
DEADLINE = "deadline"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One transition of an order.

    Attributes:
        cause: the type of the event that causes it, :data:`CUSTOMER` or :data:`DEADLINE`.
        leaves: states it may be taken from; empty: the order does not exist yet.
        enters: states it may lead to; empty: the order stays as it is, and only asks.
        use_case: the function in ``services`` that takes it.
        emits: the events it may publish.
    """

    cause: str
    leaves: frozenset[Status]
    enters: frozenset[Status]
    use_case: str
    emits: tuple[type[Event], ...]


PLACED = Step(
    cause=CUSTOMER,
    leaves=frozenset(),
    enters=frozenset({Status.ACCEPTED, Status.WORKING, Status.REJECTED}),
    use_case="order_place",
    emits=(trading.OrderPlacedV2, trading.OrderSubmittedV2, trading.OrderRejected),
)
HOLD_PLACED = Step(
    cause=billing.HoldPlaced.TYPE,
    leaves=frozenset({Status.ACCEPTED}),
    enters=frozenset({Status.WORKING}),
    use_case="orders_submit",
    emits=(trading.OrderSubmittedV2,),
)
HOLD_DECLINED = Step(
    cause=billing.HoldDeclined.TYPE,
    leaves=frozenset({Status.ACCEPTED}),
    enters=frozenset({Status.REJECTED}),
    use_case="orders_reject",
    emits=(trading.OrderRejected,),
)
EXECUTED = Step(
    cause=market.OrderExecutedV2.TYPE,
    leaves=frozenset({Status.WORKING, Status.PARTIALLY_FILLED}),
    enters=frozenset({Status.PARTIALLY_FILLED, Status.FILLED}),
    use_case="orders_fill",
    emits=(trading.OrderFilledV2,),
)
EXECUTED_WHOLE = replace(EXECUTED, cause=market.OrderExecuted.TYPE)
RESTED = Step(
    cause=market.OrderRested.TYPE,
    leaves=frozenset({Status.WORKING, Status.PARTIALLY_FILLED}),
    enters=frozenset(),
    use_case="orders_rest",
    emits=(),
)
REFUSED = Step(
    cause=market.OrderRefused.TYPE,
    leaves=frozenset({Status.WORKING}),
    enters=frozenset({Status.REJECTED}),
    use_case="orders_reject",
    emits=(trading.OrderRejected,),
)
CANCEL_REQUESTED = Step(
    cause=CUSTOMER,
    leaves=OPEN,
    enters=frozenset(),
    use_case="order_cancel_request",
    emits=(trading.OrderCancelRequested,),
)
REPLACE_REQUESTED = replace(CANCEL_REQUESTED, use_case="order_replace_request")
CANCELED = Step(
    cause=market.OrderCanceledV2.TYPE,
    leaves=OPEN,
    enters=frozenset({Status.CANCELED, Status.EXPIRED}),
    use_case="orders_cancel",
    emits=(trading.OrderCanceledV2, trading.OrderExpired),
)
CANCELED_WHOLE = replace(CANCELED, cause=market.OrderCanceled.TYPE)
DAY_ENDED = Step(
    cause=market.OrderExpired.TYPE,
    leaves=OPEN,
    enters=frozenset({Status.EXPIRED}),
    use_case="orders_cancel",
    emits=(trading.OrderExpired,),
)
REPLACED = replace(PLACED, use_case="orders_replace")
HOLD_OVERDUE = Step(
    cause=DEADLINE,
    leaves=frozenset({Status.ACCEPTED}),
    enters=frozenset({Status.EXPIRED, Status.CANCELED}),
    use_case="orders_expire",
    emits=(trading.OrderExpired, trading.OrderCanceledV2),
)
VENUE_OVERDUE = Step(
    cause=DEADLINE,
    leaves=frozenset({Status.WORKING, Status.PARTIALLY_FILLED}),
    enters=frozenset(),
    use_case="orders_expire",
    emits=(trading.OrderCancelRequested,),
)

#: Every step, in the order of an order's life.
STEPS = (
    PLACED,
    HOLD_PLACED,
    HOLD_DECLINED,
    EXECUTED,
    EXECUTED_WHOLE,
    RESTED,
    REFUSED,
    CANCEL_REQUESTED,
    REPLACE_REQUESTED,
    CANCELED,
    CANCELED_WHOLE,
    DAY_ENDED,
    REPLACED,
    HOLD_OVERDUE,
    VENUE_OVERDUE,
)
