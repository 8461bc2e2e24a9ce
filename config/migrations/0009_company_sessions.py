import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Sessions that began at the company's sign-in page, and how to ask whether they go on (N2). The table is new."""

    dependencies = [
        ('config', '0008_seals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name='CompanySession',
            fields=[
                ('key', models.CharField(max_length=43, primary_key=True, serialize=False)),
                ('refresh', models.TextField()),
                ('began_at', models.DateTimeField(db_index=True)),
                ('checked_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session of a company account',
                'verbose_name_plural': 'sessions of company accounts',
            },
        ),
    ]
