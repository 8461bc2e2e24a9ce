import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models



class Migration(migrations.Migration):
    """Tokens of the API, answers that are repeated, and sign-ins.

    The SQL by hand that belongs to them is in `0006_squashed_guards`.
    """

    initial = True
    replaces = [
        ('config', '0001_api'),
        ('config', '0002_tokens_are_guarded'),
        ('config', '0003_attempts'),
        ('config', '0004_sign_ins_and_token_scopes'),
        ('config', '0005_tokens_end'),
    ]
    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='what it is for')),
                ('scope', models.CharField(choices=[('read', 'read'), ('write', 'write'), ('admin', 'also revoke, correct and merge')], default='write', max_length=5, verbose_name='scope')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='SHA-256 of the token')),
                ('beginning', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='made at')),
                ('expires_at', models.DateTimeField(editable=False, null=True, verbose_name='ends at')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used at')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='ended early at')),
                ('ended_by', models.CharField(blank=True, choices=[('revoked', 'revoked'), ('password', 'password of the login changed'), ('disabled', 'login disabled'), ('demoted', 'login lost a right')], editable=False, max_length=8, verbose_name='ended early by')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'ordering': ('-created_at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('name__trim__length__gt', 0)), name='api_token_has_name', violation_error_message='Say what the token is for.'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at')), ('expires_at__isnull', False)), name='api_token_has_end', violation_error_message='A token ends after it was made.')],
            },
        ),
        migrations.CreateModel(
            name='ApiTokenEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=100, verbose_name='what it is for')),
                ('scope', models.CharField(choices=[('read', 'read'), ('write', 'write'), ('admin', 'also revoke, correct and merge')], default='write', max_length=5, verbose_name='scope')),
                ('digest', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the token')),
                ('beginning', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='made at')),
                ('expires_at', models.DateTimeField(editable=False, null=True, verbose_name='ends at')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='ended early at')),
                ('ended_by', models.CharField(blank=True, choices=[('revoked', 'revoked'), ('password', 'password of the login changed'), ('disabled', 'login disabled'), ('demoted', 'login lost a right')], editable=False, max_length=8, verbose_name='ended early by')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='config.apitoken')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApiUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minute', models.DateTimeField()),
                ('requests', models.PositiveIntegerField()),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'use of the API',
                'verbose_name_plural': 'uses of the API',
            },
        ),
        migrations.CreateModel(
            name='Attempts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('who', models.CharField(max_length=64)),
                ('failures', models.PositiveIntegerField()),
                ('last_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'failed attempts',
                'verbose_name_plural': 'failed attempts',
                'constraints': [models.UniqueConstraint(fields=('kind', 'who'), name='attempts_counted_once')],
            },
        ),
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.CharField(max_length=64)),
                ('context_id', models.UUIDField(null=True)),
                ('status', models.PositiveIntegerField(null=True)),
                ('content_type', models.CharField(blank=True, max_length=100)),
                ('body', models.BinaryField(default=bytes)),
                ('headers', models.JSONField(null=True)),
                ('messages', models.TextField(blank=True, db_default='')),
                ('page', models.TextField(blank=True, db_default='')),
                ('for_htmx', models.BooleanField(db_default=False)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'answer to repeat',
                'verbose_name_plural': 'answers to repeat',
                'indexes': [models.Index(fields=['created_at'], name='idempotent_answer_created_at')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotent_answer_one_per_key'), models.CheckConstraint(condition=models.Q(('status__isnull', True), ('status__range', (200, 399)), _connector='OR'), name='idempotent_answer_is_no_refusal')],
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('outcome', models.CharField(choices=[('signed_in', 'signed in'), ('refused', 'refused'), ('throttled', 'told to wait'), ('signed_out', 'signed out'), ('token_used', 'token used for the first time'), ('token_refused', 'token refused')], max_length=13, verbose_name='outcome')),
                ('username', models.CharField(blank=True, max_length=150, verbose_name='user name as typed')),
                ('name', models.CharField(blank=True, max_length=302, verbose_name='person, as named then')),
                ('user_id', models.BigIntegerField(null=True, verbose_name='number of the login')),
                ('token_id', models.BigIntegerField(null=True, verbose_name='number of the token')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='client address')),
                ('browser', models.CharField(blank=True, max_length=200, verbose_name='browser or program')),
            ],
            options={
                'verbose_name': 'sign-in',
                'verbose_name_plural': 'sign-ins',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['at'], name='sign_in_at'), models.Index(fields=['address', 'at'], name='sign_in_address')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_apitokenevent" ("beginning", "created_at", "created_by_id", "digest", "ended_by", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "scope", "user_id") SELECT new_values."beginning", new_values."created_at", new_values."created_by_id", new_values."digest", new_values."ended_by", new_values."expires_at", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."revoked_at", new_values."scope", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5dc77fb19edc5cde6753f33dd4c8dd88077a8069', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_25345', referencing='REFERENCING NEW TABLE AS new_values ', table='config_apitoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_apitokenevent" ("beginning", "created_at", "created_by_id", "digest", "ended_by", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "scope", "user_id") SELECT new_values."beginning", new_values."created_at", new_values."created_by_id", new_values."digest", new_values."ended_by", new_values."expires_at", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."revoked_at", new_values."scope", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."beginning" IS DISTINCT FROM (new_values."beginning") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."digest" IS DISTINCT FROM (new_values."digest") OR old_values."ended_by" IS DISTINCT FROM (new_values."ended_by") OR old_values."expires_at" IS DISTINCT FROM (new_values."expires_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."revoked_at" IS DISTINCT FROM (new_values."revoked_at") OR old_values."scope" IS DISTINCT FROM (new_values."scope") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a616cff3b1bf86c43defc6103ad5570737d08f48', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_81e0d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='config_apitoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_apitokenevent" ("beginning", "created_at", "created_by_id", "digest", "ended_by", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "scope", "user_id") SELECT old_values."beginning", old_values."created_at", old_values."created_by_id", old_values."digest", old_values."ended_by", old_values."expires_at", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."revoked_at", old_values."scope", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='29ebfbc0b74b84a1cd162870353b58cd14ca6698', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_01b44', referencing='REFERENCING OLD TABLE AS old_values ', table='config_apitoken', when='AFTER')),
        ),
    ]
