"""I6: what the venue offers of each instrument, its book, its trades, and its candles."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

# What was executed of each order: the side of each trade that a customer was on.
_EXECUTED = """
SELECT buy_order_id AS order_id, 'buy' AS side, quantity, price FROM venue_trade AS trade
WHERE buy_order_id IS NOT NULL /* since: trade.buy_order_id */
UNION ALL
SELECT sell_order_id, 'sell', quantity, price FROM venue_trade AS trade
WHERE sell_order_id IS NOT NULL /* since: trade.sell_order_id */
"""

_ORDERS = """
SELECT order_id, side, executed, cap_price AS bound FROM venue_venueorder AS ended
WHERE true /* since: ended.order_id */
UNION ALL
SELECT order_id, CASE side WHEN 0 THEN 'buy' ELSE 'sell' END, quantity - remaining, abs(rank) / 1000000.0
FROM venue_restingorder AS resting WHERE true /* since: resting.order_id */
"""

# As market_service/venue/matching/house.py: 0.05 % of the quote in whole steps, none where that is over 0.5
_BY_PRICE = "ceil(quote.price / (2000 * price_step)) * price_step"
_HALF_SPREAD = f"""
coalesce(half_spread, CASE WHEN {_BY_PRICE} * 200 <= quote.price THEN {_BY_PRICE} ELSE 0 END)
"""

I6 = Invariant(
    "I6",
    "of every instrument, available ≥ 0 and available + sold by the house - bought by it = issued, from its "
    "last split on; of every "
    "order, executed = the sum of its trades; no book is crossed; of every candle, low ≤ open, close ≤ high, "
    "and it is what its parts come to",
    always=True,
    checks=(
        Rows(
            "less than nothing, or more than was issued, is available",
            "market",
            """
            SELECT id, ticker, available_quantity, issued_quantity FROM instruments_instrument
            WHERE available_quantity < 0 OR available_quantity > issued_quantity
            """,
            few=True,
        ),
        Rows(
            "available and sold are not what was issued",
            "market",
            """
            SELECT instrument.id, ticker, available_quantity, issued_quantity, units_after,
                   coalesce(sold.quantity, 0) AS sold
            FROM instruments_instrument AS instrument
            LEFT JOIN (
                SELECT DISTINCT ON (instrument_id) instrument_id, units_after, trade_seq
                FROM corporate_actions_corporateaction WHERE type = 'split' AND state = 'completed'
                ORDER BY instrument_id, number DESC
            ) AS split ON split.instrument_id = instrument.id
            LEFT JOIN (
                SELECT trade.instrument_id, sum(
                    quantity * ((sell_order_id IS NULL)::int - (buy_order_id IS NULL)::int)
                ) AS quantity
                FROM venue_trade AS trade
                LEFT JOIN (
                    SELECT instrument_id, max(trade_seq) AS last FROM corporate_actions_corporateaction
                    WHERE type = 'split' AND state = 'completed' GROUP BY 1
                ) AS before ON before.instrument_id = trade.instrument_id
                WHERE trade_seq > coalesce(before.last, 0) GROUP BY 1
            ) AS sold ON sold.instrument_id = instrument.id
            WHERE available_quantity + coalesce(units_after, 0) + coalesce(sold.quantity, 0)
                  <> issued_quantity
            """,
        ),
        Rows(
            "an order that executed other than its trades, or a trade of no order",
            "market",
            f"""
            SELECT order_id, executed, traded
            FROM (SELECT order_id, executed FROM ({_ORDERS}) AS orders) AS known
            FULL JOIN (
                SELECT order_id, sum(quantity) AS traded FROM ({_EXECUTED}) AS executed GROUP BY 1
            ) AS trades USING (order_id)
            WHERE executed IS DISTINCT FROM coalesce(traded, 0)
            """,
        ),
        Rows(
            "a trade beyond the bound of its order",
            "market",
            f"""
            SELECT order_id, orders.side, bound, price FROM ({_ORDERS}) AS orders
            JOIN ({_EXECUTED}) AS trades USING (order_id)
            WHERE CASE orders.side WHEN 'buy' THEN price > bound ELSE price < bound END
            """,
        ),
        Rows(
            "an order that rests and has ended",
            "market",
            """
            SELECT order_id, state, remaining FROM venue_restingorder AS resting
            JOIN venue_venueorder USING (order_id) WHERE true /* since: resting.order_id */
            """,
        ),
        Rows(
            "a bid that meets an ask",
            "market",
            """
            SELECT instrument_id, max(-rank) FILTER (WHERE side = 0) AS bid,
                   min(rank) FILTER (WHERE side = 1) AS ask
            FROM venue_restingorder GROUP BY 1
            HAVING max(-rank) FILTER (WHERE side = 0) >= min(rank) FILTER (WHERE side = 1)
            """,
            few=True,
        ),
        Rows(
            # What came while the house was away may be reached by its quote until the next tick.
            "the house passed over an order that it reached",
            "market",
            f"""
            SELECT order_id, side, rank, quote.price, {_HALF_SPREAD} AS half_spread, available_quantity
            FROM venue_restingorder AS resting
            JOIN instruments_instrument AS instrument ON instrument.id = instrument_id
            JOIN quotes_quote AS quote USING (instrument_id)
            WHERE house AND status = 'open' AND rested_at < price_at AND CASE side
                WHEN 0 THEN available_quantity >= lot_size
                    AND -rank >= ceil((quote.price + {_HALF_SPREAD}) / price_step) * price_step * 1000000
                ELSE available_quantity < issued_quantity
                    AND rank <= floor((quote.price - {_HALF_SPREAD}) / price_step) * price_step * 1000000
            END
            """,
            few=True,
        ),
        Rows(
            "a price of a candle is above its highest or below its lowest",
            "market",
            """
            SELECT instrument_id, "interval", time, open, high, low, close FROM candles_candle
            WHERE NOT (low <= open AND open <= high AND low <= close AND close <= high)
            UNION ALL
            SELECT instrument_id, 0, time, open, high, low, close FROM candles_recentminute
            WHERE NOT (low <= open AND open <= high AND low <= close AND close <= high)
            UNION ALL
            SELECT instrument_id, 1440, date, open, high, low, close FROM quotes_dailyprice
            WHERE NOT (low <= open AND open <= high AND low <= close AND close <= high)
            """,
        ),
        Rows(
            # Shorter candles go first: one is compared from the first whose parts are all still there.
            "a candle is not what its parts come to",
            "market",
            """
            SELECT instrument_id, whole.minutes, time, candle.high, candle.low, candle.volume,
                   parts.high AS parts_high, parts.low AS parts_low, parts.volume AS parts_volume
            FROM (VALUES (1, 5), (5, 60), (60, 1440)) AS whole (part, minutes)
            CROSS JOIN LATERAL (
                SELECT instrument_id, max(high) AS high, min(low) AS low, sum(volume) AS volume,
                       date_bin(make_interval(mins => whole.minutes), time, 'epoch'::timestamptz) AS time
                FROM candles_candle WHERE "interval" = whole.part GROUP BY 1, 5
            ) AS parts
            JOIN candles_candle AS candle USING (instrument_id, time)
            JOIN (
                SELECT instrument_id, "interval" AS part, min(time) AS first FROM candles_candle GROUP BY 1, 2
            ) AS kept USING (instrument_id, part)
            WHERE candle."interval" = whole.minutes AND candle.time > kept.first
                AND (candle.high, candle.low, candle.volume) IS DISTINCT FROM
                    (parts.high, parts.low, parts.volume)
            """,
        ),
    ),
)
