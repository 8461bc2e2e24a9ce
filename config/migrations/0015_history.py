from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The history of the whole site finds the newest events of each table by their time (N5)."""

    atomic = False
    dependencies = [
        ('config', '0014_looks'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='apitokenevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='config_apit_pgh_cre_babe27_idx'),
        ),
        AddIndexConcurrently(
            model_name='companyaccountevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='config_comp_pgh_cre_8c6505_idx'),
        ),
        AddIndexConcurrently(
            model_name='invitationevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='config_invi_pgh_cre_0b2824_idx'),
        ),
        AddIndexConcurrently(
            model_name='lastdayevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='config_last_pgh_cre_178578_idx'),
        ),
        AddIndexConcurrently(
            model_name='secondfactorevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='config_seco_pgh_cre_721b2f_idx'),
        ),
    ]
