from django.db import migrations, models

# A position is what a customer holds; an execution has a sequence number.
_RENAMED = "ALTER SEQUENCE venue_order_position RENAME TO venue_execution_seq"
_NOT_RENAMED = "ALTER SEQUENCE venue_execution_seq RENAME TO venue_order_position"


class Migration(migrations.Migration):
    dependencies = [("venue", "0003_reconciliation")]

    operations = [
        migrations.RenameField(model_name="venueorder", old_name="position", new_name="execution_seq"),
        migrations.RenameField(model_name="reconciliation", old_name="position", new_name="execution_seq"),
        migrations.RunSQL(_RENAMED, _NOT_RENAMED),
        migrations.AlterField(
            model_name="venueorder",
            name="execution_seq",
            field=models.BigIntegerField(
                db_default=models.Func(models.Value("venue_execution_seq"), function="nextval"),
                editable=False,
                verbose_name="execution sequence",
            ),
        ),
        migrations.AlterField(
            model_name="reconciliation",
            name="execution_seq",
            field=models.BigIntegerField(verbose_name="execution sequence"),
        ),
    ]
