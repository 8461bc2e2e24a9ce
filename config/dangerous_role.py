"""Whether a database role is fit to serve the application: one that cannot become the owner of the tables.

Only an administrator of PostgreSQL can change what a role is (superuser, owner, a member of either), so
`setup_database_roles` refuses such a role. That command takes away what a role may do beyond its work, and checks again
afterwards. `check --deploy` and `/readyz` check both.
"""

from collections.abc import Collection
from typing import LiteralString

from django.db.backends.utils import CursorWrapper

# Predefined roles that read statistics and nothing that we keep; every other one is as good as the owner. A member
# of pg_database_owner owns the database, and is reported for that.
HARMLESS = ["pg_database_owner", "pg_monitor", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables"]

# The role itself and all that it is a member of, whether it inherits from them or could only SET ROLE. A superuser
# would count as a member of everything, so for him only the role itself is taken.
MINE: LiteralString = """
    mine AS (
      SELECT r.* FROM pg_roles r, pg_roles me
       WHERE me.rolname = %(role)s AND (r.oid = me.oid OR NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'MEMBER'))
    )
"""

# Any role may own large objects and default privileges; that gives it no power over our tables, so they do not count.
POWERS: LiteralString = f"""
    WITH {MINE}, owned AS (
      SELECT d.refobjid AS owner, pg_describe_object(d.classid, d.objid, 0) AS thing,
             row_number() OVER (PARTITION BY d.refobjid ORDER BY d.classid = 'pg_database'::regclass DESC,
                                d.classid = 'pg_namespace'::regclass DESC,
                                (pg_identify_object(d.classid, d.objid, 0)).type = 'sequence', d.objid) AS place
        FROM pg_shdepend d, pg_database here
       WHERE here.datname = current_database() AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
         AND (d.dbid = here.oid OR d.classid = 'pg_database'::regclass AND d.objid = here.oid)
         AND d.classid NOT IN ('pg_largeobject'::regclass, 'pg_default_acl'::regclass)
    )
    SELECT mine.rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
           starts_with(mine.rolname, 'pg_') AND mine.rolname <> ALL (%(harmless)s), owned.thing
      FROM mine LEFT JOIN owned ON owned.owner = mine.oid AND owned.place = 1
     ORDER BY mine.rolname <> %(role)s, owned.thing IS NULL, mine.rolname
"""  # noqa: S608  # put together from constants

EXCESS: LiteralString = f"""
    WITH {MINE}
    SELECT 'may make temporary tables' WHERE EXISTS (
      SELECT FROM mine WHERE has_database_privilege(mine.oid, current_database(), 'TEMPORARY'))
    UNION ALL
    SELECT 'may make schemas in the database' WHERE EXISTS (
      SELECT FROM mine WHERE has_database_privilege(mine.oid, current_database(), 'CREATE'))
    UNION ALL
    SELECT 'may make things in the schema ' || quote_ident(n.nspname) FROM pg_namespace n
     WHERE n.nspname NOT LIKE 'pg\\_%%' AND EXISTS (
           SELECT FROM mine WHERE has_schema_privilege(mine.oid, n.oid, 'CREATE'))
    UNION ALL
    SELECT 'may call ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE (p.prosecdef OR p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype))
       AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
       AND EXISTS (SELECT FROM mine WHERE has_function_privilege(mine.oid, p.oid, 'EXECUTE'))
    UNION ALL
    SELECT 'may empty ' || c.oid::regclass || ', or hang triggers on it' FROM pg_class c
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
       AND EXISTS (SELECT FROM mine WHERE has_table_privilege(mine.oid, c.oid, 'TRUNCATE, TRIGGER'))
    UNION ALL
    SELECT 'may write ' || c.oid::regclass FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(kept)s)
       AND EXISTS (SELECT FROM mine WHERE has_table_privilege(mine.oid, c.oid, 'INSERT, UPDATE, DELETE'))
"""  # noqa: S608  # put together from constants

ATTRIBUTES = [
    "is a superuser",
    "may make and change roles (CREATEROLE)",
    "may make databases (CREATEDB)",
    "may read the whole server's log (REPLICATION)",
    "bypasses row security (BYPASSRLS)",
    "comes with PostgreSQL and reaches past the rights of tables",
]


def powers(role: str, cursor: CursorWrapper) -> list[str]:
    """Return what makes `role` unfit to be the application's, each as the end of a sentence about it.

    Nothing is returned for a role that does not exist.
    """
    cursor.execute(POWERS, {"role": role, "harmless": HARMLESS})
    found = []
    for name, *has, thing in cursor.fetchall():
        that = "" if name == role else f"is a member of {name}, which "
        if thing is not None:
            found.append(f"{that}owns the {thing}")
        found += [f"{that}{attribute}" for attribute, is_so in zip(ATTRIBUTES, has, strict=True) if is_so]
    return found


def excess(role: str, cursor: CursorWrapper, *, kept: Collection[str]) -> list[str]:
    """Return what `role` may do beyond its work, each as the end of a sentence about it.

    Args:
        kept: names of the tables whose rows only triggers may write.
    """
    cursor.execute(EXCESS, {"role": role, "kept": list(kept)})
    return [sentence for (sentence,) in cursor.fetchall()]


def dangers(cursor: CursorWrapper, *, kept: Collection[str]) -> list[str]:
    """Return what makes the role of this session unfit to serve, in sentences; see `powers` and `excess`."""
    cursor.execute("SELECT session_user")
    (role,) = cursor.fetchone()
    found = powers(role, cursor) or excess(role, cursor, kept=kept)
    return [f"The site is served by the database role {role}, which {each}." for each in found]
