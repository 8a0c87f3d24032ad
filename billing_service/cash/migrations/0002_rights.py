"""A deposit is never changed, and the application removes none."""

from django.db import migrations

from servicekit.database.rights import application_may


class Migration(migrations.Migration):
    dependencies = [("cash", "0001_initial")]

    operations = [application_may("cash_deposit", "SELECT", "INSERT")]
