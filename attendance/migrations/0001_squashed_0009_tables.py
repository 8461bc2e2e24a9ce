import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models



class Migration(migrations.Migration):
    """The lists of sessions, acts on whole lists, and entries of class meetings that were taken back.

    The SQL by hand that belongs to them is in `0010_squashed_guards`.
    """

    initial = True
    replaces = [
        ('attendance', '0001_initial'),
        ('attendance', '0003_list_is_frozen'),
        ('attendance', '0004_first_mark'),
        ('attendance', '0005_added_when_told'),
        ('attendance', '0006_capture_void'),
        ('attendance', '0007_void_sets_back'),
        ('attendance', '0008_words'),
        ('attendance', '0009_list_act'),
    ]
    dependencies = [
        ('learners', '0016_squashed_guards'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0018_squashed_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaptureVoid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('voided_status', models.CharField(max_length=30, verbose_name='status before')),
                ('reason', models.TextField(verbose_name='reason')),
                ('voided_at', models.DateTimeField(verbose_name='taken back at')),
                ('class_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voids', to='training.classattendancesession', verbose_name='class meeting')),
                ('voided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
            ],
            options={
                'verbose_name': 'entry taken back',
                'verbose_name_plural': 'entries taken back',
                'ordering': ('-voided_at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__trim__length__gt', 0)), name='capture_void_has_reason', violation_error_message='Taking an entry back needs a reason.')],
            },
        ),
        migrations.CreateModel(
            name='CaptureVoidEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('voided_status', models.CharField(max_length=30, verbose_name='status before')),
                ('reason', models.TextField(verbose_name='reason')),
                ('voided_at', models.DateTimeField(verbose_name='taken back at')),
                ('class_session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.classattendancesession', verbose_name='class meeting')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.capturevoid')),
                ('voided_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ListAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('PRESENT', 'All present'), ('PASSED', 'All present passed'), ('ABSENT', 'Rest absent'), ('TAKEN_BACK', 'All marks taken back'), ('ADDED', 'Added to the list'), ('REMOVED', 'Taken off the list')], max_length=10, verbose_name='what was done')),
                ('workers', models.PositiveIntegerField(verbose_name='workers')),
                ('learner_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='keys of the workers, by line')),
                ('versions', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='version of each row after the act')),
                ('done_at', models.DateTimeField(verbose_name='done at')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                ('done_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='list_acts', to='training.session', verbose_name='session')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by')),
            ],
            options={
                'verbose_name': 'bulk act',
                'verbose_name_plural': 'bulk acts',
                'ordering': ('-pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='list_act_undone_by_somebody', violation_error_message='What was undone says by whom and when.'), models.CheckConstraint(condition=models.Q(('learner_ids__len', models.F('workers')), ('versions__len', models.F('workers')), ('workers__gte', 1)), name='list_act_names_its_rows', violation_error_message='An act on the list names every row that it changed, with its version.'), models.CheckConstraint(condition=models.Q(('kind__in', ('PRESENT', 'PASSED', 'ABSENT', 'TAKEN_BACK', 'ADDED', 'REMOVED'))), name='list_act_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='ListActEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('PRESENT', 'All present'), ('PASSED', 'All present passed'), ('ABSENT', 'Rest absent'), ('TAKEN_BACK', 'All marks taken back'), ('ADDED', 'Added to the list'), ('REMOVED', 'Taken off the list')], max_length=10, verbose_name='what was done')),
                ('workers', models.PositiveIntegerField(verbose_name='workers')),
                ('done_at', models.DateTimeField(verbose_name='done at')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                ('done_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.listact')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.session', verbose_name='session')),
                ('undone_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SessionAttendee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('status', models.CharField(choices=[('REGISTERED', 'Registered'), ('ATTENDED', 'Attended'), ('NO_SHOW', 'No show')], default='REGISTERED', max_length=10, verbose_name='status')),
                ('is_present', models.BooleanField(default=False, verbose_name='present')),
                ('has_passed', models.BooleanField(default=True, verbose_name='passed')),
                ('remarks', models.CharField(blank=True, max_length=500, verbose_name='remarks')),
                ('marked_at', models.DateTimeField(blank=True, null=True, verbose_name='marked at')),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added at')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.company', verbose_name='employer when marked')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='learners.learner', verbose_name='worker')),
                ('marked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.role', verbose_name='role when marked')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendees', to='training.session', verbose_name='session')),
            ],
            options={
                'verbose_name': 'attendee',
                'verbose_name_plural': 'attendees',
                'db_table': 'session_attendees',
                'ordering': ('line',),
                'constraints': [models.UniqueConstraint(fields=('session', 'learner'), name='attendee_once_per_session', violation_error_message='This worker is on the list already.'), models.UniqueConstraint(fields=('session', 'line'), name='attendee_line_unique', violation_error_message='That line number is already used.'), models.CheckConstraint(condition=models.Q(('line__gte', 1)), name='attendee_line_from_1', violation_error_message='Lines are counted from 1.'), models.CheckConstraint(condition=models.Q(models.Q(('is_present', False), ('marked_at__isnull', True), ('marked_by__isnull', True)), models.Q(('marked_at__isnull', False), ('marked_by__isnull', False)), _connector='OR'), name='attendee_mark_has_author', violation_error_message='A mark says who made it and when.'), models.CheckConstraint(condition=models.Q(('is_present', False), models.Q(('company__isnull', False), ('role__isnull', False)), _connector='OR'), name='attendee_present_keeps_employer_and_role', violation_error_message='Who is present keeps the employer and role of that day.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ATTENDED'), _negated=True), ('is_present', True), _connector='OR'), name='attendee_attended_was_present', violation_error_message='Only who was present attended.'), models.CheckConstraint(condition=models.Q(('status__in', ('REGISTERED', 'ATTENDED', 'NO_SHOW'))), name='attendee_status_known')],
            },
        ),
        migrations.CreateModel(
            name='SessionAttendeeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('status', models.CharField(choices=[('REGISTERED', 'Registered'), ('ATTENDED', 'Attended'), ('NO_SHOW', 'No show')], default='REGISTERED', max_length=10, verbose_name='status')),
                ('is_present', models.BooleanField(default=False, verbose_name='present')),
                ('has_passed', models.BooleanField(default=True, verbose_name='passed')),
                ('remarks', models.CharField(blank=True, max_length=500, verbose_name='remarks')),
                ('marked_at', models.DateTimeField(blank=True, null=True, verbose_name='marked at')),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added at')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('added_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('company', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.company', verbose_name='employer when marked')),
                ('learner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learner', verbose_name='worker')),
                ('marked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.sessionattendee')),
                ('role', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.role', verbose_name='role when marked')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.session', verbose_name='session')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturevoid',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_capturevoidevent" ("class_session_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "voided_at", "voided_by_id", "voided_status") SELECT new_values."class_session_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."voided_at", new_values."voided_by_id", new_values."voided_status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bfcf05b2eaf94f7c97e348d7df2a832d875abe09', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_07905', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_capturevoid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturevoid',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_capturevoidevent" ("class_session_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "voided_at", "voided_by_id", "voided_status") SELECT new_values."class_session_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."voided_at", new_values."voided_by_id", new_values."voided_status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ccbbdd900c08b5d7add4b5cfd76204276cd87a0f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f7a1f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_capturevoid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturevoid',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_capturevoidevent" ("class_session_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "voided_at", "voided_by_id", "voided_status") SELECT old_values."class_session_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."voided_at", old_values."voided_by_id", old_values."voided_status" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='dd10ed3fcaa8a643c668ff0646d3229187c5a8d6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_a9855', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_capturevoid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='listact',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_listactevent" ("done_at", "done_by_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id", "undone_at", "undone_by_id", "workers") SELECT new_values."done_at", new_values."done_by_id", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."session_id", new_values."undone_at", new_values."undone_by_id", new_values."workers" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4bae04aa32274065704acfa028e5edf487f4c9b7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c0e9d', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_listact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='listact',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_listactevent" ("done_at", "done_by_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id", "undone_at", "undone_by_id", "workers") SELECT new_values."done_at", new_values."done_by_id", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."session_id", new_values."undone_at", new_values."undone_by_id", new_values."workers" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."done_at" IS DISTINCT FROM (new_values."done_at") OR old_values."done_by_id" IS DISTINCT FROM (new_values."done_by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."session_id" IS DISTINCT FROM (new_values."session_id") OR old_values."undone_at" IS DISTINCT FROM (new_values."undone_at") OR old_values."undone_by_id" IS DISTINCT FROM (new_values."undone_by_id") OR old_values."workers" IS DISTINCT FROM (new_values."workers")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c5d910cb5afaadca43d60bfacf67ee6667a13623', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6a88e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_listact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='listact',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_listactevent" ("done_at", "done_by_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id", "undone_at", "undone_by_id", "workers") SELECT old_values."done_at", old_values."done_by_id", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."session_id", old_values."undone_at", old_values."undone_by_id", old_values."workers" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9d148a601347c0e9b05f952b7bd6d30fa94e557b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_75932', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_listact', when='AFTER')),
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
