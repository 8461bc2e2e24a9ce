from django.db import migrations

from training.core import database_guards as guards

AUDITED = (
    "area",
    "arearequirement",
    "assessmentmethod",
    "competencyrecord",
    "complianceitem",
    "evidenceupload",
    "learner",
    "learnerarea",
    "revocation",
    "role",
    "rolerequirement",
    "trainingrecord",
)
APPEND_ONLY = ("trainingrecord", "revocation", "evidenceupload", "evidenceread")


class Migration(migrations.Migration):
    """Legal rows are append-only; a sign-off, once given, changes only by being revoked (invariants 4 and 5)."""

    dependencies = [("learners", "0001_initial"), ("training", "0004_audit_is_append_only")]
    operations = [
        *(guards.append_only(f"learners_{name}event", key="pgh_id") for name in AUDITED),
        *(guards.append_only(f"learners_{name}") for name in APPEND_ONLY),
        guards.never_truncated(*(f"learners_{name}" for name in AUDITED if name not in APPEND_ONLY)),
        guards.never_deleted("learners_learner"),
        guards.never_deleted("learners_competencyrecord"),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_signed_off_competency() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NEW.revoked_at IS DISTINCT FROM OLD.revoked_at AND (OLD.revoked_at IS NOT NULL OR NOT EXISTS
                   (SELECT FROM learners_revocation WHERE competency_record_id = OLD.id AND revoked_at = NEW.revoked_at)) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                  MESSAGE = format('Competency record %s is revoked by a revocation, and only so.', OLD.id);
              END IF;
              IF (OLD.status <> 'PENDING_VERIFICATION' OR OLD.revoked_at IS NOT NULL)
                 AND to_jsonb(NEW) - 'revoked_at' IS DISTINCT FROM to_jsonb(OLD) - 'revoked_at' THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                  MESSAGE = format('Competency record %s is signed off and cannot be changed.', OLD.id);
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER competency_signed_off_is_frozen BEFORE UPDATE ON learners_competencyrecord
              FOR EACH ROW EXECUTE FUNCTION refuse_signed_off_competency();

            CREATE FUNCTION mark_revoked_competency() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              UPDATE learners_competencyrecord SET revoked_at = NEW.revoked_at WHERE id = NEW.competency_record_id;
              RETURN NULL;
            END $$;
            CREATE TRIGGER competency_revocation_marks_it AFTER INSERT ON learners_revocation
              FOR EACH ROW WHEN (NEW.competency_record_id IS NOT NULL) EXECUTE FUNCTION mark_revoked_competency();

            CREATE FUNCTION refuse_wrong_supersedes() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NOT EXISTS (SELECT FROM learners_trainingrecord r JOIN learners_revocation v ON v.record_id = r.id
                              WHERE r.id = NEW.supersedes_id AND r.learner_id = NEW.learner_id
                                AND r.session_id IS NOT DISTINCT FROM NEW.session_id) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                  MESSAGE = format('Record %s is not a revoked record of the same worker and session.', NEW.supersedes_id);
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER record_supersedes_a_revoked_one BEFORE INSERT ON learners_trainingrecord
              FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION refuse_wrong_supersedes();

            ALTER TABLE learners_trainingrecord ADD CONSTRAINT record_version_is_of_its_course
              FOREIGN KEY (course_version_id, course_id) REFERENCES training_courseversion (id, course_id)
              DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE learners_competencyrecord ADD CONSTRAINT competency_version_is_of_its_course
              FOREIGN KEY (course_version_id, course_id) REFERENCES training_courseversion (id, course_id)
              DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE learners_competencyrecord DROP CONSTRAINT competency_version_is_of_its_course;
            ALTER TABLE learners_trainingrecord DROP CONSTRAINT record_version_is_of_its_course;
            DROP TRIGGER record_supersedes_a_revoked_one ON learners_trainingrecord;
            DROP FUNCTION refuse_wrong_supersedes();
            DROP TRIGGER competency_revocation_marks_it ON learners_revocation;
            DROP FUNCTION mark_revoked_competency();
            DROP TRIGGER competency_signed_off_is_frozen ON learners_competencyrecord;
            DROP FUNCTION refuse_signed_off_competency();
            """,
        ),
    ]
