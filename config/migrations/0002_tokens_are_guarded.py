from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """What became of API tokens is audited like everything else, and the audit is append-only (invariant 5)."""

    dependencies = [("config", "0001_api"), ("training", "0004_audit_is_append_only")]
    operations = [
        guards.append_only("config_apitokenevent", key="pgh_id"),
        guards.never_truncated("config_apitoken"),
    ]
