"""The last price of each day, kept by the database itself when the latest quote goes over to a later day."""

import django.db.models.deletion
import trading_service.reference.models
from decimal import Decimal
from django.db import migrations, models

KEEP = """
CREATE FUNCTION reference_close_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reference_dailyclose (instrument_id, day, price)
    VALUES (OLD.instrument_id, (OLD.price_at AT TIME ZONE 'UTC')::date, OLD.price)
    ON CONFLICT (instrument_id, day) DO UPDATE SET price = excluded.price;
    RETURN NULL;
END
$$;

CREATE TRIGGER reference_close_keep AFTER UPDATE ON reference_latestquote
    FOR EACH ROW WHEN ((OLD.price_at AT TIME ZONE 'UTC')::date < (NEW.price_at AT TIME ZONE 'UTC')::date)
    EXECUTE FUNCTION reference_close_keep();
"""

FORGET = """
DROP TRIGGER reference_close_keep ON reference_latestquote;
DROP FUNCTION reference_close_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("reference", "0002_feed")]
    backward_compatible = "the database keeps the closing prices, whichever version hears the quotes"

    operations = [
        migrations.CreateModel(
            name="DailyClose",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("price", trading_service.reference.models.PriceField(decimal_places=8, max_digits=20)),
                (
                    "instrument",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closes",
                        to="reference.listedinstrument",
                    ),
                ),
            ],
            options={
                "verbose_name": "closing price",
                "verbose_name_plural": "closing prices",
                "constraints": [
                    models.UniqueConstraint(fields=("instrument", "day"), name="close_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("price__gt", 0), ("price__lt", Decimal("1000000000000"))),
                        name="close_price",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
