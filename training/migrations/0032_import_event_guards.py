from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('pgh_id');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
NOT_EMPTIED = "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();"
EMPTIED = "DROP TRIGGER {table}_no_truncate ON {table};"

EVENTS = ("training_importevent", "training_importaliasevent")
AUDITED = ("training_import", "training_importalias")


class Migration(migrations.Migration):
    """What is told of imports and of agreed names is never changed, and neither is emptied past it (invariant 5)."""

    dependencies = [("training", "0031_who_leaves")]

    operations = [
        *(migrations.RunSQL(APPEND_ONLY.format(table=each), NOT_APPEND_ONLY.format(table=each)) for each in EVENTS),
        *(migrations.RunSQL(NOT_EMPTIED.format(table=each), EMPTIED.format(table=each)) for each in AUDITED),
    ]
