"""A hold may be released in parts while it is pending."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("holds", "0003_expiry")]

    operations = [
        migrations.RemoveConstraint("hold", "hold_captured_within_amount"),
        migrations.RemoveConstraint("hold", "hold_final_is_spent_or_released"),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(captured__gte=0, released__gte=0, released__lte=F("amount") - F("captured")),
                name="hold_captured_within_amount",
            ),
        ),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(state="pending")
                | Q(state="captured", captured__gt=0, released=F("amount") - F("captured"))
                | Q(state__in=["voided", "expired"], captured=0, released=F("amount")),
                name="hold_final_is_spent_or_released",
            ),
        ),
    ]
