import django.db.models.deletion
from django.db import migrations, models

# Answers that are there already get their positions in the order they lie in: all of them are final.
_SEQUENCE = "CREATE SEQUENCE venue_order_position"
_NO_SEQUENCE = "DROP SEQUENCE venue_order_position"
_OWNED = "ALTER SEQUENCE venue_order_position OWNED BY venue_venueorder.position"
_NOT_OWNED = "ALTER SEQUENCE venue_order_position OWNED BY NONE"


class Migration(migrations.Migration):
    dependencies = [("instruments", "0002_halt_reason"), ("venue", "0002_rights")]

    operations = [
        migrations.RunSQL(_SEQUENCE, _NO_SEQUENCE),
        migrations.AddField(
            model_name="venueorder",
            name="position",
            field=models.BigIntegerField(
                db_default=models.Func(models.Value("venue_order_position"), function="nextval"),
                editable=False,
                verbose_name="position",
            ),
        ),
        migrations.RunSQL(_OWNED, _NOT_OWNED),
        migrations.AlterField(
            model_name="venueorder",
            name="instrument",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="instruments.instrument",
            ),
        ),
        migrations.RemoveIndex(model_name="venueorder", name="venue_order_answered"),
        migrations.AddIndex(
            model_name="venueorder",
            index=models.Index(
                condition=models.Q(("state", "executed")),
                fields=["instrument", "position"],
                include=("side", "quantity"),
                name="venue_order_sold",
            ),
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "instrument",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="instruments.instrument",
                    ),
                ),
                ("sold", models.BigIntegerField(verbose_name="sold")),
                ("position", models.BigIntegerField(verbose_name="position")),
                ("difference", models.BigIntegerField(verbose_name="difference")),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
            ],
            options={"verbose_name": "reconciliation", "verbose_name_plural": "reconciliations"},
        ),
    ]
