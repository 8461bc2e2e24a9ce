from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The history of the whole site finds the newest events of each table by their time (N5)."""

    atomic = False
    dependencies = [
        ('attendance', '0015_taking_over_guards'),
        ('learners', '0025_import_turns'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0034_seal_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='capturevoidevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='attendance__pgh_cre_5389bd_idx'),
        ),
        AddIndexConcurrently(
            model_name='listactevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='attendance__pgh_cre_68947e_idx'),
        ),
        AddIndexConcurrently(
            model_name='sessionattendeeevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='attendance__pgh_cre_824fe6_idx'),
        ),
        AddIndexConcurrently(
            model_name='takeoverevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='attendance__pgh_cre_9ab520_idx'),
        ),
        AddIndexConcurrently(
            model_name='takeoverwithdrawalevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='attendance__pgh_cre_8ff7b9_idx'),
        ),
    ]
