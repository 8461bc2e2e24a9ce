import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER config_loggedlook_append_only BEFORE UPDATE OR DELETE ON config_loggedlook
  FOR EACH ROW EXECUTE FUNCTION refuse_change('id');
CREATE TRIGGER config_loggedlook_no_truncate BEFORE TRUNCATE ON config_loggedlook EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER config_loggedlook_no_truncate ON config_loggedlook;
DROP TRIGGER config_loggedlook_append_only ON config_loggedlook;
"""


class Migration(migrations.Migration):
    """Who looked at who read, signed in or used what is written down for good (N6)."""

    dependencies = [
        ('config', '0013_seal_of_the_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='LoggedLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('path', models.CharField(max_length=200, verbose_name='page')),
                ('query', models.CharField(blank=True, max_length=500, verbose_name='asked for')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who looked')),
            ],
            options={
                'verbose_name': 'look',
                'verbose_name_plural': 'looks',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['at', 'id'], name='look_at')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
