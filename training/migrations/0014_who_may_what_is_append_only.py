from django.db import migrations

from training.core import database_guards as guards

EVENTS = ("grouppermission", "login", "logingroup", "loginpermission", "membership", "site")
TABLES = (
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


def as_known(name: str) -> str:
    """Return the statement that writes down what stood in a table before anything of it was kept."""
    table, columns = KNOWN[name]
    return (
        f"INSERT INTO training_{name}event (pgh_created_at, pgh_label, pgh_obj_id, id, {columns}) "  # noqa: S608
        f"SELECT now(), 'known', id, id, {columns} FROM {table};"
    )


class Migration(migrations.Migration):
    """Events of logins, groups and the site are never changed, and begin with what was there before them.

    Without that beginning nobody could tell how a login was called before its first change.
    """

    dependencies = [("training", "0013_who_may_what")]
    operations = [
        migrations.RunSQL("".join(map(as_known, EVENTS)), migrations.RunSQL.noop),
        *(guards.append_only(f"training_{name}event", key="pgh_id") for name in EVENTS),
        guards.never_truncated(*TABLES),
    ]
