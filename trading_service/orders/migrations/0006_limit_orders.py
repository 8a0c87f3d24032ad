"""What limit orders need: how long they rest, the fee schedule, fills in parts, replacements.

No row of a large table is written: new columns are empty or have a constant default, and constraints are checked
against the rows of before in the next migration, which does not keep anybody from writing.
"""

import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal

import servicekit.ids
import trading_service.reference.models
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import connection, migrations, models
from django.db.models import F, Q

_BEFORE = """
    {0}.id, {0}.user_id, {0}.client_order_id, {0}.instrument_id, {0}.side, {0}.type, {0}.quantity,
    {0}.time_in_force, {0}.limit_price, {0}.worst_price, {0}.cap_price, {0}.currency, {0}.fee_rate,
    {0}.hold_amount, {0}.created_at
"""
_AFTER = _BEFORE.rstrip() + ", {0}.maker_fee_rate, {0}.minimum_fee, {0}.expires_at"

_TERMS = """
DROP TRIGGER orders_order_terms ON orders_order;
CREATE TRIGGER orders_order_terms BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN (({}) IS DISTINCT FROM ({}))
    EXECUTE FUNCTION orders_order_refuse('terms');
"""

TERMS = _TERMS.format(_AFTER.format("NEW"), _AFTER.format("OLD"))
TERMS_BEFORE = _TERMS.format(_BEFORE.format("NEW"), _BEFORE.format("OLD"))

#: The open orders, which are few.
WHOSE = """
UPDATE orders_orderdeadline AS deadline SET user_id = orders.user_id
FROM orders_order AS orders WHERE orders.id = order_id
"""


def revoke(apps, schema_editor):
    """The application removes no replacement."""
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE DELETE ON orders_orderreplacement FROM {role}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_dailyorders")]
    backward_compatible = "the version before leaves the columns empty or at their defaults, and rests no order"

    operations = [
        migrations.AddField(
            "order", "maker_fee_rate", models.DecimalField(decimal_places=8, max_digits=12, null=True)
        ),
        migrations.AddField("order", "minimum_fee", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("order", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("order", "rested_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "order",
            "maker_value",
            models.DecimalField(
                db_default=Decimal("0"), decimal_places=8, default=Decimal("0"), max_digits=40
            ),
        ),
        migrations.AddField("fill", "value", models.DecimalField(decimal_places=8, max_digits=40, null=True)),
        migrations.AddField(
            "fill",
            "liquidity",
            models.CharField(
                blank=True,
                choices=[("taker", "taker"), ("maker", "maker")],
                db_default="",
                default="",
                max_length=5,
            ),
        ),
        migrations.AddField("fill", "executions", models.JSONField(null=True)),
        migrations.AddField("orderdeadline", "rests", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("orderdeadline", "user_id", models.UUIDField(null=True)),
        migrations.RunSQL(WHOSE, migrations.RunSQL.noop),
        migrations.RemoveIndex("orderdeadline", "deadline_due"),
        migrations.AddIndex(
            "orderdeadline", models.Index(fields=["rests", "due_at"], name="deadline_due_of_kind")
        ),
        migrations.AddIndex("orderdeadline", models.Index(fields=["user_id"], name="deadline_of_user")),
        migrations.CreateModel(
            name="OrderReplacement",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="replacement",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("new_order_id", models.UUIDField(default=servicekit.ids.new_id, unique=True)),
                ("quantity", models.BigIntegerField()),
                (
                    "limit_price",
                    trading_service.reference.models.PriceField(decimal_places=8, max_digits=20),
                ),
                ("client_order_id", models.CharField(max_length=128)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("placed", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "replacement",
                "verbose_name_plural": "replacements",
                "constraints": [
                    models.CheckConstraint(condition=Q(("quantity__gt", 0)), name="replacement_quantity"),
                    models.CheckConstraint(
                        condition=Q(("limit_price__gt", 0), ("limit_price__lt", Decimal("1000000000000"))),
                        name="replacement_limit_price",
                    ),
                ],
            },
        ),
        migrations.RunPython(revoke, migrations.RunPython.noop),
        migrations.RemoveConstraint("order", "order_reject_code"),
        AddConstraintNotValid(
            "order",
            models.CheckConstraint(
                condition=Q(status__in=["rejected", "expired"]) & ~Q(reject_code="")
                | Q(status="canceled")
                | Q(status__in=["accepted", "filled", "partially_filled", "working"], reject_code=""),
                name="order_reason",
            ),
        ),
        AddConstraintNotValid(
            "order",
            models.CheckConstraint(
                condition=Q(type="market", limit_price__isnull=True, expires_at__isnull=True)
                | Q(type="limit", limit_price__isnull=False, worst_price__isnull=True),
                name="order_type_fits_prices",
            ),
        ),
        AddConstraintNotValid(
            "order",
            models.CheckConstraint(
                condition=Q(
                    Q(maker_fee_rate__isnull=True)
                    | Q(maker_fee_rate__gte=0, maker_fee_rate__lt=Decimal("1000000000000")),
                    minimum_fee__gte=0,
                    maker_value__gte=0,
                    maker_value__lte=F("filled_value"),
                ),
                name="order_fee_schedule",
            ),
        ),
        migrations.RunSQL(TERMS, TERMS_BEFORE),
    ]
