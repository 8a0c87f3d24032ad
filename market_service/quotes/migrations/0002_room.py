from django.db import migrations

# Every tick of the feed changes every row; with room on the page the index is not touched.
_ROOM = "ALTER TABLE quotes_quote SET (fillfactor = 50)"
_NO_ROOM = "ALTER TABLE quotes_quote RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("quotes", "0001_initial")]

    operations = [migrations.RunSQL(_ROOM, _NO_ROOM)]
