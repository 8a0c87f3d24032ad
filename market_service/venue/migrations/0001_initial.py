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
            name='VenueOrder',
            fields=[
                ('order_id', models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name='order')),
                ('side', models.CharField(choices=[('buy', 'buy'), ('sell', 'sell')], default='', max_length=4, verbose_name='side')),
                ('quantity', models.BigIntegerField(null=True, verbose_name='quantity')),
                ('cap_price', models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name='cap price')),
                ('state', models.CharField(choices=[('executed', 'executed'), ('refused', 'refused'), ('canceled', 'canceled')], max_length=10, verbose_name='state')),
                ('fill_id', models.UUIDField(null=True, unique=True, verbose_name='fill')),
                ('price', models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name='price')),
                ('refuse_code', models.CharField(choices=[('insufficient_quantity', 'not enough on offer'), ('instrument_halted', 'trading is halted'), ('price_moved', 'the price moved'), ('quote_stale', 'no fresh quote')], default='', max_length=32, verbose_name='refuse code')),
                ('refuse_limit', models.CharField(default='', max_length=40, verbose_name='limit')),
                ('refuse_value', models.CharField(default='', max_length=40, verbose_name='value')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted at')),
                ('answered_at', models.DateTimeField(verbose_name='answered at')),
                ('instrument', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='instruments.instrument')),
            ],
            options={
                'verbose_name': 'venue order',
                'verbose_name_plural': 'venue orders',
                'indexes': [models.Index(fields=['-answered_at'], name='venue_order_answered')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'executed'), _negated=True), models.Q(('cap_price__isnull', False), ('fill_id__isnull', False), ('instrument__isnull', False), ('price__gt', 0), ('price__isnull', False), ('price__lt', Decimal('1000000000000')), ('quantity__gte', 1), ('quantity__isnull', False), ('refuse_code', ''), ('side__in', ['buy', 'sell']), ('submitted_at__isnull', False)), _connector='OR'), name='venue_order_executed_whole'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'executed'), _negated=True), models.Q(('price__lte', models.F('cap_price')), ('side', 'buy')), models.Q(('price__gte', models.F('cap_price')), ('side', 'sell')), _connector='OR'), name='venue_order_within_cap'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('fill_id__isnull', True), ('price__isnull', True), ('quantity__gte', 1), ('quantity__isnull', False), ('refuse_code__in', ['insufficient_quantity', 'instrument_halted', 'price_moved', 'quote_stale']), ('side__in', ['buy', 'sell'])), _connector='OR'), name='venue_order_refused_whole'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'canceled'), _negated=True), models.Q(('fill_id__isnull', True), ('price__isnull', True), ('refuse_code', '')), _connector='OR'), name='venue_order_canceled_bare'), models.CheckConstraint(condition=models.Q(('state__in', ['executed', 'refused', 'canceled'])), name='venue_order_state_known')],
            },
        ),
    ]
