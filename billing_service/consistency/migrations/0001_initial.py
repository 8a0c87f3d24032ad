from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0003_chain"), ("holds", "0003_expiry")]

    operations = [
        migrations.CreateModel(
            name="ConsistencyMark",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0, verbose_name="checked up to")),
                ("account_id", models.UUIDField(null=True, verbose_name="account")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="checked")),
                ("breaches", models.BigIntegerField(default=0, verbose_name="breaches")),
            ],
            options={
                "verbose_name": "consistency check",
                "verbose_name_plural": "consistency checks",
                "constraints": [models.CheckConstraint(condition=Q(id=1), name="consistency_has_one_mark")],
            },
        ),
    ]
