from django.db import migrations

TRIGGER = """
DROP TRIGGER class_code_never_changes ON classes;
CREATE TRIGGER class_code_never_changes BEFORE UPDATE OF class_code ON classes
  FOR EACH ROW WHEN ({has_code} AND NEW.class_code IS DISTINCT FROM OLD.class_code)
  EXECUTE FUNCTION refuse_new_class_code();
"""


class Migration(migrations.Migration):
    """A code of blanks alone, which older tables may hold, is none: it may be removed or replaced (K2)."""

    dependencies = [("training", "0011_course_code_to_its_end")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(
            TRIGGER.format(has_code="btrim(OLD.class_code) <> ''"),
            TRIGGER.format(has_code="OLD.class_code IS NOT NULL"),
        ),
    ]
