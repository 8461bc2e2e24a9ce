import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# django-pgtrigger leaves the functions of its triggers behind.
NO_FUNCTIONS = """
DROP FUNCTION
  pgtrigger_insert_insert_9a1dd(), pgtrigger_update_update_4c18f(), pgtrigger_delete_delete_9fc84(),
  pgtrigger_insert_insert_c129f(), pgtrigger_update_update_6c142(), pgtrigger_delete_delete_b6d63()
"""


class Migration(migrations.Migration):
    """Comparisons, samples and signed reports of a take-over (I11). All tables are new."""

    dependencies = [
        ('attendance', '0013_filing'),
        ('learners', '0024_each_from_its_own_day'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0027_import_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, NO_FUNCTIONS),
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='RegisterComparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('files', models.JSONField(default=list, verbose_name='files')),
                ('holds_everybody', models.BooleanField(verbose_name='holds everybody')),
                ('same', models.PositiveIntegerField(verbose_name='the same')),
                ('different', models.PositiveIntegerField(verbose_name='different')),
                ('only_there', models.PositiveIntegerField(verbose_name='only there')),
                ('only_here', models.PositiveIntegerField(verbose_name='only here')),
                ('unread', models.PositiveIntegerField(verbose_name='not understood')),
                ('compared_at', models.DateTimeField(verbose_name='compared at')),
                ('compared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='compared by')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='training.import', verbose_name='import')),
            ],
            options={
                'verbose_name': 'comparison with a register',
                'verbose_name_plural': 'comparisons with registers',
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='RegisterSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed', models.CharField(max_length=32, verbose_name='seed')),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('population', models.PositiveIntegerField(verbose_name='drawn from')),
                ('courses', models.PositiveIntegerField(verbose_name='courses')),
                ('companies', models.PositiveIntegerField(verbose_name='companies')),
                ('drawn_at', models.DateTimeField(verbose_name='drawn at')),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drawn by')),
            ],
            options={
                'verbose_name': 'sample of a register',
                'verbose_name_plural': 'samples of registers',
                'ordering': ('-pk',),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('size__gte', 1), ('size__lte', models.F('population'))), name='register_sample_is_of_its_population'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SampledRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.trainingrecord', verbose_name='record')),
                ('sample', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='attendance.registersample')),
            ],
            options={
                'verbose_name': 'sampled record',
                'verbose_name_plural': 'sampled records',
                'ordering': ('sample_id', 'number'),
                'constraints': [
                    models.UniqueConstraint(fields=('sample', 'number'), name='sampled_record_number_once'),
                    models.UniqueConstraint(fields=('sample', 'record'), name='sampled_record_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SampleCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found', models.CharField(choices=[('right', 'Right'), ('wrong', 'Wrong'), ('not found', 'Original not found')], max_length=9, verbose_name='found')),
                ('note', models.TextField(blank=True, verbose_name='what is wrong, or where it was looked for')),
                ('checked_at', models.DateTimeField(verbose_name='checked at')),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by')),
                ('sampled', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='attendance.sampledrecord')),
            ],
            options={
                'verbose_name': 'check of a sampled record',
                'verbose_name_plural': 'checks of sampled records',
                'ordering': ('-pk',),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('found', 'right'), models.Q(('found__in', ('wrong', 'not found')), ('note__trim__length__gt', 0)), _connector='OR'), name='sample_check_says_what_is_wrong', violation_error_message='Say what is wrong, or where the original was looked for.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TakeOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.TextField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('is_trial', models.BooleanField(verbose_name='trial')),
                ('cut_over_on', models.DateField(verbose_name='cut-over day')),
                ('signed_at', models.DateTimeField(verbose_name='signed at')),
                ('comparison', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='attendance.registercomparison', verbose_name='comparison')),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='attendance.registersample', verbose_name='sample')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signed by')),
            ],
            options={
                'verbose_name': 'take-over report',
                'verbose_name_plural': 'take-over reports',
                'ordering': ('-pk',),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='take_over_has_hash'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TakeOverEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('content', models.TextField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('is_trial', models.BooleanField(verbose_name='trial')),
                ('cut_over_on', models.DateField(verbose_name='cut-over day')),
                ('signed_at', models.DateTimeField(verbose_name='signed at')),
                ('comparison', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='attendance.registercomparison', verbose_name='comparison')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.takeover')),
                ('sample', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='attendance.registersample', verbose_name='sample')),
                ('signed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signed by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TakeOverWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='reason')),
                ('withdrawn_at', models.DateTimeField(verbose_name='withdrawn at')),
                ('take_over', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='attendance.takeover', verbose_name='take-over report')),
                ('withdrawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'verbose_name': 'withdrawn acceptance',
                'verbose_name_plural': 'withdrawn acceptances',
                'ordering': ('-pk',),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('reason__trim__length__gt', 0)), name='take_over_withdrawal_has_reason', violation_error_message='Withdrawing needs a reason.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TakeOverWithdrawalEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('reason', models.TextField(verbose_name='reason')),
                ('withdrawn_at', models.DateTimeField(verbose_name='withdrawn at')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.takeoverwithdrawal')),
                ('take_over', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='attendance.takeover', verbose_name='take-over report')),
                ('withdrawn_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DifferenceExplained',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('different', 'Different'), ('only there', 'Only there'), ('only here', 'Only here'), ('unread', 'Not understood')], max_length=10, verbose_name='what')),
                ('reason', models.TextField(verbose_name='explanation')),
                ('explained_at', models.DateTimeField(verbose_name='explained at')),
                ('course', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.course', verbose_name='course')),
                ('explained_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='explained by')),
                ('comparison', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explained', to='attendance.registercomparison')),
            ],
            options={
                'verbose_name': 'explained difference',
                'verbose_name_plural': 'explained differences',
                'ordering': ('pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__trim__length__gt', 0)), name='difference_explained_says_why', violation_error_message='An explanation has words.')],
            },
        ),
        migrations.CreateModel(
            name='RegisterDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('different', 'Different'), ('only there', 'Only there'), ('only here', 'Only here'), ('unread', 'Not understood')], max_length=10, verbose_name='what')),
                ('badge', models.CharField(blank=True, max_length=200, verbose_name='badge')),
                ('course_code', models.CharField(blank=True, max_length=200, verbose_name='course in the workbook')),
                ('place', models.CharField(blank=True, max_length=150, verbose_name='cell')),
                ('there', models.TextField(blank=True, verbose_name='there')),
                ('here', models.TextField(blank=True, verbose_name='here')),
                ('comparison', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='attendance.registercomparison')),
                ('course', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.course', verbose_name='course')),
                ('learner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.learner', verbose_name='worker')),
            ],
            options={
                'verbose_name': 'difference from a register',
                'verbose_name_plural': 'differences from registers',
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['comparison', 'what', 'course'], name='register_difference_by_what')],
                'constraints': [models.CheckConstraint(condition=models.Q(('what__in', ('different', 'only there', 'only here', 'unread'))), name='register_difference_known')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takeover',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_takeoverevent" ("comparison_id", "content", "cut_over_on", "id", "is_trial", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sample_id", "sha256", "signed_at", "signed_by_id") SELECT new_values."comparison_id", new_values."content", new_values."cut_over_on", new_values."id", new_values."is_trial", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."sample_id", new_values."sha256", new_values."signed_at", new_values."signed_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5cb682cb7b6e9cb2668c05ec3ca7257e4d7a2004', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_9a1dd', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_takeover', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takeover',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_takeoverevent" ("comparison_id", "content", "cut_over_on", "id", "is_trial", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sample_id", "sha256", "signed_at", "signed_by_id") SELECT new_values."comparison_id", new_values."content", new_values."cut_over_on", new_values."id", new_values."is_trial", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."sample_id", new_values."sha256", new_values."signed_at", new_values."signed_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e4a16d4bc66d3b292a3264ca747c702a4ea481cc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_4c18f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_takeover', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takeover',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_takeoverevent" ("comparison_id", "content", "cut_over_on", "id", "is_trial", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sample_id", "sha256", "signed_at", "signed_by_id") SELECT old_values."comparison_id", old_values."content", old_values."cut_over_on", old_values."id", old_values."is_trial", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."sample_id", old_values."sha256", old_values."signed_at", old_values."signed_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9af60d0967465fe62eeb96f9bf0260c1857be14a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b6d63', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_takeover', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takeoverwithdrawal',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_takeoverwithdrawalevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "take_over_id", "withdrawn_at", "withdrawn_by_id") SELECT new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."take_over_id", new_values."withdrawn_at", new_values."withdrawn_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2cd0dacf4acc86186c2e229b9172ef336cc93d26', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c129f', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_takeoverwithdrawal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takeoverwithdrawal',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_takeoverwithdrawalevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "take_over_id", "withdrawn_at", "withdrawn_by_id") SELECT new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."take_over_id", new_values."withdrawn_at", new_values."withdrawn_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='19a1317dc9e9afd3ffdf66e25ec0b133d1783d8a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6c142', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_takeoverwithdrawal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='takeoverwithdrawal',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_takeoverwithdrawalevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "take_over_id", "withdrawn_at", "withdrawn_by_id") SELECT old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."take_over_id", old_values."withdrawn_at", old_values."withdrawn_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5f0b9a43fcd17e40fdd16372df8d01156ea6fad2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9fc84', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_takeoverwithdrawal', when='AFTER')),
        ),
    ]
