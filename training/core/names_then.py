"""What a login was called at a moment: after it is renamed, the past still shows its old name."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User

from training.core.permissions import name_of


class NamesThen:
    """The names of some logins over time, read from the audit events of the logins in one query."""

    def __init__(self, keys: Collection[int]) -> None:
        """Read the names.

        Args:
            keys: of the logins, including those that were deleted since.
        """
        self._names: dict[int, list[tuple[dt.datetime, str]]] = defaultdict(list)
        if not keys:
            return
        events: Any = apps.get_model("training", "LoginEvent").objects
        told = ("pgh_obj_id", "pgh_created_at", "first_name", "last_name", "username")
        for key, since, *parts in events.filter(pgh_obj_id__in=keys).order_by("pgh_id").values_list(*told):
            first_name, last_name, username = parts
            name = name_of(User(first_name=first_name, last_name=last_name, username=username))
            self._names[key].append((since, name))

    def at(self, key: int, moment: dt.datetime) -> str | None:
        """Return the name of a login at a moment.

        Before its first known name that name is returned. None means that nothing is known of this login.
        """
        name = None
        for since, known in self._names.get(key, ()):
            if name is None or since <= moment:
                name = known
        return name
