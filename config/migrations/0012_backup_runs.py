from django.db import migrations, models


class Migration(migrations.Migration):
    """The backups that were made, so that their age is seen (B1)."""

    dependencies = [
        ('config', '0011_erasure_hold'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='BackupRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(db_index=True, verbose_name='began at')),
                ('ended_at', models.DateTimeField(verbose_name='ended at')),
                ('target', models.TextField(verbose_name='place')),
                ('generation', models.CharField(max_length=40, verbose_name='name')),
                ('manifest_sha256', models.CharField(max_length=64, verbose_name='SHA-256 of the manifest')),
                ('files', models.PositiveBigIntegerField(verbose_name='files of evidence')),
                ('bytes', models.PositiveBigIntegerField(verbose_name='bytes of evidence')),
                ('damaged', models.PositiveBigIntegerField(verbose_name='files that are missing from it')),
            ],
            options={
                'verbose_name': 'backup',
                'verbose_name_plural': 'backups',
                'ordering': ('-began_at', '-pk'),
            },
        ),
    ]
