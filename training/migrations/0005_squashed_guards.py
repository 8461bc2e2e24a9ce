from django.db import migrations

TABLES = (
    "training_company",
    "training_course",
    "training_courseprerequisite",
    "training_courseversion",
    "training_session",
    "training_trainer",
    "training_trainerqualification",
    "training_venue",
)
EVENTS = tuple(f"{table}event" for table in TABLES)

FUNCTIONS = migrations.RunSQL(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
        MESSAGE = format('%s is append-only: row %s cannot be changed or deleted.',
                         TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0]);
    END $$;
    CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
        MESSAGE = format('%s keeps its rows: row %s cannot be deleted.', TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0]);
    END $$;
    CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
        MESSAGE = format('%s cannot be emptied.', TG_TABLE_NAME);
    END $$;
    """,
    "DROP FUNCTION refuse_change(); DROP FUNCTION refuse_delete(); DROP FUNCTION refuse_truncate();",
)

# An append-only table, and a table that cannot be emptied past the triggers that see rows.
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
NEVER_EMPTIED = "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();"
MAY_BE_EMPTIED = "DROP TRIGGER {table}_no_truncate ON {table};"


def each(text: str, *tables: str, key: str = "id") -> str:
    """Return the SQL for every table; `key` is the column that names a row in a message."""
    return "".join(text.format(table=table, key=key) for table in tables)


class Migration(migrations.Migration):
    """What day it is, what a finalized session refuses, and the functions behind every append-only table.

    `site_today()` is what "today" means in SQL: the site's date. `site_effective_date()` is the day on which a
    back-dated change takes effect. The legal steps of a session (S9) are one table; its version belongs to its course.

    Audit events are never changed; no audited table is emptied past the triggers that audit it. The context of events
    may gain keys within a request (django-pghistory writes it anew), and loses or changes none (invariant 5).
    """

    replaces = [("training", "0005_session_first_marked_at")]
    dependencies = [("training", "0001_squashed_0004_tables"), ("pghistory", "0007_auto_20250421_0444")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(
            """
            CREATE FUNCTION site_today() RETURNS date LANGUAGE sql STABLE AS $$
              SELECT (now() AT TIME ZONE coalesce((SELECT time_zone FROM public.training_site WHERE id = 1), 'UTC'))::date $$;
            CREATE FUNCTION site_effective_date() RETURNS date LANGUAGE sql STABLE AS $$
              SELECT coalesce(nullif(current_setting('siteproof.effective_on', true), '')::date, public.site_today()) $$;
            COMMENT ON FUNCTION site_effective_date IS
              'The day on which changes of this transaction take effect in the dated history (C8)';
            """,
            "DROP FUNCTION site_effective_date(); DROP FUNCTION site_today();",
        ),
        FUNCTIONS,
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_finalized_session() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                MESSAGE = format('Session %s is finalized and cannot be changed.', OLD.id);
            END $$;
            CREATE TRIGGER session_finalized_is_frozen BEFORE UPDATE OR DELETE ON training_session
              FOR EACH ROW WHEN (OLD.finalized_at IS NOT NULL) EXECUTE FUNCTION refuse_finalized_session();

            CREATE FUNCTION refuse_session_step() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                MESSAGE = format('A session cannot become %s this way.', NEW.status);
            END $$;
            CREATE TRIGGER session_step_is_legal BEFORE UPDATE OF status ON training_session
              FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND (OLD.status, NEW.status) NOT IN
                (('DRAFT', 'SCHEDULED'), ('SCHEDULED', 'COMPLETED'), ('DRAFT', 'CANCELLED'), ('SCHEDULED', 'CANCELLED')))
              EXECUTE FUNCTION refuse_session_step();
            CREATE TRIGGER session_not_born_completed BEFORE INSERT ON training_session
              FOR EACH ROW WHEN (NEW.status = 'COMPLETED') EXECUTE FUNCTION refuse_session_step();

            ALTER TABLE training_session ADD CONSTRAINT session_version_is_of_its_course
              FOREIGN KEY (course_version_id, course_id) REFERENCES training_courseversion (id, course_id)
              DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE training_session DROP CONSTRAINT session_version_is_of_its_course;
            DROP TRIGGER session_not_born_completed ON training_session;
            DROP TRIGGER session_step_is_legal ON training_session;
            DROP FUNCTION refuse_session_step();
            DROP TRIGGER session_finalized_is_frozen ON training_session;
            DROP FUNCTION refuse_finalized_session();
            """,
        ),
        migrations.RunSQL(each(APPEND_ONLY, *EVENTS, key="pgh_id"), each(NOT_APPEND_ONLY, *EVENTS)),
        migrations.RunSQL(
            each(NEVER_EMPTIED, *TABLES, "pghistory_context"), each(MAY_BE_EMPTIED, *TABLES, "pghistory_context")
        ),
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
