"""The kinds of jobs. An app declares its own kinds in its module `tasks`, which procrastinate finds by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _

from training.core.refusals import NotFound


class Tell(Protocol):
    """Writes down how far the work is. It may be called often, and writes only now and then.

    Raises:
        StoppedError: the work is to end: it was cancelled, or another worker does it now.
    """

    def __call__(self, done: int, total: int) -> None: ...


def untold(done: int, total: int) -> None:
    """Do nothing, where somebody waits for the file itself and no job is there."""


@dataclass(frozen=True)
class Product:
    """The file that a job has made.

    Attributes:
        file: the open file; whoever takes the product reads it from its beginning and closes it.
        log: logs which data of the site are in the file, in the transaction in which the job is done.
    """

    name: str
    content_type: str
    file: IO[bytes]
    log: Callable[[], None] = lambda: None


class Make(Protocol):
    """Makes what was asked for, or does it: a job such as an import has no file.

    Args:
        query: what was asked for, in the form of the query of an address.
        by: the login that asked; only what this login may read is in the file.
        tell: is called while the work goes on.

    Raises:
        Refusal: it cannot be made; the sentence says why.
    """

    def __call__(self, query: QueryDict, *, by: User, now: datetime, tell: Tell) -> Product | None: ...


@dataclass(frozen=True)
class JobKind:
    """One kind of job.

    Attributes:
        name: as it is stored with jobs.
        label: what it makes, in words.
        check: refuses a login that may not have the file. It is asked when the job is asked for, done and handed out.
        make: does the work.
        has_file: whether a file is made for whoever asked. Other jobs are told of by a page of their own.
    """

    name: str
    label: Any
    check: Callable[[User], None]
    make: Make
    has_file: bool = True


_KINDS: dict[str, JobKind] = {}


def declare(kind: JobKind) -> JobKind:
    """Add a kind, and return it."""
    _KINDS[kind.name] = kind
    return kind


Chore = Callable[[datetime], int]

_CHORES: list[Chore] = []


def declare_chore(chore: Chore) -> Chore:
    """Let the worker do something every hour, beside its jobs, and return it."""
    _CHORES.append(chore)
    return chore


def chores() -> Sequence[Chore]:
    """Return what the worker does every hour."""
    return tuple(_CHORES)


def kind_of(name: str) -> JobKind:
    """Return a kind by its name.

    Raises:
        NotFound: this version of the site has none of that name.
    """
    try:
        return _KINDS[name]
    except KeyError:
        raise NotFound(_("This version of the site cannot make this file.")) from None


def kinds_without_files() -> list[str]:
    """Return the names of the kinds that make no file."""
    return sorted(name for name, kind in _KINDS.items() if not kind.has_file)


def kinds() -> list[str]:
    """Return the names of all kinds."""
    return sorted(_KINDS)
