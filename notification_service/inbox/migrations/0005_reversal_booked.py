from django.db import migrations, models

_KINDS = [
    ("welcome", "welcome"),
    ("deposit_booked", "deposit booked"),
    ("reversal_booked", "reversal booked"),
    ("order_filled", "order filled"),
    ("order_rejected", "order rejected"),
    ("order_canceled", "order canceled"),
    ("order_expired", "order expired"),
    ("security_noticed", "security noticed"),
]
_RENAMED = "UPDATE notification_inbox_notification SET kind = 'reversal_booked' WHERE kind = 'correction_booked'"
_NOT_RENAMED = "UPDATE notification_inbox_notification SET kind = 'correction_booked' WHERE kind = 'reversal_booked'"


class Migration(migrations.Migration):
    dependencies = [("notification_inbox", "0004_security_noticed")]

    operations = [
        migrations.RunSQL(_RENAMED, _NOT_RENAMED),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(choices=_KINDS, max_length=32, verbose_name="kind"),
        ),
    ]
