"""What a database is made of, as text: what `pg_catalog` says about the tables, triggers and functions of SiteProof.

Two databases that answer alike behave alike. The order of columns does not count, nor do the things that are the
libraries' own. NOT NULL is told with the column: only PostgreSQL 18 makes a constraint of it.
"""

from collections.abc import Collection
from typing import LiteralString

from django.db.backends.base.base import BaseDatabaseWrapper

# Functions that come whole from a library, with its version. Those of django-pgtrigger are made by our migrations.
OF_LIBRARIES: LiteralString = (
    r"(p.proname LIKE 'procrastinate\_%%' OR p.proname IN ('_pgh_attach_context', '_pgtrigger_should_ignore'))"
)

OURS: LiteralString = "c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s)"

NOT_OF_AN_EXTENSION: LiteralString = """
    NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""

SHAPE: LiteralString = rf"""
    SELECT concat_ws(' ', 'extension', extname) FROM pg_extension
     UNION ALL
    SELECT concat_ws(' ', 'table', c.relname, c.relkind, c.relpersistence, array_to_string(c.reloptions, ','),
                     '-- ' || obj_description(c.oid, 'pg_class'))
      FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {OURS}
     UNION ALL
    SELECT concat_ws(' ', 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation END,
                     CASE WHEN a.attnotnull THEN 'not null' END,
                     CASE a.attidentity WHEN '' THEN NULL ELSE 'identity ' || a.attidentity::text END,
                     CASE a.attgenerated WHEN '' THEN 'default' ELSE 'generated ' || a.attgenerated::text END
                       || ' ' || pg_get_expr(d.adbin, d.adrelid),
                     '-- ' || col_description(c.oid, a.attnum))
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relkind IN ('r', 'p') AND {OURS}
     UNION ALL
    SELECT concat_ws(' ', 'constraint', c.relname || '.' || n.conname, pg_get_constraintdef(n.oid),
                     '-- ' || obj_description(n.oid, 'pg_constraint'))
      FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid WHERE n.contype NOT IN ('n', 't') AND {OURS}
     UNION ALL
    SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid),
                     CASE WHEN NOT (i.indisvalid AND i.indisready) THEN 'INVALID' END,
                     '-- ' || obj_description(i.indexrelid, 'pg_class'))
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE {OURS}
     UNION ALL
    SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), 'enabled ' || t.tgenabled::text,
                     '-- ' || obj_description(t.oid, 'pg_trigger'))
      FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal AND p.pronamespace = 'public'::regnamespace AND NOT {OF_LIBRARIES}
     UNION ALL
    SELECT concat_ws(' ', 'sequence', c.relname, s.seqtypid::regtype, 'start', s.seqstart, 'increment', s.seqincrement,
                     'min', s.seqmin, 'max', s.seqmax, 'cache', s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END,
                     'of ' || o.relname || '.' || a.attname, '-- ' || obj_description(c.oid, 'pg_class'))
      FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
      JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
      JOIN pg_class o ON o.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
      JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = d.refobjsubid
     WHERE o.relname = ANY (%(tables)s)
     UNION ALL
    SELECT concat_ws(' ', 'function', pg_get_functiondef(p.oid), '-- ' || obj_description(p.oid, 'pg_proc'))
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT {OF_LIBRARIES} AND {NOT_OF_AN_EXTENSION}
"""

# White space that editors and git are not trusted with: constraints of texts name all that there is.
SPELLED_OUT = {ord(blank): ascii(blank)[1:-1] for blank in "\t\r\f\v\u00a0"}

# Who may do what; the owner, as whom the migrations ran, and the application's role are named by what they are.
RIGHTS: LiteralString = rf"""
    WITH named AS (
      SELECT oid, CASE rolname WHEN current_user THEN 'owner' WHEN %(role)s THEN 'application' ELSE rolname END AS name
        FROM pg_roles
       UNION ALL SELECT 0, 'public'
    ), acl (what, kind, acl, owner) AS (
      SELECT 'table ' || c.relname, 'r'::"char", c.relacl, c.relowner
        FROM pg_class c WHERE c.relkind IN ('r', 'p') AND {OURS}
       UNION ALL
      SELECT 'column ' || c.relname || '.' || a.attname, 'c', a.attacl, c.relowner
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
       WHERE a.attacl IS NOT NULL AND {OURS}
       UNION ALL
      SELECT 'sequence ' || c.relname, 's', c.relacl, c.relowner
        FROM pg_class c
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
        JOIN pg_class o ON o.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
       WHERE c.relkind = 'S' AND o.relname = ANY (%(tables)s)
       UNION ALL
      SELECT 'function ' || p.oid::regprocedure, 'f', p.proacl, p.proowner
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT {OF_LIBRARIES} AND {NOT_OF_AN_EXTENSION}
       UNION ALL
      SELECT 'default for ' || defaclobjtype::text || ' ' || coalesce(defaclnamespace::regnamespace::text, 'anywhere'),
             defaclobjtype, defaclacl, defaclrole
        FROM pg_default_acl d WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    )
    SELECT concat_ws(' ', 'right', acl.what, 'of', owner.name, ':', grantee.name, r.privilege_type)
      FROM acl JOIN named owner ON owner.oid = acl.owner
      CROSS JOIN LATERAL aclexplode(coalesce(acl.acl, acldefault(acl.kind, acl.owner))) r
      JOIN named grantee ON grantee.oid = r.grantee
     WHERE r.privilege_type <> 'MAINTAIN'  -- since PostgreSQL 17, and the owner's alone
     UNION ALL
    SELECT concat_ws(' ', 'runs', p.oid::regprocedure,
                     CASE WHEN p.prosecdef THEN 'as its owner' ELSE 'as its caller' END,
                     array_to_string(p.proconfig, ' '))
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT {OF_LIBRARIES} AND {NOT_OF_AN_EXTENSION}
"""


def shape(database: BaseDatabaseWrapper, *, tables: Collection[str]) -> str:
    """Return what the database is made of, one thing a line, in order; functions take the lines of their text.

    Args:
        tables: names of the tables that are ours. Triggers and functions are told wherever they are.
    """
    return _asked(database, SHAPE, tables=[*tables])


def rights(database: BaseDatabaseWrapper, *, tables: Collection[str], role: str) -> str:
    """Return who may do what with tables, columns, sequences and functions, and as whom functions run.

    Args:
        tables: as for `shape`.
        role: name of the application's role in this cluster.
    """
    return _asked(database, RIGHTS, tables=[*tables], role=role)


def _asked(database: BaseDatabaseWrapper, query: LiteralString, **values: list[str] | str) -> str:
    with database.cursor() as cursor:
        cursor.execute(query, values)
        return "".join(f"{line}\n".translate(SPELLED_OUT) for line in sorted(line for (line,) in cursor.fetchall()))
