from django.db import migrations

from training import guards


class Migration(migrations.Migration):
    """The hours log is append-only, reversals are exact, and the sums of a progression are those of its log.

    The sums move with the log, in the statement that writes it, whatever door it comes through (invariant 6).
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
            CREATE FUNCTION refuse_wrong_hours() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NEW.reversal_of IS NOT NULL AND NOT EXISTS (
                   SELECT FROM learner_hours_log o
                    WHERE o.log_id = NEW.reversal_of AND o.reversal_of IS NULL AND o.tracking_id = NEW.tracking_id
                      AND o.hours_trained = -NEW.hours_trained AND o.hours_present = -NEW.hours_present
                      AND o.log_date = NEW.log_date AND o.session_id IS NOT DISTINCT FROM NEW.session_id) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'hours_reversal_is_exact',
                  MESSAGE = format('A reversal is the exact negative of log row %s.', NEW.reversal_of);
              END IF;
              IF NOT EXISTS (SELECT FROM learner_lp_tracking p
                              WHERE p.tracking_id = NEW.tracking_id AND p.learner_id = NEW.learner_id
                                AND p.class_id = NEW.class_id
                                AND p.class_type_subject_id = NEW.class_type_subject_id) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'hours_belong_to_their_progression',
                  MESSAGE = format('Hours of progression %s name another worker, class or course.', NEW.tracking_id);
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER hours_are_right BEFORE INSERT ON learner_hours_log
              FOR EACH ROW EXECUTE FUNCTION refuse_wrong_hours();

            CREATE FUNCTION add_hours_to_progressions() RETURNS trigger LANGUAGE plpgsql
              SECURITY DEFINER SET search_path = public, pg_temp AS $$
            BEGIN
              UPDATE learner_lp_tracking p
                 SET hours_trained = p.hours_trained + more.trained, hours_present = p.hours_present + more.present,
                     hours_absent = p.hours_absent + more.trained - more.present, updated_at = now()
                FROM (SELECT tracking_id, sum(hours_trained) AS trained, sum(hours_present) AS present
                        FROM new_rows GROUP BY tracking_id) more
               WHERE p.tracking_id = more.tracking_id;
              RETURN NULL;
            END $$;
            CREATE TRIGGER hours_move_the_sums AFTER INSERT ON learner_hours_log REFERENCING NEW TABLE AS new_rows
              FOR EACH STATEMENT EXECUTE FUNCTION add_hours_to_progressions();

            CREATE FUNCTION refuse_wrong_sums() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE trained numeric; present numeric;
            BEGIN
              IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND current_user =
                   (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
                RETURN NEW;  -- moved with the log, by add_hours_to_progressions
              END IF;
              SELECT coalesce(sum(hours_trained), 0), coalesce(sum(hours_present), 0) INTO trained, present
                FROM learner_hours_log WHERE tracking_id = NEW.tracking_id;
              IF (NEW.hours_trained, NEW.hours_present, NEW.hours_absent)
                 IS DISTINCT FROM (trained, present, trained - present) THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                  MESSAGE = format('The hours of progression %s are the sums of its log.', NEW.tracking_id);
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER progression_sums_are_the_logs BEFORE UPDATE ON learner_lp_tracking
              FOR EACH ROW WHEN ((OLD.hours_trained, OLD.hours_present, OLD.hours_absent)
                                 IS DISTINCT FROM (NEW.hours_trained, NEW.hours_present, NEW.hours_absent))
              EXECUTE FUNCTION refuse_wrong_sums();
            CREATE TRIGGER progression_starts_at_zero BEFORE INSERT ON learner_lp_tracking
              FOR EACH ROW WHEN (NEW.hours_trained <> 0 OR NEW.hours_present <> 0 OR NEW.hours_absent <> 0)
              EXECUTE FUNCTION refuse_wrong_sums();
            """,
            """
            DROP TRIGGER progression_starts_at_zero ON learner_lp_tracking;
            DROP TRIGGER progression_sums_are_the_logs ON learner_lp_tracking;
            DROP FUNCTION refuse_wrong_sums();
            DROP TRIGGER hours_move_the_sums ON learner_hours_log;
            DROP FUNCTION add_hours_to_progressions();
            DROP TRIGGER hours_are_right ON learner_hours_log;
            DROP FUNCTION refuse_wrong_hours();
            """,
        ),
    ]
