"""The list of erasures outside of the database, by which a restore repeats those made since the backup (T6).

One line of JSON for each erasure, in the file that the setting `ERASURES_LIST` names, best beside the anchors. It holds
keys of workers with the moments at which their rows were made, so that a key that was given anew after a restore is
nobody who was erased. It names nobody.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings


def add(*, people: Mapping[int, datetime], at: datetime) -> None:
    """Write down that workers were erased, and see that it is on the disk; nothing where no list is set.

    Raises:
        OSError: it cannot be written.
    """
    if not settings.ERASURES_LIST or not people:
        return
    line = {"at": at.isoformat(), "workers": {str(key): born.isoformat() for key, born in sorted(people.items())}}
    descriptor = os.open(settings.ERASURES_LIST, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(f"{json.dumps(line)}\n")
        file.flush()
        os.fsync(descriptor)


def listed() -> dict[int, datetime]:
    """Return the keys of all workers that were ever erased, with the moments at which their rows were made.

    Raises:
        OSError: the list cannot be read.
    """
    if not settings.ERASURES_LIST or not settings.ERASURES_LIST.exists():
        return {}
    found: dict[int, datetime] = {}
    for line in settings.ERASURES_LIST.read_text(encoding="utf-8").splitlines():
        if line.strip():
            found |= {int(key): datetime.fromisoformat(born) for key, born in json.loads(line)["workers"].items()}
    return found
