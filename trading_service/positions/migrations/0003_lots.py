"""The lots of a position, and what its fills of each day come to."""

import django.db.models.deletion
from django.db import migrations, models

from servicekit.database.rights import application_may

_SUMS = ("quantity", "held_quantity", "cost_basis", "realized_pnl")


class Migration(migrations.Migration):
    dependencies = [("positions", "0002_room")]

    operations = [
        *(
            migrations.AlterField("position", name, models.BigIntegerField(db_default=0, default=0))
            for name in _SUMS
        ),
        *(
            migrations.AddField("position", name, models.BigIntegerField(db_default=0, default=0))
            for name in ("bought_quantity", "bought_cost")
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bought_at", models.DateTimeField()),
                ("quantity", models.BigIntegerField()),
                ("cost", models.BigIntegerField()),
                ("bought_before", models.BigIntegerField()),
                ("cost_before", models.BigIntegerField()),
                (
                    "position",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="positions.position",
                    ),
                ),
            ],
            options={
                "verbose_name": "lot",
                "verbose_name_plural": "lots",
                "constraints": [
                    models.UniqueConstraint(fields=("position", "bought_before"), name="lot_place_unique"),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="lot_quantity"),
                    models.CheckConstraint(
                        condition=models.Q(("bought_before__gte", 0), ("cost__gte", 0), ("cost_before__gte", 0)),
                        name="lot_sums",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyFlow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("bought_quantity", models.BigIntegerField()),
                ("bought_cost", models.BigIntegerField()),
                ("sold_quantity", models.BigIntegerField()),
                ("sold_proceeds", models.BigIntegerField()),
                (
                    "position",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flows",
                        to="positions.position",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a position",
                "verbose_name_plural": "days of positions",
                "constraints": [
                    models.UniqueConstraint(fields=("position", "day"), name="daily_flow_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bought_cost__gte", 0), ("bought_quantity__gte", 0), ("sold_quantity__gte", 0)
                        ),
                        name="daily_flow_sums",
                    ),
                ],
            },
        ),
        application_may("positions_lot", "SELECT", "INSERT"),
        application_may("positions_dailyflow", "SELECT", "INSERT", "UPDATE"),
        # a day's row changes with every fill of that day: room for it in its page (a HOT update)
        migrations.RunSQL(
            "ALTER TABLE positions_dailyflow SET (fillfactor = 60)",
            "ALTER TABLE positions_dailyflow RESET (fillfactor)",
        ),
    ]
