from django.db import migrations, models

_KINDS = [
    ("welcome", "welcome"),
    ("deposit_booked", "deposit booked"),
    ("withdrawal_booked", "withdrawal booked"),
    ("dividend_booked", "dividend booked"),
    ("position_split", "position split"),
    ("reversal_booked", "reversal booked"),
    ("account_frozen", "account frozen"),
    ("account_unfrozen", "account unfrozen"),
    ("price_alert", "price alert"),
    ("statement_ready", "statement ready"),
    ("operator_news", "news of the operator"),
    ("order_filled", "order filled"),
    ("order_partly_filled", "order partly filled"),
    ("order_rejected", "order rejected"),
    ("order_canceled", "order canceled"),
    ("order_expired", "order expired"),
    ("security_noticed", "security noticed"),
]


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_account_frozen")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="kind",
            field=models.CharField(choices=_KINDS, max_length=32, verbose_name="kind"),
        ),
    ]
