"""How many orders a customer has placed today, for the quota."""

from django.db import migrations, models

# A customer's row changes with every order: room for that in its page, so that no index is touched (a HOT update).
ROOM = """
ALTER TABLE orders_dailyorders SET (
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
)
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_worst_price_and_fee_rate")]
    backward_compatible = "the version before does not count and refuses nobody"

    operations = [
        migrations.CreateModel(
            name="DailyOrders",
            fields=[
                ("user_id", models.UUIDField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("placed", models.PositiveIntegerField()),
                ("rejected", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "orders of a day", "verbose_name_plural": "orders of the day"},
        ),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
