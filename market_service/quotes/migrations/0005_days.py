"""What a day end needs: the day's open, high and low beside each quote, and whose close the previous one is."""

from django.db import migrations, models

# Whoever changes the previous close says whose it is, or nobody's.
FORGET = """
CREATE FUNCTION quotes_closed_day_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.closed_day := NULL;
    RETURN NEW;
END
$$;

CREATE TRIGGER quotes_closed_day_forget BEFORE UPDATE ON quotes_quote
    FOR EACH ROW WHEN (OLD.previous_close <> NEW.previous_close AND OLD.closed_day = NEW.closed_day)
    EXECUTE FUNCTION quotes_closed_day_forget();
"""

UNDO = """
DROP TRIGGER quotes_closed_day_forget ON quotes_quote;
DROP FUNCTION quotes_closed_day_forget();
"""


def _price() -> models.DecimalField:
    return models.DecimalField(decimal_places=6, max_digits=20, null=True)


class Migration(migrations.Migration):
    dependencies = [("quotes", "0004_importedfile")]
    backward_compatible = "the version before changes no previous close, and its prices count from the next tick"

    operations = [
        migrations.AddField(
            "quote", "closed_day", models.DateField(null=True, verbose_name="day of the previous close")
        ),
        migrations.AddField("quote", "day_open", _price()),
        migrations.AddField("quote", "day_high", _price()),
        migrations.AddField("quote", "day_low", _price()),
        migrations.AddField(
            "dailyprice",
            "simulated",
            models.BooleanField(db_default=False, default=False, verbose_name="simulated"),
        ),
        migrations.RunSQL(FORGET, UNDO),
    ]
