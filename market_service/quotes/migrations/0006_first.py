"""Where a quote began, so that a market that starts over begins there again."""

from django.db import migrations, models

# Of what is quoted already: where its first day that was closed here began, or the running one.
BACKFILL = """
UPDATE quotes_quote AS quote
SET first_price = coalesce(first.open, own.day_open, own.price),
    first_close = coalesce(first.open, own.previous_close)
FROM quotes_quote AS own LEFT JOIN LATERAL (
    SELECT open FROM quotes_dailyprice
    WHERE instrument_id = own.instrument_id AND simulated ORDER BY id LIMIT 1
) AS first ON true
WHERE own.instrument_id = quote.instrument_id
"""


def _price() -> models.DecimalField:
    return models.DecimalField(decimal_places=6, max_digits=20, null=True)


class Migration(migrations.Migration):
    dependencies = [("quotes", "0005_days")]

    operations = [
        migrations.AddField("quote", "first_price", _price()),
        migrations.AddField("quote", "first_close", _price()),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
