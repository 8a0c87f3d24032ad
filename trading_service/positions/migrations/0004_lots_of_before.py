"""Lots, days and closing prices of what was filled before they were kept, from the fills.

A closing price of before is the price of the day's last fill: the last that anybody paid. The version before
books fills without lots, so it cannot go on beside this one.
"""

from django.db import migrations, models
from django.db.models import F, Q

_FILLS = """
WITH booked AS (
    SELECT position.id AS position_id, side, fill.quantity, executed_at, fill.id AS fill_id,
           (executed_at AT TIME ZONE 'UTC')::date AS day,
           CASE side WHEN 'buy' THEN fill.amount + fill.fee ELSE fill.amount - fill.fee END AS money
    FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
    JOIN positions_position AS position USING (user_id, instrument_id)
)
"""

LOTS = f"""
{_FILLS}
INSERT INTO positions_lot (position_id, bought_at, quantity, cost, bought_before, cost_before)
SELECT position_id, executed_at, quantity, money,
       sum(quantity) OVER earlier - quantity, sum(money) OVER earlier - money
FROM booked WHERE side = 'buy'
WINDOW earlier AS (PARTITION BY position_id ORDER BY executed_at, fill_id ROWS UNBOUNDED PRECEDING)
ORDER BY executed_at, fill_id
"""

FLOWS = f"""
{_FILLS}
INSERT INTO positions_dailyflow
    (position_id, day, bought_quantity, bought_cost, sold_quantity, sold_proceeds)
SELECT position_id, day,
       coalesce(sum(quantity) FILTER (WHERE side = 'buy'), 0),
       coalesce(sum(money) FILTER (WHERE side = 'buy'), 0),
       coalesce(sum(quantity) FILTER (WHERE side = 'sell'), 0),
       coalesce(sum(money) FILTER (WHERE side = 'sell'), 0)
FROM booked GROUP BY 1, 2
"""

BOUGHT = """
UPDATE positions_position AS position SET bought_quantity = lots.quantity, bought_cost = lots.cost
FROM (SELECT position_id, sum(quantity) AS quantity, sum(cost) AS cost FROM positions_lot GROUP BY 1) AS lots
WHERE position.id = lots.position_id
"""

CLOSES = """
INSERT INTO reference_dailyclose (instrument_id, day, price)
SELECT DISTINCT ON (instrument_id, day) instrument_id, day, fill.price
FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
CROSS JOIN LATERAL (SELECT (executed_at AT TIME ZONE 'UTC')::date AS day) AS executed
JOIN reference_latestquote AS quote USING (instrument_id)
WHERE day < (quote.price_at AT TIME ZONE 'UTC')::date
ORDER BY instrument_id, day, executed_at DESC, fill.id DESC
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0003_lots"),
        ("orders", "0005_dailyorders"),
        ("reference", "0003_closes"),
    ]

    operations = [
        migrations.RunSQL(
            [LOTS, FLOWS, BOUGHT, CLOSES, "SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"],
            ["DELETE FROM positions_lot", "DELETE FROM positions_dailyflow"],
        ),
        migrations.AddConstraint(
            "position",
            models.CheckConstraint(
                condition=Q(bought_quantity__gte=F("quantity"), bought_cost__gte=F("cost_basis")),
                name="position_bought",
            ),
        ),
    ]
