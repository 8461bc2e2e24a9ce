"""Which kinds of jobs there are. An app declares its own in its `tasks` module, which procrastinate finds by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _

from training.core.refusals import NotFound


class Tell(Protocol):
    """Says how far the work is; asked often, it writes seldom.

    Raises:
        StoppedError: nobody wants the rest: it was cancelled, goes on elsewhere, or the worker has to leave.
    """

    def __call__(self, done: int, total: int) -> None: ...


def untold(done: int, total: int) -> None:
    """Tell nobody: somebody waits for the file itself."""


@dataclass(frozen=True)
class Product:
    """What a job made.

    Attributes:
        file: the content, open; whoever takes the product reads it from its beginning and closes it.
        log: writes down what of the site is in it, in the transaction in which the file becomes somebody's.
    """

    name: str
    content_type: str
    file: IO[bytes]
    log: Callable[[], None] = lambda: None


class Make(Protocol):
    """Makes what was asked for.

    Args:
        query: what was asked for, as the address of its page says it.
        by: who asked; the work is done with their rights.

    Raises:
        Refusal: it cannot be made; the sentence says why.
    """

    def __call__(self, query: QueryDict, *, by: User, now: datetime, tell: Tell) -> Product: ...


@dataclass(frozen=True)
class Kind:
    """One kind of job.

    Attributes:
        check: refuses a login that may not have what it makes, when it is asked for, made and handed out.
    """

    name: str
    label: Any
    check: Callable[[User], None]
    make: Make


_KINDS: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Add a kind to those that there are."""
    _KINDS[kind.name] = kind
    return kind


def kind_of(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        NotFound: this version of the site has none of that name.
    """
    try:
        return _KINDS[name]
    except KeyError:
        raise NotFound(_("This version of the site cannot make this file.")) from None


def kinds() -> list[str]:
    """Return the names of all kinds."""
    return sorted(_KINDS)
