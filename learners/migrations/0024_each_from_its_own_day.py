from django.db import migrations

# Pieces of the function `write_learners_learner_period` of 0015, as they stand there, and what comes in their place.
EVERYBODY_FROM = "AS is_new, $1 AS since, n.role_id"
EACH_FROM = (
    "AS is_new, least($1, CASE $4 WHEN 'day after end' THEN n.end_date + 1 WHEN 'start' THEN n.start_date END) AS since,"
    " n.role_id"
)
FOR_EVERYBODY = "$sql$ USING day, moment, who;\n    END IF;"
FOR_EACH = "$sql$ USING day, moment, who, nullif(current_setting('siteproof.effective_each', true), '');\n    END IF;"


def exchange(pieces: dict[str, str]) -> str:
    """Return SQL that exchanges pieces of the function, each of which has to stand in it exactly once."""
    steps = "".join(
        f"""
          IF length(text) - length(replace(text, $a${old}$a$, '')) <> length($a${old}$a$) THEN
            RAISE EXCEPTION 'write_learners_learner_period() is not as migrations made it';
          END IF;
          text := replace(text, $a${old}$a$, $a${new}$a$);"""
        for old, new in pieces.items()
    )
    return f"""
        DO $do$
        DECLARE text text := pg_get_functiondef('write_learners_learner_period()'::regprocedure);
        BEGIN{steps}
          EXECUTE text;
        END $do$;
    """


class Migration(migrations.Migration):
    """Workers of one statement can change from different days on, each from a day of its own row (C8).

    Where the setting `siteproof.effective_each` of the transaction says so, a change of a worker takes effect on the day
    after the worker's end date, or on the start date (L3). An import of 5,000 workers who left on 1,000 different days
    then is one statement, not 1,000 (I1). Days to come still count as today, and without the setting nothing changes.
    """

    dependencies = [("learners", "0023_badge_keys")]
    operations = [
        migrations.RunSQL(
            exchange({EVERYBODY_FROM: EACH_FROM, FOR_EVERYBODY: FOR_EACH}),
            exchange({EACH_FROM: EVERYBODY_FROM, FOR_EACH: FOR_EVERYBODY}),
        ),
    ]
