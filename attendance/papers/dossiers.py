"""What an audit pack says about a worker: the verdict, each requirement and why, the records and their evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.pages.papers import line_place
from attendance.policies.sheet_reading import LinePlace
from learners.models import EvidenceUpload, Learner, TrainingRecord
from learners.pages.items import ItemLine, item_lines_of, item_lines_of_many_as_of
from learners.pages.later import Later, changed_later
from learners.policies.standing import Verdict, verdict
from learners.selectors.as_of import facts_as_of, workers_as_of
from learners.selectors.evidence import sheets_of
from learners.selectors.learners import person_of, rows_of_people
from learners.selectors.records import counting_on


class File(NamedTuple):
    """A stored evidence file: a correcting sheet (`is_correction`), or the file that the record was made from."""

    key: str
    sha256: str
    is_correction: bool


@dataclass(frozen=True)
class Held:
    """A record that counts, and the sheets that prove it.

    Attributes:
        record: the training record.
        sheets: the correcting sheets, newest first, then the original (E6).
        line: the line of the worker on the list of the session; None for external training.
        last_day: the last day on which the record counts; None if it does for good.
    """

    record: TrainingRecord
    sheets: Sequence[EvidenceUpload]
    is_entered_later: bool
    line: int | None
    last_day: date | None

    @property
    def is_from_register(self) -> bool:
        """Whether an extract of an old register is all that proves it (I7)."""
        return self.record.extract_id is not None and not self.sheets

    @property
    def files(self) -> list[File]:
        """The files in the order of the sheets. The file that the record names is one even if it has no upload.

        The extract of an old register is no file of the store (I7); certificates that were added are.
        """
        if self.record.extract_id is not None:
            return [File(upload.key, upload.sha256, False) for upload in self.sheets]
        corrections = [upload for upload in self.sheets if upload.corrects_id is not None]
        return [
            *(File(upload.key, upload.sha256, True) for upload in corrections),
            File(self.record.evidence_file_key, self.record.evidence_hash, False),
        ]

    def place_in(self, key: str) -> LinePlace | None:
        """Return where the worker's line stands in the file under this key; None if its codes do not tell."""
        sheets = (upload for upload in self.sheets if upload.key == key)
        places = (line_place(upload, self.record.session, self.line) for upload in sheets)
        return next((place for place in places if place), None)


@dataclass(frozen=True)
class Dossier:
    """Everything about one person on one day.

    Attributes:
        lines: the requirements, the worst first.
        held: the records that count, the newest first.
        later: what is now known about that day, and was not known on it (C8).
    """

    learner: Learner
    verdict: Verdict
    lines: Sequence[ItemLine]
    held: Sequence[Held]
    later: Sequence[Later]


def dossiers(learner_ids: Sequence[int], *, on: date | None, today: date, warning_days: int) -> list[Dossier]:
    """Return the dossiers of these people in the given order, in a constant number of queries.

    Args:
        learner_ids: keys of the badges of today (L2).
        on: the day that is asked about (C8); None for today. People whom the site did not know then are left out.
        today: the site's date.
        warning_days: how many days before an expiry the warning begins.
    """
    day = on or today
    later: Mapping[int, Sequence[Later]] = {}
    learners = Learner.objects.select_related("company", "role").in_bulk(learner_ids)
    if on is not None:
        facts = facts_as_of(learner_ids, on=on)
        learners = {pk: then.learner for pk, then in workers_as_of(list(learners.values()), facts, on=on).items()}
        lines = item_lines_of_many_as_of(learner_ids, on=on, warning_days=warning_days)
        later = changed_later(learner_ids, on=on)
    else:
        lines = item_lines_of(learner_ids, today=today, warning_days=warning_days)
    held = _held(learner_ids, day=day)
    return [
        Dossier(learners[pk], verdict(learners[pk], today=day), lines[pk], held[pk], later.get(pk, []))
        for pk in learner_ids
        if pk in learners
    ]


def _held(learner_ids: Sequence[int], *, day: date) -> Mapping[int, list[Held]]:
    """Return by the key of the person the records that count on a day (C2), the newest first, in three queries."""
    records = list(
        counting_on(TrainingRecord.objects.filter(rows_of_people(learner_ids)), on=day)
        .annotate(person=person_of())
        .select_related("course", "session", "provider", "register_import", "extract")
        .order_by("-completion_date", "-pk")
    )
    last_days: dict[int, date | None] = {
        record.pk: record.last_day  # type: ignore[attr-defined]  # of `counting_on`
        for record in records
    }
    sheets = sheets_of(records)
    sessions = {record.session_id for record in records if record.session_id is not None}
    workers = {record.learner_id for record in records}
    attendees = SessionAttendee.objects.filter(session__in=sessions, learner__in=workers)
    lines = {(session, learner): line for session, learner, line in attendees.values_list("session", "learner", "line")}
    held: dict[int, list[Held]] = defaultdict(list)
    for record in records:
        is_entered_later = timezone.localdate(record.created_at) > day
        line = lines.get((record.session_id, record.learner_id)) if record.session_id else None
        held[record.person].append(Held(record, sheets[record.pk], is_entered_later, line, last_days[record.pk]))
    return held
