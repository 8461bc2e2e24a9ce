"""What `manage.py check --deploy` asks: whether the role that serves may do too much, and which fonts are missing."""

from typing import TYPE_CHECKING, Any, cast

import psycopg
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import connection

from config import dangerous_role
from config.database_roles import tables_written_by_triggers
from config.environment import IS_LOCAL
from training.core.printing import UNPRINTABLE, scripts_without_font

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

CONNECT_SECONDS = 3
HINT = "Serve as a role of its own, to which `manage.py setup_database_roles`, run as the owner, has given its rights."


@register(Tags.security, deploy=True)
def check_role(**kwargs: Any) -> list[CheckMessage]:
    """Report a role in DATABASE_URL that is the owner, or can become it, or may do more than its work.

    A database that does not answer is only mentioned: settings can be checked before there is a database.
    """
    if IS_LOCAL:
        return []
    address: dict[str, Any] = connection.get_connection_params()
    try:
        with psycopg.connect(**{**address, "connect_timeout": CONNECT_SECONDS}) as link, link.cursor() as cursor:
            found = dangerous_role.dangers(cast("CursorWrapper", cursor), kept=tables_written_by_triggers())
    except psycopg.OperationalError:
        return [Info("The database did not answer, so nobody looked at the role that serves.", id="siteproof.I001")]
    return [Error(sentence, hint=HINT, id="siteproof.E001") for sentence in found]


@register(deploy=True)
def check_fonts(**kwargs: Any) -> list[CheckMessage]:
    """Name the scripts that cannot be printed; a site without names in these scripts needs no fonts for them."""
    return [
        Info(
            f"No font for {', '.join(scripts)}: names in these letters are printed as {UNPRINTABLE} beside the badge.",
            hint=f"apt install {package}",
            id="siteproof.I002",
        )
        for package, scripts in scripts_without_font().items()
    ]
