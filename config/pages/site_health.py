"""What the health page shows an operator: what ran and what did not, the proof, the parts, room, versions (B2)."""

import platform
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.backup.runs import last_good_backup
from config.environment import program_version
from config.health import READINESS, UP_TO_DATE, WELL, answers_of
from training.core.kinds import StatusKind
from training.core.words import moment
from training.models import LogAnchor, LogCheckpoint, PeriodicRun, SealPending
from training.selectors.jobs import JobsStanding, jobs_standing
from training.selectors.periodic import PeriodicStanding, standings

CHECKPOINT_WITHIN = timedelta(minutes=10)
LITTLE_ROOM, NO_ROOM = 0.10, 0.03
GIGABYTE = 10**9
TOLD_ABOVE = {"periodic", "jobs", "backup"}


@dataclass(frozen=True)
class Line:
    """A thing, how it is as a pill, and what there is to say of it."""

    what: str
    kind: StatusKind
    word: str
    detail: str = ""


@dataclass(frozen=True)
class RunLine:
    """A periodic command: its last good run, when it comes next, and how it is as a pill."""

    standing: PeriodicStanding
    kind: StatusKind
    word: str
    far: str


@dataclass(frozen=True)
class SiteHealth:
    """What the page shows; `versions` are names with what runs."""

    runs: Sequence[RunLine]
    jobs: JobsStanding
    proof: Sequence[Line]
    parts: Sequence[Line]
    room: Sequence[Line]
    versions: Sequence[tuple[str, str]]


def site_health(*, now: datetime) -> SiteHealth:
    """Return how the site stands. It asks every part of the site, for a few seconds at most."""
    return SiteHealth(
        runs=[_run_line(each) for each in standings(now=now)],
        jobs=jobs_standing(now=now),
        proof=list(_proof(now)),
        parts=list(_parts()),
        room=list(_room()),
        versions=list(_versions()),
    )


def _run_line(standing: PeriodicStanding) -> RunLine:
    last, running, far = standing.last, standing.running, ""
    if running is not None:
        if running.total:
            far = _("%(done)s of %(total)s") % {"done": f"{running.done:,}", "total": f"{running.total:,}"}
        kind, word = StatusKind.WAIT, _("Running")
    elif last is None:
        kind, word = (StatusKind.BAD if standing.trouble else StatusKind.NONE), _("Never ran")
    elif last.outcome in (PeriodicRun.Outcome.FAILED, PeriodicRun.Outcome.FOUND):
        kind, word = StatusKind.BAD, last.get_outcome_display()
    elif standing.trouble:
        kind, word = StatusKind.BAD, _("Did not run")
    elif last.outcome == PeriodicRun.Outcome.STOPPED:
        kind, word = StatusKind.WARN, last.get_outcome_display()
    else:
        kind, word = StatusKind.OK, last.get_outcome_display()
    return RunLine(standing, kind, word, far)


def _proof(now: datetime) -> Iterator[Line]:
    checkpoint = LogCheckpoint.objects.order_by("-pk").first()
    waiting = SealPending.objects.count()
    what = _("Last checkpoint of the seals")
    if checkpoint is None:
        kind = StatusKind.BAD if waiting else StatusKind.NONE
        yield Line(what, kind, _("None yet"), _waits(waiting))
    else:
        is_behind = bool(waiting) and checkpoint.made_at < now - CHECKPOINT_WITHIN
        told = _("%(count)s seals, %(when)s") % {
            "count": f"{checkpoint.size:,}",
            "when": moment(checkpoint.made_at),
        }
        kind, word = (StatusKind.BAD, _("Behind")) if is_behind else (StatusKind.OK, _("Current"))
        yield Line(what, kind, word, " · ".join(part for part in (told, _waits(waiting)) if part))
    yield _anchored()
    yield _backed_up(now)


def _waits(waiting: int) -> str:
    if not waiting:
        return ""
    return ngettext("%(count)s seal waits", "%(count)s seals wait", waiting) % {"count": f"{waiting:,}"}


def _anchored() -> Line:
    what = _("Checkpoints outside")
    newest = LogAnchor.objects.order_by("-anchored_at").first()
    if not settings.LOG_ANCHORS:
        return Line(what, StatusKind.WARN, _("None"), _("Consistent in itself, not proved: set LOG_ANCHORS."))
    if newest is None:
        return Line(what, StatusKind.BAD, _("None yet"))
    return Line(what, StatusKind.OK, _("Kept"), moment(newest.anchored_at))


def _backed_up(now: datetime) -> Line:
    what, last = _("Last good backup"), last_good_backup()
    if not settings.BACKUP_MAX_AGE_HOURS:
        return Line(what, StatusKind.NONE, _("Not looked at"), _("The site is backed up otherwise."))
    if last is None:
        return Line(what, StatusKind.BAD, _("None yet"))
    is_old = now > last.began_at + timedelta(hours=settings.BACKUP_MAX_AGE_HOURS)
    kind, word = (StatusKind.BAD, _("Too old")) if is_old else (StatusKind.OK, _("Current"))
    return Line(what, kind, word, moment(last.began_at))


def _parts() -> Iterator[Line]:
    words = {
        "database": _("Database"),
        "role": _("Database role"),
        "migrations": _("Migrations"),
        "evidence": _("Evidence store"),
        "compliance": _("Answers"),
        "limits": _("Database limits"),
    }
    checks = {name: check for name, check in {**READINESS, **UP_TO_DATE}.items() if name not in TOLD_ABOVE}
    for name, answer in answers_of(checks).items():
        what = str(words.get(name, name.capitalize()))
        if answer == WELL:
            yield Line(what, StatusKind.OK, _("Well"))
        else:
            yield Line(what, StatusKind.BAD, _("Not well"), answer)


def _room() -> Iterator[Line]:
    """Yield how much room is left where this process writes or reads; a disk that several share is told once."""
    places = [(_("Waiting files"), settings.WAITING_DIR), (_("Temporary files"), tempfile.gettempdir())]
    if not settings.EVIDENCE_S3_BUCKET:
        places.insert(0, (_("Evidence"), settings.EVIDENCE_DIR))
    for what, place in places:
        try:
            usage = shutil.disk_usage(_there(Path(place)))
        except OSError:
            yield Line(what, StatusKind.BAD, _("Not there"))
            continue
        free = usage.free / usage.total if usage.total else 0
        kind = StatusKind.BAD if free < NO_ROOM else StatusKind.WARN if free < LITTLE_ROOM else StatusKind.OK
        sizes = {"free": f"{usage.free / GIGABYTE:,.0f}", "total": f"{usage.total / GIGABYTE:,.0f}"}
        yield Line(what, kind, f"{free:.0%}", _("%(free)s of %(total)s GB free") % sizes)


def _there(place: Path) -> Path:
    """Return the directory, or the nearest one above it that exists: it is made when the first file comes."""
    return next(each for each in (place.absolute(), *place.absolute().parents) if each.exists())


def _versions() -> Iterator[tuple[str, str]]:
    yield "SiteProof", program_version()
    yield "Python", platform.python_version()
    yield "Django", django.get_version()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        yield "PostgreSQL", str(cursor.fetchone()[0])
    applied = MigrationRecorder.Migration.objects.filter(app__in=["config", "attendance", "learners", "training"])
    # Of a new site, the squashed ones are written down after all others.
    newest = applied.exclude(name__contains="_squashed_").order_by("-applied", "-pk").first()
    if newest is not None:
        yield _("Last migration"), f"{newest.app} {newest.name}"
