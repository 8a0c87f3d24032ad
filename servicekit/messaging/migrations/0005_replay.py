import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0004_unsent'),
    ]

    operations = [
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='at')),
                ('by', models.CharField(max_length=150, verbose_name='by')),
                ('events', models.PositiveIntegerField(verbose_name='events')),
            ],
            options={
                'verbose_name': 'replay',
                'verbose_name_plural': 'replays',
                'db_table': 'outbox_replays',
            },
        ),
    ]
