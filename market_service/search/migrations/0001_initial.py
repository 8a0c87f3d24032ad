import django.db.models.deletion
from django.db import migrations, models

# What it costs keeps PostgreSQL from ever calling it for a search: the index has what it gives.
_LEXEMES = """
CREATE FUNCTION search_lexemes(ticker text, isin text, names text, descriptions text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000000 AS $$
DECLARE
    name_words text[] := string_to_array(nullif(trim(names), ''), ' ');
BEGIN
    RETURN array_to_tsvector(ARRAY(
        SELECT 't' || ticker
        UNION ALL SELECT 'i' || isin WHERE isin <> ''
        UNION ALL SELECT 'n' || word FROM unnest(name_words) AS word
        UNION ALL SELECT 'd' || word FROM unnest(string_to_array(nullif(trim(descriptions), ''), ' ')) AS word
        UNION ALL SELECT 's' || substr(word, start)
            FROM unnest(name_words || ticker || isin) AS word, generate_series(1, length(word) - 1) AS start
    ));
END
$$
"""


class Migration(migrations.Migration):
    backward_compatible = "the version before does not know the tables"

    dependencies = [("instruments", "0005_imports")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "instrument",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="instruments.instrument",
                    ),
                ),
                ("type", models.CharField(max_length=10)),
                ("ticker", models.CharField(db_collation="C", max_length=12)),
                ("isin", models.CharField(blank=True, db_collation="C", max_length=12)),
                ("names", models.TextField(blank=True)),
                ("descriptions", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(db_collation="C", max_length=100, primary_key=True, serialize=False),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchLetter",
            fields=[
                (
                    "letter",
                    models.CharField(db_collation="C", max_length=1, primary_key=True, serialize=False),
                ),
            ],
        ),
        migrations.RunSQL(
            _LEXEMES, "DROP FUNCTION search_lexemes(text, text, text, text)"
        ),
    ]
