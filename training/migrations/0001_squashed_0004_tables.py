import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables of courses, sessions and who teaches them.

    The SQL by hand that belongs to them is in `0005_squashed_guards`.
    """

    initial = True
    replaces = [
        ('training', '0001_initial'),
        ('training', '0002_site_today'),
        ('training', '0003_session_is_frozen'),
        ('training', '0004_audit_is_append_only'),
    ]
    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),  # exclusion constraints over a key and a time range
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=150, unique=True, verbose_name='name')),
                ('code', models.CharField(blank=True, max_length=10, null=True, unique=True, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='code')),
                ('class_code_prefix', models.CharField(blank=True, help_text='Three letters A–Z; left empty it is made from the name.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Enter exactly three letters A–Z.')], verbose_name='class code prefix')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
                'ordering': ('name',),
                'constraints': [models.CheckConstraint(condition=models.Q(('name__trim__length__gt', 0)), name='company_has_name', violation_error_message="Enter the company's name."), models.CheckConstraint(condition=models.Q(('code__isnull', True), ('code__length__gte', 2), _connector='OR'), name='company_code_2_to_10', violation_error_message='A company code has 2 to 10 characters.'), models.CheckConstraint(condition=models.Q(('class_code_prefix__regex', '^[A-Z]{3}$')), name='company_class_code_prefix_3_letters', violation_error_message='The class code prefix is exactly three letters A–Z.')],
            },
        ),
        migrations.CreateModel(
            name='CompanyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('code', models.CharField(blank=True, max_length=10, null=True, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='code')),
                ('class_code_prefix', models.CharField(blank=True, help_text='Three letters A–Z; left empty it is made from the name.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Enter exactly three letters A–Z.')], verbose_name='class code prefix')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.company')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('code', models.CharField(max_length=8, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2,4}-[0-9]{3}\\Z', 'Use two to four letters, a dash and three digits.')], verbose_name='code')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'verbose_name': 'course',
                'verbose_name_plural': 'courses',
                'ordering': ('code',),
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z]{2,4}-[0-9]{3}$')), name='course_code_form', violation_error_message='A course code is two to four letters, a dash and three digits.')],
            },
        ),
        migrations.CreateModel(
            name='CourseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('code', models.CharField(max_length=8, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2,4}-[0-9]{3}\\Z', 'Use two to four letters, a dash and three digits.')], verbose_name='code')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.course')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CoursePrerequisite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.course', verbose_name='course')),
            ],
            options={
                'verbose_name': 'prerequisite',
                'verbose_name_plural': 'prerequisites',
            },
        ),
        migrations.CreateModel(
            name='CourseVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('number', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                ('title', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='title')),
                ('category', models.CharField(blank=True, max_length=60, verbose_name='category')),
                ('duration_minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(10000)], verbose_name='duration (minutes)')),
                ('validity_months', models.PositiveIntegerField(default=0, help_text='0 = permanent', validators=[django.core.validators.MaxValueValidator(120)], verbose_name='validity (months)')),
                ('delivery_method', models.CharField(choices=[('INSTRUCTOR_LED', 'Instructor-led'), ('CBT', 'Computer-based'), ('PRACTICAL', 'Practical'), ('BLENDED', 'Blended')], default='INSTRUCTOR_LED', max_length=20, verbose_name='delivery method')),
                ('provider_type', models.CharField(choices=[('INTERNAL', 'Internal'), ('REGISTERED_EXTERNAL', 'Registered external'), ('GENERIC_EXTERNAL', 'Generic external')], default='INTERNAL', max_length=20, verbose_name='provider type')),
                ('minimum_score', models.PositiveIntegerField(default=80, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='minimum pass score (%)')),
                ('requires_verification', models.BooleanField(default=False, verbose_name='practical sign-off required')),
                ('change_log', models.TextField(blank=True, verbose_name='change log')),
                ('status', models.CharField(choices=[('DRAFT', 'Draft'), ('PUBLISHED', 'Published'), ('ARCHIVED', 'Archived')], default='DRAFT', max_length=10, verbose_name='status')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('prerequisites', models.ManyToManyField(blank=True, related_name='+', through='training.CoursePrerequisite', to='training.course', verbose_name='prerequisites')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'verbose_name': 'course version',
                'verbose_name_plural': 'course versions',
                'ordering': ('course', '-number'),
                'constraints': [models.UniqueConstraint(fields=('course', 'number'), name='course_version_number_unique', violation_error_message='This course has a version with that number.'), models.UniqueConstraint(condition=models.Q(('status', 'PUBLISHED')), fields=('course',), name='course_one_published_version', violation_error_message='This course has a published version already; archive it first.'), models.UniqueConstraint(fields=('id', 'course'), name='course_version_of_course'), models.CheckConstraint(condition=models.Q(('title__trim__length__gte', 3)), name='course_version_title_3_to_100', violation_error_message='A title has 3 to 100 characters.'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='course_version_number_from_1', violation_error_message='Version numbers start at 1.'), models.CheckConstraint(condition=models.Q(('duration_minutes__range', (15, 10000))), name='course_version_duration_15_to_10000', violation_error_message='A course lasts 15 to 10,000 minutes.'), models.CheckConstraint(condition=models.Q(('validity_months__lte', 120)), name='course_version_validity_0_to_120', violation_error_message='Validity is 0 (permanent) to 120 months.'), models.CheckConstraint(condition=models.Q(('minimum_score__lte', 100)), name='course_version_score_0_to_100', violation_error_message='The pass score is 0 to 100 %.'), models.CheckConstraint(condition=models.Q(('status__in', ('DRAFT', 'PUBLISHED', 'ARCHIVED'))), name='course_version_status_known')],
            },
        ),
        migrations.CreateModel(
            name='CoursePrerequisiteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('course', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.courseprerequisite')),
                ('course_version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.courseversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='courseprerequisite',
            name='course_version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prerequisite_links', to='training.courseversion'),
        ),
        migrations.CreateModel(
            name='CourseVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('number', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                ('title', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='title')),
                ('category', models.CharField(blank=True, max_length=60, verbose_name='category')),
                ('duration_minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(10000)], verbose_name='duration (minutes)')),
                ('validity_months', models.PositiveIntegerField(default=0, help_text='0 = permanent', validators=[django.core.validators.MaxValueValidator(120)], verbose_name='validity (months)')),
                ('delivery_method', models.CharField(choices=[('INSTRUCTOR_LED', 'Instructor-led'), ('CBT', 'Computer-based'), ('PRACTICAL', 'Practical'), ('BLENDED', 'Blended')], default='INSTRUCTOR_LED', max_length=20, verbose_name='delivery method')),
                ('provider_type', models.CharField(choices=[('INTERNAL', 'Internal'), ('REGISTERED_EXTERNAL', 'Registered external'), ('GENERIC_EXTERNAL', 'Generic external')], default='INTERNAL', max_length=20, verbose_name='provider type')),
                ('minimum_score', models.PositiveIntegerField(default=80, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='minimum pass score (%)')),
                ('requires_verification', models.BooleanField(default=False, verbose_name='practical sign-off required')),
                ('change_log', models.TextField(blank=True, verbose_name='change log')),
                ('status', models.CharField(choices=[('DRAFT', 'Draft'), ('PUBLISHED', 'Published'), ('ARCHIVED', 'Archived')], default='DRAFT', max_length=10, verbose_name='status')),
                ('course', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.courseversion')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('time_zone', models.CharField(max_length=64, verbose_name='time zone')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='site_is_one_row', violation_error_message='There is one site only.')],
            },
        ),
        migrations.CreateModel(
            name='Trainer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('first_name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='first name')),
                ('last_name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='last name')),
                ('kind', models.CharField(choices=[('INTERNAL', 'Internal'), ('EXTERNAL', 'External')], default='INTERNAL', max_length=10, verbose_name='kind')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('company', models.ForeignKey(blank=True, help_text='Required for external trainers.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainers', to='training.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainer', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'verbose_name': 'trainer',
                'verbose_name_plural': 'trainers',
                'ordering': ('last_name', 'first_name', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('first_name__trim__length__gte', 2), ('last_name__trim__length__gte', 2)), name='trainer_names_2_or_more', violation_error_message='First and last name have at least two characters each.'), models.CheckConstraint(condition=models.Q(('kind', 'INTERNAL'), models.Q(('company__isnull', False), ('kind', 'EXTERNAL')), _connector='OR'), name='trainer_external_has_company', violation_error_message='An external trainer needs a company.')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('start_time', models.DateTimeField(blank=True, null=True, verbose_name='start')),
                ('end_time', models.DateTimeField(blank=True, null=True, verbose_name='end')),
                ('status', models.CharField(choices=[('DRAFT', 'Draft'), ('SCHEDULED', 'Scheduled'), ('COMPLETED', 'Finalized'), ('CANCELLED', 'Cancelled')], default='DRAFT', max_length=10, verbose_name='status')),
                ('attendance_file_key', models.CharField(blank=True, editable=False, max_length=200, verbose_name='key of the signed sheet')),
                ('attendance_file_hash', models.CharField(blank=True, editable=False, max_length=64, verbose_name='SHA-256 of the signed sheet')),
                ('finalized_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finalized at')),
                ('cancellation_reason', models.TextField(blank=True, verbose_name='reason for cancelling')),
                ('change_reason', models.TextField(blank=True, help_text='Needed once attendance is marked or a signed sheet is stored.', verbose_name='reason for the last change')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('last_line', models.PositiveIntegerField(default=0, editable=False, verbose_name='last line number given')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('first_marked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first marked at')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='training.course', verbose_name='course')),
                ('course_version', models.ForeignKey(blank=True, help_text='Pinned when the session is scheduled.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='training.courseversion', verbose_name='course version')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('finalized_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='finalized by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
                ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='training.trainer', verbose_name='trainer')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'ordering': ('-start_time', '-pk'),
                'indexes': [models.Index(fields=['status', 'start_time'], name='session_by_status_and_start'), models.Index(fields=['trainer', 'start_time'], name='session_by_trainer_and_start'), models.Index(fields=['start_time'], name='session_by_start')],
                'constraints': [models.CheckConstraint(condition=models.Q(('start_time__isnull', True), ('end_time__isnull', True), ('end_time__gt', models.F('start_time')), _connector='OR'), name='session_end_after_start', violation_error_message='End time must be after start time.'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ('SCHEDULED', 'COMPLETED'))), expressions=[('trainer', '='), (models.Func('start_time', 'end_time', django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='session_trainer_not_double_booked', violation_error_message='The trainer has another session at that time.'), models.CheckConstraint(condition=models.Q(models.Q(('finalized_at__isnull', False), ('finalized_by__isnull', False), ('status', 'COMPLETED')), models.Q(models.Q(('status', 'COMPLETED'), _negated=True), ('finalized_at__isnull', True), ('finalized_by__isnull', True)), _connector='OR'), name='session_completed_means_finalized', violation_error_message='A session is finalized only by the Finalize button.'), models.CheckConstraint(condition=models.Q(('finalized_at__isnull', True), models.Q(('attendance_file_key', ''), _negated=True), _connector='OR'), name='session_finalized_has_evidence', violation_error_message='A finalized session has a signed attendance sheet.'), models.CheckConstraint(condition=models.Q(models.Q(('attendance_file_hash', ''), ('attendance_file_key', '')), models.Q(models.Q(('attendance_file_key', ''), _negated=True), ('attendance_file_hash__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='session_evidence_has_hash', violation_error_message='A signed sheet is stored with its SHA-256.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'CANCELLED'), _negated=True), ('cancellation_reason__trim__length__gt', 0), _connector='OR'), name='session_cancelled_has_reason', violation_error_message='Cancelling needs a reason.'), models.CheckConstraint(condition=models.Q(('deleted_at__isnull', True), ('status', 'DRAFT'), _connector='OR'), name='session_only_drafts_deleted', violation_error_message='Only drafts can be deleted.'), models.CheckConstraint(condition=models.Q(('status__in', ('DRAFT', 'SCHEDULED', 'COMPLETED', 'CANCELLED'))), name='session_status_known')],
            },
        ),
        migrations.CreateModel(
            name='TrainerEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('first_name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='first name')),
                ('last_name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(2)], verbose_name='last name')),
                ('kind', models.CharField(choices=[('INTERNAL', 'Internal'), ('EXTERNAL', 'External')], default='INTERNAL', max_length=10, verbose_name='kind')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('company', models.ForeignKey(blank=True, db_constraint=False, help_text='Required for external trainers.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.trainer')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TrainerQualification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('certificate_number', models.CharField(blank=True, max_length=60, verbose_name='certificate number')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid through')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='qualifications', to='training.trainer', verbose_name='trainer')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'verbose_name': 'qualification',
                'verbose_name_plural': 'qualifications',
                'ordering': ('course',),
                'constraints': [models.UniqueConstraint(fields=('trainer', 'course'), name='trainer_qualified_once_per_course', violation_error_message='This trainer has a qualification for that course already.'), models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='trainer_qualification_dates_in_order', violation_error_message='A qualification cannot end before it begins.')],
            },
        ),
        migrations.CreateModel(
            name='TrainerQualificationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('certificate_number', models.CharField(blank=True, max_length=60, verbose_name='certificate number')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid through')),
                ('course', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.trainerqualification')),
                ('trainer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainer', verbose_name='trainer')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Venue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='name')),
                ('capacity', models.PositiveIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)], verbose_name='capacity')),
                ('location', models.CharField(blank=True, max_length=150, verbose_name='location')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'verbose_name': 'venue',
                'verbose_name_plural': 'venues',
                'ordering': ('name', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('name__trim__length__gte', 3)), name='venue_name_3_or_more', violation_error_message="A venue's name has at least three characters."), models.CheckConstraint(condition=models.Q(('capacity__range', (1, 500))), name='venue_capacity_1_to_500', violation_error_message='A venue holds 1 to 500 people.')],
            },
        ),
        migrations.CreateModel(
            name='SessionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('start_time', models.DateTimeField(blank=True, null=True, verbose_name='start')),
                ('end_time', models.DateTimeField(blank=True, null=True, verbose_name='end')),
                ('status', models.CharField(choices=[('DRAFT', 'Draft'), ('SCHEDULED', 'Scheduled'), ('COMPLETED', 'Finalized'), ('CANCELLED', 'Cancelled')], default='DRAFT', max_length=10, verbose_name='status')),
                ('attendance_file_key', models.CharField(blank=True, editable=False, max_length=200, verbose_name='key of the signed sheet')),
                ('attendance_file_hash', models.CharField(blank=True, editable=False, max_length=64, verbose_name='SHA-256 of the signed sheet')),
                ('finalized_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finalized at')),
                ('cancellation_reason', models.TextField(blank=True, verbose_name='reason for cancelling')),
                ('change_reason', models.TextField(blank=True, help_text='Needed once attendance is marked or a signed sheet is stored.', verbose_name='reason for the last change')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('last_line', models.PositiveIntegerField(default=0, editable=False, verbose_name='last line number given')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('first_marked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first marked at')),
                ('course', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.course', verbose_name='course')),
                ('course_version', models.ForeignKey(blank=True, db_constraint=False, help_text='Pinned when the session is scheduled.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.courseversion', verbose_name='course version')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('finalized_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='finalized by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.session')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
                ('trainer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.trainer', verbose_name='trainer')),
                ('venue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.venue', verbose_name='venue')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='session',
            name='venue',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='training.venue', verbose_name='venue'),
        ),
        migrations.CreateModel(
            name='VenueEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='name')),
                ('capacity', models.PositiveIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)], verbose_name='capacity')),
                ('location', models.CharField(blank=True, max_length=150, verbose_name='location')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='training.venue')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='courseprerequisite',
            constraint=models.UniqueConstraint(fields=('course_version', 'course'), name='course_prerequisite_once', violation_error_message='This course is on the list of prerequisites already.'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['venue', 'start_time'], name='session_by_venue_and_start'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('SCHEDULED', 'COMPLETED')), _negated=True), models.Q(('course_version__isnull', False), ('end_time__isnull', False), ('start_time__isnull', False), ('trainer__isnull', False), ('venue__isnull', False)), _connector='OR'), name='session_scheduled_is_whole', violation_error_message='A scheduled session needs a course version, trainer, venue, start and end.'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ('SCHEDULED', 'COMPLETED'))), expressions=[('venue', '='), (models.Func('start_time', 'end_time', django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='session_venue_not_double_booked', violation_error_message='The venue is taken at that time.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_companyevent" ("class_code_prefix", "code", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."class_code_prefix", new_values."code", new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_active", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='aa131b88edebe7c0218aacb0780fc20bab8c2283', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_97ef1', referencing='REFERENCING NEW TABLE AS new_values ', table='training_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_companyevent" ("class_code_prefix", "code", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."class_code_prefix", new_values."code", new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_active", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a7506bf6940963039cb35b3725af939f3469740d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8966d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_companyevent" ("class_code_prefix", "code", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT old_values."class_code_prefix", old_values."code", old_values."created_at", old_values."created_by_id", old_values."id", old_values."is_active", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."updated_at", old_values."updated_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d2e87cd4f222c0b1a128f9f8b6cf9d77a71e637c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_6a5c0', referencing='REFERENCING OLD TABLE AS old_values ', table='training_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='course',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseevent" ("code", "created_at", "created_by_id", "deleted_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."code", new_values."created_at", new_values."created_by_id", new_values."deleted_at", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dda4367725211c80c520c6dc43fa0da8a707eff7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bfc1a', referencing='REFERENCING NEW TABLE AS new_values ', table='training_course', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='course',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseevent" ("code", "created_at", "created_by_id", "deleted_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."code", new_values."created_at", new_values."created_by_id", new_values."deleted_at", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b1392da4124157d4e7084a72b579720c99161adf', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_27da0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_course', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='course',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseevent" ("code", "created_at", "created_by_id", "deleted_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT old_values."code", old_values."created_at", old_values."created_by_id", old_values."deleted_at", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."updated_at", old_values."updated_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a44c18b3364102b4c5d5e7e784166dea535056e7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9186d', referencing='REFERENCING OLD TABLE AS old_values ', table='training_course', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseversionevent" ("category", "change_log", "course_id", "created_at", "created_by_id", "delivery_method", "duration_minutes", "id", "minimum_score", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_type", "requires_verification", "status", "title", "updated_at", "updated_by_id", "validity_months") SELECT new_values."category", new_values."change_log", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."delivery_method", new_values."duration_minutes", new_values."id", new_values."minimum_score", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."provider_type", new_values."requires_verification", new_values."status", new_values."title", new_values."updated_at", new_values."updated_by_id", new_values."validity_months" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='cabceb6382a8a30ec394ed8e2909d75c1fecea80', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c4796', referencing='REFERENCING NEW TABLE AS new_values ', table='training_courseversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseversionevent" ("category", "change_log", "course_id", "created_at", "created_by_id", "delivery_method", "duration_minutes", "id", "minimum_score", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_type", "requires_verification", "status", "title", "updated_at", "updated_by_id", "validity_months") SELECT new_values."category", new_values."change_log", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."delivery_method", new_values."duration_minutes", new_values."id", new_values."minimum_score", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."provider_type", new_values."requires_verification", new_values."status", new_values."title", new_values."updated_at", new_values."updated_by_id", new_values."validity_months" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b11b100c5632ccaecf2d5c4e1861bc7ef511aaa7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_830cb', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_courseversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseversionevent" ("category", "change_log", "course_id", "created_at", "created_by_id", "delivery_method", "duration_minutes", "id", "minimum_score", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_type", "requires_verification", "status", "title", "updated_at", "updated_by_id", "validity_months") SELECT old_values."category", old_values."change_log", old_values."course_id", old_values."created_at", old_values."created_by_id", old_values."delivery_method", old_values."duration_minutes", old_values."id", old_values."minimum_score", old_values."number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."provider_type", old_values."requires_verification", old_values."status", old_values."title", old_values."updated_at", old_values."updated_by_id", old_values."validity_months" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='36178514319bd8ea07026eae36db948bdaa65452', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_cae72', referencing='REFERENCING OLD TABLE AS old_values ', table='training_courseversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseprerequisite',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseprerequisiteevent" ("course_id", "course_version_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."course_id", new_values."course_version_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ddef74706765f3b63957942b40504d261d1b7361', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_7150a', referencing='REFERENCING NEW TABLE AS new_values ', table='training_courseprerequisite', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseprerequisite',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseprerequisiteevent" ("course_id", "course_version_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."course_id", new_values."course_version_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b34752528d5975bfb76023e23596b2e1fda8dd45', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c37bb', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_courseprerequisite', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseprerequisite',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_courseprerequisiteevent" ("course_id", "course_version_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."course_id", old_values."course_version_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='51ea397088532e5f33ce3bb025e72fde9bbb2dd1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_a05a5', referencing='REFERENCING OLD TABLE AS old_values ', table='training_courseprerequisite', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainer',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerevent" ("company_id", "created_at", "created_by_id", "email", "first_name", "id", "is_active", "kind", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "updated_at", "updated_by_id", "user_id") SELECT new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."first_name", new_values."id", new_values."is_active", new_values."kind", new_values."last_name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."updated_at", new_values."updated_by_id", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1c38a3c6059beb566d592c56efe36924a579d69f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_80823', referencing='REFERENCING NEW TABLE AS new_values ', table='training_trainer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerevent" ("company_id", "created_at", "created_by_id", "email", "first_name", "id", "is_active", "kind", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "updated_at", "updated_by_id", "user_id") SELECT new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."first_name", new_values."id", new_values."is_active", new_values."kind", new_values."last_name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."updated_at", new_values."updated_by_id", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9a1cd35dcaca9aafa786c3258f076bfcc5b161fd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e7b4b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_trainer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainer',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerevent" ("company_id", "created_at", "created_by_id", "email", "first_name", "id", "is_active", "kind", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "updated_at", "updated_by_id", "user_id") SELECT old_values."company_id", old_values."created_at", old_values."created_by_id", old_values."email", old_values."first_name", old_values."id", old_values."is_active", old_values."kind", old_values."last_name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."updated_at", old_values."updated_by_id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='99620376545c1d6a85c5c92f21e22bad20e1c5e0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_cf726', referencing='REFERENCING OLD TABLE AS old_values ', table='training_trainer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainerqualification',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerqualificationevent" ("certificate_number", "course_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trainer_id", "updated_at", "updated_by_id", "valid_from", "valid_until") SELECT new_values."certificate_number", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."trainer_id", new_values."updated_at", new_values."updated_by_id", new_values."valid_from", new_values."valid_until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='78e9f8b2efb1bac58de328bbf6a2e546c1422b18', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a3cc4', referencing='REFERENCING NEW TABLE AS new_values ', table='training_trainerqualification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainerqualification',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerqualificationevent" ("certificate_number", "course_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trainer_id", "updated_at", "updated_by_id", "valid_from", "valid_until") SELECT new_values."certificate_number", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."trainer_id", new_values."updated_at", new_values."updated_by_id", new_values."valid_from", new_values."valid_until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8ca2fdca71cab91d7879297fe005d0e8edfda84d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f0a69', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_trainerqualification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainerqualification',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerqualificationevent" ("certificate_number", "course_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trainer_id", "updated_at", "updated_by_id", "valid_from", "valid_until") SELECT old_values."certificate_number", old_values."course_id", old_values."created_at", old_values."created_by_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."trainer_id", old_values."updated_at", old_values."updated_by_id", old_values."valid_from", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='99b0d20a1cbbbc7be3e157a6a25f0082087fa701', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_dc28b', referencing='REFERENCING OLD TABLE AS old_values ', table='training_trainerqualification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_venueevent" ("capacity", "created_at", "created_by_id", "id", "is_active", "location", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."capacity", new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_active", new_values."location", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e9763e41a52109f155e3fa44e00c7e1db066a3b2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cd2c1', referencing='REFERENCING NEW TABLE AS new_values ', table='training_venue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_venueevent" ("capacity", "created_at", "created_by_id", "id", "is_active", "location", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."capacity", new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_active", new_values."location", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6bc5419b82ddebc7a2d49fd3be1a4f2c99653a95', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0caec', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_venue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_venueevent" ("capacity", "created_at", "created_by_id", "id", "is_active", "location", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT old_values."capacity", old_values."created_at", old_values."created_by_id", old_values."id", old_values."is_active", old_values."location", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."updated_at", old_values."updated_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b43beb95c6ecfe31878e181221d7d97b57c28492', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_c91a2', referencing='REFERENCING OLD TABLE AS old_values ', table='training_venue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_sessionevent" ("attendance_file_hash", "attendance_file_key", "cancellation_reason", "change_reason", "course_id", "course_version_id", "created_at", "created_by_id", "deleted_at", "end_time", "finalized_at", "finalized_by_id", "first_marked_at", "id", "last_line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_time", "status", "trainer_id", "updated_at", "updated_by_id", "venue_id", "version") SELECT new_values."attendance_file_hash", new_values."attendance_file_key", new_values."cancellation_reason", new_values."change_reason", new_values."course_id", new_values."course_version_id", new_values."created_at", new_values."created_by_id", new_values."deleted_at", new_values."end_time", new_values."finalized_at", new_values."finalized_by_id", new_values."first_marked_at", new_values."id", new_values."last_line", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."start_time", new_values."status", new_values."trainer_id", new_values."updated_at", new_values."updated_by_id", new_values."venue_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='26848c71a583ee7b8a1fac9f112016b0553b47a2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e932a', referencing='REFERENCING NEW TABLE AS new_values ', table='training_session', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_sessionevent" ("attendance_file_hash", "attendance_file_key", "cancellation_reason", "change_reason", "course_id", "course_version_id", "created_at", "created_by_id", "deleted_at", "end_time", "finalized_at", "finalized_by_id", "first_marked_at", "id", "last_line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_time", "status", "trainer_id", "updated_at", "updated_by_id", "venue_id", "version") SELECT new_values."attendance_file_hash", new_values."attendance_file_key", new_values."cancellation_reason", new_values."change_reason", new_values."course_id", new_values."course_version_id", new_values."created_at", new_values."created_by_id", new_values."deleted_at", new_values."end_time", new_values."finalized_at", new_values."finalized_by_id", new_values."first_marked_at", new_values."id", new_values."last_line", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."start_time", new_values."status", new_values."trainer_id", new_values."updated_at", new_values."updated_by_id", new_values."venue_id", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='aa7c76fbb202e8dbfe8eb82dcb3b3050e3cfba30', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_4f7da', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_session', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_sessionevent" ("attendance_file_hash", "attendance_file_key", "cancellation_reason", "change_reason", "course_id", "course_version_id", "created_at", "created_by_id", "deleted_at", "end_time", "finalized_at", "finalized_by_id", "first_marked_at", "id", "last_line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_time", "status", "trainer_id", "updated_at", "updated_by_id", "venue_id", "version") SELECT old_values."attendance_file_hash", old_values."attendance_file_key", old_values."cancellation_reason", old_values."change_reason", old_values."course_id", old_values."course_version_id", old_values."created_at", old_values."created_by_id", old_values."deleted_at", old_values."end_time", old_values."finalized_at", old_values."finalized_by_id", old_values."first_marked_at", old_values."id", old_values."last_line", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."start_time", old_values."status", old_values."trainer_id", old_values."updated_at", old_values."updated_by_id", old_values."venue_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='be72a95323a4986958cf58dce7ac4f0fb062c331', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_fe538', referencing='REFERENCING OLD TABLE AS old_values ', table='training_session', when='AFTER')),
        ),
    ]
