import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """A session that plain SQL enters begins as one that the site enters: with a course alone it is a draft (S1).

    Rows that are there are not touched: a default is a line in the catalogue.
    """

    dependencies = [("training", "0019_sessions")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AlterField(
            model_name='session',
            name='attendance_file_hash',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64, verbose_name='SHA-256 of the signed sheet'),
        ),
        migrations.AlterField(
            model_name='session',
            name='attendance_file_key',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200, verbose_name='key of the signed sheet'),
        ),
        migrations.AlterField(
            model_name='session',
            name='cancellation_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for cancelling'),
        ),
        migrations.AlterField(
            model_name='session',
            name='change_reason',
            field=models.TextField(blank=True, db_default='', default='', help_text='Needed once attendance is marked or a signed sheet is stored.', verbose_name='reason for the last change'),
        ),
        migrations.AlterField(
            model_name='session',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='session',
            name='last_line',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='last line number given'),
        ),
        migrations.AlterField(
            model_name='session',
            name='status',
            field=models.CharField(choices=[('DRAFT', 'Draft'), ('SCHEDULED', 'Scheduled'), ('COMPLETED', 'Finalized'), ('CANCELLED', 'Cancelled')], db_default='DRAFT', default='DRAFT', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='session',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='session',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='attendance_file_hash',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64, verbose_name='SHA-256 of the signed sheet'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='attendance_file_key',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200, verbose_name='key of the signed sheet'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='cancellation_reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason for cancelling'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='change_reason',
            field=models.TextField(blank=True, db_default='', default='', help_text='Needed once attendance is marked or a signed sheet is stored.', verbose_name='reason for the last change'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='last_line',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='last line number given'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='status',
            field=models.CharField(choices=[('DRAFT', 'Draft'), ('SCHEDULED', 'Scheduled'), ('COMPLETED', 'Finalized'), ('CANCELLED', 'Cancelled')], db_default='DRAFT', default='DRAFT', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='sessionevent',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
    ]
