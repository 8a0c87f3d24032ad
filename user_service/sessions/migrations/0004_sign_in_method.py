from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("user_sessions", "0003_sign_ins")]

    operations = [migrations.RenameField(model_name="signin", old_name="door", new_name="method")]
