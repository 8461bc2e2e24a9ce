from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """What was done to a list stays known: its acts are never deleted, and their events never change."""

    dependencies = [("attendance", "0009_list_act")]
    operations = [
        guards.append_only("attendance_listactevent", key="pgh_id"),
        guards.never_deleted("attendance_listact"),
        guards.never_truncated("attendance_listact"),
    ]
