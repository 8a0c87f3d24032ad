import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """The field is called what it means; the column keeps its name, by which the version before reads it."""

    dependencies = [("quotes", "0008_no_instrument_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("quotefeed", "told_to", "published_up_to"),
                migrations.AlterField(
                    "quotefeed",
                    "published_up_to",
                    models.UUIDField(db_column="told_to", default=uuid.UUID(int=0)),
                ),
            ]
        )
    ]
