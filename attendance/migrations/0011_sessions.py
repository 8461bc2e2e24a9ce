from django.db import migrations

# As in 0010_squashed_guards, but for the name of the table; indented as there, so that the way back leaves the same text.
FUNCTIONS = """
            CREATE OR REPLACE FUNCTION refuse_attendees_of_finalized() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE found record; ids bigint[];
            BEGIN
              IF TG_OP = 'INSERT' THEN SELECT array_agg(DISTINCT session_id) INTO ids FROM new_rows;
              ELSIF TG_OP = 'DELETE' THEN SELECT array_agg(DISTINCT session_id) INTO ids FROM old_rows;
              ELSE SELECT array_agg(DISTINCT session_id) INTO ids
                     FROM (SELECT session_id FROM old_rows UNION SELECT session_id FROM new_rows) both_sides;
              END IF;
              FOR found IN SELECT id, finalized_at FROM {sessions} WHERE id = ANY(ids) ORDER BY id FOR SHARE LOOP
                IF found.finalized_at IS NOT NULL THEN
                  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                    MESSAGE = format('Session %s is finalized: its attendance list cannot be changed.', found.id);
                END IF;
              END LOOP;
              RETURN NULL;
            END $$;

            CREATE OR REPLACE FUNCTION note_first_mark() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              UPDATE {sessions} session SET first_marked_at = first_mark.marked_at
                FROM (SELECT session_id, min(marked_at) AS marked_at FROM new_rows
                       WHERE marked_at IS NOT NULL GROUP BY session_id) first_mark
               WHERE session.id = first_mark.session_id AND session.first_marked_at IS NULL;
              RETURN NULL;
            END $$;
"""


class Migration(migrations.Migration):
    """The triggers of lists ask and tell sessions under the table's new name. They need no lock of any table.

    PostgreSQL keeps the text of a function, so a table that is renamed takes keys and triggers along, but no function.
    """

    dependencies = [("attendance", "0010_squashed_guards"), ("training", "0019_sessions")]
    operations = [
        migrations.RunSQL(FUNCTIONS.format(sessions="sessions"), FUNCTIONS.format(sessions="training_session")),
    ]
