import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('learners', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='SessionAttendee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendees', to='training.session', verbose_name='session')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='learners.learner', verbose_name='worker')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('status', models.CharField(choices=[('REGISTERED', 'Registered'), ('ATTENDED', 'Attended'), ('NO_SHOW', 'No show')], default='REGISTERED', max_length=10, verbose_name='status')),
                ('is_present', models.BooleanField(default=False, verbose_name='present')),
                ('has_passed', models.BooleanField(default=True, verbose_name='passed')),
                ('remarks', models.CharField(blank=True, max_length=500, verbose_name='remarks')),
                ('marked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('marked_at', models.DateTimeField(blank=True, null=True, verbose_name='marked at')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.company', verbose_name='employer when marked')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.role', verbose_name='role when marked')),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added at')),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
            ],
            options={
                'verbose_name': 'attendee',
                'verbose_name_plural': 'attendees',
                'db_table': 'session_attendees',
                'ordering': ('line',),
                'constraints': [models.UniqueConstraint(fields=('session', 'learner'), name='attendee_once_per_session', violation_error_message='This worker is on the list already.'), models.UniqueConstraint(fields=('session', 'line'), name='attendee_line_unique', violation_error_message='That line is taken.'), models.CheckConstraint(condition=models.Q(('line__gte', 1)), name='attendee_line_from_1', violation_error_message='Lines are counted from 1.'), models.CheckConstraint(condition=models.Q(models.Q(('is_present', False), ('marked_at__isnull', True), ('marked_by__isnull', True)), models.Q(('marked_at__isnull', False), ('marked_by__isnull', False)), _connector='OR'), name='attendee_mark_has_author', violation_error_message='A mark says who made it and when.'), models.CheckConstraint(condition=models.Q(('is_present', False), models.Q(('company__isnull', False), ('role__isnull', False)), _connector='OR'), name='attendee_present_keeps_employer_and_role', violation_error_message='Who is present keeps the employer and role of that day.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ATTENDED'), _negated=True), ('is_present', True), _connector='OR'), name='attendee_attended_was_present', violation_error_message='Only who was present attended.'), models.CheckConstraint(condition=models.Q(('status__in', ('REGISTERED', 'ATTENDED', 'NO_SHOW'))), name='attendee_status_known')],
            },
        ),
        migrations.CreateModel(
            name='SessionAttendeeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.sessionattendee')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.session', verbose_name='session')),
                ('learner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learner', verbose_name='worker')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('status', models.CharField(choices=[('REGISTERED', 'Registered'), ('ATTENDED', 'Attended'), ('NO_SHOW', 'No show')], default='REGISTERED', max_length=10, verbose_name='status')),
                ('is_present', models.BooleanField(default=False, verbose_name='present')),
                ('has_passed', models.BooleanField(default=True, verbose_name='passed')),
                ('remarks', models.CharField(blank=True, max_length=500, verbose_name='remarks')),
                ('marked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('marked_at', models.DateTimeField(blank=True, null=True, verbose_name='marked at')),
                ('company', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.company', verbose_name='employer when marked')),
                ('role', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.role', verbose_name='role when marked')),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added at')),
                ('added_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionattendee',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_sessionattendeeevent" ("added_at", "added_by_id", "company_id", "has_passed", "id", "is_present", "learner_id", "line", "marked_at", "marked_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remarks", "role_id", "session_id", "status", "version") SELECT new_values."added_at", new_values."added_by_id", new_values."company_id", new_values."has_passed", new_values."id", new_values."is_present", new_values."learner_id", new_values."line", new_values."marked_at", new_values."marked_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."remarks", new_values."role_id", new_values."session_id", new_values."status", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='86a40f5b1cb1605390d8d5805f81a49491aa2d3e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_1b4b5', referencing='REFERENCING NEW TABLE AS new_values ', table='session_attendees', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionattendee',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_sessionattendeeevent" ("added_at", "added_by_id", "company_id", "has_passed", "id", "is_present", "learner_id", "line", "marked_at", "marked_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remarks", "role_id", "session_id", "status", "version") SELECT new_values."added_at", new_values."added_by_id", new_values."company_id", new_values."has_passed", new_values."id", new_values."is_present", new_values."learner_id", new_values."line", new_values."marked_at", new_values."marked_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."remarks", new_values."role_id", new_values."session_id", new_values."status", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='11001adcfa1e0c2198480f5bc4cfbdffa1683202', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8cd99', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='session_attendees', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sessionattendee',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_sessionattendeeevent" ("added_at", "added_by_id", "company_id", "has_passed", "id", "is_present", "learner_id", "line", "marked_at", "marked_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remarks", "role_id", "session_id", "status", "version") SELECT old_values."added_at", old_values."added_by_id", old_values."company_id", old_values."has_passed", old_values."id", old_values."is_present", old_values."learner_id", old_values."line", old_values."marked_at", old_values."marked_by_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."remarks", old_values."role_id", old_values."session_id", old_values."status", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='05d1b39fe2fcad0ae2ad45edce201db19222b58c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d1867', referencing='REFERENCING OLD TABLE AS old_values ', table='session_attendees', when='AFTER')),
        ),
    ]
