from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """Who took which file of the site is written once and stays."""

    dependencies = [("training", "0015_job")]
    operations = [guards.append_only("training_filedownload")]
