from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER training_importedrow_append_only BEFORE UPDATE OR DELETE ON training_importedrow
  FOR EACH ROW EXECUTE FUNCTION refuse_change('id');
CREATE TRIGGER training_importedrow_no_truncate BEFORE TRUNCATE ON training_importedrow EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER training_importedrow_append_only ON training_importedrow;
DROP TRIGGER training_importedrow_no_truncate ON training_importedrow;
"""


class Migration(migrations.Migration):
    """What a row of an import wrote is never rewritten: it leads from the row to the thing and back (I8)."""

    dependencies = [("training", "0026_imports")]

    operations = [migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY)]
