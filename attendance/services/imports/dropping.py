"""Dropping imports that are not done, and removing what waited too long (I3)."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import storages

from attendance.services.imports.receiving import PLACE, forget
from attendance.services.imports.rows import forget_rows
from attendance.services.imports.steps import WrongState, lock_import, take_step
from training.core.transactions import acting
from training.models import Import, ImportFile

State = Import.State
A_DAY = timedelta(days=1)


def drop_import(*, import_id: int, by: User, now: datetime) -> None:
    """Drop an import, with its files, its answers and the rows that wait. Nothing of the site has changed by it.

    Raises:
        NotPermitted, NotFound: there is no such import of this login.
        WrongState: it is done, or is being done.
    """
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        take_step(one, State.DROPPED, now=now)
    _forget(one)


def purge_imports(*, now: datetime) -> int:
    """Remove imports that nobody has gone on with, files and rows of those that have ended, and files of none.

    An import that goes on meanwhile is left alone.

    Returns:
        how many imports were dropped.
    """
    old = Import.objects.filter(changed_at__lt=now - settings.FILES_WAIT)
    left = old.filter(state__in=(State.READING, State.ASKING, State.CHECKING, State.CHECKED, State.FAILED))
    dropped = 0
    for one in left:
        with suppress(WrongState):
            take_step(one, State.DROPPED, now=now)
            _forget(one)
            dropped += 1
    for one in old.exclude(files__key="").filter(state__in=(State.DONE, State.DROPPED, State.UNDONE)).distinct():
        _forget(one)
    _forget_files_of_none(now=now)
    return dropped


def _forget_files_of_none(*, now: datetime) -> None:
    """Remove files to which no import refers, as a server leaves them that was killed between file and row."""
    store = storages["waiting"]
    named = {key for keys in ImportFile.objects.values_list("key", "book_key") for key in keys}
    try:
        names = store.listdir(PLACE)[1]
    except FileNotFoundError:  # nothing has waited here yet
        return
    for key in (f"{PLACE}/{name}" for name in names):
        if key not in named and store.get_modified_time(key) < now - A_DAY:
            forget(key)


def _forget(one: Import) -> None:
    """Remove what waited of an import that has ended; its files stay in the list with their hashes."""
    for file in one.files.all():
        for key in filter(None, (file.key, file.book_key)):
            forget(key)
    one.files.update(key="", book_key="")
    forget_rows(one.pk)
    Import.objects.filter(pk=one.pk).update(questions={}, answers={} if one.state == State.DROPPED else one.answers)
