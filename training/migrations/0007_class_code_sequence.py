from django.db import migrations, models
from django.db.models import Q


def refuse_duplicates(apps, schema_editor):
    """Stop with the list of codes used more than once, before anything is changed (K3)."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """SELECT class_code, array_agg(class_id ORDER BY class_id) FROM classes
                WHERE class_code <> '' GROUP BY class_code HAVING count(*) > 1 ORDER BY class_code"""
        )
        found = cursor.fetchall()
    if found:
        listed = "\n".join(f"  {code}: classes {', '.join(map(str, ids))}" for code, ids in found)
        raise RuntimeError(
            f"Class codes are used more than once; nothing was changed. Give each class its own code, then migrate "
            f"again:\n{listed}"
        )


class Migration(migrations.Migration):
    """The sequence of class codes (K1), which starts past codes of its own form that are there already (K2).

    Empty codes become NULL, so that the unique index of the next step is whole.
    """

    dependencies = [("training", "0006_training_class")]
    operations = [
        migrations.RunPython(refuse_duplicates, migrations.RunPython.noop),
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            "UPDATE classes SET class_code = NULL WHERE class_code = ''; SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "trainingclass",
            models.CheckConstraint(
                condition=~Q(class_code=""),
                name="class_code_not_empty",
                violation_error_message="A class code is never empty.",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE SEQUENCE class_code_seq AS bigint START WITH 1001 INCREMENT BY 1 MINVALUE 1 CACHE 1 NO CYCLE
              OWNED BY classes.class_code;
            COMMENT ON SEQUENCE class_code_seq IS 'Next number of a class code: the client''s prefix and this number';
            SELECT setval('class_code_seq', highest)
              FROM (SELECT max(substr(class_code, 4)::bigint) AS highest FROM classes
                     WHERE class_code ~ '^[A-Z]{3}[0-9]{4,9}$') codes
             WHERE highest > 1000;
            """,
            "DROP SEQUENCE class_code_seq",
        ),
    ]
