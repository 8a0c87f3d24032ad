"""Deadlines of open orders, a reason for expired ones, and the guards as expressions.

The guard of 0002 was one plpgsql function called for every row that changes. Now the WHEN of each
trigger says what is illegal, which the server evaluates by itself; the function is called only to
raise the error. Room is left in the pages of rows that change soon after they were written, so that
a change stays in its page and touches no index (a HOT update).
"""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
DROP TRIGGER orders_order_guard ON orders_order;
DROP FUNCTION orders_order_guard();

CREATE FUNCTION orders_order_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', CASE TG_ARGV[0]
        WHEN 'begin' THEN format('an order does not begin as %s', NEW.status)
        WHEN 'final' THEN format('order %s is %s, and final is final', OLD.id, OLD.status)
        WHEN 'transition' THEN format('order %s: %s does not become %s', OLD.id, OLD.status, NEW.status)
        WHEN 'terms' THEN format('order %s: its terms do not change', OLD.id)
        ELSE format('order %s: version and filled quantity only rise', OLD.id)
    END USING ERRCODE = 'check_violation';
END
$$;

-- A sell holds its own units, so it may begin at the venue.
CREATE TRIGGER orders_order_begin BEFORE INSERT ON orders_order FOR EACH ROW
    WHEN (NEW.status NOT IN ('accepted', 'rejected') AND (NEW.status, NEW.side) <> ('working', 'sell'))
    EXECUTE FUNCTION orders_order_refuse('begin');

CREATE TRIGGER orders_order_final BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN (OLD.status IN ('filled', 'rejected', 'canceled', 'expired'))
    EXECUTE FUNCTION orders_order_refuse('final');

CREATE TRIGGER orders_order_transition BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN (NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('accepted', 'working'), ('accepted', 'rejected'), ('accepted', 'canceled'),
        ('accepted', 'expired'),
        ('working', 'partially_filled'), ('working', 'filled'), ('working', 'rejected'),
        ('working', 'canceled'), ('working', 'expired'),
        ('partially_filled', 'filled'), ('partially_filled', 'canceled'),
        ('partially_filled', 'expired')))
    EXECUTE FUNCTION orders_order_refuse('transition');

CREATE TRIGGER orders_order_terms BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN ((NEW.id, NEW.user_id, NEW.client_order_id, NEW.instrument_id, NEW.side, NEW.type, NEW.quantity,
           NEW.time_in_force, NEW.limit_price, NEW.cap_price, NEW.currency, NEW.hold_amount, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.user_id, OLD.client_order_id, OLD.instrument_id, OLD.side, OLD.type, OLD.quantity,
           OLD.time_in_force, OLD.limit_price, OLD.cap_price, OLD.currency, OLD.hold_amount, OLD.created_at))
    EXECUTE FUNCTION orders_order_refuse('terms');

CREATE TRIGGER orders_order_rises BEFORE UPDATE ON orders_order FOR EACH ROW
    WHEN (NEW.version <= OLD.version OR NEW.filled_quantity < OLD.filled_quantity)
    EXECUTE FUNCTION orders_order_refuse('rises');
"""

ROOM = """
ALTER TABLE orders_order SET (fillfactor = 60);
ALTER TABLE orders_orderdeadline SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, vacuum_truncate = off
);
"""

#: Orders that were open before there were deadlines get one now.
BACKFILL = """
INSERT INTO orders_orderdeadline (order_id, due_at, recalls)
SELECT id, now() + interval '10 seconds', 0 FROM orders_order
WHERE status IN ('accepted', 'working', 'partially_filled')
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_guards")]

    operations = [
        migrations.RemoveConstraint(model_name="order", name="order_reject_code"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["rejected", "expired"]), ("reject_code", ""), _connector="XOR"
                ),
                name="order_reject_code",
            ),
        ),
        migrations.CreateModel(
            name="OrderDeadline",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="deadline",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("recalls", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "deadline",
                "verbose_name_plural": "deadlines",
                "indexes": [models.Index(fields=["due_at"], name="deadline_due")],
            },
        ),
        migrations.RunSQL(GUARD),
        migrations.RunSQL(ROOM),
        migrations.RunSQL(BACKFILL),
    ]
