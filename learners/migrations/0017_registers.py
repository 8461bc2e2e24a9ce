import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# django-pgtrigger leaves the functions of its triggers behind.
NO_FUNCTIONS = """
DROP FUNCTION
  pgtrigger_insert_insert_e5a1b(), pgtrigger_update_update_0b648(), pgtrigger_delete_delete_05ab7(),
  pgtrigger_insert_insert_f1cc5(), pgtrigger_update_update_0fe76(), pgtrigger_delete_delete_636d6()
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
    """Records from old registers: what brought them, the extracts that prove them, how long they count (I7).

    No row of a record is rewritten (O3): its new columns are null, or have a constant default.
    """

    dependencies = [
        ('learners', '0016_squashed_guards'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0023_version_zero'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, NO_FUNCTIONS),
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        AtOnce(
            [
            migrations.CreateModel(
                name='RegisterExtract',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sheet', models.CharField(max_length=100, verbose_name='sheet')),
                    ('row', models.PositiveIntegerField(verbose_name='row')),
                    ('content', models.TextField(verbose_name='content')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ],
                options={
                    'verbose_name': 'extract of a register',
                    'verbose_name_plural': 'extracts of registers',
                    'ordering': ('-pk',),
                },
            ),
            migrations.CreateModel(
                name='RegisterImport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('register', models.CharField(max_length=150, verbose_name='register')),
                    ('import_number', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='number of the import')),
                    ('brought_at', models.DateTimeField(verbose_name='brought in at')),
                ],
                options={
                    'verbose_name': 'old register',
                    'verbose_name_plural': 'old registers',
                    'ordering': ('-pk',),
                },
            ),
            migrations.CreateModel(
                name='RegisterImportEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('register', models.CharField(max_length=150, verbose_name='register')),
                    ('import_number', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='number of the import')),
                    ('brought_at', models.DateTimeField(verbose_name='brought in at')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RegisterStanding',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('counts', models.BooleanField(verbose_name='records count')),
                    ('counts_until', models.DateField(blank=True, help_text='The last day on which they count. Empty: for good.', null=True, verbose_name='until')),
                    ('reason', models.TextField(verbose_name='reason')),
                    ('decided_at', models.DateTimeField(verbose_name='decided at')),
                    ('decided_on', models.DateField(help_text="The site's date of that moment.", verbose_name='decided on')),
                ],
                options={
                    'verbose_name': 'standing of a register',
                    'verbose_name_plural': 'standings of registers',
                    'ordering': ('-pk',),
                },
            ),
            migrations.CreateModel(
                name='RegisterStandingEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('counts', models.BooleanField(verbose_name='records count')),
                    ('counts_until', models.DateField(blank=True, help_text='The last day on which they count. Empty: for good.', null=True, verbose_name='until')),
                    ('reason', models.TextField(verbose_name='reason')),
                    ('decided_at', models.DateTimeField(verbose_name='decided at')),
                    ('decided_on', models.DateField(help_text="The site's date of that moment.", verbose_name='decided on')),
                ],
                options={
                    'abstract': False,
                },
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='revocation',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='revocation',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='revocation',
                name='delete_delete',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='trainingrecord',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='trainingrecord',
                name='update_update',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='trainingrecord',
                name='delete_delete',
            ),
            migrations.AddField(
                model_name='trainingrecord',
                name='is_calculated',
                field=models.BooleanField(db_default=False, default=False, help_text='Only the expiry was known: completion is expiry minus validity (I7).', verbose_name='completion calculated'),
            ),
            migrations.AddField(
                model_name='trainingrecordevent',
                name='is_calculated',
                field=models.BooleanField(db_default=False, default=False, help_text='Only the expiry was known: completion is expiry minus validity (I7).', verbose_name='completion calculated'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='revocation',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_revocationevent" ("competency_record_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "record_id", "revoked_at", "revoked_by_id", "revoked_on", "undoes_id") SELECT new_values."competency_record_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."record_id", new_values."revoked_at", new_values."revoked_by_id", new_values."revoked_on", new_values."undoes_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='19bbe858726d20438a7ded4e64254bb27856d4bf', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ca2fe', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_revocation', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='revocation',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_revocationevent" ("competency_record_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "record_id", "revoked_at", "revoked_by_id", "revoked_on", "undoes_id") SELECT new_values."competency_record_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."record_id", new_values."revoked_at", new_values."revoked_by_id", new_values."revoked_on", new_values."undoes_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f876eb891489c37d4bcf675fbc8223a7a47d0775', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_98c23', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_revocation', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='revocation',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_revocationevent" ("competency_record_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "record_id", "revoked_at", "revoked_by_id", "revoked_on", "undoes_id") SELECT old_values."competency_record_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."record_id", old_values."revoked_at", old_values."revoked_by_id", old_values."revoked_on", old_values."undoes_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3877a124fbf2a059e03c6f5b1269496055449300', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_27371', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_revocation', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='trainingrecord',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_trainingrecordevent" ("comments", "company_name", "completion_date", "course_id", "course_title", "course_version_id", "created_at", "created_by_id", "evidence_file_key", "evidence_hash", "expiry_date", "extract_id", "id", "is_calculated", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "register_import_id", "result", "role_title", "session_id", "supersedes_id", "trainer_name") SELECT new_values."comments", new_values."company_name", new_values."completion_date", new_values."course_id", new_values."course_title", new_values."course_version_id", new_values."created_at", new_values."created_by_id", new_values."evidence_file_key", new_values."evidence_hash", new_values."expiry_date", new_values."extract_id", new_values."id", new_values."is_calculated", new_values."learner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."provider_id", new_values."register_import_id", new_values."result", new_values."role_title", new_values."session_id", new_values."supersedes_id", new_values."trainer_name" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e8680f22a47b516b120888951239356aa26e95a1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_b8deb', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_trainingrecord', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='trainingrecord',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_trainingrecordevent" ("comments", "company_name", "completion_date", "course_id", "course_title", "course_version_id", "created_at", "created_by_id", "evidence_file_key", "evidence_hash", "expiry_date", "extract_id", "id", "is_calculated", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "register_import_id", "result", "role_title", "session_id", "supersedes_id", "trainer_name") SELECT new_values."comments", new_values."company_name", new_values."completion_date", new_values."course_id", new_values."course_title", new_values."course_version_id", new_values."created_at", new_values."created_by_id", new_values."evidence_file_key", new_values."evidence_hash", new_values."expiry_date", new_values."extract_id", new_values."id", new_values."is_calculated", new_values."learner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."provider_id", new_values."register_import_id", new_values."result", new_values."role_title", new_values."session_id", new_values."supersedes_id", new_values."trainer_name" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6df2c2ac492a0e7ca851e712efe7a876671fd1a8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_4e53a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_trainingrecord', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='trainingrecord',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_trainingrecordevent" ("comments", "company_name", "completion_date", "course_id", "course_title", "course_version_id", "created_at", "created_by_id", "evidence_file_key", "evidence_hash", "expiry_date", "extract_id", "id", "is_calculated", "learner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "register_import_id", "result", "role_title", "session_id", "supersedes_id", "trainer_name") SELECT old_values."comments", old_values."company_name", old_values."completion_date", old_values."course_id", old_values."course_title", old_values."course_version_id", old_values."created_at", old_values."created_by_id", old_values."evidence_file_key", old_values."evidence_hash", old_values."expiry_date", old_values."extract_id", old_values."id", old_values."is_calculated", old_values."learner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."provider_id", old_values."register_import_id", old_values."result", old_values."role_title", old_values."session_id", old_values."supersedes_id", old_values."trainer_name" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='48766b3d97fd0913e9b2f1f8192df49e27e7510f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_09de6', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_trainingrecord', when='AFTER')),
            ),
            migrations.AddField(
                model_name='trainingrecord',
                name='extract',
                field=models.ForeignKey(blank=True, db_index=False, help_text='The proof of a record that came without a certificate (I7).', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='learners.registerextract', verbose_name='extract of the register'),
            ),
            migrations.AddField(
                model_name='trainingrecordevent',
                name='extract',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='The proof of a record that came without a certificate (I7).', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.registerextract', verbose_name='extract of the register'),
            ),
            migrations.AddField(
                model_name='registerimport',
                name='brought_by',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='brought in by'),
            ),
            migrations.AddField(
                model_name='registerextract',
                name='register_import',
                field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.registerimport', verbose_name='old register'),
            ),
            migrations.AddField(
                model_name='revocation',
                name='undoes',
                field=models.ForeignKey(blank=True, db_index=False, help_text='The old register whose records were all revoked at once (I8).', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.registerimport', verbose_name='undoes the import of'),
            ),
            migrations.AddField(
                model_name='revocationevent',
                name='undoes',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='The old register whose records were all revoked at once (I8).', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.registerimport', verbose_name='undoes the import of'),
            ),
            migrations.AddField(
                model_name='trainingrecord',
                name='register_import',
                field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='learners.registerimport', verbose_name='from the old register'),
            ),
            migrations.AddField(
                model_name='trainingrecordevent',
                name='register_import',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.registerimport', verbose_name='from the old register'),
            ),
            # NOT VALID: no row of before can break it, and none has to be read (O3).
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL(
                        """
                        ALTER TABLE learners_trainingrecord ADD CONSTRAINT record_from_register_says_which CHECK (
                          (register_import_id IS NOT NULL AND session_id IS NULL)
                          OR (extract_id IS NULL AND NOT is_calculated AND register_import_id IS NULL)) NOT VALID
                        """,
                        "ALTER TABLE learners_trainingrecord DROP CONSTRAINT record_from_register_says_which",
                    )
                ],
                state_operations=[
                    migrations.AddConstraint(
                        model_name='trainingrecord',
                        constraint=models.CheckConstraint(condition=models.Q(models.Q(('register_import__isnull', False), ('session__isnull', True)), models.Q(('extract__isnull', True), ('is_calculated', False), ('register_import__isnull', True)), _connector='OR'), name='record_from_register_says_which', violation_error_message='A record from an old register names the register, and no session.'),
                    )
                ],
            ),
            migrations.AddField(
                model_name='registerimportevent',
                name='brought_by',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='brought in by'),
            ),
            migrations.AddField(
                model_name='registerimportevent',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='registerimportevent',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learners.registerimport'),
            ),
            migrations.AddField(
                model_name='registerstanding',
                name='decided_by',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
            ),
            migrations.AddField(
                model_name='registerstanding',
                name='register_import',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standings', to='learners.registerimport', verbose_name='old register'),
            ),
            migrations.AddField(
                model_name='registerstandingevent',
                name='decided_by',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
            ),
            migrations.AddField(
                model_name='registerstandingevent',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='registerstandingevent',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='learners.registerstanding'),
            ),
            migrations.AddField(
                model_name='registerstandingevent',
                name='register_import',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='learners.registerimport', verbose_name='old register'),
            ),
            migrations.AddConstraint(
                model_name='registerimport',
                constraint=models.CheckConstraint(condition=models.Q(('register__trim__length__gt', 0)), name='register_has_name', violation_error_message='A register has a name.'),
            ),
            migrations.AddConstraint(
                model_name='registerimport',
                constraint=models.UniqueConstraint(fields=('import_number',), name='register_once_per_import', violation_error_message='This import has brought its register in already.'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registerimport',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_registerimportevent" ("brought_at", "brought_by_id", "id", "import_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "register") SELECT new_values."brought_at", new_values."brought_by_id", new_values."id", new_values."import_number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."register" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7a9fa5bf952bb398c5da98a02f09d58bea959c97', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e5a1b', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_registerimport', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registerimport',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_registerimportevent" ("brought_at", "brought_by_id", "id", "import_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "register") SELECT new_values."brought_at", new_values."brought_by_id", new_values."id", new_values."import_number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."register" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6b020632ff586c95b30d545d42772c92b7674d58', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0b648', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_registerimport', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registerimport',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_registerimportevent" ("brought_at", "brought_by_id", "id", "import_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "register") SELECT old_values."brought_at", old_values."brought_by_id", old_values."id", old_values."import_number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."register" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='25964d088b84a505d97863600d7c43331b78db41', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_05ab7', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_registerimport', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='registerextract',
                constraint=models.UniqueConstraint(fields=('id', 'sha256'), name='register_extract_of_hash'),
            ),
            migrations.AddConstraint(
                model_name='registerextract',
                constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='register_extract_has_hash'),
            ),
            migrations.AddConstraint(
                model_name='registerstanding',
                constraint=models.CheckConstraint(condition=models.Q(('reason__trim__length__gt', 0)), name='register_standing_has_reason', violation_error_message='Say why.'),
            ),
            migrations.AddConstraint(
                model_name='registerstanding',
                constraint=models.CheckConstraint(condition=models.Q(('counts', True), ('counts_until__isnull', True), _connector='OR'), name='register_standing_until_if_it_counts', violation_error_message='A last day is given only for records that count.'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registerstanding',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_registerstandingevent" ("counts", "counts_until", "decided_at", "decided_by_id", "decided_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "register_import_id") SELECT new_values."counts", new_values."counts_until", new_values."decided_at", new_values."decided_by_id", new_values."decided_on", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."register_import_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e272dad6ab50e9e8319b02bd302228c08849317e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f1cc5', referencing='REFERENCING NEW TABLE AS new_values ', table='learners_registerstanding', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registerstanding',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_registerstandingevent" ("counts", "counts_until", "decided_at", "decided_by_id", "decided_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "register_import_id") SELECT new_values."counts", new_values."counts_until", new_values."decided_at", new_values."decided_by_id", new_values."decided_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."register_import_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ccabc23f28f626f18def9db2c8a3fa2c244892bc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0fe76', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='learners_registerstanding', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registerstanding',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "learners_registerstandingevent" ("counts", "counts_until", "decided_at", "decided_by_id", "decided_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "register_import_id") SELECT old_values."counts", old_values."counts_until", old_values."decided_at", old_values."decided_by_id", old_values."decided_on", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."register_import_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f1f3a5cb5a418bc8bfbb1a6495f2deef261bf896', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_636d6', referencing='REFERENCING OLD TABLE AS old_values ', table='learners_registerstanding', when='AFTER')),
            ),
            ]
        ),
    ]
