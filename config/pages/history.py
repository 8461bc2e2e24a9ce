"""The history of the whole site: every change, read, file taken, sign-in and look, the newest first (N5)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from attendance.pages.trail import of_session, of_worker
from config.forms.history import HistoryFilter
from config.models import LoggedLook, SignIn
from config.pages.users import of_user
from learners.models import EvidenceRead
from learners.selectors.learners import find_by_badge
from training.core.permissions import name_of
from training.core.refusals import NotFound
from training.core.trail import Only, Source
from training.core.web.fields import Choices
from training.models import FileDownload, Session

# Logs that are their own history: what is told of each row, when it was, and who did it.
LOGS: Sequence[Source] = (
    Source(model=EvidenceRead, ids=None, subject="upload", fields=("kind", "learner"), at="read_at", who="read_by"),
    Source(
        model=FileDownload,
        ids=None,
        subject="file_name",
        fields=("kind", "query", "size"),
        at="taken_at",
        who="taken_by",
    ),
    Source(model=SignIn, ids=None, subject="outcome", fields=("name", "address", "browser"), at="at", who="user_id"),
    Source(model=LoggedLook, ids=None, subject="path", fields=("query",), at="at", who="by"),
)
# By which field a row is named, where its own name is put together from others.
NAMED_BY = {
    "attendance.SessionAttendee": "learner",
    "attendance.CaptureVoid": "class_session",
    "attendance.ListAct": "session",
    "config.ApiToken": "name",
    "config.Invitation": "user",
    "config.LastDay": "user",
    "config.SecondFactor": "user",
    "config.CompanyAccount": "user",
    "learners.AreaRequirement": "course",
    "learners.CompetencyRecord": "learner",
    "learners.ComplianceItem": "learner",
    "learners.EvidenceUpload": "original_name",
    "learners.LearnerArea": "learner",
    "learners.LearnerHoursLog": "learner",
    "learners.LearnerProgression": "learner",
    "learners.RoleRequirement": "course",
    "learners.TrainingRecord": "learner",
    "learners.WorkerNumber": "learner",
    "training.ClassAttendanceSession": "training_class",
    "training.CourseVersion": "title",
    "training.CoursePrerequisite": "course",
    "training.GroupPermission": "group",
    "training.LoginPermission": "user",
    "training.Membership": "user",
    "training.TrainerQualification": "trainer",
}
# What lines leave out: it names nothing that a person knows, or opens something.
NOT_TOLD = (
    "digest",
    "key",
    "twin_key",
    "is_staff",
    "date_joined",
    "attendance_file_key",
    "evidence_file_key",
    "evidence_key",
)
REFERENCE = re.compile(r"S-\d{4}-(\d{1,9})", re.IGNORECASE)


class NothingOfThatName(NotFound):
    """No worker, session or user is called so (404)."""


@dataclass(frozen=True)
class History:
    """What an address of the history asks for."""

    sources: Sequence[Source]
    only: Only


def history_asked_for(wanted: HistoryFilter) -> History:
    """Return the tables and the filter that a form asks for.

    Raises:
        NothingOfThatName: what was typed names no worker, session or user.
    """
    sources = _of_thing(wanted.thing) if wanted.thing else everything()
    if wanted.kind:
        sources = [each for each in sources if each.model._meta.label == wanted.kind]
    return History(sources, Only(person=wanted.person, since=_start(wanted.since), until=_end(wanted.until)))


@cache
def everything() -> Sequence[Source]:
    """Return the sources of all that happens on the site: every audited table, and the logs."""
    return (*_audited(), *LOGS)


def kinds() -> list[tuple[str, str]]:
    """Return the label and the words of each kind of thing that the history tells of, by its words."""
    words = [
        (source.model._meta.label, capfirst(str(source.model._meta.verbose_name_plural))) for source in everything()
    ]
    return sorted(words, key=lambda each: each[1].casefold())


def people() -> Choices:
    """Return all logins, the disabled ones too, with their names."""
    return [(user.pk, f"{name_of(user)} ({user.get_username()})") for user in User.objects.order_by("username")]


def _audited() -> Iterator[Source]:
    for model in apps.get_models():
        events: Any = getattr(model, "pgh_event_model", None)
        if events is not None and events.pgh_tracked_model is model:
            subject = NAMED_BY.get(model._meta.label, "pk")
            yield Source(model=model, ids=None, subject=subject, without=NOT_TOLD)


def _of_thing(text: str) -> Sequence[Source]:
    """Return the sources of the thing that somebody named: a worker's badge, a session's reference, a user's name."""
    if found := REFERENCE.fullmatch(text):
        session = Session.objects.filter(pk=int(found[1])).first()
        if session is not None and session.reference.casefold() == text.casefold():
            return of_session(session, tells_reads=True)
    learner = find_by_badge(text)
    if learner is not None:
        return of_worker(learner, tells_contact=True, tells_reads=True)
    user = User.objects.filter(username__iexact=text).first()
    if user is not None:
        return of_user(user)
    raise NothingOfThatName(
        _("No worker has the badge %(text)s, no session this reference, and no user this name.") % {"text": text}
    )


def _start(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))


def _end(day: date | None) -> datetime | None:
    return None if day is None else _start(day + timedelta(days=1))
