import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who turns red, yellow or green by an import. No constraint names the worker: a check locks nobody (I5)."""

    dependencies = [
        ('learners', '0024_each_from_its_own_day'),
        ('training', '0027_import_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportTurn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.CharField(choices=[('told', 'told by the check'), ('done', 'when it was brought in'), ('missed', 'told by the check, and not so when it was brought in'), ('undone', 'when it was undone')], max_length=6, verbose_name='when')),
                ('row', models.PositiveIntegerField(null=True, verbose_name='row')),
                ('is_active', models.BooleanField(verbose_name='active')),
                ('comes', models.BooleanField(verbose_name='new or back')),
                ('before', models.CharField(blank=True, choices=[('COMPLIANT', 'Cleared'), ('PENDING', 'Due'), ('NON_COMPLIANT', 'Not cleared')], max_length=13, verbose_name='before')),
                ('after', models.CharField(choices=[('COMPLIANT', 'Cleared'), ('PENDING', 'Due'), ('NON_COMPLIANT', 'Not cleared')], max_length=13, verbose_name='after')),
                ('courses', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='courses')),
                ('is_as_told', models.BooleanField(null=True, verbose_name='as the check said')),
                ('learner', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='learners.learner', verbose_name='worker')),
                ('of', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='training.import', verbose_name='import')),
            ],
            options={
                'verbose_name': 'turn by an import',
                'verbose_name_plural': 'turns by imports',
                'indexes': [models.Index(fields=['learner'], name='import_turn_by_learner')],
                'constraints': [models.UniqueConstraint(fields=('of', 'phase', 'learner'), name='import_turn_once')],
            },
        ),
    ]
