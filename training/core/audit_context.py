"""Who an audit event names: the one way to say who acts, for requests, services and commands.

An event has the key of the login, and its names as they are at that moment: renaming a login later leaves the past as
it was. django-pghistory hands what is said here to the database with every statement, and the triggers of
`training.core.audited.audited` write it down with the event.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pghistory
from django.contrib.auth.models import AbstractUser
from pghistory import runtime

from training.core.kinds import Door
from training.core.permissions import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def person(user: "AbstractUser | AnonymousUser | None") -> dict[str, Any]:
    """Return what events say of a login; nothing of nobody, so that whoever signs in meanwhile can still be named."""
    if not isinstance(user, AbstractUser):
        return {}
    return {"user": user.pk, "username": user.get_username(), "name": name_of(user)}


@contextmanager
def as_person(by: AbstractUser | None) -> Iterator[None]:
    """Around what a service writes: its events name `by`, whatever door called the service.

    Where somebody else acts around it, as in the demo, these events get a context of their own, with all else that the
    other one says: pghistory would write the new name into the old context, which may have events and is append-only.

    Args:
        by: None adds nothing.
    """
    around = getattr(runtime._tracker, "value", None)
    told = person(by)
    if around is None:
        with pghistory.context(**told):
            yield
    elif told.items() <= around.metadata.items():
        yield
    else:
        runtime._tracker.value = runtime.Context(id=uuid4(), metadata={**around.metadata, **told})
        try:
            yield
        finally:
            runtime._tracker.value = around


def as_command(name: str, *, by: AbstractUser | None = None) -> pghistory.context:
    """Around what a command writes: its events name the command and the account of the machine that ran it.

    Args:
        by: the login for which the command acts, if it acts for one.
    """
    return pghistory.context(command=name, operator=_account(), **person(by))


def as_job(number: int, *, by: AbstractUser) -> pghistory.context:
    """Around what the worker does of a job: its events name the job, and the login that asked for it.

    Args:
        number: the key of the job.
    """
    return pghistory.context(door=Door.JOB, job=number, **person(by))


def _account() -> str:
    """Return the account of the operating system; empty where it has no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
