from django.db import migrations, models
from django.db.models import Q

# An execution changes available_quantity, which no index has: with room on the page for the new
# version of the row, none of the five indexes is touched.
_ROOM = "ALTER TABLE instruments_instrument SET (fillfactor = 50)"
_NO_ROOM = "ALTER TABLE instruments_instrument RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("instruments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="instrument",
            name="halt_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "–"),
                    ("operator", "by an operator"),
                    ("quantities", "what is on offer and what was sold do not add up to what was issued"),
                ],
                db_default="",
                default="",
                max_length=20,
                verbose_name="reason of the halt",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=Q(halt_reason="")
                | Q(("halt_reason__in", ["", "operator", "quantities"]), ("status", "halted")),
                name="instrument_halt_reason_known",
            ),
        ),
        migrations.RunSQL(_ROOM, _NO_ROOM),
    ]
