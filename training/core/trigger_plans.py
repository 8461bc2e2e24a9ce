"""How the database plans what audit triggers ask of many rows at once (ADR 25).

A statement inside a function is planned the first time that a connection runs it, and the plan is kept. What an audit
trigger of updates asks joins the rows as they were to the rows as they are. Planned for one row that is a nested loop,
and a nested loop over 20,000 rows of each takes 400 million steps: 40 seconds. Without nested loops the plan is a hash
or merge join, which costs the same for one row and is linear for many.

django-pgtrigger writes these functions anew whenever the columns of a table change, and every setting of a function
goes with its old text. So this runs after every `migrate`, whoever migrates: `TrainingConfig`.

Functions of our own that join transition tables say so themselves, with EXECUTE: migration
`learners.0013_history_keeps_everything`.
"""

from typing import LiteralString

from django.db import connections

WITHOUT_NESTED_LOOPS: LiteralString = """
    DO $$
    DECLARE f regprocedure;
    BEGIN
      FOR f IN
        SELECT DISTINCT p.oid::regprocedure
          FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
         WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'pgtrigger\\_%'
           AND t.tgoldtable IS NOT NULL AND t.tgnewtable IS NOT NULL
           AND NOT coalesce(p.proconfig @> ARRAY['enable_nestloop=off'], false)
      LOOP
        EXECUTE format('ALTER FUNCTION %s SET enable_nestloop = off', f);
      END LOOP;
    END $$;
"""


def plan_for_many_rows(*, using: str, **kwargs: object) -> None:
    """Let every audit trigger function of updates be planned without nested loops; idempotent."""
    with connections[using].cursor() as cursor:
        cursor.execute(WITHOUT_NESTED_LOOPS)
