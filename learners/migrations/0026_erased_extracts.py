from django.db import migrations

AGAIN = """
ALTER TABLE learners_registerextract DROP CONSTRAINT register_extract_hash_is_of_content;
ALTER TABLE learners_registerextract ADD CONSTRAINT register_extract_hash_is_of_content
  CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'){or_erased}){later};
"""
CHECKED = "ALTER TABLE learners_registerextract VALIDATE CONSTRAINT register_extract_hash_is_of_content"


class Migration(migrations.Migration):
    """An extract that was erased is empty and keeps its hash, which the record and the seal hold (T6)."""

    dependencies = [("learners", "0025_import_turns")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(
            AGAIN.format(or_erased=" OR content = '{}'", later=" NOT VALID"), AGAIN.format(or_erased="", later="")
        ),
        migrations.RunSQL(CHECKED, migrations.RunSQL.noop),
    ]
