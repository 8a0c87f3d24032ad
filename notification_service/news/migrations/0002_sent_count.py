from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The fields are called what they mean; the columns keep their names, by which the version before reads."""

    dependencies = [("news", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("news", "news_told_once_released"),
                migrations.RenameField("news", "told", "sent_count"),
                migrations.RenameField("news", "told_until", "sent_up_to"),
                migrations.AlterField(
                    "news",
                    "sent_count",
                    models.PositiveIntegerField(default=0, db_column="told", verbose_name="people told"),
                ),
                migrations.AlterField(
                    "news",
                    "sent_up_to",
                    models.UUIDField(null=True, editable=False, db_column="told_until"),
                ),
                migrations.AddConstraint(
                    "news",
                    models.CheckConstraint(
                        name="news_told_once_released",
                        condition=Q(sent_count=0) | Q(begins_at__isnull=False),
                    ),
                ),
            ]
        )
    ]
