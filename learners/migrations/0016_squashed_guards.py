from django.db import migrations

LEGAL = (
    "learners_evidenceread",
    "learners_evidenceupload",
    "learners_merge",
    "learners_progressionevent",
    "learners_revocation",
    "learners_trainingrecord",
)
KEPT = ("learners_learner", "learners_competencyrecord")  # rows of these change and never go
AUDITED = (
    "learner_lp_tracking",
    "learners_area",
    "learners_arearequirement",
    "learners_assessmentmethod",
    "learners_complianceitem",
    "learners_learnerarea",
    "learners_role",
    "learners_rolerequirement",
    *KEPT,
)
EVENTS = (
    "learners_areaevent",
    "learners_arearequirementevent",
    "learners_assessmentmethodevent",
    "learners_competencyrecordevent",
    "learners_complianceitemevent",
    "learners_evidenceuploadevent",
    "learners_learnerareaevent",
    "learners_learnerevent",
    "learners_learnerhourslogevent",
    "learners_learnerprogressionevent",
    "learners_progressioneventevent",
    "learners_revocationevent",
    "learners_roleevent",
    "learners_rolerequirementevent",
    "learners_trainingrecordevent",
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
NEVER_DELETED = """
CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_delete('{key}');
"""
MAY_BE_DELETED = "DROP TRIGGER {table}_never_deleted ON {table};"

# The row locks make two merges that would meet in a chain wait for each other, or fail as a deadlock.
ONE_STEP = """
CREATE FUNCTION refuse_merge_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE survivor learners_learner%ROWTYPE; other text;
BEGIN
  SELECT * INTO survivor FROM learners_learner WHERE id = NEW.merged_into_id FOR NO KEY UPDATE;
  IF survivor.merged_into_id IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
      MESSAGE = format('Badge %s was merged into another one. Merge into that one, or undo that merge first.',
                       survivor.badge_id);
  END IF;
  SELECT badge_id INTO other FROM learners_learner WHERE merged_into_id = NEW.id ORDER BY id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
      MESSAGE = format('Badge %s was merged into %s. Undo that merge first.', other, NEW.badge_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER learner_merged_one_step AFTER INSERT OR UPDATE OF merged_into_id ON learners_learner
  FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION refuse_merge_chain();
"""


def each(text: str, *tables: str, key: str = "id") -> str:
    """Return the SQL for every table; `key` is the column that names a row in a message."""
    return "".join(text.format(table=table, key=key) for table in tables)


class Migration(migrations.Migration):
    """Legal rows are append-only; a sign-off, once given, changes only by being revoked (invariants 4 and 5).

    Reversals of hours are exact, and the sums of a programme are those of its log: rows are checked and sums moved once
    per statement, whatever door it comes through (invariant 6). An area never lies in itself; a merge is one step (L2).
    """

    replaces = [("learners", "0016_words")]
    dependencies = [("learners", "0015_squashed_history")]
    run_before = [("training", "0019_sessions")]  # so that keys that refer to sessions get the same names everywhere
    operations = [
        migrations.RunSQL(each(APPEND_ONLY, *EVENTS, key="pgh_id"), each(NOT_APPEND_ONLY, *EVENTS)),
        migrations.RunSQL(each(APPEND_ONLY, *LEGAL), each(NOT_APPEND_ONLY, *LEGAL)),
        migrations.RunSQL(
            each(APPEND_ONLY, "learner_hours_log", key="log_id"), each(NOT_APPEND_ONLY, "learner_hours_log")
        ),
        migrations.RunSQL(each(NEVER_EMPTIED, *AUDITED), each(MAY_BE_EMPTIED, *AUDITED)),
        migrations.RunSQL(each(NEVER_DELETED, *KEPT), each(MAY_BE_DELETED, *KEPT)),
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
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_area_circle() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              PERFORM pg_advisory_xact_lock(hashtext('area tree'));
              IF EXISTS (WITH RECURSIVE up AS (
                           SELECT id, parent_id FROM learners_area WHERE id = NEW.parent_id
                           UNION SELECT a.id, a.parent_id FROM learners_area a JOIN up ON a.id = up.parent_id)
                         SELECT FROM up WHERE id = NEW.id) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                  MESSAGE = format('Area %s cannot lie inside itself.', NEW.name);
              END IF;
              RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER area_not_in_a_circle AFTER INSERT OR UPDATE OF parent_id ON learners_area
              FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION refuse_area_circle();
            """,
            "DROP TRIGGER area_not_in_a_circle ON learners_area; DROP FUNCTION refuse_area_circle();",
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION add_hours_to_progressions() RETURNS trigger LANGUAGE plpgsql
              SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DECLARE wrong bigint; moved bigint;
            BEGIN
              SELECT n.reversal_of INTO wrong FROM new_rows n
               WHERE n.reversal_of IS NOT NULL AND NOT EXISTS (
                     SELECT FROM learner_hours_log o
                      WHERE o.log_id = n.reversal_of AND o.reversal_of IS NULL AND o.tracking_id = n.tracking_id
                        AND o.hours_trained = -n.hours_trained AND o.hours_present = -n.hours_present
                        AND o.log_date = n.log_date AND o.session_id IS NOT DISTINCT FROM n.session_id)
               LIMIT 1;
              IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'hours_reversal_is_exact',
                  MESSAGE = format('A reversal is the exact negative of log row %s.', wrong);
              END IF;
              UPDATE learner_lp_tracking p
                 SET hours_trained = p.hours_trained + more.trained, hours_present = p.hours_present + more.present,
                     hours_absent = p.hours_absent + more.trained - more.present, updated_at = now()
                FROM (SELECT tracking_id, learner_id, class_id, class_type_subject_id,
                             sum(hours_trained) AS trained, sum(hours_present) AS present
                        FROM new_rows GROUP BY tracking_id, learner_id, class_id, class_type_subject_id) more
               WHERE p.tracking_id = more.tracking_id AND p.learner_id = more.learner_id
                 AND p.class_id = more.class_id AND p.class_type_subject_id = more.class_type_subject_id;
              GET DIAGNOSTICS moved = ROW_COUNT;
              IF moved <> (SELECT count(*) FROM (SELECT DISTINCT tracking_id, learner_id, class_id, class_type_subject_id
                                                   FROM new_rows) named) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'hours_belong_to_their_progression',
                  MESSAGE = 'Hours name another worker, class or course than their progression.';
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER hours_move_the_sums AFTER INSERT ON learner_hours_log REFERENCING NEW TABLE AS new_rows
              FOR EACH STATEMENT EXECUTE FUNCTION add_hours_to_progressions();

            CREATE FUNCTION refuse_wrong_sums() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE wrong bigint;
            BEGIN
              IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND current_user =
                   (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
                RETURN NULL;  -- moved with the log, by add_hours_to_progressions
              END IF;
              SELECT n.tracking_id INTO wrong
                FROM new_rows n
                LEFT JOIN LATERAL (SELECT sum(hours_trained) AS trained, sum(hours_present) AS present
                                     FROM learner_hours_log WHERE tracking_id = n.tracking_id) log ON true
               WHERE (n.hours_trained, n.hours_present, n.hours_absent) IS DISTINCT FROM
                     (coalesce(log.trained, 0), coalesce(log.present, 0), coalesce(log.trained - log.present, 0))
               LIMIT 1;
              IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                  MESSAGE = format('The hours of progression %s are the sums of its log.', wrong);
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER progression_sums_are_the_logs AFTER UPDATE ON learner_lp_tracking
              REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_wrong_sums();
            CREATE TRIGGER progression_starts_at_zero AFTER INSERT ON learner_lp_tracking
              REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_wrong_sums();
            """,
            """
            DROP TRIGGER progression_starts_at_zero ON learner_lp_tracking;
            DROP TRIGGER progression_sums_are_the_logs ON learner_lp_tracking;
            DROP FUNCTION refuse_wrong_sums();
            DROP TRIGGER hours_move_the_sums ON learner_hours_log;
            DROP FUNCTION add_hours_to_progressions();
            """,
        ),
        migrations.RunSQL(
            ONE_STEP,
            "DROP TRIGGER learner_merged_one_step ON learners_learner; DROP FUNCTION refuse_merge_chain();",
        ),
    ]
