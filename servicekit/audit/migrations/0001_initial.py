import django.db.models.functions.datetime
from django.db import migrations, models

import servicekit.ids
from servicekit.database.rights import application_may

GUARD = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what operators did is never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entries_immutable BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""

UNGUARD = """
DROP TRIGGER audit_entries_immutable ON audit_entries;
DROP FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicekit.ids.new_id, editable=False, primary_key=True, serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="time"
                    ),
                ),
                ("actor_id", models.UUIDField(null=True, verbose_name="operator's id")),
                ("actor_name", models.CharField(max_length=64, verbose_name="operator")),
                ("action", models.CharField(max_length=64, verbose_name="action")),
                ("object_type", models.CharField(max_length=64, verbose_name="kind of object")),
                ("object_id", models.CharField(max_length=64, verbose_name="object's id")),
                ("object_name", models.CharField(blank=True, max_length=200, verbose_name="object")),
                ("before", models.JSONField(default=dict, verbose_name="before")),
                ("after", models.JSONField(default=dict, verbose_name="after")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
            ],
            options={
                "verbose_name": "operator's action",
                "verbose_name_plural": "operators' actions",
                "db_table": "audit_entries",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["object_id"], name="audit_of_object")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("actor_name", ""), _negated=True), name="audit_says_who"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action", ""), _negated=True), name="audit_says_what"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        application_may("audit_entries", "SELECT", "INSERT"),
    ]
