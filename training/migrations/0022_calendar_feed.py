import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# As every table of events has them: nothing is changed in it, and nothing taken out.
GUARDS = """
CREATE TRIGGER training_calendarfeedevent_append_only BEFORE UPDATE OR DELETE ON training_calendarfeedevent
  FOR EACH ROW EXECUTE FUNCTION refuse_change('pgh_id');
CREATE TRIGGER training_calendarfeedevent_no_truncate BEFORE TRUNCATE ON training_calendarfeedevent
  EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER training_calendarfeed_no_truncate BEFORE TRUNCATE ON training_calendarfeed
  EXECUTE FUNCTION refuse_truncate();
"""
NO_GUARDS = """
DROP TRIGGER training_calendarfeed_no_truncate ON training_calendarfeed;
DROP TRIGGER training_calendarfeedevent_no_truncate ON training_calendarfeedevent;
DROP TRIGGER training_calendarfeedevent_append_only ON training_calendarfeedevent;
"""


# What audits the table stays behind when its triggers are taken back, and is nobody's then.
NO_AUDIT = """
DROP FUNCTION pgtrigger_insert_insert_2cbc1();
DROP FUNCTION pgtrigger_update_update_3f5d0();
DROP FUNCTION pgtrigger_delete_delete_395bc();
"""


class Migration(migrations.Migration):
    """The secret addresses of calendars (X4)."""

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0021_file_download_says_what'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(migrations.RunSQL.noop, NO_AUDIT),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='SHA-256 of the secret')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='made at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended at')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('ended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='training.trainer', verbose_name='trainer')),
                ('venue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='training.venue', verbose_name='venue')),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
                'ordering': ('-created_at', '-pk'),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('trainer__isnull', False), ('venue__isnull', True)), models.Q(('trainer__isnull', True), ('venue__isnull', False)), _connector='OR'), name='feed_of_trainer_or_venue', violation_error_message='A calendar is that of a trainer or of a venue.'),
                    models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='feed_has_hash', violation_error_message='Of the secret of a calendar its hash is kept.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='feed_end_has_author', violation_error_message='An address that has ended says who ended it.'),
                    models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('trainer',), name='feed_one_per_trainer', violation_error_message='This trainer has an address already.'),
                    models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('venue',), name='feed_one_per_venue', violation_error_message='This venue has an address already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeedEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('digest', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the secret')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='made at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended at')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('ended_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.calendarfeed')),
                ('trainer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainer', verbose_name='trainer')),
                ('venue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.venue', verbose_name='venue')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarfeed',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_calendarfeedevent" ("created_at", "created_by_id", "digest", "ended_at", "ended_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trainer_id", "venue_id") SELECT new_values."created_at", new_values."created_by_id", new_values."digest", new_values."ended_at", new_values."ended_by_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."trainer_id", new_values."venue_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5568807c0fa275d8ec8beb75f29a8382bcac32ca', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2cbc1', referencing='REFERENCING NEW TABLE AS new_values ', table='training_calendarfeed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarfeed',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_calendarfeedevent" ("created_at", "created_by_id", "digest", "ended_at", "ended_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trainer_id", "venue_id") SELECT new_values."created_at", new_values."created_by_id", new_values."digest", new_values."ended_at", new_values."ended_by_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."trainer_id", new_values."venue_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='57170db6123d6c9e2107138aeea8f51b5db6b4e9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_3f5d0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_calendarfeed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarfeed',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_calendarfeedevent" ("created_at", "created_by_id", "digest", "ended_at", "ended_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trainer_id", "venue_id") SELECT old_values."created_at", old_values."created_by_id", old_values."digest", old_values."ended_at", old_values."ended_by_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."trainer_id", old_values."venue_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='84878adaeed476e7e4caea449fa2319d7fc7f181', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_395bc', referencing='REFERENCING OLD TABLE AS old_values ', table='training_calendarfeed', when='AFTER')),
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
