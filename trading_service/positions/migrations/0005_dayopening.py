"""What positions had come to when the market's day began."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0004_lots_of_before")]

    operations = [
        migrations.CreateModel(
            name="DayOpening",
            fields=[
                (
                    "position",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="opening",
                        serialize=False,
                        to="positions.position",
                    ),
                ),
                ("bought_quantity", models.BigIntegerField()),
                ("bought_cost", models.BigIntegerField()),
                ("sold_quantity", models.BigIntegerField()),
                ("sold_proceeds", models.BigIntegerField()),
            ],
        ),
    ]
