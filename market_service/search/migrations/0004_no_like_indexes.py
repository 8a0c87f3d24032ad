from django.db import migrations


class Migration(migrations.Migration):
    """Django makes them for LIKE: in the collation C the primary keys serve that as well."""

    backward_compatible = "every version's queries are answered by the primary keys"

    dependencies = [("search", "0003_index")]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS search_searchword_word_9eeb61d0_like", ""),
        migrations.RunSQL("DROP INDEX IF EXISTS search_searchletter_letter_10110ea9_like", ""),
    ]
