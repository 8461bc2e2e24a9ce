from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """A finalized session refuses everything; the table of legal steps (S9); version and course belong together."""

    dependencies = [("training", "0002_site_today")]
    operations = [
        guards.FUNCTIONS,
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
    ]
