from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """A void row is append-only and sets its class session back to pending, which nothing else can (H4).

    It comes after the reversal of the hours, so that no second capture can count them again.
    """

    dependencies = [
        ("attendance", "0006_capture_void"),
        ("learners", "0006_hours_guards"),
        ("training", "0010_class_session_is_frozen"),
    ]
    operations = [
        guards.append_only("attendance_capturevoidevent", key="pgh_id"),
        guards.append_only("attendance_capturevoid"),
        migrations.RunSQL(
            """
            CREATE FUNCTION set_class_session_back() RETURNS trigger LANGUAGE plpgsql
              SECURITY DEFINER SET search_path = public, pg_temp AS $$
            BEGIN
              IF EXISTS (SELECT FROM learner_hours_log o
                          WHERE o.session_id = NEW.class_session_id AND o.source = 'attendance'
                            AND o.reversal_of IS NULL
                            AND NOT EXISTS (SELECT FROM learner_hours_log r WHERE r.reversal_of = o.log_id)) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'capture_void_after_its_hours',
                  MESSAGE = format('The hours of class session %s are not reversed yet.', NEW.class_session_id);
              END IF;
              UPDATE class_attendance_sessions
                 SET status = 'pending', captured_by = NULL, captured_at = NULL, notes = NULL, updated_at = now()
               WHERE session_id = NEW.class_session_id AND status = NEW.voided_status AND status <> 'pending';
              IF NOT FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'capture_void_of_what_is_captured',
                  MESSAGE = format('Class session %s is not %s, so there is nothing to void.',
                                   NEW.class_session_id, NEW.voided_status);
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER capture_void_sets_back AFTER INSERT ON attendance_capturevoid
              FOR EACH ROW EXECUTE FUNCTION set_class_session_back();
            """,
            """
            DROP TRIGGER capture_void_sets_back ON attendance_capturevoid;
            DROP FUNCTION set_class_session_back();
            """,
        ),
    ]
