from django.db import migrations

PERIODS = ("areaperiod", "badgeperiod", "learnerareaperiod", "learnerperiod", "requirementperiod")

# Who changes something, by the context that audit events are written with; null where it names nobody. What is no
# context there is no reason to refuse a change.
ACTOR = """
CREATE FUNCTION history_actor() RETURNS integer LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (nullif(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user')::integer;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END $$;
"""

# A row changes twice at most, each time from "not yet": its end is entered, it is overruled.
GUARD = """
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  ends CONSTANT text[] := ARRAY['valid_to', 'ended_at', 'ended_by_id'];
  overrules CONSTANT text[] := ARRAY['overruled_at', 'overruled_by_id'];
  was jsonb := to_jsonb(OLD);
  says jsonb := to_jsonb(NEW);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL THEN
      was := was - ends; says := says - ends;
    END IF;
    IF OLD.overruled_at IS NULL AND NEW.overruled_at IS NOT NULL THEN
      was := was - overrules; says := says - overrules;
    END IF;
    IF was = says THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
    MESSAGE = format('%s keeps what was known: row %s cannot be changed or deleted.', TG_TABLE_NAME, OLD.id);
END $$;
"""

# Statement level, with transition tables: bulk changes cost one pass. A statement that joins transition tables is given
# to EXECUTE, because what plpgsql keeps of its own statements is a plan for as many rows as there were the first time.
# Whether anything has changed is an aggregate and no EXISTS, which is planned for its first hit: a nested loop, and where
# nothing has changed there is no hit to end it (ADR 25).
HEAD = """
CREATE FUNCTION write_{table}_period() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE day date := least(site_effective_date(), site_today()); moment timestamptz := clock_timestamp(); who integer := history_actor();
        is_changed boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    {insert}
  ELSIF TG_OP = 'DELETE' THEN
    EXECUTE $sql$ WITH touched AS MATERIALIZED (
      SELECT {old_keys}, false AS is_there, false AS is_new, $1 AS since, {nothing}, {unchanged} FROM old_rows o
    ) {rewrite} $sql$ USING day, moment, who;
  ELSE
    EXECUTE $sql$ SELECT coalesce(bool_or({differ}), false) FROM new_rows n JOIN old_rows o USING (id) $sql$ INTO is_changed;
    IF is_changed THEN
      EXECUTE $sql$ WITH touched AS MATERIALIZED (
        SELECT {new_keys}, true AS is_there, {keys_differ} AS is_new, $1 AS since, {new_values}, {changed}
          FROM new_rows n JOIN old_rows o USING (id) WHERE {differ}
         UNION ALL
        SELECT {old_keys}, false, false, $1, {nothing}, {unchanged}
          FROM new_rows n JOIN old_rows o USING (id) LEFT JOIN new_rows other ON {other_is_old}
         WHERE {keys_differ} AND other.id IS NULL
      ) {rewrite} $sql$ USING day, moment, who;
    END IF;
  END IF;
  RETURN NULL;
END $body$;
CREATE TRIGGER {table}_period_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_{table}_period();
CREATE TRIGGER {table}_period_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_{table}_period();
CREATE TRIGGER {table}_period_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_{table}_period();
"""

INSERT = """INSERT INTO {period} ({keys}, {values}, valid_from, entered_at, entered_by_id)
    SELECT {new_keys}, {source}, {first_day}, moment, who FROM new_rows n;"""

# What was there before, and has ended, may come back, even before its end.
INSERT_AGAIN = """EXECUTE $sql$ WITH touched AS MATERIALIZED (
      SELECT {new_keys}, true AS is_there, true AS is_new, {first_day} AS since, {new_values}, {all_changed} FROM new_rows n
    ) {rewrite} $sql$ USING day, moment, who;"""

# What holds from `since` on is written anew: the old pieces, each with what the change changes, and those that say the
# same put together; the whole is new where the row is (`is_new`). An open period that began before ends. What lies
# after `since`, or reaches beyond it with an end of its own, is overruled; what such a one said of the days before
# `since` is entered again.
REWRITE = """, reaching AS MATERIALIZED (
        SELECT p.*, t.is_there, t.is_new, t.since, {asked}, {flags}
          FROM touched t JOIN {period} p ON {p_is_t}
         WHERE p.overruled_at IS NULL AND coalesce(p.valid_to > t.since, true)
      ), piece AS (
        SELECT {keys}, greatest(valid_from, since) AS valid_from, valid_to, {mixed}
          FROM reaching WHERE is_there AND NOT is_new
         UNION ALL
        SELECT {t_keys}, t.since, next.first, {t_asked}
          FROM touched t
          LEFT JOIN (SELECT {keys}, min(valid_from) AS first FROM reaching WHERE NOT is_new GROUP BY {keys}) next
                 ON {next_is_t}
         WHERE t.is_there AND coalesce(next.first > t.since, true)
      ), marked AS (
        SELECT *, (valid_from, {values}) IS DISTINCT FROM (lag(valid_to) OVER w, {before}) AS begins
          FROM piece WINDOW w AS (PARTITION BY {keys} ORDER BY valid_from)
      ), numbered AS (
        SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY {keys} ORDER BY valid_from) AS number FROM marked
      ), truth AS MATERIALIZED (
        SELECT {keys}, {values}, min(valid_from) AS valid_from,
               CASE WHEN bool_and(valid_to IS NOT NULL) THEN max(valid_to) END AS valid_to
          FROM numbered GROUP BY {keys}, {values}, number
      ), kept AS MATERIALIZED (
        SELECT r.id, {r_keys}, r.valid_from
          FROM reaching r JOIN truth n ON {r_is_n} AND r.valid_from = n.valid_from
         WHERE r.valid_from >= r.since AND (r.valid_to, {r_values}) IS NOT DISTINCT FROM (n.valid_to, {n_values})
      ), overruled AS (
        UPDATE {period} p SET overruled_at = $2, overruled_by_id = $3
          FROM reaching r LEFT JOIN kept k ON k.id = r.id
         WHERE p.id = r.id AND k.id IS NULL AND (r.valid_from >= r.since OR r.valid_to IS NOT NULL)
      ), ended AS (
        UPDATE {period} p SET valid_to = r.since, ended_at = $2, ended_by_id = $3
          FROM reaching r WHERE p.id = r.id AND r.valid_from < r.since AND r.valid_to IS NULL
      )
      INSERT INTO {period} ({keys}, {values}, valid_from, valid_to, entered_at, entered_by_id, ended_at, ended_by_id)
      SELECT {keys}, {values}, valid_from, valid_to, $2, $3,
             CASE WHEN valid_to IS NOT NULL THEN $2 END, CASE WHEN valid_to IS NOT NULL THEN $3 END
        FROM (SELECT {n_keys}, {n_values}, n.valid_from, n.valid_to
                FROM truth n LEFT JOIN kept k ON {k_is_n} AND k.valid_from = n.valid_from WHERE k.id IS NULL
               UNION ALL
              SELECT {keys}, {values}, valid_from, since
                FROM reaching WHERE valid_from < since AND valid_to IS NOT NULL) entered
"""


def history(
    table: str,
    period: str,
    *,
    keys: dict[str, str],
    values: dict[str, str],
    first_day: str = "$1",
    may_return: bool = False,
) -> migrations.RunSQL:
    """Keep `period` in step with `table`, and every row that it ever had.

    Args:
        keys: columns of the period that name its row, each with the column of `table` that it is taken from.
        values: columns with what holds, likewise.
        first_day: SQL of the day from which a new row's first period holds; `$1` is the effective day.
        may_return: a row with the keys of one that was deleted may be entered again.
    """

    def each(text: str, *, of: dict[str, str], by: str = ", ") -> str:
        return by.join(text.format(name=name, source=source) for name, source in of.items())

    both = keys | values
    new_keys = each("n.{source} AS {name}", of=keys)
    rewrite = REWRITE.format(
        period=period,
        keys=", ".join(keys),
        values=", ".join(values),
        asked=each("t.new_{name}", of=values),
        flags=each("t.is_{name}", of=values),
        p_is_t=each("p.{name} = t.{name}", of=keys, by=" AND "),
        next_is_t=each("next.{name} = t.{name}", of=keys, by=" AND "),
        r_is_n=each("r.{name} = n.{name}", of=keys, by=" AND "),
        k_is_n=each("k.{name} = n.{name}", of=keys, by=" AND "),
        t_keys=each("t.{name}", of=keys),
        r_keys=each("r.{name}", of=keys),
        n_keys=each("n.{name}", of=keys),
        r_values=each("r.{name}", of=values),
        n_values=each("n.{name}", of=values),
        t_asked=each("t.new_{name}", of=values),
        mixed=each("CASE WHEN is_{name} THEN new_{name} ELSE {name} END AS {name}", of=values),
        before=each("lag({name}) OVER w", of=values),
    )
    new_values = each("n.{source} AS new_{name}", of=values)
    insert = (INSERT_AGAIN if may_return else INSERT).format(
        period=period,
        keys=", ".join(keys),
        values=", ".join(values),
        new_keys=new_keys if may_return else each("n.{source}", of=keys),
        source=each("n.{source}", of=values),
        first_day=first_day if may_return else first_day.replace("$1", "day"),
        new_values=new_values,
        all_changed=each("true AS is_{name}", of=values),
        rewrite=rewrite,
    )
    sql = HEAD.format(
        table=table,
        insert=insert,
        rewrite=rewrite,
        new_keys=new_keys,
        old_keys=each("o.{source} AS {name}", of=keys),
        new_values=new_values,
        nothing=each(f"(NULL::{period}).{{name}} AS new_{{name}}", of=values),
        unchanged=each("false AS is_{name}", of=values),
        changed=each("n.{source} IS DISTINCT FROM o.{source} AS is_{name}", of=values),
        differ=f"({each('n.{source}', of=both)}) IS DISTINCT FROM ({each('o.{source}', of=both)})",
        keys_differ=f"({each('n.{source}', of=keys)}) IS DISTINCT FROM ({each('o.{source}', of=keys)})",
        other_is_old=each("other.{source} = o.{source}", of=keys, by=" AND "),
    )
    return migrations.RunSQL(
        sql,
        f"""DROP TRIGGER {table}_period_insert ON {table}; DROP TRIGGER {table}_period_update ON {table};
            DROP TRIGGER {table}_period_delete ON {table}; DROP FUNCTION write_{table}_period();""",
    )


RULE = {name: name for name in ("requirement_type", "grace_period_days", "starts_on", "course_id")}
FACTS = ("role_id", "role_assigned_at", "company_id", "status", "start_date", "end_date")

HISTORY = (
    history(
        "learners_learner",
        "learners_learnerperiod",
        keys={"learner_id": "id"},
        values={name: name for name in FACTS},
        first_day="least($1, n.start_date, n.role_assigned_at)",
    ),
    history(
        "learners_learnerarea",
        "learners_learnerareaperiod",
        keys={"learner_id": "learner_id", "area_id": "area_id"},
        values={"assigned_at": "assigned_at"},
        first_day="least($1, n.assigned_at)",
        may_return=True,
    ),
    history(
        "learners_area",
        "learners_areaperiod",
        keys={"area_id": "id"},
        values={"name": "name", "parent_id": "parent_id"},
    ),
    history(
        "learners_rolerequirement",
        "learners_requirementperiod",
        keys={"requirement_id": "id", "role_id": "role_id"},
        values=RULE,
        first_day="least($1, n.starts_on)",
    ),
    history(
        "learners_arearequirement",
        "learners_requirementperiod",
        keys={"requirement_id": "id", "area_id": "area_id"},
        values=RULE,
        first_day="least($1, n.starts_on)",
    ),
)

# An old badge stays, even one of a single day, for it still finds the person (L3). One that was mistyped never was any:
# the setting `siteproof.badge_was_mistyped` of the transaction says so, and the period is overruled.
BADGES = """
CREATE FUNCTION write_badge_period() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE day date := least(site_effective_date(), site_today()); moment timestamptz := clock_timestamp(); who integer := history_actor();
        is_changed boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO learners_badgeperiod (learner_id, badge_id, valid_from, entered_at, entered_by_id)
    SELECT id, badge_id, least(day, start_date), moment, who FROM new_rows;
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT coalesce(bool_or(n.badge_id <> o.badge_id), false) FROM new_rows n JOIN old_rows o USING (id)'
     INTO is_changed;
  IF NOT is_changed THEN
    RETURN NULL;
  END IF;
  IF current_setting('siteproof.badge_was_mistyped', true) = 'on' THEN
    EXECUTE $sql$ WITH overruled AS (
      UPDATE learners_badgeperiod p SET overruled_at = $1, overruled_by_id = $2
        FROM new_rows n JOIN old_rows o USING (id)
       WHERE p.learner_id = n.id AND p.valid_to IS NULL AND p.overruled_at IS NULL AND n.badge_id <> o.badge_id
      RETURNING p.learner_id, n.badge_id, p.valid_from
    )
    INSERT INTO learners_badgeperiod (learner_id, badge_id, valid_from, entered_at, entered_by_id)
    SELECT learner_id, badge_id, valid_from, $1, $2 FROM overruled $sql$ USING moment, who;
  ELSE
    EXECUTE $sql$ WITH ended AS (
      UPDATE learners_badgeperiod p SET valid_to = greatest($1, p.valid_from), ended_at = $2, ended_by_id = $3
        FROM new_rows n JOIN old_rows o USING (id)
       WHERE p.learner_id = n.id AND p.valid_to IS NULL AND p.overruled_at IS NULL AND n.badge_id <> o.badge_id
      RETURNING p.learner_id, n.badge_id, p.valid_to
    )
    INSERT INTO learners_badgeperiod (learner_id, badge_id, valid_from, entered_at, entered_by_id)
    SELECT learner_id, badge_id, valid_to, $2, $3 FROM ended $sql$ USING day, moment, who;
  END IF;
  RETURN NULL;
END $body$;
CREATE TRIGGER learner_badge_period_insert AFTER INSERT ON learners_learner REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_badge_period();
CREATE TRIGGER learner_badge_period_update AFTER UPDATE ON learners_learner
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION write_badge_period();
"""


class Migration(migrations.Migration):
    """The dated history behind as-of answers (C8), written by the database whatever door a change comes through.

    It keeps every row that it ever had, and who said so when. A badge that was mistyped is kept as overruled, and may be
    somebody else's (L3).
    """

    replaces = [("learners", "0015_rows_compared_at_once")]
    dependencies = [("learners", "0001_squashed_0014_tables")]
    operations = [
        migrations.RunSQL(ACTOR, "DROP FUNCTION history_actor();"),
        *HISTORY,
        migrations.RunSQL(
            BADGES,
            """DROP TRIGGER learner_badge_period_insert ON learners_learner;
               DROP TRIGGER learner_badge_period_update ON learners_learner; DROP FUNCTION write_badge_period();""",
        ),
        migrations.RunSQL(
            GUARD
            + "".join(
                f"""CREATE TRIGGER {period}_keeps_its_rows BEFORE UPDATE OR DELETE ON learners_{period}
                      FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
                    CREATE TRIGGER {period}_no_truncate BEFORE TRUNCATE ON learners_{period}
                      EXECUTE FUNCTION refuse_truncate();"""
                for period in PERIODS
            ),
            "".join(
                f"""DROP TRIGGER {period}_keeps_its_rows ON learners_{period};
                    DROP TRIGGER {period}_no_truncate ON learners_{period};"""
                for period in PERIODS
            )
            + "DROP FUNCTION refuse_change_of_history();",
        ),
    ]
