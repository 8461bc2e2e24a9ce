from django.db import migrations, models


class Migration(migrations.Migration):
    """Jobs say whether they failed by an error, so that an operator has to look (B2)."""

    dependencies = [
        ('training', '0035_periodic_runs'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AddField(
            model_name='job',
            name='broke_down',
            field=models.BooleanField(db_default=False, default=False, help_text='It failed by an error or lost its workers; an operator has to look. Other failures are refusals.', verbose_name='broke down'),
        ),
    ]
