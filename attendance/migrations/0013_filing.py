import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows and files that wait to be filed (I12). The tables are new; the keys of people and records are locked briefly."""

    dependencies = [
        ('attendance', '0012_attendee_defaults'),
        ('learners', '0024_each_from_its_own_day'),
        ('training', '0027_import_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='FilingPaste',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='pasted rows')),
                ('columns', models.JSONField(null=True, verbose_name='columns')),
                ('answers', models.JSONField(default=dict, verbose_name='answers')),
                ('pasted_at', models.DateTimeField(verbose_name='pasted at')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('provider', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='training.company', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'pasted rows',
                'verbose_name_plural': 'pasted rows',
                'ordering': ('pk',),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('text__trim__length__gt', 0)), name='filing_paste_has_rows', violation_error_message='Something is pasted.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FilingProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('key', models.CharField(blank=True, max_length=200, verbose_name='key')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size (bytes)')),
                ('content_type', models.CharField(blank=True, max_length=100, verbose_name='kind')),
                ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                ('problem', models.TextField(blank=True, verbose_name='why it was refused')),
                ('dropped_at', models.DateTimeField(verbose_name='dropped at')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'dropped file',
                'verbose_name_plural': 'dropped files',
                'ordering': ('pk',),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('name__trim__length__gt', 0)), name='filing_proof_has_name', violation_error_message='A file has a name.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('problem__trim__length__gt', 0)), models.Q(models.Q(('key', ''), _negated=True), ('problem', ''), ('sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='filing_proof_is_kept_or_refused', violation_error_message='A file is kept with its hash, or says why it was refused.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FilingRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('read', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='read')),
                ('problems', models.JSONField(default=list, verbose_name='problems')),
                ('typed', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='typed')),
                ('is_proof_chosen', models.BooleanField(default=False, verbose_name='proof chosen by hand')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('paste', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='attendance.filingpaste')),
                ('proof', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='row', to='attendance.filingproof', verbose_name='proof')),
                ('record', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='learners.trainingrecord', verbose_name='record')),
            ],
            options={
                'verbose_name': 'row to file',
                'verbose_name_plural': 'rows to file',
                'ordering': ('paste_id', 'row'),
                'constraints': [
                    models.UniqueConstraint(fields=('paste', 'row'), name='filing_row_once'),
                ],
            },
        ),
    ]
