from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reference", "0003_closes")]

    operations = [
        migrations.RenameField(model_name="quotefeed", old_name="heard_from", new_name="received_since"),
    ]
