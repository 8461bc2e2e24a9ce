import re
from importlib import import_module

from django.db import migrations

before = import_module("learners.migrations.0013_history_keeps_everything")
FUNCTIONS: list[str] = [*(str(operation.sql) for operation in before.HISTORY), before.BADGES]
FIRST_HIT = re.compile(r"SELECT EXISTS \(SELECT FROM new_rows n JOIN old_rows o USING \(id\) WHERE (.*?)\)( \$sql\$|')")
ALL_AT_ONCE = r"SELECT coalesce(bool_or(\1), false) FROM new_rows n JOIN old_rows o USING (id)\2"


def at_once(function: str) -> str:
    """Return the function with its question asked of all rows."""
    text, count = FIRST_HIT.subn(ALL_AT_ONCE, function)
    if count != 1:
        raise ValueError(function)
    return text


class Migration(migrations.Migration):
    """Whether anything has changed that history keeps is asked of all rows at once.

    EXISTS is planned for its first hit: a nested loop, however many rows there are. Where nothing has changed there is
    no hit, and the loop runs to its end: 20,000 workers whose answers alone change took a minute.
    """

    dependencies = [("learners", "0014_mistyped_badges")]
    operations = [migrations.RunSQL(at_once(function), function) for function in FUNCTIONS]
