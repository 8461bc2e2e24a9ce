import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Events of logins, groups and the site; jobs and their downloads; words for classes and their meetings.

    The SQL by hand that belongs to them is in `0018_squashed_guards`.
    """

    replaces = [
        ('training', '0010_class_session_is_frozen'),
        ('training', '0011_course_code_to_its_end'),
        ('training', '0012_blank_class_code_may_go'),
        ('training', '0013_who_may_what'),
        ('training', '0014_who_may_what_is_append_only'),
        ('training', '0015_job'),
        ('training', '0016_file_download_is_append_only'),
        ('training', '0017_site_has_an_identity'),
    ]
    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0009_class_code_constraint'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Membership',
            fields=[
            ],
            options={
                'verbose_name': 'group of the login',
                'verbose_name_plural': 'groups of logins',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.user_groups',),
        ),
        migrations.CreateModel(
            name='LoginPermission',
            fields=[
            ],
            options={
                'verbose_name': 'Django permission of the login',
                'verbose_name_plural': 'Django permissions of logins',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.user_user_permissions',),
        ),
        migrations.CreateModel(
            name='LoginGroup',
            fields=[
            ],
            options={
                'verbose_name': 'group',
                'verbose_name_plural': 'groups',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.group',),
            managers=[
                ('objects', django.contrib.auth.models.GroupManager()),
            ],
        ),
        migrations.CreateModel(
            name='Login',
            fields=[
            ],
            options={
                'verbose_name': 'login',
                'verbose_name_plural': 'logins',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.user',),
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='GroupPermission',
            fields=[
            ],
            options={
                'verbose_name': 'Django permission of the group',
                'verbose_name_plural': 'Django permissions of groups',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.group_permissions',),
        ),
        migrations.CreateModel(
            name='FileDownload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.PositiveBigIntegerField(verbose_name='number of the job')),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(verbose_name='size (bytes)')),
                ('taken_at', models.DateTimeField(verbose_name='taken at')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken by')),
            ],
            options={
                'verbose_name': 'file download',
                'verbose_name_plural': 'file downloads',
                'ordering': ('-taken_at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('file_name__trim__length__gt', 0)), name='file_download_has_name', violation_error_message='A download names its file.'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='file_download_has_hash', violation_error_message='A download says which bytes were taken.')],
            },
        ),
        migrations.CreateModel(
            name='GroupPermissionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('group', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
                ('permission', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.permission')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.grouppermission')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('title', models.CharField(max_length=300, verbose_name='what')),
                ('query', models.TextField(blank=True, verbose_name='asked for')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('state', models.CharField(choices=[('WAITING', 'Waiting'), ('RUNNING', 'Running'), ('DONE', 'Ready'), ('FAILED', 'Failed'), ('CANCELLED', 'Cancelled')], default='WAITING', max_length=10, verbose_name='state')),
                ('task_id', models.BigIntegerField(null=True, verbose_name='task')),
                ('run', models.PositiveIntegerField(default=0, verbose_name='begun')),
                ('lost', models.PositiveIntegerField(default=0, verbose_name='times its worker was lost')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='last sign of life')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('total', models.PositiveIntegerField(null=True, verbose_name='of')),
                ('failure', models.TextField(blank=True, verbose_name='failure')),
                ('file_key', models.CharField(blank=True, max_length=200, verbose_name='key')),
                ('file_name', models.CharField(blank=True, max_length=200, verbose_name='file')),
                ('file_type', models.CharField(blank=True, max_length=100, verbose_name='content type')),
                ('file_size', models.PositiveBigIntegerField(null=True, verbose_name='size (bytes)')),
                ('file_sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='first taken at')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'ordering': ('-asked_at', '-pk'),
                'indexes': [models.Index(condition=models.Q(('state__in', ('WAITING', 'RUNNING'))), fields=['asked_at'], name='job_open'), models.Index(fields=['asked_by', '-asked_at'], name='job_by_who_asked')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ('WAITING', 'RUNNING'))), models.Q(('ended_at__isnull', False), ('state__in', ('DONE', 'FAILED', 'CANCELLED'))), _connector='OR'), name='job_ended_has_its_time', violation_error_message='A job that has ended says when.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'DONE'), _negated=True), models.Q(models.Q(('file_key', ''), _negated=True), models.Q(('file_name', ''), _negated=True), ('file_sha256__regex', '^[0-9a-f]{64}$'), ('file_size__isnull', False)), _connector='OR'), name='job_done_has_its_file', violation_error_message='A job that is done names its file.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'FAILED'), _negated=True), ('failure__trim__length__gt', 0), _connector='OR'), name='job_failed_says_why', violation_error_message='A job that failed says why.'), models.UniqueConstraint(condition=models.Q(('state__in', ('WAITING', 'RUNNING'))), fields=('asked_by', 'kind'), name='job_one_at_a_time', violation_error_message='One of these is being made for you already.')],
            },
        ),
        migrations.CreateModel(
            name='LoginEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.login')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LoginGroupEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.logingroup')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LoginPermissionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('permission', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.permission')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('user', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.loginpermission')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('group', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('user', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SiteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('time_zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AlterModelOptions(
            name='classattendancesession',
            options={'ordering': ('session_date',), 'verbose_name': 'class meeting', 'verbose_name_plural': 'class meetings'},
        ),
        migrations.AddField(
            model_name='site',
            name='identity',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, verbose_name='identity'),
        ),
        migrations.AlterField(
            model_name='classattendancesession',
            name='captured_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='recorded at'),
        ),
        migrations.AlterField(
            model_name='classattendancesession',
            name='captured_by',
            field=models.ForeignKey(blank=True, db_column='captured_by', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AlterField(
            model_name='classattendancesession',
            name='status',
            field=models.CharField(choices=[('pending', 'Pending'), ('captured', 'Recorded'), ('client_cancelled', 'Client cancelled'), ('agent_absent', 'Trainer absent')], db_default='pending', max_length=30, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='classattendancesessionevent',
            name='captured_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='recorded at'),
        ),
        migrations.AlterField(
            model_name='classattendancesessionevent',
            name='captured_by',
            field=models.ForeignKey(blank=True, db_column='captured_by', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AlterField(
            model_name='classattendancesessionevent',
            name='status',
            field=models.CharField(choices=[('pending', 'Pending'), ('captured', 'Recorded'), ('client_cancelled', 'Client cancelled'), ('agent_absent', 'Trainer absent')], db_default='pending', max_length=30, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='trainingclass',
            name='agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='training.trainer', verbose_name='trainer'),
        ),
        migrations.AlterField(
            model_name='trainingclass',
            name='course_hours',
            field=models.DecimalField(blank=True, decimal_places=1, help_text='Hours a worker needs to complete the course in this class, for 100 % progress.', max_digits=7, null=True, verbose_name='course hours'),
        ),
        migrations.AlterField(
            model_name='trainingclassevent',
            name='agent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainer', verbose_name='trainer'),
        ),
        migrations.AlterField(
            model_name='trainingclassevent',
            name='course_hours',
            field=models.DecimalField(blank=True, decimal_places=1, help_text='Hours a worker needs to complete the course in this class, for 100 % progress.', max_digits=7, null=True, verbose_name='course hours'),
        ),
        migrations.AlterConstraint(
            model_name='classattendancesession',
            name='class_session_one_per_date',
            constraint=models.UniqueConstraint(fields=('training_class', 'session_date'), name='class_session_one_per_date', violation_error_message='The class already has a meeting on that date.'),
        ),
        migrations.AlterConstraint(
            model_name='classattendancesession',
            name='class_session_status_known',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('pending', 'captured', 'client_cancelled', 'agent_absent'))), name='class_session_status_known', violation_error_message='A class meeting is pending, recorded, cancelled by the client, or its trainer was absent.'),
        ),
        migrations.AlterConstraint(
            model_name='classattendancesession',
            name='class_session_hours_0_to_24',
            constraint=models.CheckConstraint(condition=models.Q(('scheduled_hours__gt', 0), ('scheduled_hours__lte', Decimal('24'))), name='class_session_hours_0_to_24', violation_error_message='A class meeting lasts more than 0 and at most 24 hours.'),
        ),
        migrations.AlterConstraint(
            model_name='classattendancesession',
            name='class_session_capture_has_author',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('captured_at__isnull', True), ('captured_by__isnull', True), ('status', 'pending')), models.Q(models.Q(('status', 'pending'), _negated=True), ('captured_at__isnull', False), ('captured_by__isnull', False)), _connector='OR'), name='class_session_capture_has_author', violation_error_message='A meeting that is recorded or was not held says who entered it and when.'),
        ),
        migrations.AlterConstraint(
            model_name='trainingclass',
            name='class_active_is_whole',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), models.Q(('agent__isnull', False), ('class_code__isnull', False), ('client__isnull', False), ('course__isnull', False), ('end_date__isnull', False), ('schedule__isnull', False), ('start_date__isnull', False)), _connector='OR'), name='class_active_is_whole', violation_error_message='An active class needs a code, client, course, trainer, first and last day and a schedule.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_siteevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8786b94f504f446997ccc1fc898cc459863eccf7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ee125', referencing='REFERENCING NEW TABLE AS new_values ', table='training_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_siteevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."time_zone" IS DISTINCT FROM (new_values."time_zone")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4ea0819834dc5e417d630078770b3112a05710c8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_647c1', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_siteevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='14065a65c6c77856fc52ec226b4398a39a9df211', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f9490', referencing='REFERENCING OLD TABLE AS old_values ', table='training_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_membershipevent" ("group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."group_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='317da46309cf7de3b803327dc21ced8359a5addc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5b113', referencing='REFERENCING NEW TABLE AS new_values ', table='auth_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_membershipevent" ("group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."group_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d5781e303e89d3e79467b58af721a0b3a06c5089', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e9dec', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_membershipevent" ("group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."group_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='33be32d0133a93b324e2597f7be2fc58cd2be887', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_4e7af', referencing='REFERENCING OLD TABLE AS old_values ', table='auth_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loginpermission',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginpermissionevent" ("id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."id", new_values."permission_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9b456ba74bcfb1f4646b986cdb0a01efc2fb141a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_b274d', referencing='REFERENCING NEW TABLE AS new_values ', table='auth_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loginpermission',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginpermissionevent" ("id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."id", new_values."permission_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='896b831e64d06220dfe3c1c470fd36bff749d9b8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_7d0f4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loginpermission',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginpermissionevent" ("id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."id", old_values."permission_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c55d945950faad5c6376f0256a205027e6f09dc1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_0f149', referencing='REFERENCING OLD TABLE AS old_values ', table='auth_user_user_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logingroup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_logingroupevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3d3d617af8ee3b92b8aeb3f441398de31a74f422', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_938bd', referencing='REFERENCING NEW TABLE AS new_values ', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logingroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_logingroupevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fec2ae62ebda9655033f4114eef52d4a6c7de05f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_83bb0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logingroup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_logingroupevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b00a0526b6fcdefe128d9ebf9e8c47f1bf7c1d86', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_4bd73', referencing='REFERENCING OLD TABLE AS old_values ', table='auth_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='login',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") SELECT new_values."date_joined", new_values."email", new_values."first_name", new_values."id", new_values."is_active", new_values."is_staff", new_values."is_superuser", new_values."last_name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."username" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='aa14d2b445610b3e34c10bcd13611028b0dea2fd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_28b4d', referencing='REFERENCING NEW TABLE AS new_values ', table='auth_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='login',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") SELECT new_values."date_joined", new_values."email", new_values."first_name", new_values."id", new_values."is_active", new_values."is_staff", new_values."is_superuser", new_values."last_name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."username" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."password" IS NOT DISTINCT FROM (new_values."password") AND (old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_superuser" IS DISTINCT FROM (new_values."is_superuser") OR old_values."username" IS DISTINCT FROM (new_values."username") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."is_staff" IS DISTINCT FROM (new_values."is_staff") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."date_joined" IS DISTINCT FROM (new_values."date_joined"))) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ac09c4d16630f7ac104c9966149bf42d7a33541a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8e4b6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='login',
            trigger=pgtrigger.compiler.Trigger(name='password_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") SELECT new_values."date_joined", new_values."email", new_values."first_name", new_values."id", new_values."is_active", new_values."is_staff", new_values."is_superuser", new_values."last_name", _pgh_attached_context.value, NOW(), \'password\', new_values."id", new_values."username" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."password" IS DISTINCT FROM (new_values."password")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='864cd29e08665824295f70e060616c6be926b65b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_password_update_0c687', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='login',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_loginevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") SELECT old_values."date_joined", old_values."email", old_values."first_name", old_values."id", old_values."is_active", old_values."is_staff", old_values."is_superuser", old_values."last_name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."username" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='52d5e30fe91ca93b3e6be0e65087c75d254626c8', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_2e7d8', referencing='REFERENCING OLD TABLE AS old_values ', table='auth_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grouppermission',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_grouppermissionevent" ("group_id", "id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."group_id", new_values."id", new_values."permission_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='47fb1d5428a2129a1885d4bb6b8135bf3bd934b5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bb0f2', referencing='REFERENCING NEW TABLE AS new_values ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grouppermission',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_grouppermissionevent" ("group_id", "id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."group_id", new_values."id", new_values."permission_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='218d324dad9ea1db483ca6843975561379391178', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_9236d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grouppermission',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_grouppermissionevent" ("group_id", "id", "permission_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."group_id", old_values."id", old_values."permission_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d37de45437110a97086d94bd5056aa59f219919b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_17e9e', referencing='REFERENCING OLD TABLE AS old_values ', table='auth_group_permissions', when='AFTER')),
        ),
    ]
