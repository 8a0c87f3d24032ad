"""The bound that a customer set, and the fee rate that an order was placed at; both never change.

Orders of before have neither: they were rounded half away from zero (docs/adr/0007).
"""

from decimal import Decimal

import trading_service.reference.models
from django.db import migrations, models

TERMS = """
DROP TRIGGER orders_order_terms ON orders_order;
CREATE TRIGGER orders_order_terms BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN ((NEW.id, NEW.user_id, NEW.client_order_id, NEW.instrument_id, NEW.side, NEW.type, NEW.quantity,
           NEW.time_in_force, NEW.limit_price, NEW.worst_price, NEW.cap_price, NEW.currency, NEW.fee_rate,
           NEW.hold_amount, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.user_id, OLD.client_order_id, OLD.instrument_id, OLD.side, OLD.type, OLD.quantity,
           OLD.time_in_force, OLD.limit_price, OLD.worst_price, OLD.cap_price, OLD.currency, OLD.fee_rate,
           OLD.hold_amount, OLD.created_at))
    EXECUTE FUNCTION orders_order_refuse('terms');
"""

BEFORE = """
DROP TRIGGER orders_order_terms ON orders_order;
CREATE TRIGGER orders_order_terms BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN ((NEW.id, NEW.user_id, NEW.client_order_id, NEW.instrument_id, NEW.side, NEW.type, NEW.quantity,
           NEW.time_in_force, NEW.limit_price, NEW.cap_price, NEW.currency, NEW.hold_amount, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.user_id, OLD.client_order_id, OLD.instrument_id, OLD.side, OLD.type, OLD.quantity,
           OLD.time_in_force, OLD.limit_price, OLD.cap_price, OLD.currency, OLD.hold_amount, OLD.created_at))
    EXECUTE FUNCTION orders_order_refuse('terms');
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_deadlines")]
    backward_compatible = "the version before leaves both columns empty and never changes an order's terms"

    operations = [
        migrations.AddField(
            model_name="order",
            name="worst_price",
            field=trading_service.reference.models.PriceField(
                blank=True, decimal_places=8, max_digits=20, null=True
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="fee_rate",
            field=models.DecimalField(decimal_places=8, max_digits=12, null=True),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("worst_price__isnull", True),
                    models.Q(("worst_price__gt", 0), ("worst_price__lt", Decimal("1000000000000"))),
                    _connector="OR",
                ),
                name="order_worst_price",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_rate__isnull", True),
                    models.Q(("fee_rate__gte", 0), ("fee_rate__lt", Decimal("1000000000000"))),
                    _connector="OR",
                ),
                name="order_fee_rate",
            ),
        ),
        migrations.RunSQL(TERMS, BEFORE),
    ]
