import django.db.models.deletion
from django.db import migrations, models

from servicekit.database.rights import application_may

_SEQUENCES = "CREATE SEQUENCE venue_arrival_seq; CREATE SEQUENCE venue_trade_seq"
_NO_SEQUENCES = "DROP SEQUENCE venue_arrival_seq; DROP SEQUENCE venue_trade_seq"

# `remaining` and `version` are in no index: with room on its page a partial fill writes nothing else.
_ROOM = """
ALTER TABLE venue_restingorder SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)
"""
_NO_ROOM = "ALTER TABLE venue_restingorder RESET (fillfactor, autovacuum_vacuum_scale_factor)"

# Until now the house was on the other side of every execution, and each executed its order whole: it is a
# trade with the same number, whose ids are the fill's.
_TRADES = """
INSERT INTO venue_trade (trade_seq, id, instrument_id, quantity, price, taker_side, buy_order_id,
    buy_execution_id, sell_order_id, sell_execution_id, executed_at)
SELECT execution_seq, fill_id, instrument_id, quantity, price, (side = 'sell')::int,
    CASE side WHEN 'buy' THEN order_id END, CASE side WHEN 'buy' THEN fill_id END,
    CASE side WHEN 'sell' THEN order_id END, CASE side WHEN 'sell' THEN fill_id END, answered_at
FROM venue_venueorder WHERE state = 'executed' ORDER BY execution_seq;
SELECT setval('venue_trade_seq', nextval('venue_execution_seq'));
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):
    dependencies = [("instruments", "0004_house"), ("venue", "0004_execution_seq")]

    operations = [
        migrations.RunSQL(_SEQUENCES, _NO_SEQUENCES),
        migrations.CreateModel(
            name="RestingOrder",
            fields=[
                (
                    "order_id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name="order"),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="instruments.instrument",
                    ),
                ),
                ("side", models.SmallIntegerField(choices=[(0, "buy"), (1, "sell")], verbose_name="side")),
                ("rank", models.BigIntegerField(verbose_name="rank")),
                (
                    "arrival_seq",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("venue_arrival_seq"), function="nextval"),
                        editable=False,
                        verbose_name="arrival",
                    ),
                ),
                ("user_id", models.UUIDField(verbose_name="customer")),
                ("type", models.CharField(max_length=10, verbose_name="type")),
                ("time_in_force", models.CharField(max_length=3, verbose_name="time in force")),
                ("quantity", models.BigIntegerField(verbose_name="quantity")),
                ("remaining", models.BigIntegerField(verbose_name="remaining")),
                ("version", models.IntegerField(verbose_name="version")),
                ("submitted_at", models.DateTimeField(verbose_name="submitted at")),
                ("rested_at", models.DateTimeField(verbose_name="rests since")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
            ],
            options={
                "verbose_name": "resting order",
                "verbose_name_plural": "resting orders",
                "indexes": [models.Index(fields=["expires_at"], name="venue_resting_expires")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("instrument", "side", "rank", "arrival_seq"), name="venue_resting_priority"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("remaining__gt", 0), ("remaining__lte", models.F("quantity"))),
                        name="venue_resting_remaining",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rank__gt", -1000000000000000000), ("rank__lt", 0), ("side", 0)),
                            models.Q(("rank__gt", 0), ("rank__lt", 1000000000000000000), ("side", 1)),
                            _connector="OR",
                        ),
                        name="venue_resting_rank_sign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                (
                    "trade_seq",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("venue_trade_seq"), function="nextval"),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="number",
                    ),
                ),
                ("id", models.UUIDField(editable=False, verbose_name="trade")),
                (
                    "instrument",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="instruments.instrument",
                    ),
                ),
                ("quantity", models.BigIntegerField(verbose_name="quantity")),
                ("price", models.DecimalField(decimal_places=6, max_digits=20, verbose_name="price")),
                (
                    "taker_side",
                    models.SmallIntegerField(choices=[(0, "buy"), (1, "sell")], verbose_name="taker's side"),
                ),
                ("buy_order_id", models.UUIDField(null=True, verbose_name="buy order")),
                ("buy_execution_id", models.UUIDField(null=True, verbose_name="execution of the buy")),
                ("sell_order_id", models.UUIDField(null=True, verbose_name="sell order")),
                ("sell_execution_id", models.UUIDField(null=True, verbose_name="execution of the sell")),
                ("executed_at", models.DateTimeField(verbose_name="executed at")),
            ],
            options={
                "verbose_name": "trade",
                "verbose_name_plural": "trades",
                "indexes": [
                    models.Index(
                        fields=["instrument", "trade_seq"],
                        include=("quantity", "price"),
                        name="venue_trade_instrument",
                    ),
                    models.Index(
                        condition=models.Q(("buy_order_id__isnull", False)),
                        fields=["buy_order_id"],
                        name="venue_trade_buy",
                    ),
                    models.Index(
                        condition=models.Q(("sell_order_id__isnull", False)),
                        fields=["sell_order_id"],
                        name="venue_trade_sell",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price__gt", 0),
                            ("price__lt", 1000000000000),
                            ("quantity__gt", 0),
                            ("taker_side__in", [0, 1]),
                        ),
                        name="venue_trade_amounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("buy_execution_id__isnull", True), ("buy_order_id__isnull", True)),
                                models.Q(
                                    ("buy_execution_id__isnull", False), ("buy_order_id__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(
                                    ("sell_execution_id__isnull", True), ("sell_order_id__isnull", True)
                                ),
                                models.Q(
                                    ("sell_execution_id__isnull", False), ("sell_order_id__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("buy_order_id__isnull", False), ("sell_order_id__isnull", True)),
                                models.Q(("buy_order_id__isnull", True), ("sell_order_id__isnull", False)),
                                models.Q(
                                    ("buy_order_id__isnull", False),
                                    ("sell_order_id__isnull", False),
                                    models.Q(("buy_order_id", models.F("sell_order_id")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="venue_trade_sides",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_ROOM, _NO_ROOM),
        migrations.RunSQL(_TRADES, migrations.RunSQL.noop),
        application_may("venue_trade", "SELECT", "INSERT"),
    ]
