"""Kinds that all apps share. Their values stand in CSS classes, in answers of the API and in audit events."""

from enum import StrEnum


class StatusKind(StrEnum):
    """How serious something is; pages show each kind by a shape and a colour beside its word."""

    BAD = "bad"  # red: it must not go on like this
    WARN = "warn"  # yellow: it needs attention soon
    WAIT = "wait"  # blue: somebody else's part is still owed
    OK = "ok"  # green
    NONE = "none"  # neither good nor bad


class ConflictKind(StrEnum):
    """What stands in the way of what somebody wanted: `kind` in `Refusal.conflict`, and so in the API.

    A booking that stands in the way is of the kinds of `training.policies.sessions.Overlap`.
    """

    STATE = "STATE"  # the thing has gone too far, or not far enough
    VERSION = "VERSION"  # somebody else has changed it meanwhile
    QUESTION = "QUESTION"  # somebody has to say that it is meant; `confirm` is the word that says so


class Door(StrEnum):
    """Through what a change came in: `door` in the context of audit events."""

    PAGE = "page"
    API = "api"
    ADMIN = "admin"
    JOB = "job"


class EventKind(StrEnum):
    """What an audit event says of its row: the labels that the triggers of django-pghistory write."""

    KNOWN = "known"  # the row as it was when recording began
    INSERT = "insert"
    UPDATE = "update"
    PASSWORD = "password"  # noqa: S105  # the name of the field that changed
    DELETE = "delete"
    LOG = "log"  # no event: a row of an append-only log, which is its own history
