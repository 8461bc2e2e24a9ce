"""The whole site as plain files, so that nobody is locked in (X3): every table as CSV, and the evidence beside.

The files are for programs: every value stands in them as PostgreSQL writes it, an absent value is an empty cell without
quotes, and an empty text is `""`. All tables are read in one snapshot, so they agree with each other. The evidence is
copied after that: a file that a row of the snapshot names never changes.
"""

import csv
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from learners.evidence.store import EvidenceUnreadable, read_stored
from learners.models import EvidenceUpload
from training.core.long_jobs import take_time
from training.core.refusals import Conflict

logger = structlog.get_logger(__name__)

UNFINISHED = "UNFINISHED"  # stands in the directory until everything is there
TABLES, COLUMNS, FILES, README = "tables.csv", "columns.csv", "evidence.csv", "README.txt"

# What stays, and why. Every other table is exported; a test compares this list with the catalogue.
LEFT_OUT: Mapping[str, str] = {
    "attendance.FilingPaste": "waits to be filed, and is removed after some days",
    "attendance.FilingProof": "waits to be filed, and is removed after some days",
    "attendance.FilingRow": "waits to be filed, and is removed after some days",
    "admin.LogEntry": "what Django Admin notes beside the audit events, which are exported",
    "auth.Group_permissions": "Django's own rights, which the site never asks for",
    "auth.Permission": "Django's own rights, which the site never asks for",
    "auth.User_user_permissions": "Django's own rights, which the site never asks for",
    "axes.AccessAttempt": "attempts to sign in, with what was typed",
    "axes.AccessAttemptExpiration": "attempts to sign in",
    "axes.AccessFailureLog": "attempts to sign in, with what was typed",
    "axes.AccessLog": "attempts to sign in, with what was typed",
    "config.ApiToken": "lets programs in",
    "config.ApiTokenEvent": "lets programs in",
    "config.ApiUse": "how much was asked in this minute",
    "config.Attempts": "how many passwords were wrong lately",
    "config.CacheEntry": "what processes share for minutes",
    "config.CompanySession": "lets browsers in",
    "config.IdempotentAnswer": "answers of the last day, to be given again",
    "config.Invitation": "lets people in",
    "config.InvitationEvent": "lets people in",
    "contenttypes.ContentType": "names of tables, which are in tables.csv",
    "mfa.Authenticator": "lets people in",
    "pghistory.Events": "a view of the events of all tables, each of which is exported",
    "procrastinate.ProcrastinateEvent": "work that waits, or waited",
    "procrastinate.ProcrastinateJob": "work that waits, or waited",
    "procrastinate.ProcrastinatePeriodicDefer": "work that waits, or waited",
    "procrastinate.ProcrastinateWorker": "work that waits, or waited",
    "sessions.Session": "lets browsers in",
    "socialaccount.SocialApp": "lets other programs sign people in; not written to",
    "socialaccount.SocialToken": "lets programs in; not written to",
    "training.LogEntry": "is worked out from the seals, which are exported",
    "training.LogTile": "is worked out from the seals, which are exported",
    "training.SealPending": "seals that wait for their place for a minute",
    "training.CalendarFeed": "lets calendar programs in",
    "training.CalendarFeedEvent": "lets calendar programs in",
    "training.GroupPermissionEvent": "Django's own rights, which the site never asks for",
    "training.PeriodicRun": "what ran by the clock lately, and is removed after a year",
    "training.Job": "files that were asked for lately and are removed after some days",
    "training.LoginPermissionEvent": "Django's own rights, which the site never asks for",
}
# Columns that stay of tables that go, and why.
WITHOUT: Mapping[str, Mapping[str, str]] = {
    "auth.User": {"password": "the hash of a password"},
    "config.SignIn": {"username": "as typed, which may be a password in the wrong field"},
}


class DirectoryNotEmpty(Conflict):
    """The directory holds something already (409)."""


@dataclass
class SiteExport:
    """What was written.

    Attributes:
        rows: by table, how many rows there are.
        files: how many files of evidence were copied.
        damaged: keys of files that the store does not have as they were stored.
    """

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    damaged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Evidence:
    """A file to which rows refer."""

    key: str
    sha256: str
    size: int


def exported_models() -> list[type[models.Model]]:
    """Return the models whose tables are exported, by the names of their tables."""
    found = (model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy)
    return sorted((each for each in found if each._meta.label not in LEFT_OUT), key=lambda each: each._meta.db_table)


def exported_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """Return the fields of a model whose columns are exported."""
    without = WITHOUT.get(model._meta.label, ())
    return [each for each in model._meta.concrete_fields if each.name not in without]


def export_site(*, directory: Path, now: datetime, on_progress: Callable[[int, int], None]) -> SiteExport:
    """Write everything into a directory that is empty or does not exist.

    Args:
        on_progress: is called with the number of tables and files that are done, and of all.

    Raises:
        DirectoryNotEmpty: it holds something.
        OSError: it cannot be written.
        StoreUnavailable: the evidence store does not answer.
    """
    _make_empty(directory)
    unfinished = directory / UNFINISHED
    with _new(unfinished) as file:
        file.write("This export did not end. Remove the directory and run export_site again.\n")
    done = SiteExport()
    evidence = _write_tables(directory, done, on_progress=on_progress)
    _write_columns(directory)
    _write_evidence(directory, evidence, done, on_progress=on_progress)
    with _new(directory / README) as file:
        file.write(_readme(done, now=now))
    unfinished.unlink()
    logger.info("site_exported", tables=len(done.rows), rows=sum(done.rows.values()), files=done.files)
    return done


def _make_empty(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise DirectoryNotEmpty(f"{directory} is not empty. Name a directory that is, or that does not exist yet.")


def _write_tables(
    directory: Path, done: SiteExport, *, on_progress: Callable[[int, int], None]
) -> Collection[_Evidence]:
    """Write all tables as of one moment, and return the files that their rows name."""
    wanted = exported_models()
    (directory / "tables").mkdir(mode=0o700)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        take_time()
        evidence = _evidence()
        for place, model in enumerate(wanted):
            on_progress(place, len(wanted) + len(evidence))
            done.rows[model._meta.db_table] = _copy(model, directory / "tables" / f"{model._meta.db_table}.csv")
    with _new(directory / TABLES) as file:
        table = csv.writer(file)
        table.writerow(("table", "what", "rows", "file"))
        for model in wanted:
            name = model._meta.db_table
            table.writerow((name, str(model._meta.verbose_name_plural), done.rows[name], f"tables/{name}.csv"))
    return evidence


def _copy(model: type[models.Model], target: Path) -> int:
    """Write a table as PostgreSQL writes CSV, ordered by its key, and return how many rows it has."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(each.column)) for each in exported_fields(model))
    key = quote(str(model._meta.pk.column))
    select = f"SELECT {columns} FROM {quote(model._meta.db_table)} ORDER BY {key}"  # noqa: S608  # names of models
    with connection.cursor() as cursor, _new_bytes(target) as file:
        with cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv, HEADER true)") as parts:
            for part in parts:
                file.write(part)
        return int(cursor.rowcount)


def _evidence() -> Collection[_Evidence]:
    """Return every file that an upload names, once; records and sign-offs name no other."""
    rows = EvidenceUpload.objects.order_by("key", "pk").values_list("key", "sha256", "size")
    return {key: _Evidence(key, sha256, size) for key, sha256, size in rows.iterator()}.values()


def _write_columns(directory: Path) -> None:
    with _new(directory / COLUMNS) as file:
        table = csv.writer(file)
        table.writerow(("table", "column", "type", "may be empty", "refers to", "what", "more", "values"))
        for model in exported_models():
            for each in exported_fields(model):
                refers = each.related_model._meta.db_table if each.is_relation and each.related_model else ""
                values = "; ".join(f"{value} = {label}" for value, label in each.flatchoices)
                table.writerow(
                    (
                        model._meta.db_table,
                        each.column,
                        each.db_type(connection),
                        "yes" if each.null else "no",
                        refers,
                        str(each.verbose_name),
                        str(each.help_text),
                        values,
                    )
                )


def _write_evidence(
    directory: Path,
    evidence: Collection[_Evidence],
    done: SiteExport,
    *,
    on_progress: Callable[[int, int], None],
) -> None:
    (directory / "evidence").mkdir(mode=0o700)
    with _new(directory / FILES) as index:
        table = csv.writer(index)
        table.writerow(("key", "sha256", "size", "file", "state"))
        for place, each in enumerate(evidence):
            on_progress(len(done.rows) + place, len(done.rows) + len(evidence))
            state = _copy_file(each, directory / _place_of(each))
            if state == "copied":
                done.files += 1
            else:
                done.damaged.append(each.key)
            table.writerow((each.key, each.sha256, each.size, _place_of(each) if state == "copied" else "", state))
    on_progress(len(done.rows) + len(evidence), len(done.rows) + len(evidence))


def _place_of(each: _Evidence) -> str:
    return f"evidence/{each.sha256[:2]}/{each.sha256}{Path(each.key).suffix}"


def _copy_file(each: _Evidence, target: Path) -> str:
    """Copy a file, and return what became of it: "copied", "missing", "altered" or "unreadable"."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        with _new_bytes(part) as file:
            found = read_stored(key=each.key, copy=file, patiently=True)
        if found is None:
            return "missing"
        if found.sha256 != each.sha256:
            return "altered"
        part.replace(target)  # another key may have brought the same bytes
        return "copied"
    except EvidenceUnreadable:
        return "unreadable"
    finally:
        part.unlink(missing_ok=True)


def _new(path: Path) -> Any:
    return open(path, "x", encoding="utf-8", newline="", opener=_private)  # Path.open takes no opener


def _new_bytes(path: Path) -> Any:
    return open(path, "x+b", opener=_private)  # the same


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _readme(done: SiteExport, *, now: datetime) -> str:
    return "\n".join(_lines(done, now=now)) + "\n"


def _lines(done: SiteExport, *, now: datetime) -> Iterator[str]:
    yield f"The whole site, as of {timezone.localtime(now).isoformat(timespec='seconds')}."
    yield ""
    yield f"{TABLES}: every table with the number of its rows. {COLUMNS}: what each of their columns holds."
    yield "tables/: one CSV file for each table. UTF-8, commas, the first line names the columns. An absent value is an"
    yield 'empty cell; an empty text is "". Moments are written with their offset from UTC. Whoever opens a file in a'
    yield "spreadsheet imports its columns as text: badges keep their zeros, and no text becomes a formula."
    yield "A table that ends in `event` holds the history of the table without it: one row for each change, with what"
    yield "stood in the table after it; pghistory_context says who made the change, and from where."
    yield f"evidence/: every signed sheet and certificate under its SHA-256. {FILES}: by which key rows name it."
    yield ""
    yield f"Rows: {sum(done.rows.values())}. Files: {done.files}."
    if done.damaged:
        yield f"NOT as they were stored: {len(done.damaged)} files; {FILES} names them, verify_evidence says more."
    yield ""
    yield "Not exported:"
    for label, reason in LEFT_OUT.items():
        yield f"  {label}: {reason}"
    for label, fields in WITHOUT.items():
        for name, reason in fields.items():
            yield f"  {label}.{name}: {reason}"
