import importlib

from django.db import migrations

refuse_duplicates = importlib.import_module("training.migrations.0007_class_code_sequence").refuse_duplicates
NAME = "idx_classes_class_code_unique"


def build(apps, schema_editor):
    """Build the unique index without locking writers out; what a failed build left behind is built anew."""
    refuse_duplicates(apps, schema_editor)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """SELECT indisvalid AND indisunique AND indpred IS NULL FROM pg_index WHERE indexrelid = to_regclass(%s)""",
            [NAME],
        )
        fit = cursor.fetchone()
        if fit == (True,):
            return
        if fit == (False,):
            cursor.execute(f"DROP INDEX CONCURRENTLY {NAME}")
        try:
            cursor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON classes (class_code)")
        except Exception:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
            refuse_duplicates(apps, schema_editor)  # inserted meanwhile: says which
            raise


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")


class Migration(migrations.Migration):
    """The unique index behind `class_code_unique`, built CONCURRENTLY, which no transaction may hold (K3)."""

    atomic = False
    dependencies = [("training", "0007_class_code_sequence")]
    operations = [migrations.RunPython(build, drop)]
