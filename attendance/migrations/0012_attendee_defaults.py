import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """A line that plain SQL puts on a list means what one of the site means; only its number has no default.

    Rows that are there are not touched: a default is a line in the catalogue.
    """

    dependencies = [("attendance", "0011_sessions")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AlterField(
            model_name='sessionattendee',
            name='added_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='added at'),
        ),
        migrations.AlterField(
            model_name='sessionattendee',
            name='has_passed',
            field=models.BooleanField(db_default=True, default=True, verbose_name='passed'),
        ),
        migrations.AlterField(
            model_name='sessionattendee',
            name='is_present',
            field=models.BooleanField(db_default=False, default=False, verbose_name='present'),
        ),
        migrations.AlterField(
            model_name='sessionattendee',
            name='remarks',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='remarks'),
        ),
        migrations.AlterField(
            model_name='sessionattendee',
            name='status',
            field=models.CharField(choices=[('REGISTERED', 'Registered'), ('ATTENDED', 'Attended'), ('NO_SHOW', 'No show')], db_default='REGISTERED', default='REGISTERED', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='sessionattendee',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='sessionattendeeevent',
            name='added_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='added at'),
        ),
        migrations.AlterField(
            model_name='sessionattendeeevent',
            name='has_passed',
            field=models.BooleanField(db_default=True, default=True, verbose_name='passed'),
        ),
        migrations.AlterField(
            model_name='sessionattendeeevent',
            name='is_present',
            field=models.BooleanField(db_default=False, default=False, verbose_name='present'),
        ),
        migrations.AlterField(
            model_name='sessionattendeeevent',
            name='remarks',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='remarks'),
        ),
        migrations.AlterField(
            model_name='sessionattendeeevent',
            name='status',
            field=models.CharField(choices=[('REGISTERED', 'Registered'), ('ATTENDED', 'Attended'), ('NO_SHOW', 'No show')], db_default='REGISTERED', default='REGISTERED', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='sessionattendeeevent',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, verbose_name='version'),
        ),
    ]
