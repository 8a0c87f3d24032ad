"""GET /api/v1/orders/stream."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_view

from servicekit.event_stream.apis import STREAM, OwnStreamApi
from trading_service.order_stream import services


@extend_schema_view(
    get=extend_schema(
        operation_id="orders_stream",
        responses=STREAM,
        summary="My orders as they change",
        description="Server-sent events until the client disconnects or the session or token ends. "
        "`event: order`, and as `data` the order as the list shows it, whenever it has changed: placed, "
        "submitted, resting, filled in part or in full, being canceled, ended. Its sentences are in English. "
        "A slow reader gets only the latest of each order. What changed while no stream was open is not "
        "told: read the orders once after each connect, and at each `event: again`. After 15 s without an "
        "event comes `event: heartbeat`.",
    )
)
class OrdersStreamApi(OwnStreamApi):
    """``text/event-stream``: each of the customer's orders as it changes."""

    follower = services.follower
