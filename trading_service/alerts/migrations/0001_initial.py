"""Price alerts."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Q

import servicekit.ids
import trading_service.reference.models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("reference", "0006_splits")]
    backward_compatible = "new tables; the version before does not know them"

    operations = [
        migrations.CreateModel(
            name="AlertBook",
            fields=[("user_id", models.UUIDField(primary_key=True, serialize=False))],
            options={
                "verbose_name": "customer with price alerts",
                "verbose_name_plural": "customers with price alerts",
            },
        ),
        migrations.CreateModel(
            name="PriceAlert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicekit.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="alerts.alertbook",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reference.listedinstrument",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("above", "rises to"), ("below", "falls to")],
                        max_length=5,
                        verbose_name="when the price",
                    ),
                ),
                (
                    "price",
                    trading_service.reference.models.PriceField(decimal_places=8, max_digits=20),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("fired_at", models.DateTimeField(null=True, verbose_name="fired")),
                (
                    "fired_price",
                    trading_service.reference.models.PriceField(decimal_places=8, max_digits=20, null=True),
                ),
                ("announced", models.BooleanField(default=False)),
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "verbose_name": "price alert",
                "verbose_name_plural": "price alerts",
                "indexes": [
                    models.Index(
                        condition=Q(fired_at=None),
                        fields=["instrument", "direction", "price"],
                        name="alert_waiting",
                    ),
                    models.Index(
                        condition=Q(announced=False, fired_at__isnull=False),
                        fields=["id"],
                        name="alert_to_announce",
                    ),
                    models.Index(fields=["book", "-created_at", "-id"], name="alert_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(price__gt=0, price__lt=trading_service.reference.models.PRICE_BOUND),
                        name="alert_price",
                    ),
                    models.CheckConstraint(
                        condition=Q(fired_at=None, fired_price=None, announced=False)
                        | Q(direction="above", fired_at__isnull=False, fired_price__gte=F("price"))
                        | Q(direction="below", fired_at__isnull=False, fired_price__lte=F("price")),
                        name="alert_fired_for_a_reason",
                    ),
                ],
            },
        ),
    ]
