"""A hold can expire, and has a time by which it should have ended."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("holds", "0002_guards"), ("ledger", "0003_chain")]

    operations = [
        migrations.RemoveConstraint("hold", "hold_of_something"),
        migrations.RemoveConstraint("hold", "hold_final_is_spent_or_released"),
        migrations.AddField("hold", "due_at", models.DateTimeField(null=True, verbose_name="due")),
        migrations.AlterField(
            "hold",
            "state",
            models.CharField(
                choices=[
                    ("pending", "pending"),
                    ("captured", "captured"),
                    ("voided", "voided"),
                    ("expired", "expired"),
                ],
                default="pending",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(amount__gt=0, account__isnull=False)
                | Q(amount=0, state__in=["voided", "expired"]),
                name="hold_of_something",
            ),
        ),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(state="pending", released=0)
                | Q(state="captured", captured__gt=0, released=F("amount") - F("captured"))
                | Q(state__in=["voided", "expired"], captured=0, released=F("amount")),
                name="hold_final_is_spent_or_released",
            ),
        ),
    ]
