"""Watchlists."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("reference", "0005_market_day")]
    backward_compatible = "new tables; the version before does not know them"

    operations = [
        migrations.CreateModel(
            name="Watchlist",
            fields=[("user_id", models.UUIDField(primary_key=True, serialize=False))],
            options={"verbose_name": "watchlist", "verbose_name_plural": "watchlists"},
        ),
        migrations.CreateModel(
            name="WatchedInstrument",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "watchlist",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watched",
                        to="watchlist.watchlist",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reference.listedinstrument",
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "watched instrument",
                "verbose_name_plural": "watched instruments",
                "constraints": [
                    models.UniqueConstraint(fields=("watchlist", "instrument"), name="watched_unique")
                ],
            },
        ),
    ]
