import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """The field is called what it means; the column keeps its name, by which the version before reads it."""

    dependencies = [("closings", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("closing", "closing_pending"),
                migrations.RenameField("closing", "asked_at", "last_attempt_at"),
                migrations.AlterField(
                    "closing",
                    "last_attempt_at",
                    models.DateTimeField(
                        db_column="asked_at", default=django.utils.timezone.now, verbose_name="last attempt"
                    ),
                ),
                migrations.AddIndex(
                    "closing",
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["last_attempt_at"],
                        name="closing_pending",
                    ),
                ),
            ]
        )
    ]
