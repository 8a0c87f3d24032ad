"""Money may also go out."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_frozen_by")]

    operations = [
        migrations.RemoveConstraint("journalentry", "journal_known_type"),
        migrations.AlterField(
            "journalentry",
            "type",
            models.CharField(
                choices=[
                    ("deposit", "deposit"),
                    ("withdrawal", "withdrawal"),
                    ("order_settlement", "settlement of an order"),
                    ("reversal", "reversal"),
                ],
                max_length=24,
                verbose_name="type",
            ),
        ),
        migrations.AddConstraint(
            "journalentry",
            models.CheckConstraint(
                condition=Q(type__in=["deposit", "withdrawal", "order_settlement", "reversal"]),
                name="journal_known_type",
            ),
        ),
    ]
