import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The unique index of instrument and date begins with the instrument, and has its days in their order."""

    dependencies = [("quotes", "0007_pricesplit")]

    operations = [
        migrations.AlterField(
            model_name="dailyprice",
            name="instrument",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="daily_prices",
                to="instruments.instrument",
            ),
        ),
    ]
