from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("servicekit_auth", "0001_initial")]

    operations = [
        migrations.RenameField(model_name="revokedsession", old_name="heard_at", new_name="received_at"),
    ]
