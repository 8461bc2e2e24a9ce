from django.db import migrations

from training.core import database_guards as guards


class Migration(migrations.Migration):
    """The hours log is append-only, reversals are exact, and the sums of a progression are those of its log.

    The rows are checked and the sums moved once per statement, whatever door it comes through (invariant 6).
    """

    dependencies = [("learners", "0005_progression"), ("training", "0010_class_session_is_frozen")]
    operations = [
        guards.append_only("learners_learnerprogressionevent", key="pgh_id"),
        guards.append_only("learners_progressioneventevent", key="pgh_id"),
        guards.append_only("learners_learnerhourslogevent", key="pgh_id"),
        guards.append_only("learner_hours_log", key="log_id"),
        guards.append_only("learners_progressionevent"),
        guards.never_truncated("learner_lp_tracking"),
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
    ]
