from django.db import migrations, models

# Who has never touched an instrument's house has not decided that it trades at the quote either.
UNTOUCHED = """
UPDATE instruments_instrument AS instrument SET half_spread = NULL
WHERE half_spread = 0 AND NOT EXISTS (
    SELECT FROM audit_entries WHERE action = 'instrument.house' AND object_id = instrument.id::text
)
"""
BEFORE = "UPDATE instruments_instrument SET half_spread = 0 WHERE half_spread IS NULL"


class Migration(migrations.Migration):
    """The version before cannot trade by a price without a half spread: no canary across this one."""

    dependencies = [("instruments", "0005_imports"), ("audit", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="instrument",
            name="half_spread",
            field=models.DecimalField(
                blank=True, decimal_places=6, default=None, max_digits=18, null=True, verbose_name="half spread"
            ),
        ),
        migrations.RunSQL(UNTOUCHED, BEFORE),
    ]
