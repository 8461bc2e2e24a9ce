from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
# Rows of these go, by an erasure or when they have their place in the log, and never change.
NEVER_CHANGED = """
CREATE TRIGGER {table}_never_changes BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('seal_id');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
MAY_BE_CHANGED = "DROP TRIGGER {table}_never_changes ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"

ONLY_GROW = {
    "training_seal": "id",
    "training_log": "id",
    "training_logkey": "id",
    "training_logentry": "position",
    "training_logtile": "id",
    "training_logcheckpoint": "id",
    "training_loganchor": "id",
    "training_packmade": "id",
    "training_erasure": "id",
}
LOSE_ROWS = ("training_sealopening", "training_sealpending")


class Migration(migrations.Migration):
    """Seals and log only grow, and hashes are stored as they are, for random bytes do not compress (T1, T2)."""

    dependencies = [("training", "0033_seals")]
    operations = [
        *(
            migrations.RunSQL(APPEND_ONLY.format(table=table, key=key), NOT_APPEND_ONLY.format(table=table))
            for table, key in ONLY_GROW.items()
        ),
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), MAY_BE_CHANGED.format(table=table))
            for table in LOSE_ROWS
        ),
        migrations.RunSQL(
            "ALTER TABLE training_logtile ALTER hashes SET STORAGE EXTERNAL",
            "ALTER TABLE training_logtile ALTER hashes SET STORAGE EXTENDED",
        ),
    ]
