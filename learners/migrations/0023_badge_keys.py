import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Badges are looked up by their keys (L4). The indexes are built CONCURRENTLY, which no transaction may hold."""

    atomic = False
    dependencies = [("learners", "0022_worker_numbers")]
    operations = [
        AddIndexConcurrently(
            model_name='badgeperiod',
            index=models.Index(django.contrib.postgres.indexes.OpClass(models.Func(models.F('badge_id'), function='same_text', output_field=models.TextField()), name='text_pattern_ops'), name='badge_period_by_key'),
        ),
        AddIndexConcurrently(
            model_name='badgeperiod',
            index=models.Index(django.contrib.postgres.indexes.OpClass(models.Func(models.F('badge_id'), function='near_text', output_field=models.TextField()), name='text_pattern_ops'), name='badge_period_by_near_key'),
        ),
        RemoveIndexConcurrently(
            model_name='badgeperiod',
            name='badge_period_by_badge',
        ),
    ]
