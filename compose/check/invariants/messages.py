"""A part of I13: what people are told leaves the house over the channels that it was meant for."""

from __future__ import annotations

from compose.check.model import Rows

#: Each notification has the deliveries that it was made with; none has been due and not tried; none has
#: ended and nobody knows why.
DELIVERIES = (
    Rows(
        "the deliveries are not those of the notifications",
        "notification",
        """
        SELECT id AS notification_id, channel, wanted.id IS NOT NULL AS wanted, made.id IS NOT NULL AS made
        FROM (
            SELECT id, unnest(string_to_array(external_channels, ',')) AS channel
            FROM notification_inbox_notification WHERE true /* since: id */
        ) AS wanted FULL JOIN (
            SELECT notification_id AS id, channel FROM delivery_delivery
            WHERE true /* since: notification_id */
        ) AS made USING (id, channel)
        WHERE wanted.id IS NULL OR made.id IS NULL
        """,
    ),
    Rows(
        "a delivery has been due for five minutes",
        "notification",
        """
        SELECT id, channel, attempts, next_at, reason FROM delivery_delivery
        WHERE state = 'pending' AND next_at < now() - interval '5 minutes' /* since: notification_id */
        """,
    ),
    Rows(
        "a delivery ended without an attempt or a reason",
        "notification",
        """
        SELECT id, channel, state, attempts, reason FROM delivery_delivery
        WHERE ((state <> 'pending' AND attempts = 0) OR (state = 'failed' AND reason = ''))
        /* since: notification_id */
        """,
    ),
)

#: A quote that reaches an alert fires it, and its customer is told.
ALERTS = (
    Rows(
        "an alert waits for a price that is reached",
        "trading",
        """
        SELECT alert.id, instrument_id, direction, alert.price, quote.price AS latest
        FROM reference_latestquote AS quote JOIN alerts_pricealert AS alert USING (instrument_id)
        WHERE fired_at IS NULL
        AND ((direction = 'above' AND alert.price <= quote.price)
            OR (direction = 'below' AND alert.price >= quote.price))
        /* since: alert.id */
        """,
    ),
    Rows(
        "an alert fired and nobody was told",
        "trading",
        """
        SELECT id, instrument_id, fired_at FROM alerts_pricealert
        WHERE fired_at < now() - interval '5 minutes' AND NOT announced /* since: id */
        """,
    ),
)
