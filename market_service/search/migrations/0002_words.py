from django.db import migrations

from market_service.search.services import words_repair


def _write(apps, schema_editor):
    words_repair()


class Migration(migrations.Migration):
    """Writes the words of the instruments that are listed, a portion in a transaction, before their index is made."""

    atomic = False
    backward_compatible = "what the version before lists or edits meanwhile, search_words --repair finds"

    dependencies = [
        ("search", "0001_initial"),
        ("quotes", "0003_feed"),
        ("instruments", "0005_imports"),
    ]

    operations = [migrations.RunPython(_write, migrations.RunPython.noop)]
