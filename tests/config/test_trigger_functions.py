"""What runs with the rights of the tables' owner can neither be called nor hung on a table by the application's role.

The attack: a trigger function of ours on a temporary table whose columns have types of the attacker's, with casts of
his own, which then run as the owner. Each function is tried; with the old grants each gives in.
"""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import errors

from config import database_roles

pytestmark = pytest.mark.django_db

ROLE = f"siteproof_app_of_attack_{os.getpid()}"

# Neither triggers nor run as the owner: what each does, it does with the rights of whoever calls it.
HARMLESS = {
    "_pgtrigger_should_ignore(name)",  # says no
    "fold(text)",  # text without accents
    "near_name(text)",  # keys of text, like the others of L4
    "near_text(text)",
    "plain_words(text)",
    "same_text(text)",
    "seal_digest(bytea,bytea,text)",  # a hash of what it is given
    "spelled_words(text)",
    "worker_words(text,text,text,text)",
    "history_actor()",  # reads the audit context of the transaction
    "site_effective_date()",  # reads a setting of the transaction
    "site_today()",  # reads the clock and the site's time zone
}
# Sets what it is given beside rows of its own, and PostgreSQL matches their types with no cast of anybody's.
FIT_NO_TRAP = {"write_learners_learnerarea_period()"}
# Comes whole, with its version, from a library; the same is asked of each function of it, but not its name.
LIBRARIES = ("procrastinate_",)

# What our functions let the session tell them; docs/security.md says what each can falsify.
SETTINGS = {
    "pghistory.context_id",
    "pghistory.context_metadata",
    "siteproof.badge_was_mistyped",
    "siteproof.effective_each",
    "siteproof.effective_on",
}

# Bits of pg_trigger.tgtype.
ROW, BEFORE = 1, 2
EVENTS = {4: "INSERT", 16: "UPDATE", 8: "DELETE", 32: "TRUNCATE"}

# What stands in the columns that are not trapped.
VALUES = {
    "bigint": "1",
    "boolean": "true",
    "character varying": "'1'",
    "date": "'2026-01-01'",
    "integer": "1",
    "numeric": "1",
    "smallint": "1",
    "text": "'1'",
    "timestamp with time zone": "'2026-01-01'",
}

FUNCTIONS = """
    SELECT p.oid::regprocedure::text, p.prosecdef, p.prorettype = 'trigger'::regtype,
           has_function_privilege(%s, p.oid, 'EXECUTE')
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
     ORDER BY 1
"""

# One trigger of each trigger function, as a migration has made it.
TRIGGERS = """
    SELECT DISTINCT ON (p.oid) p.oid::regprocedure::text, p.prosecdef, c.oid, t.tgtype, t.tgoldtable, t.tgnewtable
      FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND p.pronamespace = 'public'::regnamespace
     ORDER BY p.oid, t.tgtype
"""


OTHERS = {
    "character varying": "'2'",
    "jsonb": "'{}'",
    "text": "'2'",
}  # what an update makes of them: some audit one column only


class Placed(NamedTuple):
    """A trigger function, and how a migration has placed it."""

    function: str
    runs_as_owner: bool
    table: int
    kind: int
    old_rows: str | None
    new_rows: str | None


@pytest.fixture
def as_application() -> Iterator[None]:
    """The test runs with the rights of the application's role; role and rights go with the test's transaction."""
    database_roles.set_up(ROLE)
    _execute(f"SET LOCAL ROLE {ROLE}")
    yield
    _execute("RESET ROLE")


def _execute(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _as_owner(*statements: str) -> None:
    _execute(";".join(["RESET ROLE", *statements, f"SET LOCAL ROLE {ROLE}"]))


def _placed() -> list[Placed]:
    return [Placed(*row) for row in _rows(TRIGGERS)]


def _refusal(query: str) -> BaseException | None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _execute(query)
    return refused.value.__cause__


def _columns(table: int) -> list[tuple[str, str]]:
    """Return the columns of a table with their types, made as the attacker makes them: a cast of his for each type."""
    return _rows(
        """SELECT quote_ident(a.attname), format_type(a.atttypid, NULL) FROM pg_attribute a
            WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum""",
        table,
    )


def _make_types_with_casts(placed: list[Placed]) -> dict[str, str]:
    """Make a temporary type for each type that our tables have, with a cast that tells as whom it runs."""
    types = sorted({kind for each in placed for _column, kind in _columns(each.table)})
    traps = {kind: f"pg_temp.trap_{number}" for number, kind in enumerate(types)}
    for kind, trap in traps.items():
        _execute(
            f"""CREATE TYPE {trap} AS (x text);
                CREATE FUNCTION {trap}_cast({trap}) RETURNS {kind} LANGUAGE plpgsql STABLE AS
                  $$ BEGIN RAISE EXCEPTION 'inside as %', current_user; END $$;
                CREATE CAST ({trap} AS {kind}) WITH FUNCTION {trap}_cast({trap}) AS IMPLICIT"""
        )
    return traps


def _attack(placed: Placed, columns: list[tuple[str, str, str, str]]) -> None:
    """Hang the function on a temporary table of columns (name, type, value, other value), and let it fire."""
    event = next(name for bit, name in EVENTS.items() if placed.kind & bit)
    rows = [f"{kind} TABLE AS {name}" for kind, name in (("OLD", placed.old_rows), ("NEW", placed.new_rows)) if name]
    _execute(f"CREATE TEMPORARY TABLE trap ({', '.join(f'{name} {kind}' for name, kind, *_ in columns)})")
    insert = f"INSERT INTO trap VALUES ({', '.join(value for _name, _kind, value, _other in columns)})"
    if event != "INSERT":
        _execute(insert)
    _execute(
        f"""CREATE TRIGGER sprung {"BEFORE" if placed.kind & BEFORE else "AFTER"} {event} ON trap
              {"REFERENCING " + " ".join(rows) if rows else ""} FOR EACH {"ROW" if placed.kind & ROW else "STATEMENT"}
              EXECUTE FUNCTION {placed.function}"""
    )
    if event == "UPDATE":
        _execute(f"UPDATE trap SET {', '.join(f'{name} = {other}' for name, _kind, _value, other in columns)}")
    else:
        _execute({"INSERT": insert, "DELETE": "DELETE FROM trap", "TRUNCATE": "TRUNCATE trap"}[event])


def _outcome(placed: Placed, columns: list[tuple[str, str, str, str]]) -> DatabaseError | None:
    try:
        with transaction.atomic():
            _attack(placed, columns)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return error
    return None


def _tables(placed: Placed, traps: dict[str, str]) -> Iterator[list[tuple[str, str, str, str]]]:
    """Yield the tables to try: one whose columns are all trapped, then those of which one column is."""
    columns = _columns(placed.table)
    trapped = {
        name: (name, traps[kind], f"ROW('1')::{traps[kind]}", f"ROW('2')::{traps[kind]}") for name, kind in columns
    }
    yield list(trapped.values())
    for others in (VALUES, VALUES | OTHERS):  # the second for those that look at one column, the first for all others
        plain = {name: (name, kind, VALUES.get(kind, "NULL"), others.get(kind, "NULL")) for name, kind in columns}
        for chosen, _kind in columns:
            yield [trapped[name] if name == chosen else plain[name] for name, _kind in columns]


def _as_whom(placed: Placed, traps: dict[str, str]) -> str:
    """Return as whom a cast of the attacker's ran inside the function, or why none did."""
    for columns in _tables(placed, traps):
        outcome = str(_outcome(placed, columns)).splitlines()[0]
        if outcome.startswith("inside as"):
            break
    return outcome


def test_with_the_old_grants_the_attack_makes_the_role_the_owner(as_application: None) -> None:
    """The control: every function that runs as the owner gives in, and any other can at least be hung."""
    ours = ", ".join(function for function, *_ in _rows(FUNCTIONS, ROLE))
    database = connection.settings_dict["NAME"]
    _as_owner(f"GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", f"GRANT EXECUTE ON ROUTINE {ours} TO PUBLIC")
    ((owner,),) = _rows("SELECT session_user")
    placed = [each for each in _placed() if each.runs_as_owner and each.function not in FIT_NO_TRAP]
    traps = _make_types_with_casts(placed)

    outcomes = {each.function: _as_whom(each, traps) for each in placed}

    assert len(outcomes) > 80
    assert outcomes == dict.fromkeys(outcomes, f"inside as {owner}")


def test_no_trigger_function_can_be_hung_on_a_table_even_if_there_were_one(as_application: None) -> None:
    database = connection.settings_dict["NAME"]
    _as_owner(f"GRANT TEMPORARY ON DATABASE {database} TO {ROLE}")
    placed = _placed()
    traps = _make_types_with_casts(placed)

    for each in placed:
        outcome = _outcome(each, next(_tables(each, traps)))
        assert outcome is not None
        assert isinstance(outcome.__cause__, errors.InsufficientPrivilege), (each, outcome)
        assert "permission denied for function" in str(outcome), (each, outcome)


def test_there_is_no_table_to_hang_one_on(as_application: None) -> None:
    for attempt in (
        "CREATE TEMPORARY TABLE trap ()",
        "CREATE TYPE pg_temp.trap AS (x text)",
        "CREATE FUNCTION pg_temp.deed() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE trap ()",
        "CREATE SCHEMA trap",
        "CREATE VIEW trap AS SELECT 1",
    ):
        assert isinstance(_refusal(attempt), errors.InsufficientPrivilege), attempt
    assert not _rows(f"SELECT oid::regclass FROM pg_class WHERE relowner = '{ROLE}'::regrole")


def test_every_function_is_out_of_reach_or_harmless(as_application: None) -> None:
    functions = _rows(FUNCTIONS, ROLE)
    within_reach = {name for name, _runs_as_owner, _is_trigger, may_call in functions if may_call}
    beyond = {name for name, runs_as_owner, is_trigger, _may_call in functions if runs_as_owner or is_trigger}

    assert {name for name in within_reach if not name.startswith(LIBRARIES)} == HARMLESS
    assert not within_reach & beyond
    assert within_reach | beyond == {name for name, *_ in functions}


def test_every_trigger_of_ours_is_of_a_function_that_was_judged(as_application: None) -> None:
    assert {each.function for each in _placed()} <= {function for function, *_ in _rows(FUNCTIONS, ROLE)}


def test_contexts_of_the_audit_are_not_written_by_a_call(as_application: None) -> None:
    assert isinstance(_refusal("SELECT _pgh_attach_context()"), errors.InsufficientPrivilege)


def test_functions_and_tables_made_later_are_nobodys(as_application: None) -> None:
    """A migration brings a trigger function: until the command has run again, the role cannot use it either."""
    _as_owner(
        "CREATE TABLE public.later (id int)",
        "CREATE FUNCTION public.later() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END'",
    )
    assert _rows("SELECT has_function_privilege('public.later()', 'EXECUTE')") == [(False,)]
    assert isinstance(_refusal("SELECT FROM public.later"), errors.InsufficientPrivilege)


def test_the_functions_listen_to_settings_that_are_known(as_application: None) -> None:
    told = _rows(
        r"""SELECT DISTINCT lower((regexp_matches(p.prosrc, 'current_setting\(\s*''([^'']+)''', 'gi'))[1])
              FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"""
    )
    assert {name for (name,) in told} == SETTINGS
