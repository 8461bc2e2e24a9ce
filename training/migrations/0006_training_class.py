import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0005_session_first_marked_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClassAttendanceSession',
            fields=[
                ('session_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('session_date', models.DateField(verbose_name='date')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('captured', 'Captured'), ('client_cancelled', 'Client cancelled'), ('agent_absent', 'Agent absent')], db_default='pending', max_length=30, verbose_name='status')),
                ('scheduled_hours', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='scheduled hours')),
                ('notes', models.TextField(blank=True, null=True, verbose_name='notes')),
                ('captured_at', models.DateTimeField(blank=True, null=True, verbose_name='captured at')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated at')),
                ('captured_by', models.ForeignKey(blank=True, db_column='captured_by', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='captured by')),
            ],
            options={
                'verbose_name': 'class session',
                'verbose_name_plural': 'class sessions',
                'db_table': 'class_attendance_sessions',
                'db_table_comment': 'Dated meetings of training classes. status: pending (not held or not captured), captured (hours are in learner_hours_log), client_cancelled and agent_absent (no hours)',
                'ordering': ('session_date',),
            },
        ),
        migrations.CreateModel(
            name='TrainingClass',
            fields=[
                ('class_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('class_code', models.CharField(blank=True, editable=False, max_length=50, null=True, verbose_name='class code')),
                ('class_type', models.CharField(blank=True, db_default='', max_length=50, verbose_name='class type')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('stopped', 'Stopped')], db_default='draft', max_length=10, verbose_name='status')),
                ('start_date', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('end_date', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('stop_date', models.DateField(blank=True, null=True, verbose_name='stopped on')),
                ('schedule', models.JSONField(blank=True, null=True, verbose_name='schedule')),
                ('course_hours', models.DecimalField(blank=True, decimal_places=1, help_text='Hours a learner needs to complete the course in this class; progress is counted against it.', max_digits=7, null=True, verbose_name='course hours')),
                ('version', models.PositiveIntegerField(db_default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated at')),
                ('agent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='training.trainer', verbose_name='agent')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='training.company', verbose_name='client')),
                ('course', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
                ('venue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='training.venue', verbose_name='venue')),
            ],
            options={
                'verbose_name': 'class',
                'verbose_name_plural': 'classes',
                'db_table': 'classes',
                'db_table_comment': 'Training classes: programmes delivered to one client over many dates',
                'ordering': ('-class_id',),
            },
        ),
        migrations.CreateModel(
            name='ClassAttendanceSessionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('session_id', models.BigIntegerField()),
                ('session_date', models.DateField(verbose_name='date')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('captured', 'Captured'), ('client_cancelled', 'Client cancelled'), ('agent_absent', 'Agent absent')], db_default='pending', max_length=30, verbose_name='status')),
                ('scheduled_hours', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='scheduled hours')),
                ('notes', models.TextField(blank=True, null=True, verbose_name='notes')),
                ('captured_at', models.DateTimeField(blank=True, null=True, verbose_name='captured at')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated at')),
                ('captured_by', models.ForeignKey(blank=True, db_column='captured_by', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='captured by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.classattendancesession')),
                ('training_class', models.ForeignKey(db_column='class_id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainingclass', verbose_name='class')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='classattendancesession',
            name='training_class',
            field=models.ForeignKey(db_column='class_id', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='training.trainingclass', verbose_name='class'),
        ),
        migrations.CreateModel(
            name='TrainingClassEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('class_id', models.BigIntegerField()),
                ('class_code', models.CharField(blank=True, editable=False, max_length=50, null=True, verbose_name='class code')),
                ('class_type', models.CharField(blank=True, db_default='', max_length=50, verbose_name='class type')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('stopped', 'Stopped')], db_default='draft', max_length=10, verbose_name='status')),
                ('start_date', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('end_date', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('stop_date', models.DateField(blank=True, null=True, verbose_name='stopped on')),
                ('schedule', models.JSONField(blank=True, null=True, verbose_name='schedule')),
                ('course_hours', models.DecimalField(blank=True, decimal_places=1, help_text='Hours a learner needs to complete the course in this class; progress is counted against it.', max_digits=7, null=True, verbose_name='course hours')),
                ('version', models.PositiveIntegerField(db_default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated at')),
                ('agent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainer', verbose_name='agent')),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.company', verbose_name='client')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.trainingclass')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
                ('venue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.venue', verbose_name='venue')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='trainingclass',
            index=models.Index(fields=['agent', 'status'], name='class_by_agent_and_status'),
        ),
        migrations.AddIndex(
            model_name='trainingclass',
            index=models.Index(fields=['client', 'status'], name='class_by_client_and_status'),
        ),
        migrations.AddConstraint(
            model_name='trainingclass',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('draft', 'active', 'stopped'))), name='class_status_known', violation_error_message='A class is a draft, active or stopped.'),
        ),
        migrations.AddConstraint(
            model_name='trainingclass',
            constraint=models.CheckConstraint(condition=models.Q(('end_date__isnull', True), ('start_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='class_ends_after_start', violation_error_message='The last day cannot be before the first day.'),
        ),
        migrations.AddConstraint(
            model_name='trainingclass',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'stopped'), ('stop_date__isnull', False)), models.Q(models.Q(('status', 'stopped'), _negated=True), ('stop_date__isnull', True)), _connector='OR'), name='class_stopped_has_date', violation_error_message='A stopped class has the date on which it stopped.'),
        ),
        migrations.AddConstraint(
            model_name='trainingclass',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), models.Q(('agent__isnull', False), ('class_code__isnull', False), ('client__isnull', False), ('course__isnull', False), ('end_date__isnull', False), ('schedule__isnull', False), ('start_date__isnull', False)), _connector='OR'), name='class_active_is_whole', violation_error_message='An active class needs a code, client, course, agent, first and last day and a schedule.'),
        ),
        migrations.AddConstraint(
            model_name='trainingclass',
            constraint=models.CheckConstraint(condition=models.Q(('course_hours__isnull', True), ('course_hours__gt', 0), _connector='OR'), name='class_course_hours_positive', violation_error_message='Course hours are more than 0.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingclass',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainingclassevent" ("agent_id", "class_code", "class_id", "class_type", "client_id", "course_hours", "course_id", "created_at", "created_by_id", "end_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schedule", "start_date", "status", "stop_date", "updated_at", "updated_by_id", "venue_id", "version") SELECT new_values."agent_id", new_values."class_code", new_values."class_id", new_values."class_type", new_values."client_id", new_values."course_hours", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."end_date", _pgh_attached_context.value, NOW(), \'insert\', new_values."class_id", new_values."schedule", new_values."start_date", new_values."status", new_values."stop_date", new_values."updated_at", new_values."updated_by_id", new_values."venue_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ecf84794032aff8637ef61237e061a555065edde', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f7692', referencing='REFERENCING NEW TABLE AS new_values ', table='classes', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingclass',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainingclassevent" ("agent_id", "class_code", "class_id", "class_type", "client_id", "course_hours", "course_id", "created_at", "created_by_id", "end_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schedule", "start_date", "status", "stop_date", "updated_at", "updated_by_id", "venue_id", "version") SELECT new_values."agent_id", new_values."class_code", new_values."class_id", new_values."class_type", new_values."client_id", new_values."course_hours", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."end_date", _pgh_attached_context.value, NOW(), \'update\', new_values."class_id", new_values."schedule", new_values."start_date", new_values."status", new_values."stop_date", new_values."updated_at", new_values."updated_by_id", new_values."venue_id", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."class_id") = (new_values."class_id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='961a4d766df7642880c471537b6d07a42e065588', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c2a60', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='classes', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingclass',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainingclassevent" ("agent_id", "class_code", "class_id", "class_type", "client_id", "course_hours", "course_id", "created_at", "created_by_id", "end_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schedule", "start_date", "status", "stop_date", "updated_at", "updated_by_id", "venue_id", "version") SELECT old_values."agent_id", old_values."class_code", old_values."class_id", old_values."class_type", old_values."client_id", old_values."course_hours", old_values."course_id", old_values."created_at", old_values."created_by_id", old_values."end_date", _pgh_attached_context.value, NOW(), \'delete\', old_values."class_id", old_values."schedule", old_values."start_date", old_values."status", old_values."stop_date", old_values."updated_at", old_values."updated_by_id", old_values."venue_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1d862aa5665874c674d77d891a55dfb6e7d57634', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9cd84', referencing='REFERENCING OLD TABLE AS old_values ', table='classes', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='classattendancesession',
            index=models.Index(fields=['training_class'], name='class_session_by_class'),
        ),
        migrations.AddIndex(
            model_name='classattendancesession',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['session_date'], name='class_session_pending_by_date'),
        ),
        migrations.AddConstraint(
            model_name='classattendancesession',
            constraint=models.UniqueConstraint(fields=('training_class', 'session_date'), name='class_session_one_per_date', violation_error_message='The class has a session on that date.'),
        ),
        migrations.AddConstraint(
            model_name='classattendancesession',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('pending', 'captured', 'client_cancelled', 'agent_absent'))), name='class_session_status_known', violation_error_message='A class session is pending, captured, cancelled by the client, or its agent was absent.'),
        ),
        migrations.AddConstraint(
            model_name='classattendancesession',
            constraint=models.CheckConstraint(condition=models.Q(('scheduled_hours__gt', 0), ('scheduled_hours__lte', Decimal('24'))), name='class_session_hours_0_to_24', violation_error_message='A class session lasts more than 0 and at most 24 hours.'),
        ),
        migrations.AddConstraint(
            model_name='classattendancesession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('captured_at__isnull', True), ('captured_by__isnull', True), ('status', 'pending')), models.Q(models.Q(('status', 'pending'), _negated=True), ('captured_at__isnull', False), ('captured_by__isnull', False)), _connector='OR'), name='class_session_capture_has_author', violation_error_message='A captured or excepted session says who did it and when.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classattendancesession',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_classattendancesessionevent" ("captured_at", "captured_by", "class_id", "created_at", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_hours", "session_date", "session_id", "status", "updated_at") SELECT new_values."captured_at", new_values."captured_by", new_values."class_id", new_values."created_at", new_values."notes", _pgh_attached_context.value, NOW(), \'insert\', new_values."session_id", new_values."scheduled_hours", new_values."session_date", new_values."session_id", new_values."status", new_values."updated_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d3c9138994f3ce2a1ed58f0bcbf5d689690cc968', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_dcec2', referencing='REFERENCING NEW TABLE AS new_values ', table='class_attendance_sessions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classattendancesession',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_classattendancesessionevent" ("captured_at", "captured_by", "class_id", "created_at", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_hours", "session_date", "session_id", "status", "updated_at") SELECT new_values."captured_at", new_values."captured_by", new_values."class_id", new_values."created_at", new_values."notes", _pgh_attached_context.value, NOW(), \'update\', new_values."session_id", new_values."scheduled_hours", new_values."session_date", new_values."session_id", new_values."status", new_values."updated_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."session_id") = (new_values."session_id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='621053283e454edde4dbd3754ea912f13b4321e1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_dbd03', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='class_attendance_sessions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classattendancesession',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_classattendancesessionevent" ("captured_at", "captured_by", "class_id", "created_at", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_hours", "session_date", "session_id", "status", "updated_at") SELECT old_values."captured_at", old_values."captured_by", old_values."class_id", old_values."created_at", old_values."notes", _pgh_attached_context.value, NOW(), \'delete\', old_values."session_id", old_values."scheduled_hours", old_values."session_date", old_values."session_id", old_values."status", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cdb4af9d9fd3cf3791ed03626639ef7a89b26da2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f8c26', referencing='REFERENCING OLD TABLE AS old_values ', table='class_attendance_sessions', when='AFTER')),
        ),
        migrations.RunSQL(
            "CREATE INDEX idx_classes_class_code ON classes (class_code)",
            "DROP INDEX IF EXISTS idx_classes_class_code",
        ),
    ]
