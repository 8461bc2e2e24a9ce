import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """The table of sessions is called `sessions`, as lists and classes are called by what they are (ADR 47).

    Nothing is copied: names change in one transaction, under a lock that is waited for 5 seconds at most. Whoever reads
    or writes sessions meanwhile waits for that transaction, some milliseconds; processes of the version before know the
    old name only and are stopped first. The audit triggers are made anew because django-pgtrigger keeps the table's name.
    """

    dependencies = [("training", "0018_squashed_guards")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='session',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='session',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='session',
            name='delete_delete',
        ),
        migrations.AlterModelTable("session", "sessions"),
        migrations.RunSQL(
            "ALTER TRIGGER training_session_no_truncate ON sessions RENAME TO sessions_no_truncate",
            "ALTER TRIGGER sessions_no_truncate ON sessions RENAME TO training_session_no_truncate",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_sessionevent" ("attendance_file_hash", "attendance_file_key", "cancellation_reason", "change_reason", "course_id", "course_version_id", "created_at", "created_by_id", "deleted_at", "end_time", "finalized_at", "finalized_by_id", "first_marked_at", "id", "last_line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_time", "status", "trainer_id", "updated_at", "updated_by_id", "venue_id", "version") SELECT new_values."attendance_file_hash", new_values."attendance_file_key", new_values."cancellation_reason", new_values."change_reason", new_values."course_id", new_values."course_version_id", new_values."created_at", new_values."created_by_id", new_values."deleted_at", new_values."end_time", new_values."finalized_at", new_values."finalized_by_id", new_values."first_marked_at", new_values."id", new_values."last_line", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."start_time", new_values."status", new_values."trainer_id", new_values."updated_at", new_values."updated_by_id", new_values."venue_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a64a5c0b5e7a6fea656208b1410bae156096a2b0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e932a', referencing='REFERENCING NEW TABLE AS new_values ', table='sessions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_sessionevent" ("attendance_file_hash", "attendance_file_key", "cancellation_reason", "change_reason", "course_id", "course_version_id", "created_at", "created_by_id", "deleted_at", "end_time", "finalized_at", "finalized_by_id", "first_marked_at", "id", "last_line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_time", "status", "trainer_id", "updated_at", "updated_by_id", "venue_id", "version") SELECT new_values."attendance_file_hash", new_values."attendance_file_key", new_values."cancellation_reason", new_values."change_reason", new_values."course_id", new_values."course_version_id", new_values."created_at", new_values."created_by_id", new_values."deleted_at", new_values."end_time", new_values."finalized_at", new_values."finalized_by_id", new_values."first_marked_at", new_values."id", new_values."last_line", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."start_time", new_values."status", new_values."trainer_id", new_values."updated_at", new_values."updated_by_id", new_values."venue_id", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a9ddccf7699fde6069eae371d587f70baa1c9fb3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_4f7da', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='sessions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_sessionevent" ("attendance_file_hash", "attendance_file_key", "cancellation_reason", "change_reason", "course_id", "course_version_id", "created_at", "created_by_id", "deleted_at", "end_time", "finalized_at", "finalized_by_id", "first_marked_at", "id", "last_line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_time", "status", "trainer_id", "updated_at", "updated_by_id", "venue_id", "version") SELECT old_values."attendance_file_hash", old_values."attendance_file_key", old_values."cancellation_reason", old_values."change_reason", old_values."course_id", old_values."course_version_id", old_values."created_at", old_values."created_by_id", old_values."deleted_at", old_values."end_time", old_values."finalized_at", old_values."finalized_by_id", old_values."first_marked_at", old_values."id", old_values."last_line", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."start_time", old_values."status", old_values."trainer_id", old_values."updated_at", old_values."updated_by_id", old_values."venue_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='582cd89b21911ba84e23dd2e1424310cebcfad81', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_fe538', referencing='REFERENCING OLD TABLE AS old_values ', table='sessions', when='AFTER')),
        ),
    ]
