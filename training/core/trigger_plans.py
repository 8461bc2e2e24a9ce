"""How the database plans the statements of audit triggers, so that they are fast for many rows (ADR 25).

PostgreSQL plans a statement inside a function when a connection first runs it, and keeps that plan. The audit trigger
of an update joins the old rows to the new ones. For a single row it plans a nested loop, and a nested loop over 20,000
old and 20,000 new rows takes 400 million steps, or 40 seconds. With nested loops turned off it plans a hash or merge
join, which is as fast for one row and grows linearly.

django-pgtrigger replaces these functions whenever the columns of a table change, and their settings with them. So this
runs after every `migrate` (`TrainingConfig`).

Functions of our own that join old to new rows take care of that themselves, with EXECUTE: see the migration
`learners.0015_squashed_history`.
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
    """Turn nested loops off in every audit trigger function for updates. Running it again changes nothing."""
    with connections[using].cursor() as cursor:
        cursor.execute(WITHOUT_NESTED_LOOPS)
