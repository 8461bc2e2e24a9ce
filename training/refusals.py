"""What the application says when it declines to do something.

A refusal is an answer, not an accident: a sentence a supervisor may read, an HTTP status that every door (page, API,
admin, command) uses alike, and, where it helps, the fields that are wrong or the state that stands in the way. Each
concrete refusal stands beside the function that raises it and derives from one of the classes here.
"""

from collections.abc import Mapping, Sequence
from typing import Any


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
