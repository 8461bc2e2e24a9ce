from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learners', '0006_hours_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='ComplianceRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('judged_on', models.DateField(verbose_name='judged for the day')),
                ('only_due', models.BooleanField(verbose_name='only answers that had run out')),
                ('workers', models.PositiveIntegerField(verbose_name='workers judged')),
                ('changed', models.PositiveIntegerField(verbose_name='answers changed')),
            ],
            options={
                'verbose_name': 'compliance run',
                'verbose_name_plural': 'compliance runs',
                'ordering': ('-pk',),
            },
        ),
    ]
