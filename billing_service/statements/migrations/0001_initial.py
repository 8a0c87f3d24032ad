from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StatementMonth",
            fields=[
                (
                    "month",
                    models.CharField(
                        editable=False, max_length=7, primary_key=True, serialize=False, verbose_name="month"
                    ),
                ),
                ("announced_until", models.UUIDField(null=True, verbose_name="accounts looked at until")),
                ("announced", models.PositiveIntegerField(default=0, verbose_name="statements announced")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="completed")),
            ],
            options={
                "verbose_name": "month of statements",
                "verbose_name_plural": "months of statements",
            },
        )
    ]
