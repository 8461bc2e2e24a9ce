"""What the search in the top bar finds: workers, sessions, classes, courses and companies, by the words they show.

People who may not read the whole site find only their own sessions and classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet

from learners.models import Learner
from learners.pages.worker_rows import WorkerRow, worker_rows
from learners.selectors.learners import WorkerFilter, find_by_badge, list_workers
from training.core.permissions import Permission, User, may
from training.models import Company, Course, Session, TrainingClass
from training.pages.library_lists import mentioning
from training.selectors.classes import by_code, visible_classes
from training.selectors.courses import course_title
from training.selectors.sessions import REFERENCE, SessionFilter, matching, visible_sessions

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Hits(Generic[Thing]):
    """The first matches of one kind, and whether there are more."""

    rows: Sequence[Thing] = ()
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True, kw_only=True)
class Most:
    """How many matches of each kind are wanted at most."""

    workers: int = 20
    sessions: int = 20
    classes: int = 10
    courses: int = 10
    companies: int = 10


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found, by kind."""

    workers: Hits[WorkerRow]
    sessions: Hits[Session]
    classes: Hits[TrainingClass]
    courses: Hits[Course]
    companies: Hits[Company]

    def __bool__(self) -> bool:
        return any((self.workers, self.sessions, self.classes, self.courses, self.companies))


def find_exactly(text: str, *, user: User) -> Learner | Session | TrainingClass | None:
    """Return the one thing that a text names exactly, if this person may read it, else None.

    It is the worker with this badge, or else the session with this reference, or else the class with this code.
    """
    if may(user, Permission.READ_SITE) and (learner := find_by_badge(text)):
        return learner
    reference = REFERENCE.fullmatch(text) if text[:1] in ("S", "s") else None
    if reference and (session := visible_sessions(user).filter(pk=int(reference[1])).first()):
        return session
    return visible_classes(user).filter(class_code__iexact=text).first()


def find(text: str, *, user: User, today: date, warning_days: int, most: Most) -> Found:
    """Return everything that matches a text, in a constant number of queries.

    Workers are found by name or badge, earlier badges included, and come worst first. Sessions are found by reference,
    course, title, trainer or venue, and come newest first. Classes are found by code, courses by code or title,
    companies by name or code.

    Args:
        text: what was typed.
        user: who searches.
        today: the site's date.
        warning_days: how many days before an expiry the warning begins.
        most: how many of each kind at most.
    """
    sessions = matching(visible_sessions(user), SessionFilter(text=text)).select_related("course", "trainer", "venue")
    classes = by_code(visible_classes(user), text).order_by("-start_date", "-pk")
    reads_site = may(user, Permission.READ_SITE)
    workers: Hits[WorkerRow] = Hits()
    if reads_site:
        listed = list_workers(WorkerFilter(text=text), today=today, warning_days=warning_days)
        people = _first(listed, most.workers)
        rows = worker_rows(people.rows, today=today, warning_days=warning_days, found_by=text)
        workers = Hits(rows, people.more)
    return Found(
        workers=workers,
        sessions=_first(sessions.order_by("-start_time", "-pk"), most.sessions),
        classes=_first(classes, most.classes),
        courses=_first(_courses(text), most.courses) if reads_site else Hits(),
        companies=_first(mentioning(Company.objects.order_by("name"), text, "name", "code"), most.companies)
        if reads_site
        else Hits(),
    )


def _courses(text: str) -> QuerySet[Course]:
    """Return the courses whose code or present title has every word, sorted by code; each has that `title`."""
    courses = Course.objects.filter(deleted_at__isnull=True).annotate(title=course_title("pk")).order_by("code")
    for word in text.split():
        courses = courses.filter(Q(code__icontains=word) | Q(title__icontains=word))
    return courses


def _first(rows: QuerySet, most: int) -> Hits:
    found = list(rows[: most + 1])
    return Hits(found[:most], more=len(found) > most)
