from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Records of an old register are found by it, and those without a certificate in the order of their list (I7)."""

    atomic = False
    dependencies = [("learners", "0018_register_guards")]
    operations = [
        AddIndexConcurrently(
            model_name='trainingrecord',
            index=models.Index(condition=models.Q(('register_import__isnull', False)), fields=['register_import', 'learner'], name='record_by_register'),
        ),
        AddIndexConcurrently(
            model_name='trainingrecord',
            index=models.Index(condition=models.Q(('extract__isnull', False)), fields=['-completion_date', '-id'], name='record_with_extract'),
        ),
    ]
