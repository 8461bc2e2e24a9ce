from django.db import migrations

from training.core import database_guards as guards

AUDITED = (
    "company",
    "course",
    "courseprerequisite",
    "courseversion",
    "session",
    "trainer",
    "trainerqualification",
    "venue",
)


class Migration(migrations.Migration):
    """Audit events are never changed; no audited table is emptied past the triggers that audit it.

    The context of events may gain keys within a request (django-pghistory writes it anew), and loses or changes none.
    """

    dependencies = [("training", "0003_session_is_frozen"), ("pghistory", "0007_auto_20250421_0444")]
    operations = [
        *(guards.append_only(f"training_{name}event", key="pgh_id") for name in AUDITED),
        guards.never_truncated(*(f"training_{name}" for name in AUDITED), "pghistory_context"),
        migrations.RunSQL(
            """
            CREATE TRIGGER pghistory_context_only_grows BEFORE UPDATE ON pghistory_context
              FOR EACH ROW WHEN (NEW.id <> OLD.id OR NOT NEW.metadata @> OLD.metadata)
              EXECUTE FUNCTION refuse_change('id');
            CREATE TRIGGER pghistory_context_never_deleted BEFORE DELETE ON pghistory_context
              FOR EACH ROW EXECUTE FUNCTION refuse_delete('id');
            """,
            """
            DROP TRIGGER pghistory_context_only_grows ON pghistory_context;
            DROP TRIGGER pghistory_context_never_deleted ON pghistory_context;
            """,
        ),
    ]
