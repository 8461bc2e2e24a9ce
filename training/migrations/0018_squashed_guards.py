from django.db import migrations

LOGINS = ("grouppermission", "login", "logingroup", "loginpermission", "membership", "site")
EVENTS = ("training_trainingclassevent", "training_classattendancesessionevent", *(f"training_{name}event" for name in LOGINS))
TABLES = (
    "class_attendance_sessions",
    "classes",
    "auth_group",
    "auth_group_permissions",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "training_site",
)
# What the events of a table copy of its rows.
KNOWN = {
    "grouppermission": ("auth_group_permissions", "group_id, permission_id"),
    "login": (
        "auth_user",
        "date_joined, email, first_name, is_active, is_staff, is_superuser, last_name, username",
    ),
    "logingroup": ("auth_group", "name"),
    "loginpermission": ("auth_user_user_permissions", "user_id, permission_id"),
    "membership": ("auth_user_groups", "user_id, group_id"),
    "site": ("training_site", "time_zone"),
}

# An append-only table, and a table that cannot be emptied past the triggers that see rows.
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
NEVER_EMPTIED = "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();"
MAY_BE_EMPTIED = "DROP TRIGGER {table}_no_truncate ON {table};"


def each(text: str, *tables: str, key: str = "id") -> str:
    """Return the SQL for every table; `key` is the column that names a row in a message."""
    return "".join(text.format(table=table, key=key) for table in tables)


def as_known(name: str) -> str:
    """Return the statement that writes down what stood in a table before anything of it was kept."""
    table, columns = KNOWN[name]
    return (
        f"INSERT INTO training_{name}event (pgh_created_at, pgh_label, pgh_obj_id, id, {columns}) "  # noqa: S608
        f"SELECT now(), 'known', id, id, {columns} FROM {table};"
    )


class Migration(migrations.Migration):
    """What a class, its meetings, and the events of logins, groups and the site refuse (invariant 5).

    A class meeting that is recorded or was not held changes no more. Back to pending leads one way only: a void row,
    whose own trigger does it, as the owner of the table and one level deeper than a statement can. A class code never
    changes (K1); one of blanks alone, which older tables may hold, is none: it may be removed or replaced (K2).

    Events of logins, groups and the site begin with what was there before them, for Django's tables may be older:
    without that beginning nobody could tell how a login was called before its first change.
    """

    replaces = [("training", "0018_words")]
    dependencies = [("training", "0010_squashed_0017_tables")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL("".join(map(as_known, LOGINS)), migrations.RunSQL.noop),
        migrations.RunSQL(each(APPEND_ONLY, *EVENTS, key="pgh_id"), each(NOT_APPEND_ONLY, *EVENTS)),
        migrations.RunSQL(each(APPEND_ONLY, "training_filedownload"), each(NOT_APPEND_ONLY, "training_filedownload")),
        migrations.RunSQL(each(NEVER_EMPTIED, *TABLES), each(MAY_BE_EMPTIED, *TABLES)),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_captured_class_session() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND NEW.status = 'pending' AND current_user =
                   (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
                RETURN NEW;
              END IF;
              RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                MESSAGE = format('Class session %s is %s and cannot be changed.', OLD.session_id, OLD.status);
            END $$;
            CREATE TRIGGER class_session_is_frozen BEFORE UPDATE ON class_attendance_sessions
              FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION refuse_captured_class_session();
            CREATE TRIGGER class_session_captured_stays BEFORE DELETE ON class_attendance_sessions
              FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION refuse_captured_class_session();

            CREATE FUNCTION refuse_new_class_code() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
                MESSAGE = format('Class %s keeps its code %s.', OLD.class_id, OLD.class_code);
            END $$;
            CREATE TRIGGER class_code_never_changes BEFORE UPDATE OF class_code ON classes
              FOR EACH ROW WHEN (btrim(OLD.class_code) <> '' AND NEW.class_code IS DISTINCT FROM OLD.class_code)
              EXECUTE FUNCTION refuse_new_class_code();
            """,
            """
            DROP TRIGGER class_code_never_changes ON classes;
            DROP FUNCTION refuse_new_class_code();
            DROP TRIGGER class_session_captured_stays ON class_attendance_sessions;
            DROP TRIGGER class_session_is_frozen ON class_attendance_sessions;
            DROP FUNCTION refuse_captured_class_session();
            """,
        ),
    ]
