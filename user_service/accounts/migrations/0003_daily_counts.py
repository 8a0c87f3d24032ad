"""How often something was done today, for the quotas."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sign_in_attempts")]

    operations = [
        migrations.CreateModel(
            name="DailyCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("sign_up", "sign-ups"),
                            ("sign_in", "sign-ins"),
                            ("change", "changes of the profile"),
                        ],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                ("who", models.CharField(max_length=64, verbose_name="who")),
                ("day", models.DateField(verbose_name="day, UTC")),
                ("count", models.PositiveIntegerField(verbose_name="times")),
            ],
            options={
                "verbose_name": "count of a day",
                "verbose_name_plural": "counts of the day",
                "constraints": [
                    models.UniqueConstraint(fields=("what", "who"), name="daily_count_once"),
                ],
            },
        ),
    ]
