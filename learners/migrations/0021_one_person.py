import django.contrib.postgres.constraints
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# What is searched: the words of all names without accents and with the other spelling of their letters, what has blanks
# or hyphens inside also as one word, the badge in its parts, as one word, and without leading zeros.
WORDS = r"""
CREATE FUNCTION worker_words(last text, first text, other text, badge text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  name text;
  plain text;
  spelled text;
  parts text := public.plain_words(badge);
  whole text := replace(parts, ' ', '');
  near text := public.near_text(badge);
  words text := ' ';
BEGIN
  FOREACH name IN ARRAY ARRAY[last, first, other] LOOP
    CONTINUE WHEN name = '';
    plain := public.plain_words(name);
    words := words || plain || ' ';
    IF plain LIKE '% %' THEN
      words := words || replace(plain, ' ', '') || ' ';
    END IF;
    CONTINUE WHEN name COLLATE "C" ~ '^[ -~]*$';
    spelled := public.spelled_words(name);
    CONTINUE WHEN spelled = plain;
    words := words || spelled || ' ';
    IF spelled LIKE '% %' THEN
      words := words || replace(spelled, ' ', '') || ' ';
    END IF;
  END LOOP;
  words := words || parts || ' ';
  IF whole <> parts THEN
    words := words || whole || ' ';
  END IF;
  IF near <> whole THEN
    words := words || near || ' ';
  END IF;
  RETURN words;
END $$;
COMMENT ON FUNCTION worker_words IS 'The words by which a worker is searched, in every spelling, between blanks (L4)';
"""
# The first statement writes no row, so that the table is written anew once.
COLUMNS = """
ALTER TABLE learners_learner
  ADD COLUMN other_name varchar(200) NOT NULL DEFAULT '',
  ADD COLUMN twin_key text COLLATE "C";
ALTER TABLE learners_learner
  ADD COLUMN badge_key text COLLATE "C" GENERATED ALWAYS AS (same_text(badge_id)) STORED,
  ADD COLUMN name_key text COLLATE "C" GENERATED ALWAYS AS (near_name(first_name || ' ' || last_name)) STORED,
  ADD COLUMN search_key text COLLATE "C"
    GENERATED ALWAYS AS (worker_words(last_name, first_name, other_name, badge_id)) STORED;
"""
NO_COLUMNS = """
ALTER TABLE learners_learner
  DROP COLUMN search_key, DROP COLUMN name_key, DROP COLUMN badge_key, DROP COLUMN twin_key, DROP COLUMN other_name;
"""
# A name of nothing but invisible characters becomes the badge, so that the worker can be read and the row be changed.
NAMELESS = """
UPDATE learners_learner SET first_name = '', last_name = badge_id WHERE name_key = '';
SET CONSTRAINTS ALL IMMEDIATE;
"""
# Of workers whose badges are the same now, all but the first: a further one is refused by that one.
MARK = """
UPDATE learners_learner worker SET twin_key = badge_key
  FROM (SELECT id, row_number() OVER (PARTITION BY badge_key ORDER BY id) FROM learners_learner) numbered
 WHERE numbered.id = worker.id AND numbered.row_number > 1
"""
# Old badges too. The guard of the dated history knows no mark, and lets nobody else set one.
MARK_PERIODS = """
ALTER TABLE learners_badgeperiod DISABLE TRIGGER badgeperiod_keeps_its_rows;
UPDATE learners_badgeperiod period SET is_known_twin = true
  FROM (SELECT id, learner_id, min(learner_id) OVER (PARTITION BY same_text(badge_id)) AS first
          FROM learners_badgeperiod WHERE overruled_at IS NULL) worn
 WHERE worn.id = period.id AND worn.learner_id <> worn.first;
ALTER TABLE learners_badgeperiod ENABLE TRIGGER badgeperiod_keeps_its_rows;
"""
GUARDED = """
CREATE TRIGGER learner_new_is_no_twin AFTER INSERT ON learners_learner FOR EACH ROW
  WHEN (NEW.twin_key IS NOT NULL) EXECUTE FUNCTION refuse_new_twins();
CREATE TRIGGER learner_twins_are_known AFTER UPDATE ON learners_learner FOR EACH ROW
  WHEN (NEW.twin_key IS NOT NULL AND NEW.twin_key IS DISTINCT FROM OLD.twin_key) EXECUTE FUNCTION refuse_new_twins();
"""
UNGUARDED = """
DROP TRIGGER learner_new_is_no_twin ON learners_learner; DROP TRIGGER learner_twins_are_known ON learners_learner;
"""


class AtOnce(migrations.SeparateDatabaseAndState):
    """Makes the SQL of all its operations first, and lets the database do it then.

    Django thinks about each operation for up to a second, while the locks of those before it are held.
    """

    def __init__(self, operations):
        super().__init__(database_operations=operations, state_operations=operations)

    def deconstruct(self):
        return (self.__class__.__qualname__, [self.database_operations], {})

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # its models are made again when somebody asks for them, once and for all
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        with schema_editor.connection.schema_editor(collect_sql=True, atomic=False) as planned:
            super().database_forwards(app_label, planned, from_state, to_state)
        self._do(planned, schema_editor)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        with schema_editor.connection.schema_editor(collect_sql=True, atomic=False) as planned:
            super().database_backwards(app_label, planned, from_state, to_state)
        self._do(planned, schema_editor)

    def _do(self, planned, schema_editor):
        for statement in planned.collected_sql:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """One person, one name to find (L4): badges are compared however they are spelled, and names searched so.

    Twins that are there stay, with marks that the constraints leave out. The table of workers is written anew, under
    a lock that is waited for 5 seconds at most: 20,000 workers take some seconds, in which nobody else reads them. A
    name of one character is a name.
    """

    dependencies = [("learners", "0020_item_from_register"), ("training", "0025_one_name")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(WORDS, "DROP FUNCTION worker_words(text, text, text, text)"),
        AtOnce(
            [
            pgtrigger.migrations.RemoveTrigger(
                model_name='learner',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='learner',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='learner',
                name='delete_delete',
            ),
            migrations.RemoveConstraint(
                model_name='learner',
                name='learner_names_2_or_more',
            ),
            migrations.SeparateDatabaseAndState(
                database_operations=[migrations.RunSQL(COLUMNS, NO_COLUMNS)],
                state_operations=[
                    migrations.AddField(
                        model_name='learner',
                        name='badge_key',
                        field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('badge_id'), function='same_text', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C')),
                    ),
                    migrations.AddField(
                        model_name='learner',
                        name='name_key',
                        field=models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Concat(models.F('first_name'), models.Value(' '), models.F('last_name')), function='near_name', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C')),
                    ),
                    migrations.AddField(
                        model_name='learner',
                        name='search_key',
                        field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('last_name'), models.F('first_name'), models.F('other_name'), models.F('badge_id'), function='worker_words', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C')),
                    ),
                    migrations.AddField(
                        model_name='learner',
                        name='twin_key',
                        field=models.TextField(db_collation='C', editable=False, null=True),
                    ),
                    migrations.AddField(
                        model_name='learner',
                        name='other_name',
                        field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='name in another script'),
                    ),
                ],
            ),
            migrations.AddField(
                model_name='learnerevent',
                name='other_name',
                field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='name in another script'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='learner',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerevent" ("badge_id", "company_id", "created_at", "created_by_id", "email", "end_date", "first_name", "id", "last_name", "merged_into_id", "other_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role_assigned_at", "role_id", "start_date", "status", "status_reason", "supervisor_id", "updated_at", "updated_by_id") SELECT new_values."badge_id", new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."end_date", new_values."first_name", new_values."id", new_values."last_name", new_values."merged_into_id", new_values."other_name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."role_assigned_at", new_values."role_id", new_values."start_date", new_values."status", new_values."status_reason", new_values."supervisor_id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='88d4c32f409542555916eac8873885694e46132c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_40c77', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_learner', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='learner',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerevent" ("badge_id", "company_id", "created_at", "created_by_id", "email", "end_date", "first_name", "id", "last_name", "merged_into_id", "other_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role_assigned_at", "role_id", "start_date", "status", "status_reason", "supervisor_id", "updated_at", "updated_by_id") SELECT new_values."badge_id", new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."end_date", new_values."first_name", new_values."id", new_values."last_name", new_values."merged_into_id", new_values."other_name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."role_assigned_at", new_values."role_id", new_values."start_date", new_values."status", new_values."status_reason", new_values."supervisor_id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."badge_id" IS DISTINCT FROM (new_values."badge_id") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."end_date" IS DISTINCT FROM (new_values."end_date") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."merged_into_id" IS DISTINCT FROM (new_values."merged_into_id") OR old_values."other_name" IS DISTINCT FROM (new_values."other_name") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."role_id" IS DISTINCT FROM (new_values."role_id") OR old_values."role_assigned_at" IS DISTINCT FROM (new_values."role_assigned_at") OR old_values."start_date" IS DISTINCT FROM (new_values."start_date") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."status_reason" IS DISTINCT FROM (new_values."status_reason") OR old_values."supervisor_id" IS DISTINCT FROM (new_values."supervisor_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."updated_by_id" IS DISTINCT FROM (new_values."updated_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='595b46733ef12268725025790a6433706bf4750f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_171cd', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_learner', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='learner',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerevent" ("badge_id", "company_id", "created_at", "created_by_id", "email", "end_date", "first_name", "id", "last_name", "merged_into_id", "other_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role_assigned_at", "role_id", "start_date", "status", "status_reason", "supervisor_id", "updated_at", "updated_by_id") SELECT old_values."badge_id", old_values."company_id", old_values."created_at", old_values."created_by_id", old_values."email", old_values."end_date", old_values."first_name", old_values."id", old_values."last_name", old_values."merged_into_id", old_values."other_name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."role_assigned_at", old_values."role_id", old_values."start_date", old_values."status", old_values."status_reason", old_values."supervisor_id", old_values."updated_at", old_values."updated_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='51c302fb7b11b21dbda8872acaf57fd93427b61e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_baf42', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_learner', when='AFTER')),
            ),
            migrations.RunSQL(NAMELESS, migrations.RunSQL.noop),
            migrations.RunSQL(MARK, migrations.RunSQL.noop),
            migrations.RunSQL(GUARDED, UNGUARDED),
            migrations.AddConstraint(
                model_name='learner',
                constraint=models.CheckConstraint(condition=models.Q(('name_key', ''), _negated=True), name='learner_has_a_name', violation_error_message='Enter a first or a last name; one character is enough.'),
            ),
            migrations.AddConstraint(
                model_name='learner',
                constraint=models.UniqueConstraint(condition=models.Q(('twin_key', models.F('badge_key')), _negated=True), fields=('badge_key',), name='learner_badge_once_however_spelled', violation_error_message='This badge belongs to somebody already, perhaps spelled in another way.'),
            ),
            migrations.AddIndex(
                model_name='learner',
                index=models.Index(fields=['name_key', 'company'], name='learner_by_name'),
            ),
            migrations.AddField(
                model_name='badgeperiod',
                name='is_known_twin',
                field=models.BooleanField(db_default=False, default=False, editable=False),
            ),
            migrations.RunSQL(MARK_PERIODS, migrations.RunSQL.noop),
            migrations.AddConstraint(
                model_name='badgeperiod',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_known_twin', False), ('overruled_at', None)), expressions=[(models.Func(models.F('badge_id'), function='same_text', output_field=models.TextField()), '='), ('learner', '<>')], name='badge_of_one_person_however_spelled', violation_error_message='This badge belongs, or belonged, to somebody else, perhaps spelled in another way.'),
            ),
            ]
        ),
    ]
