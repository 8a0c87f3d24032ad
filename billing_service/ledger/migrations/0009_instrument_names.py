from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0008_split'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstrumentName',
            fields=[
                ('ticker', models.CharField(max_length=32, primary_key=True, serialize=False, verbose_name='ticker')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('name_ru', models.CharField(max_length=200, verbose_name='name in Russian')),
            ],
            options={
                'verbose_name': "instrument's name",
                'verbose_name_plural': "instruments' names",
            },
        ),
    ]
