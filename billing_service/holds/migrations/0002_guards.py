"""A final hold is never changed again, and the application removes none."""

from django.db import migrations

from servicekit.database.rights import application_may

GUARD = """
CREATE FUNCTION holds_refuse_change_of_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'hold % is %, and final is final', OLD.id, OLD.state
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER hold_final_is_final BEFORE UPDATE OR DELETE ON holds_hold
    FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION holds_refuse_change_of_final();
"""

UNGUARD = """
DROP TRIGGER hold_final_is_final ON holds_hold;
DROP FUNCTION holds_refuse_change_of_final();
"""


class Migration(migrations.Migration):
    dependencies = [("holds", "0001_initial")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        application_may(
            "holds_hold", "SELECT", "INSERT", "UPDATE (captured, released, state, updated_at)"
        ),
    ]
