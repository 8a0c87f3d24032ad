from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    backward_compatible = "the version before does not know the table"

    dependencies = [("search", "0002_words")]

    operations = [
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(fields=["ticker"], include=("instrument",), name="search_entry_ticker"),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(fields=["type", "ticker"], include=("instrument",), name="search_entry_type"),
        ),
        migrations.RunSQL("SET LOCAL statement_timeout = 0", ""),  # half a minute for 100,000 instruments
        migrations.AddIndex(
            model_name="searchentry",
            index=GinIndex(
                models.Func("ticker", "isin", "names", "descriptions", function="search_lexemes"),
                fastupdate=False,
                name="search_entry_lexemes",
            ),
        ),
        # how often each lexeme is there changes no plan, and to count it they would all be made again
        migrations.RunSQL("ALTER INDEX search_entry_lexemes ALTER COLUMN 1 SET STATISTICS 0", ""),
    ]
