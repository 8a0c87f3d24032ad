"""I18: a position is what its lots and its days say."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

I18 = Invariant(
    "I18",
    "a position's lots are all that was bought and follow each other; its days are its fills and splits, and "
    "sum to it",
    always=False,
    checks=(
        Rows(
            "the lots are not what the position has bought",
            "trading",
            """
            SELECT id, user_id, instrument_id, bought_quantity, lots.quantity AS lots_quantity, bought_cost,
                   lots.cost AS lots_cost
            FROM positions_position LEFT JOIN (
                SELECT position_id, sum(quantity) AS quantity, sum(cost) AS cost FROM positions_lot GROUP BY 1
            ) AS lots ON lots.position_id = id
            WHERE (bought_quantity, bought_cost) <> (coalesce(lots.quantity, 0), coalesce(lots.cost, 0))
            """,
        ),
        Rows(
            "a lot does not follow those before it",
            "trading",
            """
            SELECT * FROM (
                SELECT id, position_id, bought_before, cost_before,
                       sum(quantity) OVER earlier - quantity AS quantity_of_earlier,
                       sum(cost) OVER earlier - cost AS cost_of_earlier
                FROM positions_lot
                WINDOW earlier AS (PARTITION BY position_id ORDER BY bought_before ROWS UNBOUNDED PRECEDING)
            ) AS lot
            WHERE (bought_before, cost_before) <> (quantity_of_earlier, cost_of_earlier)
            """,
        ),
        Rows(
            "the days do not add up to the position",
            "trading",
            """
            SELECT id, user_id, instrument_id, quantity, bought_quantity, bought_cost, realized_pnl,
                   cost_basis, days.*
            FROM positions_position LEFT JOIN (
                SELECT position_id, sum(bought_quantity) AS days_bought, sum(bought_cost) AS days_paid,
                       sum(sold_quantity) AS days_sold, sum(sold_proceeds) AS days_received
                FROM positions_dailyflow GROUP BY 1
            ) AS days ON days.position_id = id
            WHERE (bought_quantity, bought_cost, bought_quantity - quantity,
                   realized_pnl - cost_basis + bought_cost)
                  <> (coalesce(days_bought, 0), coalesce(days_paid, 0), coalesce(days_sold, 0),
                      coalesce(days_received, 0))
            """,
        ),
        Rows(
            "a position's day is not the fills of that day",
            "trading",
            """
            SELECT user_id, instrument_id, day, own.net AS units, own.cash, fills.net AS fills_units,
                   fills.cash AS fills_cash
            FROM (
                SELECT user_id, instrument_id, day, flow.bought_quantity - sold_quantity AS net,
                       sold_proceeds - flow.bought_cost AS cash
                FROM positions_dailyflow AS flow
                JOIN positions_position AS position ON position.id = position_id
            ) AS own
            FULL JOIN (
                SELECT user_id, instrument_id, day, sum(net) AS net, sum(cash) AS cash FROM (
                    SELECT user_id, instrument_id, (executed_at AT TIME ZONE 'UTC')::date AS day,
                           CASE side WHEN 'buy' THEN fill.quantity ELSE -fill.quantity END AS net,
                           CASE side WHEN 'buy' THEN -fill.amount ELSE fill.amount END - fill.fee AS cash
                    FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
                    UNION ALL
                    SELECT user_id, instrument_id, (recorded_at AT TIME ZONE 'UTC')::date,
                           share.quantity - share.old_quantity, share.amount
                    FROM splits_splitshare AS share JOIN splits_split AS split ON split.id = split_id
                ) AS moved GROUP BY 1, 2, 3
            ) AS fills USING (user_id, instrument_id, day)
            WHERE (coalesce(own.net, 0), coalesce(own.cash, 0))
                  <> (coalesce(fills.net, 0), coalesce(fills.cash, 0))
            """,
        ),
    ),
)
