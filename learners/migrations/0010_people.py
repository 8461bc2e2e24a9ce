import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from training.core import database_guards as guards

# The badges of today hold since the workers came, as far as is known.
FILL = """
INSERT INTO learners_badgeperiod (learner_id, badge_id, valid_from)
SELECT id, badge_id, least(site_today(), start_date) FROM learners_learner
"""

# An old badge stays, even one of a single day, for it still finds the person (L3). One that was mistyped never was any:
# the setting `siteproof.badge_was_mistyped` of the transaction says so.
BADGES = """
CREATE FUNCTION write_badge_period() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE day date := site_effective_date();
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO learners_badgeperiod (learner_id, badge_id, valid_from)
    SELECT id, badge_id, least(day, start_date) FROM new_rows;
  ELSIF current_setting('siteproof.badge_was_mistyped', true) = 'on' THEN
    UPDATE learners_badgeperiod p SET badge_id = n.badge_id
      FROM new_rows n JOIN old_rows o USING (id)
     WHERE p.learner_id = n.id AND p.valid_to IS NULL AND n.badge_id <> o.badge_id;
  ELSE
    WITH ended AS (
      UPDATE learners_badgeperiod p SET valid_to = greatest(day, p.valid_from)
        FROM new_rows n JOIN old_rows o USING (id)
       WHERE p.learner_id = n.id AND p.valid_to IS NULL AND n.badge_id <> o.badge_id
      RETURNING p.learner_id, n.badge_id, p.valid_to
    )
    INSERT INTO learners_badgeperiod (learner_id, badge_id, valid_from) SELECT learner_id, badge_id, valid_to FROM ended;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER learner_badge_period_insert AFTER INSERT ON learners_learner REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_badge_period();
CREATE TRIGGER learner_badge_period_update AFTER UPDATE ON learners_learner
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION write_badge_period();
"""

# The row locks make two merges that would meet in a chain wait for each other, or fail as a deadlock.
ONE_STEP = """
CREATE FUNCTION refuse_merge_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE survivor learners_learner%ROWTYPE; other text;
BEGIN
  SELECT * INTO survivor FROM learners_learner WHERE id = NEW.merged_into_id FOR NO KEY UPDATE;
  IF survivor.merged_into_id IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
      MESSAGE = format('Badge %s was merged into another one. Merge into that one, or undo that merge first.',
                       survivor.badge_id);
  END IF;
  SELECT badge_id INTO other FROM learners_learner WHERE merged_into_id = NEW.id ORDER BY id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
      MESSAGE = format('Badge %s was merged into %s. Undo that merge first.', other, NEW.badge_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER learner_merged_one_step AFTER INSERT OR UPDATE OF merged_into_id ON learners_learner
  FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION refuse_merge_chain();
"""


class Migration(migrations.Migration):
    """Badges with their days, merges with their reasons, why somebody is blocked or not active (L1 to L3)."""

    dependencies = [
        ('learners', '0009_urgent_workers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='BadgePeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('badge_id', models.CharField(max_length=50, verbose_name='badge')),
            ],
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('MERGED', 'Merged'), ('UNDONE', 'Undone')], max_length=6, verbose_name='step')),
                ('status_before', models.CharField(choices=[('ACTIVE', 'Active'), ('INACTIVE', 'Not active'), ('BLACKLISTED', 'Blocked')], help_text='Of the merged badge, before the step.', max_length=11, verbose_name='status before')),
                ('reason_before', models.TextField(blank=True, verbose_name='reason of that status')),
                ('reason', models.TextField(verbose_name='reason')),
                ('effective_on', models.DateField(help_text="The site's date of that moment.", verbose_name='effective on')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
            ],
            options={
                'verbose_name': 'merge',
                'verbose_name_plural': 'merges',
                'ordering': ('-created_at', '-pk'),
            },
        ),
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
        migrations.AddField(
            model_name='learner',
            name='status_reason',
            field=models.TextField(blank=True, help_text='Why the worker is blocked, not active, or active again.', verbose_name='reason for the status'),
        ),
        migrations.AddField(
            model_name='learnerevent',
            name='status_reason',
            field=models.TextField(blank=True, help_text='Why the worker is blocked, not active, or active again.', verbose_name='reason for the status'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learner',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerevent" ("badge_id", "company_id", "created_at", "created_by_id", "email", "end_date", "first_name", "id", "last_name", "merged_into_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role_assigned_at", "role_id", "start_date", "status", "status_reason", "supervisor_id", "updated_at", "updated_by_id") SELECT new_values."badge_id", new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."end_date", new_values."first_name", new_values."id", new_values."last_name", new_values."merged_into_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."role_assigned_at", new_values."role_id", new_values."start_date", new_values."status", new_values."status_reason", new_values."supervisor_id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='afe28402203160cb338bcc2b37f6038628bdbb64', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_40c77', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_learner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learner',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerevent" ("badge_id", "company_id", "created_at", "created_by_id", "email", "end_date", "first_name", "id", "last_name", "merged_into_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role_assigned_at", "role_id", "start_date", "status", "status_reason", "supervisor_id", "updated_at", "updated_by_id") SELECT new_values."badge_id", new_values."company_id", new_values."created_at", new_values."created_by_id", new_values."email", new_values."end_date", new_values."first_name", new_values."id", new_values."last_name", new_values."merged_into_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."role_assigned_at", new_values."role_id", new_values."start_date", new_values."status", new_values."status_reason", new_values."supervisor_id", new_values."updated_at", new_values."updated_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."badge_id" IS DISTINCT FROM (new_values."badge_id") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."end_date" IS DISTINCT FROM (new_values."end_date") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."merged_into_id" IS DISTINCT FROM (new_values."merged_into_id") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."role_id" IS DISTINCT FROM (new_values."role_id") OR old_values."role_assigned_at" IS DISTINCT FROM (new_values."role_assigned_at") OR old_values."start_date" IS DISTINCT FROM (new_values."start_date") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."status_reason" IS DISTINCT FROM (new_values."status_reason") OR old_values."supervisor_id" IS DISTINCT FROM (new_values."supervisor_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."updated_by_id" IS DISTINCT FROM (new_values."updated_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0e1836cc3014454c6003f199da9a8fc0d84ccebc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_171cd', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_learner', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learner',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_learnerevent" ("badge_id", "company_id", "created_at", "created_by_id", "email", "end_date", "first_name", "id", "last_name", "merged_into_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role_assigned_at", "role_id", "start_date", "status", "status_reason", "supervisor_id", "updated_at", "updated_by_id") SELECT old_values."badge_id", old_values."company_id", old_values."created_at", old_values."created_by_id", old_values."email", old_values."end_date", old_values."first_name", old_values."id", old_values."last_name", old_values."merged_into_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."role_assigned_at", old_values."role_id", old_values."start_date", old_values."status", old_values."status_reason", old_values."supervisor_id", old_values."updated_at", old_values."updated_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9cf4afb8f7aa1f9f46c0951e97c54e6d7d401d7a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_baf42', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_learner', when='AFTER')),
        ),
        migrations.AddField(
            model_name='badgeperiod',
            name='learner',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='learners.learner'),
        ),
        migrations.AddField(
            model_name='merge',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='merge',
            name='duplicate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merge_steps', to='learners.learner', verbose_name='merged badge'),
        ),
        migrations.AddField(
            model_name='merge',
            name='survivor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survivor_steps', to='learners.learner', verbose_name='surviving badge'),
        ),
        migrations.AddIndex(
            model_name='badgeperiod',
            index=models.Index(fields=['learner', 'valid_from'], name='badge_period_by_learner'),
        ),
        migrations.AddIndex(
            model_name='badgeperiod',
            index=models.Index(django.db.models.functions.text.Upper('badge_id'), name='badge_period_by_badge'),
        ),
        migrations.AddConstraint(
            model_name='badgeperiod',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(django.db.models.functions.text.Upper('badge_id'), '='), ('learner', '<>')], name='badge_of_one_person_for_good', violation_error_message='This badge belongs, or belonged, to somebody else.'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('reason__trim__length__gt', 0)), name='merge_has_reason', violation_error_message='Merging needs a reason, and so does undoing it.'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('MERGED', 'UNDONE'))), name='merge_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('duplicate', models.F('survivor')), _negated=True), name='merge_of_two_badges', violation_error_message='A badge cannot be merged into itself.'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(
            BADGES,
            """DROP TRIGGER learner_badge_period_insert ON learners_learner;
               DROP TRIGGER learner_badge_period_update ON learners_learner; DROP FUNCTION write_badge_period();""",
        ),
        guards.append_only("learners_merge"),
        migrations.RunSQL(
            ONE_STEP,
            "DROP TRIGGER learner_merged_one_step ON learners_learner; DROP FUNCTION refuse_merge_chain();",
        ),
    ]
