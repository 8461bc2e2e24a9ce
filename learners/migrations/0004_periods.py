from django.db import migrations

# One trigger function per source table. What a row said holds until the effective day, what it says now from that day
# on: later periods go, the one around the day ends, a new one begins. So changes of one day leave one period. Statement
# level, with transition tables: bulk changes cost one pass.
TEMPLATE = """
CREATE FUNCTION write_{table}_period() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE day date := site_effective_date();
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO {period} ({key}, {columns}, valid_from) SELECT {source_key}, {source}, {first_day} FROM new_rows n;
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM {period} p USING old_rows o WHERE {same} AND p.valid_from >= day;
    UPDATE {period} p SET valid_to = day FROM old_rows o WHERE {same} AND coalesce(p.valid_to > day, true);
  ELSE
    WITH changed AS MATERIALIZED (
      SELECT id FROM new_rows n JOIN old_rows o USING (id)
       WHERE ({source_key}, {source}) IS DISTINCT FROM ({old_source_key}, {old_source})
    ), gone AS (
      DELETE FROM {period} p USING old_rows o JOIN changed USING (id) WHERE {same} AND p.valid_from >= day
    ), ended AS (
      UPDATE {period} p SET valid_to = day FROM old_rows o JOIN changed USING (id)
       WHERE {same} AND p.valid_from < day AND coalesce(p.valid_to > day, true)
    )
    INSERT INTO {period} ({key}, {columns}, valid_from)
    SELECT {source_key}, {source}, day FROM new_rows n JOIN changed USING (id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {table}_period_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_{table}_period();
CREATE TRIGGER {table}_period_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_{table}_period();
CREATE TRIGGER {table}_period_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION write_{table}_period();
"""


def history(
    table: str, period: str, *, key: dict[str, str], columns: dict[str, str], first_day: str = "day"
) -> migrations.RunSQL:
    """Keep `period` in step with `table`.

    Args:
        key: columns of the period that name its row, with their value in terms of the new row `n`.
        columns: columns whose changes open a new period, likewise.
        first_day: SQL of the day from which a new row's first period holds; `day` is the effective day.
    """
    old_key = {name: value.replace("n.", "o.") for name, value in key.items()}
    return migrations.RunSQL(
        TEMPLATE.format(
            table=table,
            period=period,
            key=", ".join(key),
            source_key=", ".join(key.values()),
            old_source_key=", ".join(old_key.values()),
            columns=", ".join(columns),
            source=", ".join(columns.values()),
            old_source=", ".join(value.replace("n.", "o.") for value in columns.values()),
            same=" AND ".join(f"p.{name} = {value}" for name, value in old_key.items()),
            first_day=first_day,
        ),
        f"""DROP TRIGGER {table}_period_insert ON {table}; DROP TRIGGER {table}_period_update ON {table};
            DROP TRIGGER {table}_period_delete ON {table}; DROP FUNCTION write_{table}_period();""",
    )


RULE = {
    "requirement_type": "n.requirement_type",
    "grace_period_days": "n.grace_period_days",
    "starts_on": "n.starts_on",
    "course_id": "n.course_id",
}


class Migration(migrations.Migration):
    """The dated history behind as-of answers (C8), written by the database whatever door a change comes through."""

    dependencies = [("learners", "0003_append_only")]
    operations = [
        history(
            "learners_learner",
            "learners_learnerperiod",
            key={"learner_id": "n.id"},
            columns={
                "role_id": "n.role_id",
                "role_assigned_at": "n.role_assigned_at",
                "company_id": "n.company_id",
                "status": "n.status",
                "start_date": "n.start_date",
                "end_date": "n.end_date",
            },
            first_day="least(day, n.start_date, n.role_assigned_at)",
        ),
        history(
            "learners_learnerarea",
            "learners_learnerareaperiod",
            key={"learner_id": "n.learner_id", "area_id": "n.area_id"},
            columns={"assigned_at": "n.assigned_at"},
            first_day="least(day, n.assigned_at)",
        ),
        history(
            "learners_area",
            "learners_areaperiod",
            key={"area_id": "n.id"},
            columns={"name": "n.name", "parent_id": "n.parent_id"},
        ),
        history(
            "learners_rolerequirement",
            "learners_requirementperiod",
            key={"requirement_id": "n.id", "role_id": "n.role_id"},
            columns=RULE,
            first_day="least(day, n.starts_on)",
        ),
        history(
            "learners_arearequirement",
            "learners_requirementperiod",
            key={"requirement_id": "n.id", "area_id": "n.area_id"},
            columns=RULE,
            first_day="least(day, n.starts_on)",
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
    ]
