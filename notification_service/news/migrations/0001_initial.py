import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

import servicekit.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.UUIDField(default=servicekit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("title_en", models.CharField(max_length=100, verbose_name="title in English")),
                ("title_ru", models.CharField(max_length=100, verbose_name="title in Russian")),
                ("body_en", models.TextField(max_length=2000, verbose_name="text in English")),
                ("body_ru", models.TextField(max_length=2000, verbose_name="text in Russian")),
                (
                    "recipients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None, verbose_name="for"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("released", "being sent"),
                            ("sent", "sent"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("written_by", models.CharField(max_length=64, verbose_name="written by")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="written")),
                ("begins_at", models.DateTimeField(null=True, verbose_name="sent from")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("told", models.PositiveIntegerField(default=0, verbose_name="people told")),
                ("told_until", models.UUIDField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "news",
                "verbose_name_plural": "news",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "released")), fields=["begins_at"], name="news_to_tell"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "released", "sent", "withdrawn"])),
                        name="news_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("told", 0), ("begins_at__isnull", False), _connector="OR"),
                        name="news_told_once_released",
                    ),
                ],
            },
        )
    ]
