import servicekit.home_currency
from django.db import migrations, models


class Migration(migrations.Migration):
    backward_compatible = "the version before lists and writes US dollars only, which stay allowed"

    dependencies = [
        ('instruments', '0006_half_spread_by_price'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='instrument',
            name='instrument_currency_home',
        ),
        migrations.AlterField(
            model_name='instrument',
            name='currency',
            field=models.CharField(default=servicekit.home_currency.home_currency, max_length=3, verbose_name='currency'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='instrument_currency_form'),
        ),
    ]
