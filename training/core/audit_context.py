"""Who an audit event names: the one way to say who acts, for requests, services and commands.

An event holds the key of the login and its names at that moment, so that renaming a login later does not change the
past. django-pghistory hands what is said here to the database with every statement, and the triggers of
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
    """Return what events say of a login.

    Of nobody it is empty, so that whoever signs in later in the same request can still be named.
    """
    if not isinstance(user, AbstractUser):
        return {}
    return {"user": user.pk, "username": user.get_username(), "name": name_of(user)}


@contextmanager
def as_person(by: AbstractUser | None) -> Iterator[None]:
    """Name `by` in the events of everything that is written inside, whatever door called the service.

    Where the context around it names somebody else, as in the demo, these events get a context of their own with
    everything else that the outer one says. pghistory by itself would write the new name into the outer context, which
    may have events already and is append-only.

    Args:
        by: the login that acts; None leaves the context as it is.
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


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Say in the events of everything that is written inside why it is: for acts that change many things at once."""
    around = getattr(runtime._tracker, "value", None)
    runtime._tracker.value = runtime.Context(
        id=uuid4(), metadata={**(around.metadata if around is not None else {}), "reason": reason}
    )
    try:
        yield
    finally:
        runtime._tracker.value = around


def as_command(name: str, *, by: AbstractUser | None = None) -> pghistory.context:
    """Return the context for what a command writes: events name the command and the account of the machine that ran it.

    Args:
        name: of the command.
        by: the login for which the command acts; None where it acts for nobody.
    """
    return pghistory.context(command=name, operator=_account(), **person(by))


def as_job(number: int, *, by: AbstractUser) -> pghistory.context:
    """Return the context for what a worker writes while it does a job: events name the job and who asked for it.

    Args:
        number: the key of the job.
        by: the login that asked for it.
    """
    return pghistory.context(door=Door.JOB, job=number, **person(by))


def _account() -> str:
    """Return the account of the operating system; empty where it has no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
