import market_service.instruments.isin
import servicekit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Instrument',
            fields=[
                ('id', models.UUIDField(default=servicekit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ticker', models.CharField(max_length=12, unique=True, verbose_name='ticker')),
                ('isin', models.CharField(max_length=12, unique=True, validators=[market_service.instruments.isin.isin_validate], verbose_name='ISIN')),
                ('type', models.CharField(choices=[('share', 'share'), ('bond', 'bond'), ('fund', 'fund'), ('currency', 'currency'), ('future', 'future')], max_length=10, verbose_name='type')),
                ('name_en', models.CharField(max_length=120, verbose_name='name in English')),
                ('name_ru', models.CharField(max_length=120, verbose_name='name in Russian')),
                ('description_en', models.TextField(max_length=2000, verbose_name='description in English')),
                ('description_ru', models.TextField(max_length=2000, verbose_name='description in Russian')),
                ('currency', models.CharField(default='USD', max_length=3, verbose_name='currency')),
                ('lot_size', models.PositiveIntegerField(default=1, verbose_name='lot size')),
                ('price_step', models.DecimalField(decimal_places=6, max_digits=12, verbose_name='price step')),
                ('issued_quantity', models.BigIntegerField(verbose_name='issued quantity')),
                ('available_quantity', models.BigIntegerField(verbose_name='available quantity')),
                ('status', models.CharField(choices=[('open', 'open'), ('halted', 'halted')], default='open', max_length=10, verbose_name='status')),
                ('simulated', models.BooleanField(default=False, verbose_name='simulated')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('catalogue_digest', models.CharField(default='', editable=False, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
            ],
            options={
                'verbose_name': 'instrument',
                'verbose_name_plural': 'instruments',
                'ordering': ('ticker',),
                'constraints': [models.CheckConstraint(condition=models.Q(('ticker__regex', '^[A-Z0-9][A-Z0-9.-]{0,11}$')), name='instrument_ticker_form'), models.CheckConstraint(condition=models.Q(('isin__regex', '^[A-Z]{2}[A-Z0-9]{9}[0-9]$')), name='instrument_isin_form'), models.CheckConstraint(condition=models.Q(('type__in', ['share', 'bond', 'fund', 'currency', 'future'])), name='instrument_type_known'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'halted'])), name='instrument_status_known'), models.CheckConstraint(condition=models.Q(('currency', 'USD')), name='instrument_currency_home'), models.CheckConstraint(condition=models.Q(('lot_size__gte', 1), ('lot_size__lte', 1000000000)), name='instrument_lot_size_range'), models.CheckConstraint(condition=models.Q(('price_step__gt', 0), ('price_step__lte', 1000)), name='instrument_price_step_range'), models.CheckConstraint(condition=models.Q(('issued_quantity__gte', 1), ('issued_quantity__lte', 1000000000)), name='instrument_issued_range'), models.CheckConstraint(condition=models.Q(('available_quantity__gte', 0), ('available_quantity__lte', models.F('issued_quantity'))), name='instrument_available_range')],
            },
        ),
    ]
