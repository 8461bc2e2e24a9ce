from django.db import migrations

TABLES = (
    "attendance_registerdifference",
    "attendance_registercomparison",
    "attendance_differenceexplained",
    "attendance_registersample",
    "attendance_samplecheck",
    "attendance_sampledrecord",
    "attendance_takeover",
    "attendance_takeoverwithdrawal",
)
EVENTS = ("attendance_takeoverevent", "attendance_takeoverwithdrawalevent")

APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"


def each(text: str, *tables: str, key: str = "id") -> str:
    """Return the SQL for every table; `key` is the column that names a row in a message."""
    return "".join(text.format(table=table, key=key) for table in tables)


class Migration(migrations.Migration):
    """What was compared, sampled, checked and signed is never rewritten, and a report is what its hash says (I11)."""

    dependencies = [("attendance", "0014_taking_over")]
    operations = [
        migrations.RunSQL(each(APPEND_ONLY, *EVENTS, key="pgh_id"), each(NOT_APPEND_ONLY, *EVENTS)),
        migrations.RunSQL(each(APPEND_ONLY, *TABLES), each(NOT_APPEND_ONLY, *TABLES)),
        migrations.RunSQL(
            """
            ALTER TABLE attendance_takeover ADD CONSTRAINT take_over_hash_is_of_content
              CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
            """,
            "ALTER TABLE attendance_takeover DROP CONSTRAINT take_over_hash_is_of_content;",
        ),
    ]
