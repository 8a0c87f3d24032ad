from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    backward_compatible = "the version before leaves both columns at their defaults, and trades as they say"

    dependencies = [("instruments", "0003_updated")]

    operations = [
        migrations.AddField(
            model_name="instrument",
            name="house",
            field=models.BooleanField(db_default=True, default=True, verbose_name="the house trades"),
        ),
        migrations.AddField(
            model_name="instrument",
            name="half_spread",
            field=models.DecimalField(
                db_default=Decimal(0),
                decimal_places=6,
                default=Decimal(0),
                max_digits=18,
                verbose_name="half spread",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("half_spread__gte", 0), ("half_spread__lte", 10**9)),
                name="instrument_half_spread_range",
            ),
        ),
    ]
