"""Room in the pages of positions, so that a change stays in its page and touches no index (HOT)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("positions", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE positions_position SET (fillfactor = 60)",
            "ALTER TABLE positions_position RESET (fillfactor)",
        ),
    ]
