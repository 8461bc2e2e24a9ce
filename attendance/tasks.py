"""The files that jobs make when people ask for them: audit packs, the matrix, hours, certificates of a session."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms.classes import ExportForm
from attendance.forms.matrix import MatrixForm
from attendance.pages import hours
from attendance.pages.classes import in_state, matching
from attendance.pages.matrix import matrix_keys
from attendance.pages.worker import get_worker
from attendance.papers import (  # noqa: F401  # declare their kinds
    class_lists,
    import_lists,
    session_lists,
    verify_lists,
    worker_lists,
)
from attendance.papers.certificate import print_certificates
from attendance.papers.matrix_list import dated, filter_in_words
from attendance.papers.pack import Pack, make_pack, pack_of_worker, pack_of_workers
from attendance.papers.person import data_of_person
from attendance.selectors.certificate import Certificate, certificates_of_session
from attendance.services.imports import working  # noqa: F401  # declares its kind
from learners.models import Learner
from learners.selectors.as_of import day_of
from training.core.keys import key_of
from training.core.list_files import FileFormat, TableColumn, write_table
from training.core.permissions import Permission, Reach, check_may, check_may_some, may, reach
from training.core.refusals import Conflict, Invalid
from training.models import Session
from training.papers.lists import marks_of
from training.selectors.classes import visible_classes
from training.selectors.sessions import get_session
from training.services.job_kinds import JobKind, Product, Tell, declare

WORKER, CHECKPOINT = "worker", "checkpoint"
SESSION, SITE = "session", "site"  # whose certificates they are, and the host in their QR codes

Item = TypeVar("Item")


class NoCertificates(Conflict):
    """Nobody has a certificate from this session (409)."""


def pack_asked_for(query: QueryDict, *, by: User, now: datetime) -> tuple[Pack, str]:
    """Return the audit pack that a query asks for, and its title.

    Args:
        query: names one worker (`worker=`), or the workers by a filter of the matrix page; `checkpoint=` the size of a
            checkpoint that somebody has on paper, any number of times (T3).
        by: who asks.
        now: the present moment.

    Raises:
        Invalid: the day in the query does not exist.
        UnknownLearner: there is no such worker.
    """
    on = day_of(query.get("on", ""), today=timezone.localdate(now))
    held = [size for text in query.getlist(CHECKPOINT) if (size := key_of(text))]
    if WORKER in query:
        key = key_of(query.get(WORKER, ""))
        if key is None:
            raise Invalid(_("%(key)s is not the key of a worker.") % {"key": query.get(WORKER, "")[:20]})
        learner = get_worker(key)
        title = _("Audit pack of %(worker)s, %(badge)s") % {"worker": learner.name, "badge": learner.badge_id}
        return replace(pack_of_worker(learner, on=on, by=by, now=now), held=held), dated(title, on)
    form = MatrixForm(query)
    wanted = form.wanted_matrix(on=on)
    people = matrix_keys(wanted, now=now, warning_days=settings.EXPIRY_WARNING_DAYS)
    subject = ", ".join(filter_in_words(form, wanted.red_course))
    title = _("Audit pack: %(subject)s") % {"subject": subject}
    return replace(pack_of_workers(people, subject=subject, on=on, by=by, now=now), held=held), dated(title, on)


@dataclass(frozen=True)
class HoursFile:
    """An export of hours: its rows, the chosen columns, and the kind of file."""

    rows: Sequence[hours.Row]
    columns: Sequence[TableColumn[hours.Row]]
    ending: FileFormat
    day: date

    def make(self, *, tell: Tell) -> Product:
        """Return the finished file; `tell` is told how many rows are done."""
        rows = _told(iter(self.rows), total=len(self.rows), tell=tell)
        return Product(
            name=f"hours-{self.day:%Y-%m-%d}.{self.ending}",
            content_type=self.ending.content_type,
            file=write_table(self.ending, _("Hours"), self.columns, rows),
        )


def certificates_asked_for(query: QueryDict, *, by: User) -> tuple[Session, list[Certificate]]:
    """Return the session that a query names, and its certificates.

    Args:
        query: names the session.
        by: who asks.

    Raises:
        NotFound: there is no such session that this person may read.
        NotPermitted: the person may not read its evidence.
        NoCertificates: nobody has a certificate from it so far.
    """
    session = get_session(key_of(query.get(SESSION, "")) or 0, user=by)
    check_may(by, Permission.READ_EVIDENCE, session)
    certificates = certificates_of_session(session)
    if not certificates:
        raise NoCertificates(_("Nobody has a certificate of this session: nobody passed, or sign-offs are pending."))
    return session, certificates


def export_form(query: QueryDict | None, *, by: User, **options: object) -> ExportForm:
    """Return the form of an export of hours; people who may read all classes can choose trainers in it."""
    return ExportForm(query, sees_everything=reach(by, Permission.READ_CLASS) is Reach.ALL, **options)


def hours_asked_for(form: ExportForm, *, by: User, now: datetime) -> HoursFile:
    """Return the file that a valid form asks for, with hours of those classes that this person may read."""
    asked, columns = form.cleaned_data, form.chosen()
    classes = in_state(matching(visible_classes(by), form.wanted()), form.shown())
    rows = hours.hours_rows(classes, columns, first=asked["first"], last=asked["last"])
    return HoursFile(
        rows=rows,
        columns=[*columns, *marks_of(by, now=now)],
        ending=FileFormat(asked["format"]),
        day=timezone.localdate(now),
    )


def _make_pack(query: QueryDict, *, by: User, now: datetime, tell: Tell) -> Product:
    return make_pack(pack_asked_for(query, by=by, now=now)[0], tell=tell)


def person_asked_for(query: QueryDict) -> tuple[Learner, str]:
    """Return the worker whose data a query asks for, and the title of the file.

    Raises:
        NotFound: there is no such worker.
    """
    learner = get_worker(get_worker(key_of(query.get(WORKER, "")) or 0).person.pk)
    return learner, _("Data of %(worker)s, %(badge)s") % {"worker": learner.name, "badge": learner.badge_id}


def _make_person(query: QueryDict, *, by: User, now: datetime, tell: Tell) -> Product:
    return data_of_person(person_asked_for(query)[0], by=by, now=now, tell=tell)


def _make_certificates(query: QueryDict, *, by: User, now: datetime, tell: Tell) -> Product:
    session, certificates = certificates_asked_for(query, by=by)
    site = query.get(SITE, "")
    pages = [(each, f"{site}{reverse('attendance:record', args=[each.record.pk])}") for each in certificates]
    tell(0, len(pages))
    title = certificates_title(session)
    pdf = print_certificates(pages, title=title, printed_at=now, names_role=may(by, Permission.READ_SITE))
    return Product(name=f"{session.reference}-certificates.pdf", content_type="application/pdf", file=io.BytesIO(pdf))


def certificates_title(session: Session) -> str:
    """Return the title of the file on the page of a person's files."""
    return _("Certificates of %(session)s") % {"session": session}


def _make_hours(query: QueryDict, *, by: User, now: datetime, tell: Tell) -> Product:
    form = export_form(query, by=by)
    if not form.is_valid():
        raise Invalid(_("These hours cannot be exported: %(why)s") % {"why": " ".join(_errors(form))})
    return hours_asked_for(form, by=by, now=now).make(tell=tell)


def _errors(form: ExportForm) -> Iterator[str]:
    for texts in form.errors.values():
        yield from map(str, texts)


def _check_reads_evidence(user: User) -> None:
    check_may(user, Permission.READ_SITE)
    check_may(user, Permission.READ_EVIDENCE)


# People who may read only their own sessions or classes get files of only those.
_check_reads_site = partial(check_may, permission=Permission.READ_SITE)
_check_exports_person = partial(check_may, permission=Permission.EXPORT_PERSON)
_check_reads_sessions = partial(check_may_some, permission=Permission.READ_EVIDENCE)
_check_reads_classes = partial(check_may_some, permission=Permission.READ_CLASS)

PERSON = declare(JobKind("person", gettext_lazy("One person's data"), _check_exports_person, _make_person))
PACK = declare(JobKind("pack", gettext_lazy("Audit pack"), _check_reads_evidence, _make_pack))
CERTIFICATES = declare(JobKind("certificates", gettext_lazy("Certificates"), _check_reads_sessions, _make_certificates))
HOURS = declare(JobKind("hours", gettext_lazy("Hours"), _check_reads_classes, _make_hours))


def _told(items: Iterator[Item], *, total: int, tell: Tell) -> Iterator[Item]:
    for place, item in enumerate(items):
        tell(place, total)
        yield item
