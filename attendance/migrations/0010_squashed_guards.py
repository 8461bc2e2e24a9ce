from django.db import migrations

EVENTS = ("attendance_capturevoidevent", "attendance_listactevent", "attendance_sessionattendeeevent")

# An append-only table, and a table that cannot be emptied past the triggers that see rows.
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
NEVER_EMPTIED = "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();"
MAY_BE_EMPTIED = "DROP TRIGGER {table}_no_truncate ON {table};"
NEVER_DELETED = """
CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_delete('{key}');
"""
MAY_BE_DELETED = "DROP TRIGGER {table}_never_deleted ON {table};"


def each(text: str, *tables: str, key: str = "id") -> str:
    """Return the SQL for every table; `key` is the column that names a row in a message."""
    return "".join(text.format(table=table, key=key) for table in tables)


class Migration(migrations.Migration):
    """The list of a finalized session refuses everything (invariant 5), and a void sets its class meeting back (H4).

    The list asks once per statement; FOR SHARE waits for a finalize in progress and then sees its result. A session
    knows when it was first marked, whichever door the mark came through (S11): marking locks the session before its
    rows; a writer that does not is still safe, and may have to wait. A void comes after the reversal of the hours, so
    that nobody can record the meeting again and count them twice. What was done to a whole list stays known (A1).
    """

    replaces = [("attendance", "0010_list_act_is_kept")]
    dependencies = [("attendance", "0001_squashed_0009_tables")]
    run_before = [("training", "0019_sessions")]  # so that keys that refer to sessions get the same names everywhere
    operations = [
        migrations.RunSQL(each(APPEND_ONLY, *EVENTS, key="pgh_id"), each(NOT_APPEND_ONLY, *EVENTS)),
        migrations.RunSQL(
            each(APPEND_ONLY, "attendance_capturevoid"), each(NOT_APPEND_ONLY, "attendance_capturevoid")
        ),
        migrations.RunSQL(
            each(NEVER_EMPTIED, "session_attendees", "attendance_listact"),
            each(MAY_BE_EMPTIED, "session_attendees", "attendance_listact"),
        ),
        migrations.RunSQL(each(NEVER_DELETED, "attendance_listact"), each(MAY_BE_DELETED, "attendance_listact")),
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
        migrations.RunSQL(
            """
            CREATE FUNCTION note_first_mark() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              UPDATE training_session session SET first_marked_at = first_mark.marked_at
                FROM (SELECT session_id, min(marked_at) AS marked_at FROM new_rows
                       WHERE marked_at IS NOT NULL GROUP BY session_id) first_mark
               WHERE session.id = first_mark.session_id AND session.first_marked_at IS NULL;
              RETURN NULL;
            END $$;
            CREATE TRIGGER attendees_note_first_mark_insert AFTER INSERT ON session_attendees
              REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_first_mark();
            CREATE TRIGGER attendees_note_first_mark_update AFTER UPDATE ON session_attendees
              REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_first_mark();
            """,
            """
            DROP TRIGGER attendees_note_first_mark_update ON session_attendees;
            DROP TRIGGER attendees_note_first_mark_insert ON session_attendees;
            DROP FUNCTION note_first_mark();
            """,
        ),
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
