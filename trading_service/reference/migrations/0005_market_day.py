"""The market's day, as the venue tells it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reference", "0004_quote_feed_received_since")]

    operations = [
        migrations.CreateModel(
            name="MarketDay",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("day", models.DateField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="market_day_once")
                ],
            },
        ),
    ]
