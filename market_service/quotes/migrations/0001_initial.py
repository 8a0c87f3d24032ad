import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('instruments', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('instrument', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='quote', serialize=False, to='instruments.instrument')),
                ('price', models.DecimalField(decimal_places=6, max_digits=20, verbose_name='price')),
                ('previous_close', models.DecimalField(decimal_places=6, max_digits=20, verbose_name='previous closing price')),
                ('price_at', models.DateTimeField(verbose_name='time of the price')),
                ('tick', models.BigIntegerField(default=0, verbose_name='tick')),
            ],
            options={
                'verbose_name': 'quote',
                'verbose_name_plural': 'quotes',
                'constraints': [models.CheckConstraint(condition=models.Q(('price__gt', 0), ('price__lt', Decimal('1000000000000'))), name='quote_price_range'), models.CheckConstraint(condition=models.Q(('previous_close__gt', 0), ('previous_close__lt', Decimal('1000000000000'))), name='quote_previous_close_range')],
            },
        ),
        migrations.CreateModel(
            name='DailyPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('open', models.DecimalField(decimal_places=6, max_digits=20, verbose_name='opening price')),
                ('high', models.DecimalField(decimal_places=6, max_digits=20, verbose_name='highest price')),
                ('low', models.DecimalField(decimal_places=6, max_digits=20, verbose_name='lowest price')),
                ('close', models.DecimalField(decimal_places=6, max_digits=20, verbose_name='closing price')),
                ('volume', models.BigIntegerField(verbose_name='volume')),
                ('adj_close', models.DecimalField(decimal_places=16, max_digits=30, verbose_name='adjusted closing price')),
                ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='daily_prices', to='instruments.instrument')),
            ],
            options={
                'verbose_name': 'daily price',
                'verbose_name_plural': 'daily prices',
                'constraints': [models.UniqueConstraint(fields=('instrument', 'date'), name='daily_price_once'), models.CheckConstraint(condition=models.Q(('adj_close__gt', 0), ('adj_close__lt', Decimal('1000000000000')), ('close__gte', models.F('low')), ('close__lte', models.F('high')), ('high__gte', models.F('open')), ('high__lt', Decimal('1000000000000')), ('low__gt', 0), ('low__lte', models.F('open')), ('volume__gte', 0)), name='daily_price_range')],
            },
        ),
    ]
