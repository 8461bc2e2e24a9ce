import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# Of rows that are the same now, all but the first: a further one is refused by that one.
MARK = """
UPDATE {table} row SET twin_key = name_key
  FROM (SELECT id, row_number() OVER (PARTITION BY name_key ORDER BY id) FROM {table}) numbered
 WHERE numbered.id = row.id AND numbered.row_number > 1
"""
GUARD = """
CREATE FUNCTION refuse_new_twins() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
    MESSAGE = format('%s: twins are those that were there before spellings were compared; no other row becomes one.',
                     TG_TABLE_NAME);
END $$;
"""
GUARDED = """
CREATE TRIGGER {table}_new_is_no_twin AFTER INSERT ON {table} FOR EACH ROW
  WHEN (NEW.twin_key IS NOT NULL) EXECUTE FUNCTION refuse_new_twins();
CREATE TRIGGER {table}_twins_are_known AFTER UPDATE ON {table} FOR EACH ROW
  WHEN (NEW.twin_key IS NOT NULL AND NEW.twin_key IS DISTINCT FROM OLD.twin_key) EXECUTE FUNCTION refuse_new_twins();
"""
UNGUARDED = "DROP TRIGGER {table}_new_is_no_twin ON {table}; DROP TRIGGER {table}_twins_are_known ON {table};"


class Migration(migrations.Migration):
    """Companies and venues of one name, however spelled, are one; trainers of one name are asked about (L4).

    Twins that are there stay, with a mark that the unique constraints leave out. The tables are small: whoever writes
    to them waits for this transaction, some milliseconds, and this waits 5 seconds for them at most. A name of nothing
    that is there stays until it is edited (NOT VALID).
    """

    dependencies = [("training", "0024_same_text")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='company',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='trainer',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='venue',
            name='update_update',
        ),
        migrations.AddField(
            model_name='company',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('name'), function='same_text', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='company',
            name='twin_key',
            field=models.TextField(db_collation='C', editable=False, null=True),
        ),
        migrations.AddField(
            model_name='trainer',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Concat(models.F('first_name'), models.Value(' '), models.F('last_name')), function='near_name', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='venue',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('name'), function='same_text', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='venue',
            name='twin_key',
            field=models.TextField(db_collation='C', editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_companyevent" ("class_code_prefix", "code", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."class_code_prefix", new_values."code", new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_active", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."class_code_prefix" IS DISTINCT FROM (new_values."class_code_prefix") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."updated_by_id" IS DISTINCT FROM (new_values."updated_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='28f7a683be2818186e5a85eec362186612e2a1e2', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8966d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_trainerevent" ("company_id", "created_at", "created_by_id", "email", "first_name", "id", "is_active", "kind", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "updated_at", "updated_by_id", "user_id") SELECT new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."first_name", new_values."id", new_values."is_active", new_values."kind", new_values."last_name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."updated_at", new_values."updated_by_id", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."updated_by_id" IS DISTINCT FROM (new_values."updated_by_id") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8546a80e093a0f2fb08e38526fffe32247dad1c5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e7b4b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_trainer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "training_venueevent" ("capacity", "created_at", "created_by_id", "id", "is_active", "location", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id") SELECT new_values."capacity", new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_active", new_values."location", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."capacity" IS DISTINCT FROM (new_values."capacity") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."location" IS DISTINCT FROM (new_values."location") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."updated_by_id" IS DISTINCT FROM (new_values."updated_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dfa8fbeb7ba4022ea81bc77d20640f2c4ddeba1d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0caec', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='training_venue', when='AFTER')),
        ),
        *(
            migrations.RunSQL(MARK.format(table=table), migrations.RunSQL.noop)
            for table in ("training_company", "training_venue")
        ),
        migrations.RunSQL(GUARD, "DROP FUNCTION refuse_new_twins()"),
        *(
            migrations.RunSQL(GUARDED.format(table=table), UNGUARDED.format(table=table))
            for table in ("training_company", "training_venue")
        ),
        AddConstraintNotValid(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('name_key', ''), _negated=True), name='company_name_is_seen', violation_error_message='Enter a name that can be seen.'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.UniqueConstraint(condition=models.Q(('twin_key', models.F('name_key')), _negated=True), fields=('name_key',), name='company_name_once_however_spelled', violation_error_message='There is a company of this name already, perhaps spelled in another way.'),
        ),
        AddConstraintNotValid(
            model_name='trainer',
            constraint=models.CheckConstraint(condition=models.Q(('name_key', ''), _negated=True), name='trainer_name_is_seen', violation_error_message='Enter a name that can be seen.'),
        ),
        AddConstraintNotValid(
            model_name='venue',
            constraint=models.CheckConstraint(condition=models.Q(('name_key', ''), _negated=True), name='venue_name_is_seen', violation_error_message='Enter a name that can be seen.'),
        ),
        migrations.AddConstraint(
            model_name='venue',
            constraint=models.UniqueConstraint(condition=models.Q(('twin_key', models.F('name_key')), _negated=True), fields=('name_key',), name='venue_name_once_however_spelled', violation_error_message='There is a venue of this name already, perhaps spelled in another way.'),
        ),
    ]
