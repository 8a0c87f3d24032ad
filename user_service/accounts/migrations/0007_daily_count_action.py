from django.db import migrations, models


class Migration(migrations.Migration):
    """The field is called what it means; the column keeps its name, by which the version before reads it."""

    dependencies = [("accounts", "0006_theme")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("dailycount", "daily_count_once"),
                migrations.RenameField("dailycount", "what", "action"),
                migrations.AlterField(
                    "dailycount",
                    "action",
                    models.CharField(
                        choices=[
                            ("sign_up", "sign-ups"),
                            ("sign_in", "sign-ins"),
                            ("change", "changes of the profile"),
                            ("link", "mails with a link"),
                            ("reset", "forgotten passwords"),
                        ],
                        db_column="what",
                        max_length=16,
                        verbose_name="action",
                    ),
                ),
                migrations.AddConstraint(
                    "dailycount",
                    models.UniqueConstraint(fields=("action", "who"), name="daily_count_once"),
                ),
            ]
        )
    ]
