import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# django-pgtrigger leaves the functions of its triggers behind.
NO_FUNCTIONS = """
DROP FUNCTION
  pgtrigger_insert_insert_0a8f0(), pgtrigger_update_update_88ade(), pgtrigger_data_update_2021a(),
  pgtrigger_delete_delete_b99bc(), pgtrigger_insert_insert_892d4(), pgtrigger_update_update_d451d(),
  pgtrigger_delete_delete_97f38()
"""

APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('pgh_id');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
EVENTS = ("config_companyaccountevent", "config_secondfactorevent")


class Migration(migrations.Migration):
    """Second factors and company accounts leave events, and all processes share a cache (N1).

    Both tables of allauth are new, as their first migrations run before this one.
    """

    dependencies = [
        ('config', '0006_squashed_guards'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, NO_FUNCTIONS),
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='CacheEntry',
            fields=[
                ('cache_key', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('value', models.TextField()),
                ('expires', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'cached value',
                'verbose_name_plural': 'cached values',
            },
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
            ],
            options={
                'verbose_name': 'second factor',
                'verbose_name_plural': 'second factors',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('mfa.authenticator',),
        ),
        migrations.CreateModel(
            name='CompanyAccount',
            fields=[
            ],
            options={
                'verbose_name': 'company account',
                'verbose_name_plural': 'company accounts',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('socialaccount.socialaccount',),
        ),
        migrations.AlterField(
            model_name='signin',
            name='outcome',
            field=models.CharField(choices=[('signed_in', 'signed in'), ('refused', 'refused'), ('throttled', 'told to wait'), ('signed_out', 'signed out'), ('token_used', 'token used for the first time'), ('token_refused', 'token refused'), ('code_refused', 'code of the second factor refused'), ('confirmed', 'asked again, and confirmed')], max_length=13, verbose_name='outcome'),
        ),
        migrations.CreateModel(
            name='CompanyAccountEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('provider', models.CharField(max_length=200, verbose_name='provider')),
                ('uid', models.CharField(max_length=191, verbose_name='uid')),
                ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='date joined')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='config.companyaccount')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SecondFactorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('type', models.CharField(choices=[('recovery_codes', 'Recovery codes'), ('totp', 'TOTP Authenticator'), ('webauthn', 'WebAuthn')], max_length=20)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='config.secondfactor')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") SELECT new_values."created_at", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."type", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d3040604a82f4c48df3334bcbbe77603e4e550d4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_0a8f0', referencing='REFERENCING NEW TABLE AS new_values ', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") SELECT new_values."created_at", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."type", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."data" IS NOT DISTINCT FROM (new_values."data") AND (old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id") OR old_values."type" IS DISTINCT FROM (new_values."type") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at"))) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ae7ed3c60e86e32dc61a8bd018236b1464cdf11c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_88ade', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='data_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") SELECT new_values."created_at", new_values."id", _pgh_attached_context.value, NOW(), \'data\', new_values."id", new_values."type", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."data" IS DISTINCT FROM (new_values."data")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='09cb6e378da345086b7db93def35f0dbc216a758', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_data_update_2021a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_secondfactorevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") SELECT old_values."created_at", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."type", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='dd01dba5f8d59d5d93281157c0b94d49a014b268', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b99bc', referencing='REFERENCING OLD TABLE AS old_values ', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companyaccount',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_companyaccountevent" ("date_joined", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "uid", "user_id") SELECT new_values."date_joined", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."provider", new_values."uid", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a0453f17cd00cdc12fb8617c9ea481dbaf683b95', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_892d4', referencing='REFERENCING NEW TABLE AS new_values ', table='socialaccount_socialaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companyaccount',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_companyaccountevent" ("date_joined", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "uid", "user_id") SELECT new_values."date_joined", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."provider", new_values."uid", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."date_joined" IS DISTINCT FROM (new_values."date_joined") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."provider" IS DISTINCT FROM (new_values."provider") OR old_values."uid" IS DISTINCT FROM (new_values."uid") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='db9d9177d5bbd9132cbbcb93dcf753353dcb1847', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d451d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='socialaccount_socialaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companyaccount',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_companyaccountevent" ("date_joined", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "uid", "user_id") SELECT old_values."date_joined", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."provider", old_values."uid", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='64a4f6141061a00f594e29719d96c703c9c41a66', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_97f38', referencing='REFERENCING OLD TABLE AS old_values ', table='socialaccount_socialaccount', when='AFTER')),
        ),
        migrations.RunSQL(
            "".join(APPEND_ONLY.format(table=each) for each in EVENTS),
            "".join(NOT_APPEND_ONLY.format(table=each) for each in EVENTS),
        ),
    ]
