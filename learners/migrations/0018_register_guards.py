from django.db import migrations

LEGAL = ("learners_registerextract", "learners_registerimport", "learners_registerstanding")
EVENTS = ("learners_registerimportevent", "learners_registerstandingevent")

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
    """What an old register said is never changed, and is what the record says that it proves (I7, invariant 5).

    The hash of an extract is that of its content, and the evidence hash of the record that names it is the same.
    """

    dependencies = [("learners", "0017_registers")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(each(APPEND_ONLY, *EVENTS, key="pgh_id"), each(NOT_APPEND_ONLY, *EVENTS)),
        migrations.RunSQL(each(APPEND_ONLY, *LEGAL), each(NOT_APPEND_ONLY, *LEGAL)),
        migrations.RunSQL(
            """
            ALTER TABLE learners_registerextract ADD CONSTRAINT register_extract_hash_is_of_content
              CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
            ALTER TABLE learners_trainingrecord ADD CONSTRAINT record_hash_is_that_of_its_extract
              FOREIGN KEY (extract_id, evidence_hash) REFERENCES learners_registerextract (id, sha256)
              DEFERRABLE INITIALLY DEFERRED NOT VALID;
            """,
            """
            ALTER TABLE learners_trainingrecord DROP CONSTRAINT record_hash_is_that_of_its_extract;
            ALTER TABLE learners_registerextract DROP CONSTRAINT register_extract_hash_is_of_content;
            """,
        ),
    ]
