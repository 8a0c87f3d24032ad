from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_replay")]

    operations = [
        migrations.RenameField("outboxevent", "position", "outbox_seq"),
        migrations.RenameField("unsentevent", "position", "outbox_seq"),
        migrations.RenameField("sentbatch", "positions", "outbox_seqs"),
    ]
