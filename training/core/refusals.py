"""What the application says when it declines to do something.

A refusal is an answer, not an accident. It has a sentence that a supervisor may read, an HTTP status that is the same
at every door (page, API, Admin, command), and where it helps the fields that are wrong or the state that stands in the
way. Each concrete refusal stands beside the function that raises it, and derives from one of the classes here.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from traceback import walk_tb
from typing import Any, Self, TypeVar

import psycopg
import structlog
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils.translation import gettext as _
from psycopg import errors
from psycopg_pool import PoolTimeout, TooManyRequests

logger = structlog.get_logger(__name__)

Thing = TypeVar("Thing")

LOCKED_TABLE = re.compile(r'relation "(\w+)"')  # how PostgreSQL says where it waited, in any language


class Refusal(Exception):  # noqa: N818  # the field's word: a refusal is an answer, not an error
    """The request was understood and declined; nothing was changed.

    Args:
        message: the sentence for the person, already translated.
        errors: sentences by field name, where single fields are to blame.
        conflict: the state that stands in the way, as plain values; `kind` is a `ConflictKind` (see docs/api.md).
    """

    status = 400
    retry_seconds: int | None = None  # after how many seconds trying again may help, told to programs

    def __init__(
        self,
        message: str,
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        conflict: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = str(message)
        self.errors = {field: [str(text) for text in texts] for field, texts in (errors or {}).items()}
        self.conflict = dict(conflict) if conflict else None

    @classmethod
    def of_fields(cls, errors: Mapping[str, Sequence[str]], *, conflict: Mapping[str, Any] | None = None) -> Self:
        """Return the refusal for which single fields are to blame; its message is all of their sentences.

        Args:
            errors: sentences by field name, already translated.
            conflict: as for any refusal.
        """
        return cls(" ".join(text for texts in errors.values() for text in texts), errors=errors, conflict=conflict)

    def __str__(self) -> str:
        return self.message


class Invalid(Refusal):
    """Something is missing, malformed or a condition is not met (400)."""

    status = 400


class NotPermitted(Refusal):
    """The person may not do this (403)."""

    status = 403


class Conflict(Refusal):
    """The present state does not allow it (409)."""

    status = 409


class NotFound(Refusal):
    """There is no such thing, or this person may not know of it (404)."""

    status = 404


class Stale(Conflict):
    """Somebody else changed the thing after this person had loaded it (409).

    Where both states are known, `conflict` is of kind `VERSION` and holds them as `theirs` and `yours`.
    """


class NotAskedLately(Conflict):
    """The person was not asked for the password, or what stands for it, within the last minutes (N4; 409)."""


class ReasonMissing(Invalid):
    """A reason is needed, and none was given (400)."""


class TooLarge(Refusal):
    """What was sent is larger than the limit (413)."""

    status = 413


class UnsupportedType(Refusal):
    """What was sent is of a kind that is not accepted (415)."""

    status = 415


class Unavailable(Refusal):
    """Something SiteProof depends on does not answer; trying again may help (503)."""

    status = 503
    retry_seconds = 5


class Busy(Unavailable):
    """Somebody else has locked what is needed, or it took too long (503). Nothing was saved; trying again may help."""


class OutcomeUnknown(Refusal):
    """The connection was lost during the commit, so nobody knows whether it was saved (503).

    Programs are not told to try again, because what was saved would be done twice.
    """

    status = 503


def check_reason(reason: str, sentence: str, *, field: str = "reason") -> str:
    """Return the reason without white space around it.

    Args:
        sentence: what a person who gave none is told, already translated.
        field: the field of the form in which it is asked for.

    Raises:
        ReasonMissing: the reason is empty or only white space.
    """
    text = reason.strip()
    if not text:
        raise ReasonMissing(sentence, errors={field: [sentence]})
    return text


def check_found(thing: Thing | None, sentence: str) -> Thing:
    """Return what was looked for.

    Args:
        thing: None where there is none.
        sentence: what a person is told then, already translated.

    Raises:
        NotFound: it is None.
    """
    if thing is None:
        raise NotFound(sentence)
    return thing


def check_fields(thing: Model, *, refusal: type[Invalid] = Invalid, but: Collection[str] = ()) -> None:
    """Refuse a row whose fields break their rules, all of them at once, before the database has to.

    Args:
        refusal: the class of what is raised.
        but: names of fields that are not looked at.

    Raises:
        Invalid: `errors` names the fields.
    """
    try:
        thing.full_clean(exclude=but)
    except ValidationError as error:
        raise refusal.of_fields(error.message_dict) from error


@contextmanager
def database_refusals() -> Iterator[None]:
    """Turn what the database refuses, or does not do in time, into a `Refusal`, around a transaction."""
    try:
        yield
    except Error as error:
        raise refusal_from(error) from error


def refusal_from(error: Error) -> Refusal:
    """Return the refusal that an error of the database means, such as a broken constraint in the words of its model.

    Raises:
        Error: the error itself, where it is a defect of ours.
    """
    cause = error.__cause__
    match cause:
        case errors.CheckViolation() if _is_ours(cause):
            refusal: Refusal = Invalid(_words_of(cause))
        case errors.RestrictViolation():
            refusal = Conflict(cause.diag.message_primary or str(cause))
        case errors.ForeignKeyViolation():
            _note(cause)
            refusal = Conflict(
                _("Something that this needs was removed, or is still used elsewhere. Reload the page and check.")
            )
        case psycopg.IntegrityError():
            refusal = Conflict(_words_of(cause))
        case errors.DeadlockDetected() | errors.SerializationFailure():
            refusal = Conflict(_("Somebody else changed this at the same moment. Try again."))
        case errors.LockNotAvailable():
            refusal = Busy(_who_locks(cause))
        case errors.QueryCanceled():
            refusal = Busy(_("This took too long and was stopped; nothing was saved. Try again, or ask for less."))
        case PoolTimeout() | TooManyRequests() | errors.TooManyConnections():
            refusal = Busy(_("The site is busy. Try again in a few seconds."))
        case errors.NumericValueOutOfRange() | errors.DatetimeFieldOverflow():
            refusal = Invalid(_("A number or a date is too large. Nothing was saved."))
        case psycopg.OperationalError() | psycopg.InterfaceError() | errors.IdleInTransactionSessionTimeout():
            refusal = _lost(error)
        case _:
            raise error
    return refusal


def refusal_at_door(error: Error, *, may_have_saved: bool) -> Refusal:
    """Return the refusal for a database error outside of any service: before, between or after their transactions.

    Args:
        may_have_saved: the request changes something, so that a service may have finished before the error.

    Raises:
        Error: the error itself, where it is a defect of ours.
    """
    refusal = refusal_from(error)
    return _outcome_unknown() if may_have_saved else refusal


def _outcome_unknown() -> OutcomeUnknown:
    return OutcomeUnknown(_("We do not know whether it was saved. Check before you try again."))


def _lost(error: Error) -> Refusal:
    """Return the refusal for a lost connection.

    An administrator ended it, the server stopped, or it waited too long inside a transaction.
    """
    logger.warning("database_connection_lost", kind=type(error.__cause__).__name__)
    if is_of_commit(error):
        return _outcome_unknown()
    return Unavailable(_("The database does not answer at the moment. Nothing was saved. Try again in a few seconds."))


def is_of_commit(error: Error) -> bool:
    """Tell whether an error was raised by COMMIT itself, so that the transaction may have been saved."""
    commit = BaseDatabaseWrapper._commit.__code__  # type: ignore[attr-defined]  # Django's one place for it
    return any(frame.f_code is commit for frame, _line in walk_tb(error.__traceback__))


def _who_locks(cause: psycopg.Error) -> str:
    """Return a sentence with the thing that somebody else has locked, if PostgreSQL says which table it waited for."""
    found = LOCKED_TABLE.search(cause.diag.context or "")
    for model in apps.get_models() if found else ():
        if found and model._meta.db_table == found[1]:
            return _("Somebody else is working on this %(thing)s. Try again.") % {"thing": model._meta.verbose_name}
    return _("Somebody else is changing this at the moment. Try again.")


def _is_ours(cause: psycopg.Error) -> bool:
    """Tell whether the constraint is one of a model, whose sentence says what is wrong with the input."""
    name = cause.diag.constraint_name
    return any(constraint.name == name for model in apps.get_models() for constraint in model._meta.constraints)


def _words_of(cause: psycopg.Error) -> str:
    """Return the sentence of the constraint or unique field that the database names, or a general one for others."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == cause.diag.constraint_name:
                return str(constraint.get_violation_error_message())
        for field in model._meta.local_concrete_fields:
            if field.unique and f"{model._meta.db_table}_{field.column}_key" == cause.diag.constraint_name:
                return str(model().unique_error_message(model, (field.name,)).messages[0])
    _note(cause)
    return _("The database refuses this, and nothing was saved. Tell your administrator at what time it happened.")


def _note(cause: psycopg.Error) -> None:
    """Log which constraint refused, for whoever runs the site: names from our code only, no values."""
    logger.error("database_refused", constraint=cause.diag.constraint_name, table=cause.diag.table_name)
