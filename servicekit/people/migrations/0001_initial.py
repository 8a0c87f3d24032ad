import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("user_id", models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name="user")),
                ("username", models.CharField(blank=True, default="", max_length=150, verbose_name="username")),
                (
                    "display_name",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="display name"),
                ),
                ("version", models.PositiveIntegerField(default=0, verbose_name="version")),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "db_table": "people",
                "indexes": [
                    models.Index(django.db.models.functions.text.Lower("username"), name="people_username")
                ],
            },
        ),
    ]
