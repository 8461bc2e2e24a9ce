"""The SQL of the triggers that seal rows, made from the declarations (T1).

`manage.py seal_triggers` prints it for a migration, which keeps it as text; a test compares what is installed with what
is declared. The statement is run by EXECUTE: static SQL in a trigger keeps, for as long as a connection lives, the plan
of its first run, which is wrong for 20,000 rows after one. Nothing is locked, and nobody waits for anybody.
"""

from config.ledger.declaration import SealedTable

NOW = """to_json(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))"""

# STABLE as convert_to is, or the planner does not put it in line.
DIGEST = """
CREATE OR REPLACE FUNCTION seal_digest(salt bytea, field bytea, value text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(sha256(salt || field) || convert_to(value, 'UTF8')), 'hex') $$;
"""
NO_DIGEST = "DROP FUNCTION seal_digest(bytea, bytea, text);"

# $1: a draw of random bits, which is forgotten at the end of the statement. gen_random_uuid() costs as much as seven
# hashes, so that salts are hashed from one draw.
SEALING = """
WITH drawn AS MATERIALIZED (
  SELECT nextval('training_seal_id_seq') AS seal_id, sha256($1 || int8send(r.{key})) AS salt, r.* FROM {source} r{where}
), told AS MATERIALIZED (
  SELECT seal_id, r.{key} AS row_id, salt, {person} AS person, {comments} AS comments, {staff} AS staff,
         {list} AS list, {plain} AS plain, {then} AS read_then
    FROM drawn r {joins}
), written AS MATERIALIZED (
  SELECT seal_id, row_id, salt, person, staff, list,
         concat(plain, read_then, ',"sealed":', {now}{late}{digests}, '}}') AS leaf
    FROM told
){opened}, queued AS (INSERT INTO training_sealpending (seal_id) SELECT seal_id FROM written)
INSERT INTO training_seal (id, kind, row_id, leaf, leaf_hash, list)
SELECT seal_id, '{kind}', row_id, leaf, sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')), list FROM written
"""
OPENED = """, opened AS (
  INSERT INTO training_sealopening (seal_id, salt, person, staff) SELECT seal_id, salt, person, staff FROM written
)"""

FUNCTION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $seal$
BEGIN
  {run}
  RETURN NULL;
END $seal$;
"""
DRAW = "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
BY_OPERATION = """IF TG_OP = 'INSERT' THEN
    EXECUTE $sql${inserted}$sql$ USING {draw};
  ELSE
    EXECUTE $sql${updated}$sql$ USING {draw}{row};
  END IF;"""


def function_name(sealed: SealedTable) -> str:
    """Return the name of the trigger function of a table."""
    return f"seal_{sealed.kind.replace('-', '_')}"


def create(sealed: SealedTable) -> str:
    """Return the SQL that seals rows of a table from now on."""
    function = function_name(sealed)
    inserted = _sealing(sealed, source="new_rows", where=sealed.when)
    run = f"EXECUTE $sql${inserted}$sql$ USING {DRAW};"
    triggers = (
        f"CREATE TRIGGER {function}_insert AFTER INSERT ON {sealed.table} REFERENCING NEW TABLE AS new_rows\n"
        f"  FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
    )
    if sealed.changes == "statement":
        columns = sealed.sealed_columns
        is_other = f"({_row('o', columns)}) IS DISTINCT FROM ({_row('n', columns)})"
        source = f"(SELECT n.* FROM new_rows n JOIN old_rows o USING ({sealed.key}) WHERE {is_other})"  # noqa: S608
        run = BY_OPERATION.format(inserted=inserted, updated=_sealing(sealed, source=source), draw=DRAW, row="")
        triggers += (
            f"CREATE TRIGGER {function}_update AFTER UPDATE ON {sealed.table}\n"
            "  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows\n"
            f"  FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
        )
    elif sealed.changes == "row":
        source = f"(SELECT ($2::{sealed.table}).*)"
        run = BY_OPERATION.format(inserted=inserted, updated=_sealing(sealed, source=source), draw=DRAW, row=", NEW")
        triggers += (
            f"CREATE TRIGGER {function}_update AFTER UPDATE ON {sealed.table}\n"
            f"  FOR EACH ROW WHEN ({sealed.once}) EXECUTE FUNCTION {function}();\n"
        )
    return FUNCTION.format(function=function, run=run) + triggers


def drop(sealed: SealedTable) -> str:
    """Return the SQL that takes back what `create` made; the seals stay."""
    function = function_name(sealed)
    update = f"DROP TRIGGER {function}_update ON {sealed.table};\n" if sealed.changes else ""
    return f"{update}DROP TRIGGER {function}_insert ON {sealed.table};\nDROP FUNCTION {function}();\n"


def seal_late(sealed: SealedTable) -> str:
    """Return the SQL that seals the rows of before, which have no seal, and says in each leaf that it is late."""
    is_unsealed = (
        f"NOT EXISTS (SELECT FROM training_seal s WHERE s.kind = '{sealed.kind}' AND s.row_id = r.{sealed.key})"
    )
    where = f"{sealed.when} AND {is_unsealed}" if sealed.when else is_unsealed
    statement = _sealing(sealed, source=sealed.table, where=where, late=""", ',"late":true'""")
    return statement.replace("$1", f"(SELECT {DRAW})").strip() + ";\n"


def _row(table: str, columns: list[str]) -> str:
    return ", ".join(f"{table}.{column}" for column in columns)


def _sealing(sealed: SealedTable, *, source: str, where: str = "", late: str = "") -> str:
    digests = "".join(f""", ',"{name}":"', seal_digest(salt, '{name}', {name}), '"'""" for name in sealed.digests)
    if sealed.listed:
        digests = """, ',"list":"', encode(sha256(convert_to(list, 'UTF8')), 'hex'), '"'""" + digests
    then = "".join(f""", ',"{name}":', coalesce(({text})::text, 'null')""" for name, text in sealed.then.items())
    return SEALING.format(
        key=sealed.key,
        kind=sealed.kind,
        source=source,
        where=f" WHERE {where}" if where else "",
        person=_texts(sealed.person),
        comments=_texts(sealed.comments),
        staff=_texts(sealed.staff),
        list=sealed.listed or "''",
        plain=sealed.plain_text(),
        then=f"concat(''{then})",
        joins=sealed.joins,
        now=NOW,
        late=late,
        digests=digests,
        opened=OPENED if sealed.digests or sealed.listed else "",
    )


def _texts(parts: tuple[str, ...]) -> str:
    return f"json_build_array({', '.join(parts)})::text" if parts else "''"
