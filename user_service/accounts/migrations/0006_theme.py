from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_closed'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='theme',
            field=models.CharField(
                blank=True,
                choices=[('system', 'as on the device'), ('light', 'light'), ('dark', 'dark')],
                db_default='',
                default='',
                max_length=8,
                verbose_name='theme',
            ),
        ),
        migrations.AddField(
            model_name='user',
            name='colours',
            field=models.CharField(
                blank=True,
                choices=[
                    ('green_red', 'gain green, loss red'),
                    ('red_green', 'gain red, loss green'),
                    ('blue_orange', 'gain blue, loss orange'),
                ],
                db_default='',
                default='',
                max_length=12,
                verbose_name='colours of gain and loss',
            ),
        ),
    ]
