"""A split writes a position's lots anew."""

from django.db import migrations

from servicekit.database.rights import application_may


class Migration(migrations.Migration):
    dependencies = [("positions", "0005_dayopening")]

    operations = [application_may("positions_lot", "SELECT", "INSERT", "DELETE")]
