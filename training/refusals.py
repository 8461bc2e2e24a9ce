"""What the application says when it declines to do something.

A refusal is an answer, not an accident: a sentence a supervisor may read, an HTTP status that every door (page, API,
admin, command) uses alike, and, where it helps, the fields that are wrong or the state that stands in the way. Each
concrete refusal stands beside the function that raises it and derives from one of the classes here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.db.models import Model
from django.utils.translation import gettext as _


class Refusal(Exception):  # noqa: N818  # the field's word: a refusal is an answer, not an error
    """The request was understood and declined; nothing was changed.

    Args:
        message: the sentence shown to the person, already translated.
        errors: messages by field name, where single fields are to blame.
        conflict: the present state that stands in the way, as plain values (see `conflict` in the API's objects).
    """

    status = 400

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

    def __str__(self) -> str:
        return self.message


class Invalid(Refusal):
    """Something is missing, malformed or a condition is not met (400)."""

    status = 400


class NotPermitted(Refusal):
    """The person may not do this (403)."""

    status = 403


class Conflict(Refusal):
    """The present state does not allow it (409): somebody was faster, or it is over."""

    status = 409


class TooLarge(Refusal):
    """What was sent is larger than the limit (413)."""

    status = 413


class UnsupportedType(Refusal):
    """What was sent is of a kind that is not accepted (415)."""

    status = 415


class Unavailable(Refusal):
    """Something SiteProof depends on does not answer; trying again may help (503)."""

    status = 503


def check_fields(thing: Model) -> None:
    """Refuse a row whose fields break their rules, all of them at once, before the database has to.

    Raises:
        Invalid: `errors` names the fields.
    """
    try:
        thing.full_clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), errors=error.message_dict) from error


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put the sentences of a refusal at the fields that it names, or above the form."""
    for field, texts in refusal.errors.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
    if not refusal.errors:
        form.add_error(None, refusal.message)


@contextmanager
def database_refusals() -> Iterator[None]:
    """Around the transaction of a service: what a constraint or trigger of the database refuses becomes a `Refusal`."""
    try:
        yield
    except DatabaseError as error:
        raise refusal_from(error) from error


def refusal_from(error: DatabaseError) -> Refusal:
    """Return what a constraint or trigger of the database means, in the words of the model that carries it.

    Raises:
        DatabaseError: the error itself, where it is an accident and not an answer.
    """
    match error.__cause__:
        case psycopg.errors.CheckViolation() as cause:
            return Invalid(_words_of(cause, error))
        case psycopg.errors.UniqueViolation() | psycopg.errors.ExclusionViolation() as cause:
            return Conflict(_words_of(cause, error))
        case psycopg.errors.RestrictViolation() as cause:
            return Conflict(cause.diag.message_primary or str(cause))
        case psycopg.errors.DeadlockDetected() | psycopg.errors.SerializationFailure():
            return Conflict(_("Somebody else changed the same thing at the same moment. Try again."))
    raise error


def _words_of(cause: psycopg.Error, error: DatabaseError) -> str:
    """Return the message of the constraint or unique field that the database names; an unknown one is an accident."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == cause.diag.constraint_name:
                return str(constraint.get_violation_error_message())
        for field in model._meta.local_concrete_fields:
            if field.unique and f"{model._meta.db_table}_{field.column}_key" == cause.diag.constraint_name:
                return str(model().unique_error_message(model, (field.name,)).messages[0])
    raise error
