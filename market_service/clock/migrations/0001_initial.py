"""The market's clock."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MarketClock",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "feed",
                    models.CharField(
                        choices=[
                            ("replay", "replay of past days"),
                            ("simulated", "simulation"),
                            ("manual", "operators set the prices"),
                        ],
                        max_length=10,
                        verbose_name="feed",
                    ),
                ),
                ("number", models.BigIntegerField(default=1, verbose_name="number of the day")),
                ("day", models.DateField(verbose_name="day")),
                ("opened_at", models.DateTimeField(verbose_name="began at")),
                ("elapsed_s", models.FloatField(default=0, verbose_name="seconds since the opening")),
                ("as_of", models.DateTimeField(verbose_name="as of")),
                ("speed", models.FloatField(default=1, verbose_name="speed")),
                ("paused", models.BooleanField(default=False, verbose_name="paused")),
                ("closing_from", models.BigIntegerField(null=True)),
                ("trades_before", models.BigIntegerField(default=0)),
                ("day_orders_due", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "market's clock",
                "verbose_name_plural": "market's clock",
                "constraints": [
                    models.CheckConstraint(condition=Q(("id", 1)), name="market_clock_once"),
                    models.CheckConstraint(
                        condition=Q(("feed__in", ["replay", "simulated", "manual"])), name="market_clock_feed"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("elapsed_s__gte", 0), ("number__gte", 1), ("speed__gt", 0), ("speed__lte", 100000)
                        ),
                        name="market_clock_range",
                    ),
                ],
            },
        ),
    ]
