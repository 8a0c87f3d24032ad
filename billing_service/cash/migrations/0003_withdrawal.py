"""Withdrawals, which are never changed; the application removes none."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import servicekit.ids
from servicekit.database.rights import application_may


class Migration(migrations.Migration):
    dependencies = [("cash", "0002_rights"), ("ledger", "0006_withdrawal")]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicekit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                ("user_id", models.UUIDField(verbose_name="user")),
                ("idempotency_key", models.CharField(max_length=255, verbose_name="idempotency key")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="made"
                    ),
                ),
                (
                    "journal_entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="ledger.journalentry",
                        verbose_name="journal entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawal",
                "verbose_name_plural": "withdrawals",
                "indexes": [models.Index(fields=["user_id", "-created_at"], name="withdrawal_of_user")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "idempotency_key"), name="withdrawal_once_per_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="withdrawal_of_something"
                    ),
                ],
            },
        ),
        application_may("cash_withdrawal", "SELECT", "INSERT"),
    ]
