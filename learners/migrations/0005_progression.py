import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learners', '0004_periods'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0006_training_class'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LearnerHoursLog',
            fields=[
                ('log_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('log_date', models.DateField(verbose_name='date')),
                ('hours_trained', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='hours trained')),
                ('hours_present', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='hours present')),
                ('source', models.CharField(choices=[('schedule', 'Schedule'), ('attendance', 'Attendance'), ('manual', 'By hand')], db_default='manual', max_length=20, verbose_name='source')),
                ('notes', models.TextField(blank=True, null=True, verbose_name='notes')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('course', models.ForeignKey(db_column='class_type_subject_id', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, db_column='created_by', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='learners.learner', verbose_name='worker')),
                ('reversal_of', models.OneToOneField(blank=True, db_column='reversal_of', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='learners.learnerhourslog', verbose_name='reversal of')),
                ('session', models.ForeignKey(blank=True, db_column='session_id', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='training.classattendancesession', verbose_name='class session')),
                ('training_class', models.ForeignKey(db_column='class_id', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='training.trainingclass', verbose_name='class')),
            ],
            options={
                'verbose_name': 'hours log',
                'verbose_name_plural': 'hours log',
                'db_table': 'learner_hours_log',
                'db_table_comment': 'Hours of learners, one row per learner and capture or manual entry; append-only',
                'ordering': ('-log_date', '-log_id'),
            },
        ),
        migrations.CreateModel(
            name='LearnerProgression',
            fields=[
                ('tracking_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('in_progress', 'In progress'), ('on_hold', 'On hold'), ('completed', 'Completed')], db_default='in_progress', max_length=20, verbose_name='status')),
                ('start_date', models.DateField(verbose_name='start date')),
                ('completion_date', models.DateField(blank=True, null=True, verbose_name='completion date')),
                ('hours_trained', models.DecimalField(db_default=Decimal('0'), decimal_places=1, max_digits=9, verbose_name='hours trained')),
                ('hours_present', models.DecimalField(db_default=Decimal('0'), decimal_places=1, max_digits=9, verbose_name='hours present')),
                ('hours_absent', models.DecimalField(db_default=Decimal('0'), decimal_places=1, max_digits=9, verbose_name='hours absent')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated at')),
                ('course', models.ForeignKey(db_column='class_type_subject_id', on_delete=django.db.models.deletion.PROTECT, related_name='progressions', to='training.course', verbose_name='course')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progressions', to='learners.learner', verbose_name='worker')),
                ('training_class', models.ForeignKey(db_column='class_id', on_delete=django.db.models.deletion.PROTECT, related_name='progressions', to='training.trainingclass', verbose_name='class')),
            ],
            options={
                'verbose_name': 'progression',
                'verbose_name_plural': 'progressions',
                'db_table': 'learner_lp_tracking',
                'db_table_comment': 'Progress of a learner through one course in one class; sums of learner_hours_log',
                'ordering': ('-start_date', '-tracking_id'),
            },
        ),
        migrations.CreateModel(
            name='LearnerHoursLogEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('log_id', models.BigIntegerField()),
                ('log_date', models.DateField(verbose_name='date')),
                ('hours_trained', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='hours trained')),
                ('hours_present', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='hours present')),
                ('source', models.CharField(choices=[('schedule', 'Schedule'), ('attendance', 'Attendance'), ('manual', 'By hand')], db_default='manual', max_length=20, verbose_name='source')),
                ('notes', models.TextField(blank=True, null=True, verbose_name='notes')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('course', models.ForeignKey(db_column='class_type_subject_id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, db_column='created_by', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('learner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learner', verbose_name='worker')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learners.learnerhourslog')),
                ('reversal_of', models.ForeignKey(blank=True, db_column='reversal_of', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learnerhourslog', verbose_name='reversal of')),
                ('session', models.ForeignKey(blank=True, db_column='session_id', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.classattendancesession', verbose_name='class session')),
                ('training_class', models.ForeignKey(db_column='class_id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainingclass', verbose_name='class')),
                ('progression', models.ForeignKey(db_column='tracking_id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learnerprogression', verbose_name='progression')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='learnerhourslog',
            name='progression',
            field=models.ForeignKey(db_column='tracking_id', on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='learners.learnerprogression', verbose_name='progression'),
        ),
        migrations.CreateModel(
            name='LearnerProgressionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('tracking_id', models.BigIntegerField()),
                ('status', models.CharField(choices=[('in_progress', 'In progress'), ('on_hold', 'On hold'), ('completed', 'Completed')], db_default='in_progress', max_length=20, verbose_name='status')),
                ('start_date', models.DateField(verbose_name='start date')),
                ('completion_date', models.DateField(blank=True, null=True, verbose_name='completion date')),
                ('hours_trained', models.DecimalField(db_default=Decimal('0'), decimal_places=1, max_digits=9, verbose_name='hours trained')),
                ('hours_present', models.DecimalField(db_default=Decimal('0'), decimal_places=1, max_digits=9, verbose_name='hours present')),
                ('hours_absent', models.DecimalField(db_default=Decimal('0'), decimal_places=1, max_digits=9, verbose_name='hours absent')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated at')),
                ('course', models.ForeignKey(db_column='class_type_subject_id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('learner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learner', verbose_name='worker')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learners.learnerprogression')),
                ('training_class', models.ForeignKey(db_column='class_id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainingclass', verbose_name='class')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgressionEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('started', 'Started'), ('held', 'Put on hold'), ('resumed', 'Resumed'), ('completed', 'Completed')], max_length=10, verbose_name='kind')),
                ('effective_date', models.DateField(verbose_name='effective date')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('progression', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='learners.learnerprogression')),
            ],
            options={
                'verbose_name': 'progression event',
                'verbose_name_plural': 'progression events',
                'db_table': 'learners_progressionevent',
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='ProgressionEventEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('started', 'Started'), ('held', 'Put on hold'), ('resumed', 'Resumed'), ('completed', 'Completed')], max_length=10, verbose_name='kind')),
                ('effective_date', models.DateField(verbose_name='effective date')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('created_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learners.progressionevent')),
                ('progression', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learnerprogression')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='learnerprogression',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'in_progress')), fields=('learner',), name='progression_one_in_progress', violation_error_message='This worker has another programme in progress.'),
        ),
        migrations.AddConstraint(
            model_name='learnerprogression',
            constraint=models.UniqueConstraint(fields=('learner', 'course', 'training_class'), name='progression_once_per_class_and_course', violation_error_message='This worker is in that class already.'),
        ),
        migrations.AddConstraint(
            model_name='learnerprogression',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('in_progress', 'on_hold', 'completed'))), name='progression_status_known', violation_error_message='A progression is in progress, on hold or completed.'),
        ),
        migrations.AddConstraint(
            model_name='learnerprogression',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('completion_date__isnull', False), ('status', 'completed')), models.Q(models.Q(('status', 'completed'), _negated=True), ('completion_date__isnull', True)), _connector='OR'), name='progression_completed_has_date', violation_error_message='A completed progression has its completion date.'),
        ),
        migrations.AddConstraint(
            model_name='learnerprogression',
            constraint=models.CheckConstraint(condition=models.Q(('completion_date__isnull', True), ('completion_date__gte', models.F('start_date')), _connector='OR'), name='progression_completes_after_start', violation_error_message='A progression is completed on or after its start date.'),
        ),
        migrations.AddConstraint(
            model_name='learnerprogression',
            constraint=models.CheckConstraint(condition=models.Q(('hours_present__gte', 0), ('hours_trained__gte', models.F('hours_present')), ('hours_absent', django.db.models.expressions.CombinedExpression(models.F('hours_trained'), '-', models.F('hours_present')))), name='progression_hours_add_up', violation_error_message='Hours present and absent add up to the hours trained.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learnerprogression',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerprogressionevent" ("class_id", "class_type_subject_id", "completion_date", "created_at", "hours_absent", "hours_present", "hours_trained", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date", "status", "tracking_id", "updated_at") SELECT new_values."class_id", new_values."class_type_subject_id", new_values."completion_date", new_values."created_at", new_values."hours_absent", new_values."hours_present", new_values."hours_trained", new_values."learner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."tracking_id", new_values."start_date", new_values."status", new_values."tracking_id", new_values."updated_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4685c8405dac6960752b08ae29f8c337a04c5f78', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_87929', referencing='REFERENCING NEW TABLE AS new_values ', table='learner_lp_tracking', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learnerprogression',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerprogressionevent" ("class_id", "class_type_subject_id", "completion_date", "created_at", "hours_absent", "hours_present", "hours_trained", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date", "status", "tracking_id", "updated_at") SELECT new_values."class_id", new_values."class_type_subject_id", new_values."completion_date", new_values."created_at", new_values."hours_absent", new_values."hours_present", new_values."hours_trained", new_values."learner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."tracking_id", new_values."start_date", new_values."status", new_values."tracking_id", new_values."updated_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."tracking_id") = (new_values."tracking_id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f1001f7bfa4b94d12ce85f547f1d66e452e37c14', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_385e2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learner_lp_tracking', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learnerprogression',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerprogressionevent" ("class_id", "class_type_subject_id", "completion_date", "created_at", "hours_absent", "hours_present", "hours_trained", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date", "status", "tracking_id", "updated_at") SELECT old_values."class_id", old_values."class_type_subject_id", old_values."completion_date", old_values."created_at", old_values."hours_absent", old_values."hours_present", old_values."hours_trained", old_values."learner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."tracking_id", old_values."start_date", old_values."status", old_values."tracking_id", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0894e65211497b71d696a29401cc5cc400f5bc65', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_88241', referencing='REFERENCING OLD TABLE AS old_values ', table='learner_lp_tracking', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='learnerhourslog',
            index=models.Index(fields=['training_class', 'log_date'], name='hours_by_class_and_date'),
        ),
        migrations.AddConstraint(
            model_name='learnerhourslog',
            constraint=models.CheckConstraint(condition=models.Q(('reversal_of__isnull', False), models.Q(('hours_present__gte', 0), ('hours_trained__gte', models.F('hours_present'))), _connector='OR'), name='hours_present_0_to_trained', violation_error_message='Hours present lie between 0 and the hours trained.'),
        ),
        migrations.AddConstraint(
            model_name='learnerhourslog',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ('schedule', 'attendance', 'manual'))), name='hours_source_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learnerhourslog',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerhourslogevent" ("class_id", "class_type_subject_id", "created_at", "created_by", "hours_present", "hours_trained", "learner_id", "log_date", "log_id", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reversal_of", "session_id", "source", "tracking_id") SELECT new_values."class_id", new_values."class_type_subject_id", new_values."created_at", new_values."created_by", new_values."hours_present", new_values."hours_trained", new_values."learner_id", new_values."log_date", new_values."log_id", new_values."notes", _pgh_attached_context.value, NOW(), \'insert\', new_values."log_id", new_values."reversal_of", new_values."session_id", new_values."source", new_values."tracking_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0ff8de75a7ab44c8a5e037d85b75aa5ad81572f9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_b8f67', referencing='REFERENCING NEW TABLE AS new_values ', table='learner_hours_log', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learnerhourslog',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerhourslogevent" ("class_id", "class_type_subject_id", "created_at", "created_by", "hours_present", "hours_trained", "learner_id", "log_date", "log_id", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reversal_of", "session_id", "source", "tracking_id") SELECT new_values."class_id", new_values."class_type_subject_id", new_values."created_at", new_values."created_by", new_values."hours_present", new_values."hours_trained", new_values."learner_id", new_values."log_date", new_values."log_id", new_values."notes", _pgh_attached_context.value, NOW(), \'update\', new_values."log_id", new_values."reversal_of", new_values."session_id", new_values."source", new_values."tracking_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."log_id") = (new_values."log_id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='492a32a17cb143d65ac7c444acc3a9d235664162', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_46374', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learner_hours_log', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learnerhourslog',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerhourslogevent" ("class_id", "class_type_subject_id", "created_at", "created_by", "hours_present", "hours_trained", "learner_id", "log_date", "log_id", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reversal_of", "session_id", "source", "tracking_id") SELECT old_values."class_id", old_values."class_type_subject_id", old_values."created_at", old_values."created_by", old_values."hours_present", old_values."hours_trained", old_values."learner_id", old_values."log_date", old_values."log_id", old_values."notes", _pgh_attached_context.value, NOW(), \'delete\', old_values."log_id", old_values."reversal_of", old_values."session_id", old_values."source", old_values."tracking_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='439ef0b6b0c21709895f8d460fd0ee037e7505a5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_63746', referencing='REFERENCING OLD TABLE AS old_values ', table='learner_hours_log', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='progressionevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('started', 'held', 'resumed', 'completed'))), name='progression_event_kind_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='progressionevent',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_progressioneventevent" ("created_at", "created_by_id", "effective_date", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progression_id", "reason") SELECT new_values."created_at", new_values."created_by_id", new_values."effective_date", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."progression_id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='cf26878698c793bf5774982524758dea5107ae58', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_83e60', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_progressionevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='progressionevent',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_progressioneventevent" ("created_at", "created_by_id", "effective_date", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progression_id", "reason") SELECT new_values."created_at", new_values."created_by_id", new_values."effective_date", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."progression_id", new_values."reason" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a6174180857b42a719ab2f8ab5f85a749ae9fcfe', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ce67b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_progressionevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='progressionevent',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_progressioneventevent" ("created_at", "created_by_id", "effective_date", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progression_id", "reason") SELECT old_values."created_at", old_values."created_by_id", old_values."effective_date", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."progression_id", old_values."reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='95ecba40f797d0097bbc813f5dcd4cb7d2af3fea', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_40fb5', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_progressionevent', when='AFTER')),
        ),
    ]
