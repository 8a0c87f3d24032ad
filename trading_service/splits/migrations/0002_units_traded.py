"""What customers had bought and sold by the record, as the venue counts it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("splits", "0001_initial")]
    backward_compatible = "new columns that may be null; the version before writes none"

    operations = [
        migrations.AddField("split", "bought_units", models.BigIntegerField(null=True)),
        migrations.AddField("split", "sold_units", models.BigIntegerField(null=True)),
    ]
