"""Dividends come in."""

from django.db import migrations, models
from django.db.models import Q

_TYPES = [
    ("deposit", "deposit"),
    ("withdrawal", "withdrawal"),
    ("order_settlement", "settlement of an order"),
    ("dividend", "dividend"),
    ("reversal", "reversal"),
]
_KINDS = [
    ("deposit", "deposit"),
    ("withdrawal", "withdrawal"),
    ("buy", "buy"),
    ("sell", "sell"),
    ("fee", "fee"),
    ("dividend", "dividend"),
    ("reversal", "reversal"),
]


def _known(name: str, values: list[tuple[str, str]], constraint: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{name}__in": [value for value, _ in values]}), name=constraint)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_withdrawal")]

    operations = [
        migrations.RemoveConstraint("journalentry", "journal_known_type"),
        migrations.AlterField(
            "journalentry", "type", models.CharField(choices=_TYPES, max_length=24, verbose_name="type")
        ),
        migrations.AddConstraint("journalentry", _known("type", _TYPES, "journal_known_type")),
        migrations.RemoveConstraint("ledgerentry", "entry_known_kind"),
        migrations.AlterField(
            "ledgerentry", "kind", models.CharField(choices=_KINDS, max_length=16, verbose_name="kind")
        ),
        migrations.AddConstraint("ledgerentry", _known("kind", _KINDS, "entry_known_kind")),
    ]
