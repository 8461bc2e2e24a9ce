"""Which columns name people, and what stands in them after an erasure (T6).

Of the rows that belong to a person, the columns of `EMPTIED` get the value that is said here, which `verify_ledger`
works out again. Any other text of any table may mention somebody in passing; there the mention is replaced, and the
erasure keeps the hash of what is left. Events are emptied as their table is. Plain keys stay.
"""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db import models
from pghistory.models import Event

ERASED = "erased"

# By model, SQL of what a column becomes, over the columns of the row itself.
EMPTIED: Mapping[str, Mapping[str, str]] = {
    "learners.Learner": {
        "badge_id": "'erased-' || id",
        "first_name": "'Erased'",
        "last_name": "'person ' || id",
        "other_name": "''",
        "email": "''",
        "phone": "''",
        "status_reason": "''",
        "twin_key": "NULL",
    },
    "learners.WorkerNumber": {"value": "'erased-' || id"},
    "learners.BadgePeriod": {"badge_id": "'erased-' || learner_id"},
    "learners.TrainingRecord": {
        "comments": "''",
        "trainer_name": "CASE WHEN session_id IS NULL THEN '' ELSE 'erased' END",
    },
    "learners.CompetencyRecord": {"remarks": "''", "trainer_name": "'erased'"},
    "learners.Revocation": {"reason": "'erased'"},
    "learners.Merge": {"reason": "'erased'", "reason_before": "''"},
    "learners.EvidenceUpload": {
        "original_name": "''",
        "reason": "CASE WHEN corrects_id IS NULL THEN '' ELSE 'erased' END",
    },
    "learners.LearnerHoursLog": {"notes": "''"},
    "learners.ProgressionEvent": {"reason": "'erased'"},
    "learners.RegisterExtract": {"content": "'{}'"},
    "attendance.SessionAttendee": {"remarks": "''"},
    "attendance.RegisterDifference": {"badge": "'erased'", "place": "''", "there": "''", "here": "''"},
    "attendance.SampleCheck": {"note": "'erased'"},
}

# Tables in which nobody looks for mentions, each for a reason.
NOT_SEARCHED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "training.Seal",
            "training.SealOpening",
            "training.SealPending",
            "training.Log",
            "training.LogKey",
            "training.LogEntry",
            "training.LogTile",
            "training.LogCheckpoint",
            "training.LogAnchor",
            "training.Erasure",
        ),
        "holds no name, or goes as a whole row",
    ),
    **dict.fromkeys(
        (
            "auth.User",
            "account.EmailAddress",
            "account.EmailConfirmation",
            "socialaccount.SocialAccount",
            "socialaccount.SocialToken",
            "socialaccount.SocialApp",
            "mfa.Authenticator",
            "config.SignIn",
            "config.ApiToken",
            "config.Attempts",
            "axes.AccessAttempt",
            "axes.AccessFailureLog",
            "axes.AccessLog",
            "training.Trainer",
            "training.TrainerQualification",
        ),
        "is about logins and trainers, who have their own names",
    ),
    **dict.fromkeys(
        ("learners.Learner", "learners.BadgePeriod", "learners.WorkerNumber"),
        "is about one worker, who may be called as another one is",
    ),
    **dict.fromkeys(
        (
            "auth.Group",
            "auth.Permission",
            "contenttypes.ContentType",
            "sessions.Session",
            "training.Company",
            "training.Course",
            "training.CourseVersion",
            "training.Venue",
            "learners.Area",
            "learners.Role",
            "learners.AssessmentMethod",
            "training.Site",
        ),
        "names things, or cannot be read as text",
    ),
}

# Kept for minutes, so that rows go as a whole.
FORGOTTEN = ("config.CacheEntry", "config.IdempotentAnswer")


def columns_of(model: type[models.Model]) -> dict[str, str]:
    """Return what is emptied of a table or of its events: SQL by column; empty where nothing is."""
    columns = EMPTIED.get(tracked(model)._meta.label, {})
    there = {str(each.column) for each in model._meta.local_concrete_fields}
    return {column: text for column, text in columns.items() if column in there}


def tracked(model: type[models.Model]) -> type[models.Model]:
    """Return the table of which a table holds the events; the table itself if it holds none."""
    return getattr(model, "pgh_tracked_model", None) or model


def all_tables() -> list[type[models.Model]]:
    """Return the model of every table that Django knows, by the names of the tables."""
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return [found[table] for table in sorted(found)]


def searched() -> Iterator[tuple[type[models.Model], list[models.Field]]]:
    """Return the tables in which mentions are looked for, with the fields that hold texts somebody has typed."""
    for model in all_tables():
        label = tracked(model)._meta.label
        if label in NOT_SEARCHED or label in FORGOTTEN:
            continue
        fields: list[models.Field] = [
            each
            for each in model._meta.local_concrete_fields
            if isinstance(each, (models.CharField, models.TextField, models.JSONField))
            and not each.generated
            and not each.choices
            and not each.primary_key
            and not (issubclass(model, Event) and each.name.startswith("pgh_"))
        ]
        if fields:
            yield model, fields
