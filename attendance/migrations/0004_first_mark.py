from django.db import migrations


class Migration(migrations.Migration):
    """A session knows when it was first marked, whichever door the mark came through (S11).

    Marking locks the session before its rows; a writer that does not is still safe, and may have to wait.
    """

    dependencies = [("attendance", "0003_list_is_frozen"), ("training", "0005_session_first_marked_at")]
    operations = [
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
    ]
