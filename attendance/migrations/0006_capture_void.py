import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attendance', '0005_added_when_told'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0006_training_class'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaptureVoid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('voided_status', models.CharField(max_length=30, verbose_name='status before')),
                ('reason', models.TextField(verbose_name='reason')),
                ('voided_at', models.DateTimeField(verbose_name='voided at')),
                ('class_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voids', to='training.classattendancesession', verbose_name='class session')),
                ('voided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='voided by')),
            ],
            options={
                'verbose_name': 'void of a capture',
                'verbose_name_plural': 'voids of captures',
                'ordering': ('-voided_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='CaptureVoidEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('voided_status', models.CharField(max_length=30, verbose_name='status before')),
                ('reason', models.TextField(verbose_name='reason')),
                ('voided_at', models.DateTimeField(verbose_name='voided at')),
                ('class_session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='training.classattendancesession', verbose_name='class session')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.capturevoid')),
                ('voided_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='voided by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='capturevoid',
            constraint=models.CheckConstraint(condition=models.Q(('reason__trim__length__gt', 0)), name='capture_void_has_reason', violation_error_message='A void needs a reason.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturevoid',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_capturevoidevent" ("class_session_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "voided_at", "voided_by_id", "voided_status") SELECT new_values."class_session_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."voided_at", new_values."voided_by_id", new_values."voided_status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bfcf05b2eaf94f7c97e348d7df2a832d875abe09', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_07905', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_capturevoid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturevoid',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_capturevoidevent" ("class_session_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "voided_at", "voided_by_id", "voided_status") SELECT new_values."class_session_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."voided_at", new_values."voided_by_id", new_values."voided_status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ccbbdd900c08b5d7add4b5cfd76204276cd87a0f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f7a1f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_capturevoid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturevoid',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_capturevoidevent" ("class_session_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "voided_at", "voided_by_id", "voided_status") SELECT old_values."class_session_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."voided_at", old_values."voided_by_id", old_values."voided_status" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='dd10ed3fcaa8a643c668ff0646d3229187c5a8d6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_a9855', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_capturevoid', when='AFTER')),
        ),
    ]
