import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# django-pgtrigger leaves the functions of its triggers behind.
NO_FUNCTIONS = """
DROP FUNCTION
  pgtrigger_insert_insert_638d2(), pgtrigger_update_update_ecf3c(),
  pgtrigger_delete_delete_ebb40(), pgtrigger_insert_insert_5dc2b(),
  pgtrigger_update_update_0c91c(), pgtrigger_delete_delete_7f3be()
"""
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('pgh_id');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
EVENTS = ("config_invitationevent", "config_lastdayevent")
STAYS_ENDED = """
CREATE TRIGGER config_invitation_stays_ended BEFORE UPDATE ON config_invitation FOR EACH ROW
  WHEN (OLD.used_at IS NOT NULL OR OLD.ended_at IS NOT NULL OR NEW.user_id <> OLD.user_id
        OR NEW.digest <> OLD.digest OR NEW.expires_at <> OLD.expires_at)
  EXECUTE FUNCTION refuse_change('id');
CREATE TRIGGER config_invitation_never_deleted BEFORE DELETE ON config_invitation
  FOR EACH ROW EXECUTE FUNCTION refuse_delete('id');
CREATE TRIGGER config_invitation_no_truncate BEFORE TRUNCATE ON config_invitation EXECUTE FUNCTION refuse_truncate();
"""
REVIVED = """
DROP TRIGGER config_invitation_no_truncate ON config_invitation;
DROP TRIGGER config_invitation_never_deleted ON config_invitation;
DROP TRIGGER config_invitation_stays_ended ON config_invitation;
"""


class Migration(migrations.Migration):
    """Invitations that work once, and the last day of a login (N3, N6); a token can be made by an operator."""

    dependencies = [
        ('config', '0009_company_sessions'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, NO_FUNCTIONS),
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AlterField(
            model_name='apitoken',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AlterField(
            model_name='apitokenevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='SHA-256 of the secret')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='made at')),
                ('expires_at', models.DateTimeField(editable=False, verbose_name='ends at')),
                ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='used at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended early at')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ('-created_at', '-pk'),
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None), ('used_at', None)), fields=('user',), name='invitation_one_open', violation_error_message='Somebody else has just made a link for this login. Reload the page.'),
                    models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='invitation_has_end', violation_error_message='An invitation ends after it was made.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='InvitationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('digest', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the secret')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='made at')),
                ('expires_at', models.DateTimeField(editable=False, verbose_name='ends at')),
                ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='used at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended early at')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='config.invitation')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LastDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='last day')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='last_day', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'verbose_name': 'last day of a login',
                'verbose_name_plural': 'last days of logins',
            },
        ),
        migrations.CreateModel(
            name='LastDayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField(verbose_name='last day')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='config.lastday')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_invitationevent" ("created_at", "created_by_id", "digest", "ended_at", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") SELECT new_values."created_at", new_values."created_by_id", new_values."digest", new_values."ended_at", new_values."expires_at", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."used_at", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='885158a79b7b0b2c87d00f0f5e3067b8bebe5848', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_638d2', referencing='REFERENCING NEW TABLE AS new_values ', table='config_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_invitationevent" ("created_at", "created_by_id", "digest", "ended_at", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") SELECT new_values."created_at", new_values."created_by_id", new_values."digest", new_values."ended_at", new_values."expires_at", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."used_at", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fb72c9c66365106c1c1d43eeac384a3739097cd4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ecf3c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='config_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_invitationevent" ("created_at", "created_by_id", "digest", "ended_at", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") SELECT old_values."created_at", old_values."created_by_id", old_values."digest", old_values."ended_at", old_values."expires_at", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."used_at", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1c52b3e7bf68026090f4449e6592b9af0630082d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_ebb40', referencing='REFERENCING OLD TABLE AS old_values ', table='config_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lastday',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_lastdayevent" ("day", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."day", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b917fdbf91acef2ea3e7295b5d8c94f4380d099f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5dc2b', referencing='REFERENCING NEW TABLE AS new_values ', table='config_lastday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lastday',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_lastdayevent" ("day", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT new_values."day", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5d78c33c56d0d6479f269078d0767df7ec06c1e5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0c91c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='config_lastday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lastday',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "config_lastdayevent" ("day", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."day", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='fef5027a0ef7086a71d5e587e1887547e7c61889', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_7f3be', referencing='REFERENCING OLD TABLE AS old_values ', table='config_lastday', when='AFTER')),
        ),
        migrations.RunSQL(
            "".join(APPEND_ONLY.format(table=each) for each in EVENTS),
            "".join(NOT_APPEND_ONLY.format(table=each) for each in EVENTS),
        ),
        migrations.RunSQL(STAYS_ENDED, REVIVED),
    ]
