from django.db import migrations, models

# Migrating back keeps the codes unique: the constraint's index becomes a plain unique index under its first name again.
BACK = """
ALTER TABLE classes DROP CONSTRAINT class_code_unique;
CREATE UNIQUE INDEX idx_classes_class_code_unique ON classes (class_code);
"""


class Migration(migrations.Migration):
    """Promote the unique index to the constraint, which takes over its name; then the plain index is of no use (K3)."""

    dependencies = [("training", "0008_class_code_index")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    "trainingclass",
                    models.UniqueConstraint(
                        fields=["class_code"],
                        name="class_code_unique",
                        violation_error_message="This class code is taken.",
                    ),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    """
                    ALTER TABLE classes ADD CONSTRAINT class_code_unique UNIQUE USING INDEX idx_classes_class_code_unique;
                    COMMENT ON CONSTRAINT class_code_unique ON classes IS 'A class code belongs to one class';
                    """,
                    BACK,
                ),
                migrations.RunSQL(
                    "DROP INDEX idx_classes_class_code", "CREATE INDEX idx_classes_class_code ON classes (class_code)"
                ),
            ],
        ),
    ]
