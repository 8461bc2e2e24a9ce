from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """A captured or excepted class session changes no more (invariant 5).

    Back to pending leads one way only: a void row, whose own trigger does it, as the owner of the table and one level
    deeper than a statement can.
    A class code never changes (K1).
    """

    dependencies = [("training", "0009_class_code_constraint")]
    operations = [
        guards.append_only("training_trainingclassevent", key="pgh_id"),
        guards.append_only("training_classattendancesessionevent", key="pgh_id"),
        guards.never_truncated("classes", "class_attendance_sessions"),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_captured_class_session() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND NEW.status = 'pending' AND current_user =
                   (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
                RETURN NEW;
              END IF;
              RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                MESSAGE = format('Class session %s is %s and cannot be changed.', OLD.session_id, OLD.status);
            END $$;
            CREATE TRIGGER class_session_is_frozen BEFORE UPDATE ON class_attendance_sessions
              FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION refuse_captured_class_session();
            CREATE TRIGGER class_session_captured_stays BEFORE DELETE ON class_attendance_sessions
              FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION refuse_captured_class_session();

            CREATE FUNCTION refuse_new_class_code() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                MESSAGE = format('Class %s keeps its code %s.', OLD.class_id, OLD.class_code);
            END $$;
            CREATE TRIGGER class_code_never_changes BEFORE UPDATE OF class_code ON classes
              FOR EACH ROW WHEN (OLD.class_code IS NOT NULL AND NEW.class_code IS DISTINCT FROM OLD.class_code)
              EXECUTE FUNCTION refuse_new_class_code();
            """,
            """
            DROP TRIGGER class_code_never_changes ON classes;
            DROP FUNCTION refuse_new_class_code();
            DROP TRIGGER class_session_captured_stays ON class_attendance_sessions;
            DROP TRIGGER class_session_is_frozen ON class_attendance_sessions;
            DROP FUNCTION refuse_captured_class_session();
            """,
        ),
    ]
