from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Version 0 of a course stands for what was taught before the first version, in records of old registers (I7)."""

    dependencies = [
        ('training', '0022_calendar_feed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RemoveConstraint(
            model_name='courseversion',
            name='course_version_number_from_1',
        ),
        migrations.AlterField(
            model_name='courseversion',
            name='number',
            field=models.PositiveIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='courseversionevent',
            name='number',
            field=models.PositiveIntegerField(verbose_name='number'),
        ),
        migrations.AddConstraint(
            model_name='courseversion',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), models.Q(('number', 0), ('status', 'ARCHIVED')), _connector='OR'), name='course_version_number_from_0', violation_error_message='Version numbers start at 1; version 0 stands for what was taught before.'),
        ),
    ]
