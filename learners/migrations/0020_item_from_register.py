import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """A stored answer says whether its proof is an extract of an old register (I7). No row is rewritten (O3)."""

    dependencies = [
        ('learners', '0019_register_indexes'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='complianceitem',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='complianceitem',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='complianceitem',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='complianceitem',
            name='is_from_register',
            field=models.BooleanField(db_default=False, default=False, help_text='The proof is an extract of an old register, without a certificate (I7).', verbose_name='from the old register'),
        ),
        migrations.AddField(
            model_name='complianceitemevent',
            name='is_from_register',
            field=models.BooleanField(db_default=False, default=False, help_text='The proof is an extract of an old register, without a certificate (I7).', verbose_name='from the old register'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complianceitem',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_complianceitemevent" ("area_id", "awaiting_verification", "course_id", "due_date", "expiry_date", "grace_period_days", "holds_until", "id", "is_from_register", "key_date", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof_id", "requirement_type", "role_id", "rules", "status") SELECT new_values."area_id", new_values."awaiting_verification", new_values."course_id", new_values."due_date", new_values."expiry_date", new_values."grace_period_days", new_values."holds_until", new_values."id", new_values."is_from_register", new_values."key_date", new_values."learner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proof_id", new_values."requirement_type", new_values."role_id", new_values."rules", new_values."status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d4c558601c1a6d0c44bdd4e988449646d71f0113', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_7ae2c', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_complianceitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complianceitem',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_complianceitemevent" ("area_id", "awaiting_verification", "course_id", "due_date", "expiry_date", "grace_period_days", "holds_until", "id", "is_from_register", "key_date", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof_id", "requirement_type", "role_id", "rules", "status") SELECT new_values."area_id", new_values."awaiting_verification", new_values."course_id", new_values."due_date", new_values."expiry_date", new_values."grace_period_days", new_values."holds_until", new_values."id", new_values."is_from_register", new_values."key_date", new_values."learner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proof_id", new_values."requirement_type", new_values."role_id", new_values."rules", new_values."status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."area_id" IS DISTINCT FROM (new_values."area_id") OR old_values."awaiting_verification" IS DISTINCT FROM (new_values."awaiting_verification") OR old_values."course_id" IS DISTINCT FROM (new_values."course_id") OR old_values."due_date" IS DISTINCT FROM (new_values."due_date") OR old_values."expiry_date" IS DISTINCT FROM (new_values."expiry_date") OR old_values."grace_period_days" IS DISTINCT FROM (new_values."grace_period_days") OR old_values."holds_until" IS DISTINCT FROM (new_values."holds_until") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_from_register" IS DISTINCT FROM (new_values."is_from_register") OR old_values."key_date" IS DISTINCT FROM (new_values."key_date") OR old_values."learner_id" IS DISTINCT FROM (new_values."learner_id") OR old_values."proof_id" IS DISTINCT FROM (new_values."proof_id") OR old_values."requirement_type" IS DISTINCT FROM (new_values."requirement_type") OR old_values."role_id" IS DISTINCT FROM (new_values."role_id") OR old_values."rules" IS DISTINCT FROM (new_values."rules") OR old_values."status" IS DISTINCT FROM (new_values."status")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5556db6dfc6670ec13127dd0a0ac82f5f95b687f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_3d34a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_complianceitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complianceitem',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_complianceitemevent" ("area_id", "awaiting_verification", "course_id", "due_date", "expiry_date", "grace_period_days", "holds_until", "id", "is_from_register", "key_date", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof_id", "requirement_type", "role_id", "rules", "status") SELECT old_values."area_id", old_values."awaiting_verification", old_values."course_id", old_values."due_date", old_values."expiry_date", old_values."grace_period_days", old_values."holds_until", old_values."id", old_values."is_from_register", old_values."key_date", old_values."learner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."proof_id", old_values."requirement_type", old_values."role_id", old_values."rules", old_values."status" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='90275401a4b6a42a0b9446130e81283f2bbbb461', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d80dc', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_complianceitem', when='AFTER')),
        ),
    ]
