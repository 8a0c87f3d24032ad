"""What the database itself refuses, whoever asks: see the docstring of ``orders.models``."""

from django.conf import settings
from django.db import connection, migrations

GUARD = """
CREATE FUNCTION orders_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status NOT IN ('accepted', 'rejected') THEN
            RAISE EXCEPTION 'an order does not begin as %', NEW.status USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status IN ('filled', 'rejected', 'canceled', 'expired') THEN
        RAISE EXCEPTION 'order % is %, and final is final', OLD.id, OLD.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('accepted', 'working'), ('accepted', 'rejected'), ('accepted', 'canceled'),
        ('accepted', 'expired'),
        ('working', 'partially_filled'), ('working', 'filled'), ('working', 'rejected'),
        ('working', 'canceled'), ('working', 'expired'),
        ('partially_filled', 'filled'), ('partially_filled', 'canceled'),
        ('partially_filled', 'expired')
    ) THEN
        RAISE EXCEPTION 'order %: % does not become %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.user_id, NEW.client_order_id, NEW.instrument_id, NEW.side, NEW.type, NEW.quantity,
        NEW.time_in_force, NEW.limit_price, NEW.cap_price, NEW.currency, NEW.hold_amount, NEW.created_at)
       IS DISTINCT FROM
       (OLD.id, OLD.user_id, OLD.client_order_id, OLD.instrument_id, OLD.side, OLD.type, OLD.quantity,
        OLD.time_in_force, OLD.limit_price, OLD.cap_price, OLD.currency, OLD.hold_amount, OLD.created_at)
    THEN
        RAISE EXCEPTION 'order %: its terms do not change', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version <= OLD.version OR NEW.filled_quantity < OLD.filled_quantity THEN
        RAISE EXCEPTION 'order %: version and filled quantity only rise', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER orders_order_guard BEFORE INSERT OR UPDATE ON orders_order
    FOR EACH ROW EXECUTE FUNCTION orders_order_guard();
"""

UNGUARD = """
DROP TRIGGER orders_order_guard ON orders_order;
DROP FUNCTION orders_order_guard();
"""


def revoke(apps, schema_editor):
    """The application adds fills and history, and changes orders; it removes nothing."""
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE DELETE ON orders_order FROM {role}")
    schema_editor.execute(f"REVOKE UPDATE, DELETE ON orders_fill, orders_ordertransition FROM {role}")


def grant(apps, schema_editor):
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT DELETE ON orders_order TO {role}")
    schema_editor.execute(f"GRANT UPDATE, DELETE ON orders_fill, orders_ordertransition TO {role}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(revoke, grant),
    ]
