from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """The list of a finalized session refuses everything (invariant 5).

    One look-up per statement. FOR SHARE waits for a finalize in progress and then sees its result.
    """

    dependencies = [("attendance", "0001_initial"), ("training", "0004_audit_is_append_only")]
    operations = [
        guards.append_only("attendance_sessionattendeeevent", key="pgh_id"),
        guards.never_truncated("session_attendees"),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_attendees_of_finalized() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE found record; ids bigint[];
            BEGIN
              IF TG_OP = 'INSERT' THEN SELECT array_agg(DISTINCT session_id) INTO ids FROM new_rows;
              ELSIF TG_OP = 'DELETE' THEN SELECT array_agg(DISTINCT session_id) INTO ids FROM old_rows;
              ELSE SELECT array_agg(DISTINCT session_id) INTO ids
                     FROM (SELECT session_id FROM old_rows UNION SELECT session_id FROM new_rows) both_sides;
              END IF;
              FOR found IN SELECT id, finalized_at FROM training_session WHERE id = ANY(ids) ORDER BY id FOR SHARE LOOP
                IF found.finalized_at IS NOT NULL THEN
                  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                    MESSAGE = format('Session %s is finalized: its attendance list cannot be changed.', found.id);
                END IF;
              END LOOP;
              RETURN NULL;
            END $$;
            CREATE TRIGGER attendees_frozen_insert AFTER INSERT ON session_attendees REFERENCING NEW TABLE AS new_rows
              FOR EACH STATEMENT EXECUTE FUNCTION refuse_attendees_of_finalized();
            CREATE TRIGGER attendees_frozen_update AFTER UPDATE ON session_attendees
              REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
              FOR EACH STATEMENT EXECUTE FUNCTION refuse_attendees_of_finalized();
            CREATE TRIGGER attendees_frozen_delete AFTER DELETE ON session_attendees REFERENCING OLD TABLE AS old_rows
              FOR EACH STATEMENT EXECUTE FUNCTION refuse_attendees_of_finalized();
            """,
            """
            DROP TRIGGER attendees_frozen_insert ON session_attendees;
            DROP TRIGGER attendees_frozen_update ON session_attendees;
            DROP TRIGGER attendees_frozen_delete ON session_attendees;
            DROP FUNCTION refuse_attendees_of_finalized();
            """,
        ),
    ]
