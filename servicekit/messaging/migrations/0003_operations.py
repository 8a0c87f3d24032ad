"""What operations need: known subscribers, dropped dead letters, and proof of what was removed."""

import django.db.models.functions.datetime
from django.db import migrations, models

#: The UTC day of a UUIDv7, and a number to be summed up over ids. Every reader uses the same ones.
FUNCTIONS = """
CREATE FUNCTION event_day(id uuid) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (timestamp 'epoch' + interval '1 millisecond'
     * ('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)::bigint)::date;
CREATE FUNCTION event_hash(id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    ('x' || left(md5(id::text), 16))::bit(64)::bigint;
"""

#: Per type and day, what is there and what is gone together: the same on both sides when nothing was
#: lost and nothing came from nowhere.
VIEWS = """
CREATE VIEW published_totals AS
SELECT type, day, sum(count)::bigint AS count, sum(digest) AS digest FROM (
    SELECT type, event_day(id) AS day, count(*) AS count, sum(event_hash(id)) AS digest
    FROM outbox GROUP BY 1, 2
    UNION ALL SELECT type, day, count, digest FROM removed_events WHERE side = 'outbox'
) AS total GROUP BY type, day;
CREATE VIEW handled_totals AS
SELECT type, day, sum(count)::bigint AS count, sum(digest) AS digest FROM (
    SELECT type, event_day(event_id) AS day, count(*) AS count, sum(event_hash(event_id)) AS digest
    FROM inbox GROUP BY 1, 2
    UNION ALL SELECT type, day, count, digest FROM removed_events WHERE side = 'inbox'
) AS total GROUP BY type, day;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0002_stream_state'),
    ]

    operations = [
        migrations.CreateModel(
            name='DroppedEvent',
            fields=[
                ('event_id', models.UUIDField(primary_key=True, serialize=False)),
                ('stream', models.CharField(max_length=60)),
                ('type', models.CharField(max_length=100)),
                ('subject', models.CharField(max_length=100)),
                ('envelope', models.TextField()),
                ('attempts', models.PositiveIntegerField()),
                ('error', models.TextField()),
                ('first_failed_at', models.DateTimeField()),
                ('dropped_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('dropped_by', models.CharField(max_length=150)),
                ('reason', models.TextField()),
            ],
            options={
                'verbose_name': 'dropped event',
                'verbose_name_plural': 'dropped events',
                'db_table': 'dropped_events',
            },
        ),
        migrations.CreateModel(
            name='StreamGroup',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('acknowledged', models.CharField(max_length=42)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'stream_groups',
            },
        ),
        migrations.CreateModel(
            name='RemovedEvents',
            fields=[
                ('pk', models.CompositePrimaryKey('side', 'type', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('side', models.CharField(choices=[('outbox', 'Outbox'), ('inbox', 'Inbox')], max_length=6)),
                ('type', models.CharField(max_length=100)),
                ('day', models.DateField()),
                ('count', models.BigIntegerField()),
                ('digest', models.DecimalField(decimal_places=0, max_digits=40)),
            ],
            options={
                'db_table': 'removed_events',
            },
        ),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION event_day(uuid); DROP FUNCTION event_hash(uuid);"),
        migrations.RunSQL(VIEWS, "DROP VIEW published_totals; DROP VIEW handled_totals;"),
    ]
