from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("orders", "0008_splits"),
    ]

    operations = [
        migrations.AddField(
            model_name="fill",
            name="market_time",
            field=models.DateTimeField(null=True),
        ),
    ]
