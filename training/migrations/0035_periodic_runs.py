from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs of what is done by the clock (B2)."""

    dependencies = [
        ('training', '0034_seal_guards'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='PeriodicRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=50, verbose_name='command')),
                ('due_at', models.DateTimeField(help_text='Empty where somebody else than the worker began.', null=True, verbose_name='due at')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('seen_at', models.DateTimeField(verbose_name='last sign of life')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('done', models.PositiveBigIntegerField(default=0, verbose_name='done')),
                ('total', models.PositiveBigIntegerField(null=True, verbose_name='of')),
                ('outcome', models.CharField(choices=[('RUNNING', 'Running'), ('GOOD', 'Good'), ('FOUND', 'Something is wrong'), ('FAILED', 'Failed'), ('STOPPED', 'Stopped')], default='RUNNING', max_length=7, verbose_name='outcome')),
                ('failure', models.TextField(blank=True, verbose_name='why')),
                ('told', models.TextField(blank=True, verbose_name='what it said')),
            ],
            options={
                'verbose_name': 'periodic run',
                'verbose_name_plural': 'periodic runs',
                'ordering': ('-started_at', '-pk'),
                'indexes': [models.Index(fields=['kind', '-started_at'], name='periodic_run_by_kind')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__trim__length__gt', 0)), name='periodic_run_has_kind', violation_error_message='A run names its command.'), models.UniqueConstraint(condition=models.Q(('outcome', 'RUNNING')), fields=('kind',), name='periodic_run_one_at_a_time', violation_error_message='This command is running already.'), models.UniqueConstraint(condition=models.Q(('outcome__in', ('RUNNING', 'GOOD', 'FOUND'))), fields=('kind', 'due_at'), name='periodic_run_once_when_due', violation_error_message='This run has been made already.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', 'RUNNING')), models.Q(models.Q(('outcome', 'RUNNING'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='periodic_run_ended_has_its_time', violation_error_message='A run that has ended says when.'), models.CheckConstraint(condition=models.Q(('outcome__in', ('RUNNING', 'GOOD')), ('failure__trim__length__gt', 0), _connector='OR'), name='periodic_run_says_why', violation_error_message='A run that did not end well says why.')],
            },
        ),
    ]
