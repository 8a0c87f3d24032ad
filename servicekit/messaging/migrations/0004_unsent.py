"""What is to be sent stands in a narrow table of its own, and an outbox row never changes."""

import django.contrib.postgres.fields
from django.db import migrations, models

MOVE = """
INSERT INTO outbox_unsent (position) SELECT position FROM outbox WHERE published_at IS NULL;
INSERT INTO outbox_batches (last_entry, positions)
SELECT entry, array_agg(position) FROM outbox
WHERE entry IS NOT NULL AND (split_part(entry, '-', 1)::bigint, split_part(entry, '-', 2)::numeric) > (
    SELECT coalesce(max(split_part(confirmed, '-', 1)::bigint), 0),
           coalesce(max(split_part(confirmed, '-', 2)::numeric), 0) FROM stream_state
)
GROUP BY entry ORDER BY min(position);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0003_operations'),
    ]

    operations = [
        # its name is the new table's
        migrations.RemoveIndex(
            model_name='outboxevent',
            name='outbox_unsent',
        ),
        migrations.CreateModel(
            name='UnsentEvent',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'outbox_unsent',
            },
        ),
        migrations.CreateModel(
            name='SentBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_entry', models.CharField(max_length=42)),
                ('positions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                'db_table': 'outbox_batches',
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='outboxevent',
            name='entry',
        ),
        migrations.RemoveField(
            model_name='outboxevent',
            name='published_at',
        ),
    ]
