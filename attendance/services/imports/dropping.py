"""Dropping imports that are not done, and removing what waited too long (I3)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User

from attendance.services.imports.receiving import forget
from attendance.services.imports.rows import forget_rows
from attendance.services.imports.steps import lock_import, take_step
from training.core.transactions import acting
from training.models import Import

State = Import.State


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
    """Remove imports that nobody has gone on with, and files and rows of those that have ended.

    Returns:
        how many imports were dropped.
    """
    old = Import.objects.filter(changed_at__lt=now - settings.FILES_WAIT)
    left = old.filter(state__in=(State.READING, State.ASKING, State.CHECKING, State.CHECKED, State.FAILED))
    dropped = 0
    for one in left:
        take_step(one, State.DROPPED, now=now)
        _forget(one)
        dropped += 1
    for one in old.exclude(files__key="").filter(state__in=(State.DONE, State.DROPPED, State.UNDONE)).distinct():
        _forget(one)
    return dropped


def _forget(one: Import) -> None:
    """Remove what waited of an import that has ended; its files stay in the list with their hashes."""
    for file in one.files.all():
        for key in filter(None, (file.key, file.book_key)):
            forget(key)
    one.files.update(key="", book_key="")
    forget_rows(one.pk)
    Import.objects.filter(pk=one.pk).update(questions={}, answers={} if one.state == State.DROPPED else one.answers)
