"""SQL operations for migrations that make the database itself refuse changes (invariant 5).

The promise holds for the application role (`manage.py setup_database_roles`); the owner of a table can drop a trigger.
After the first release the texts here are part of history: add functions, do not change them.
"""

from django.db import migrations

FUNCTIONS = migrations.RunSQL(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
        MESSAGE = format('%s is append-only: row %s cannot be changed or deleted.',
                         TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0]);
    END $$;
    CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
        MESSAGE = format('%s keeps its rows: row %s cannot be deleted.', TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0]);
    END $$;
    CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
        MESSAGE = format('%s cannot be emptied.', TG_TABLE_NAME);
    END $$;
    """,
    "DROP FUNCTION refuse_change(); DROP FUNCTION refuse_delete(); DROP FUNCTION refuse_truncate();",
)


def append_only(table: str, *, key: str = "id") -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE of `table`; `key` is the column that names a row in the message."""
    return migrations.RunSQL(
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
            CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();""",
        f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};",
    )


def never_deleted(table: str) -> migrations.RunSQL:
    """Refuse DELETE of rows of `table`."""
    return migrations.RunSQL(
        f"""CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION refuse_delete('id');""",
        f"DROP TRIGGER {table}_never_deleted ON {table};",
    )


def never_truncated(*tables: str) -> migrations.RunSQL:
    """Refuse TRUNCATE of `tables`, which no row or audit trigger would see."""
    return migrations.RunSQL(
        "".join(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();"
            for table in tables
        ),
        "".join(f"DROP TRIGGER {table}_no_truncate ON {table};" for table in tables),
    )
