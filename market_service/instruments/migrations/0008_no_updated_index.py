"""Nothing reads the instruments by when they were changed any more: the search has tables of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("instruments", "0007_any_currency")]

    operations = [migrations.RemoveIndex(model_name="instrument", name="instrument_updated")]
