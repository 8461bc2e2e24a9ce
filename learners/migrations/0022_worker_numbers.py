import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# django-pgtrigger leaves the functions of its triggers behind.
NO_FUNCTIONS = "DROP FUNCTION pgtrigger_insert_insert_14396(), pgtrigger_update_update_3a350(), pgtrigger_delete_delete_dc430()"

GUARDS = """
CREATE TRIGGER learners_workernumber_no_truncate BEFORE TRUNCATE ON learners_workernumber
  EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER learners_workernumberevent_append_only BEFORE UPDATE OR DELETE ON learners_workernumberevent
  FOR EACH ROW EXECUTE FUNCTION refuse_change('pgh_id');
CREATE TRIGGER learners_workernumberevent_no_truncate BEFORE TRUNCATE ON learners_workernumberevent
  EXECUTE FUNCTION refuse_truncate();
"""
NO_GUARDS = """
DROP TRIGGER learners_workernumber_no_truncate ON learners_workernumber;
DROP TRIGGER learners_workernumberevent_append_only ON learners_workernumberevent;
DROP TRIGGER learners_workernumberevent_no_truncate ON learners_workernumberevent;
"""


class Migration(migrations.Migration):
    """Other numbers of workers, such as of a passport; each belongs to one worker of its kind (L4)."""

    dependencies = [
        ("learners", "0021_one_person"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, NO_FUNCTIONS),
        migrations.CreateModel(
            name='WorkerNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('value', models.CharField(max_length=50, verbose_name='number')),
                ('value_key', models.GeneratedField(db_persist=True, expression=models.Func(models.F('value'), function='same_text', output_field=models.TextField(db_collation='C')), output_field=models.TextField(db_collation='C'))),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='learners.learner', verbose_name='worker')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'verbose_name': 'number of a worker',
                'verbose_name_plural': 'numbers of workers',
                'ordering': ('kind', 'value'),
                'indexes': [
                    models.Index(models.Func(models.F('value'), function='near_text', output_field=models.TextField()), name='worker_number_by_near_key'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('kind', 'value_key'), name='worker_number_once_of_its_kind', violation_error_message='This number belongs to another worker.'),
                    models.UniqueConstraint(fields=('learner', 'kind'), name='worker_has_one_number_of_a_kind', violation_error_message='This worker has a number of this kind already.'),
                    models.CheckConstraint(condition=models.Q(('value_key__regex', '[0-9]'), ('value_key__length__gte', 3)), name='worker_number_3_or_more_with_a_digit', violation_error_message='A number has at least three characters, one of them a digit.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WorkerNumberEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('value', models.CharField(max_length=50, verbose_name='number')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('learner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.learner', verbose_name='worker')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learners.workernumber')),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='updated by')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workernumber',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_workernumberevent" ("created_at", "created_by_id", "id", "kind", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id", "value") SELECT new_values."created_at", new_values."created_by_id", new_values."id", new_values."kind", new_values."learner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."updated_at", new_values."updated_by_id", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e86efd59db68d4f1e2f162213077ce017ed800b5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_14396', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_workernumber', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workernumber',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_workernumberevent" ("created_at", "created_by_id", "id", "kind", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id", "value") SELECT new_values."created_at", new_values."created_by_id", new_values."id", new_values."kind", new_values."learner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."updated_at", new_values."updated_by_id", new_values."value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."learner_id" IS DISTINCT FROM (new_values."learner_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."updated_by_id" IS DISTINCT FROM (new_values."updated_by_id") OR old_values."value" IS DISTINCT FROM (new_values."value")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b72787409d8ff071d1b63c8c5592474810cf0d6f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_3a350', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_workernumber', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workernumber',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_workernumberevent" ("created_at", "created_by_id", "id", "kind", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "updated_by_id", "value") SELECT old_values."created_at", old_values."created_by_id", old_values."id", old_values."kind", old_values."learner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."updated_at", old_values."updated_by_id", old_values."value" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c3c8e312c2832bf1b5a0f5ed974032da15d3e086', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_dc430', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_workernumber', when='AFTER')),
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
