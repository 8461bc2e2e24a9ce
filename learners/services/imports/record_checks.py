"""What would become of rows of old registers (I7). Nothing is locked or written.

What rows can name is read once for a file: people, versions of courses, providers. For each part of the rows one more
query asks which of these records are there already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import RegisterImport, TrainingRecord
from learners.policies.records import check_external_dates
from learners.policies.registers import Dated, RegisterTerms, dated, register_terms
from learners.selectors.learners import person_of, rows_of_people
from learners.services.imports.named_workers import NamedWorkers
from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow, RowOutcome
from training.core.permissions import name_of
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.words import day, moment
from training.models import Company
from training.selectors.courses import versions_in_force
from training.services.imports.contract import (
    LEAVE_OUT,
    TAKEN_BACK,
    Answer,
    ImportTerms,
    NewThing,
    TakenBackRow,
)

Result = TrainingRecord.Result
COLUMN_OF = {"completion_date": "completed_on", "expiry_date": "expires_on"}  # fields of refusals, and our columns


@dataclass(frozen=True)
class TakenBack:
    """A record that this register brought in before and does not bear out any more (I7).

    Attributes:
        record: its key.
        learner, course: whose it is, and of what.
        said: the day of completion that it has.
        says: the earlier day that the register gives now; None where the row is gone or struck out.
        row: the place of the row that says so, from 0 and over all parts, as `Checker.finish` counts.
        what: badge and course.
    """

    record: int
    learner: int
    course: int
    said: date
    says: date | None
    row: int | None
    what: str = field(default="", compare=False)


def taken_back_of(told: Any) -> list[TakenBack]:
    """Return what was confirmed, be it as JSON has kept it."""
    return [each if isinstance(each, TakenBack) else TakenBack(**each) for each in told]


RecordKey = tuple[int, int, Any, date]  # person, course, provider (a key, or the name of a new one), day


@dataclass
class RecordChecker:
    """Checks the rows of one import, a part after the other."""

    terms: ImportTerms
    today: date = field(init=False)
    register: RegisterTerms = field(init=False)

    def __post_init__(self) -> None:
        self.today = timezone.localdate(self.terms.now)
        self.register = register_terms(self.terms.choices, today=self.today)
        self._people = NamedWorkers(self.terms)
        self._versions = versions_in_force()
        self._codes = {key: versions[0].version.course.code for key, versions in self._versions.items()}
        self._providers = dict(Company.objects.filter(is_active=True).values_list("pk", "name"))
        self._certificates: Mapping[str, Any] = self.terms.choices.get("certificates", {})
        self._numbered: Mapping[int, Any] = {}
        self._named: dict[RecordKey, int] = {}  # by record, the place of the row that names it
        self._drafts: list[DraftRow] = []
        self._dated: dict[tuple[Any, ...], Dated | None] = {}  # many rows have the same days
        self._named_files: dict[str, dict[int, list[int]]] = {}  # by certificate and worker, the places of its rows
        self._confirmed: set[int] = set()  # records
        self._present: set[tuple[int, int]] = set()  # worker and course of every row, refused ones too

    def check(self, rows: Sequence[DraftRow]) -> Sequence[CheckedRow]:
        """Return what would become of each row, in the same order; one query."""
        first = len(self._drafts)
        self._drafts += rows
        self._read_numbered(rows)
        checked = [self._understood(draft) for draft in rows]
        there = self._there([each for each in checked if "record" in each.found])
        for place, each in enumerate(checked, start=first):
            if "record" in each.found:
                self._judge(each, place, there)
            elif "stands" in each.found:
                self._named.setdefault(each.found["stands"], place)
        return checked

    def finish(self) -> Mapping[int, Sequence[CellProblem]]:
        """Refuse what only all rows together tell (I7).

        That is an earlier day than the same register gave before, until somebody confirms it, and a scan of several
        people as the certificate of each.
        """
        confirmed = self._confirmed | {each.record for each in taken_back_of(self.terms.choices.get(TAKEN_BACK, ()))}
        found: dict[int, list[CellProblem]] = {}
        for each in self.taken_back():
            if each.row is not None and each.record not in confirmed:
                problem = CellProblem(
                    "completed_on",
                    "taken back",
                    _(
                        "This register gave a later day before. Confirm that it takes that back; then the old record "
                        "is revoked and replaced."
                    ),
                    day(each.said),
                )
                found.setdefault(each.row, []).append(problem)
        for name, people in self._named_files.items():
            if len(people) > 1 and self._certificates[name].pages > 1:
                sentence = _(
                    "Rows of several people name this file. Say which pages are whose, such as “crew.pdf, pages 12-13”."
                )
                for place in (place for places in people.values() for place in places):
                    found.setdefault(place, []).append(CellProblem("certificate", "of several people", sentence, name))
        return found

    # What a row means

    def _understood(self, draft: DraftRow) -> CheckedRow:
        """Return a row with what it means, or why that is not known."""
        row = CheckedRow(draft, RowOutcome.REFUSED, problems=list(draft.problems))
        person = self._people.find(draft)
        course = self._meant(draft, "course", Thing.COURSE)
        if "number" in draft.values:
            return self._numbered_row(row, person.key, course)
        provider = self._meant(draft, "provider", Thing.COMPANY) or self.register.provider
        if person.is_left_out or LEAVE_OUT in (course, provider):
            row.outcome = RowOutcome.LEFT_OUT
            return row
        if person.key is not None:
            row.found["person"] = person.key
        elif not person.candidates:
            column = "badge_id" if draft.values.get("badge_id") else "last_name"
            _refuse(row, column, "worker", _("There is no such worker. Bring the workers in first."))
        if not isinstance(course, int) or course not in self._versions:
            sentence = _("This course has no published version. Choose another, or publish it.")
            _refuse(row, "course", "course", sentence)
        if not isinstance(provider, NewThing) and provider not in self._providers:
            sentence = _("Say which company gave the training: in a column, or once for the whole register.")
            if provider is not None:
                sentence = _("This company is not offered any more. Choose another provider.")
            _refuse(row, "provider", "provider", sentence)
        if isinstance(course, int) and course in self._versions:
            row.found["course"] = course
            self._date(row, course)
            # Of a row of which it is not known whose it is, nothing of anybody whose it can be is gone.
            people = [person.key] if person.key is not None else person.candidates
            self._present |= {(key, course) for key in people}
        self._prove(row)
        if row.problems:
            return row
        if person.key is None:
            row.outcome, row.candidates = RowOutcome.ASKED, person.candidates
        else:
            row.worker = person.key
            row.found["provider"] = provider
            row.found["record"] = (person.key, course, _company_key(provider), row.found["dated"].completion)
            row.identity = self._identity(row)
        return row

    def _read_numbered(self, rows: Sequence[DraftRow]) -> None:
        """Read the records whose numbers the rows say, as exports of this site do, in one query."""
        numbers = {each.values["number"] for each in rows if "number" in each.values}
        if numbers:
            found = TrainingRecord.objects.filter(pk__in=numbers).annotate(person=person_of())
            self._numbered = {each.pk: each for each in found.select_related("learner", "course")}

    def _numbered_row(self, row: CheckedRow, person: int | None, course: Answer | None) -> CheckedRow:
        """Return a row that says the number of a record: the same, revoked or not, or refused (X2)."""
        values = row.draft.values
        record = self._numbered.get(values["number"])
        if record is None:
            sentence = _("There is no record of this number here. If it is another system's, leave the column out.")
            _refuse(row, "number", "no record", sentence)
            return row
        says = {
            "badge_id": person == record.person,
            "course": course == record.course_id,
            "completed_on": values.get("completed_on") in {None, record.completion_date},
            "expires_on": values.get("expires_on") in {None, record.expiry_date or date.max},
            "result": values.get("result") in {None, record.result},
            "provider": self._meant(row.draft, "provider", Thing.COMPANY) in {None, record.provider_id},
        }
        for column, is_same in says.items():
            if not is_same:
                sentence = _("The record of this number says otherwise, and records are never changed.")
                _refuse(row, column, "other record", sentence)
        if not row.problems:
            row.outcome, row.key, row.worker = RowOutcome.SAME, record.pk, record.person
            row.identity = f"{self._people.badge_of(record.person)} · {record.course.code} · {record.pk}"
            self._present.add((record.person, record.course_id))
            row.found["stands"] = record.person, record.course_id, record.provider_id, record.completion_date
        return row

    def _meant(self, draft: DraftRow, column: str, thing: Thing) -> Answer | None:
        text = draft.values.get(column)
        return None if text is None else self.terms.things.get(thing, {}).get(self._people.compared(str(text)))

    def _date(self, row: CheckedRow, course: int) -> None:
        """Find the version and the days of a row, and refuse days that cannot be (R1)."""
        values = row.draft.values
        result = Result(values.get("result") or Result.PASSED)
        completion, expiry = values.get("completed_on"), values.get("expires_on")
        is_permanent = "expires_on" in values and expiry in (None, date.max)
        expiry = None if expiry == date.max else expiry
        asked = course, completion, expiry, is_permanent, result == Result.PASSED
        if asked not in self._dated:
            self._dated[asked] = dated(
                self._versions[course], completion, expiry, is_permanent=is_permanent, passed=result == Result.PASSED
            )
        found = self._dated[asked]
        if found is None and completion is None and expiry is not None:
            sentence = _("Enter the day of completion: it cannot be calculated, for the course does not expire.")
            _refuse(row, "completed_on", "completion unknown", sentence)
        elif found is None:
            _refuse(row, "completed_on", "completion missing", _("Enter the day of completion."))
        else:
            try:
                check_external_dates(found.completion, found.expiry, result=result, today=self.today)
            except Invalid as refusal:
                for name, sentences in refusal.errors.items():
                    column = COLUMN_OF[name] if COLUMN_OF[name] in values else "expires_on"
                    for sentence in sentences:
                        _refuse(row, column, type(refusal).__name__, sentence)
            row.found |= {"dated": found, "result": result}

    def _prove(self, row: CheckedRow) -> None:
        """Find the certificate that a row names. A row that names none is proven by its extract."""
        name = row.draft.values.get("certificate")
        if not name:
            return
        found = self._certificates.get(name)
        if found is None or isinstance(found, str):
            sentence = found or _("No such file came with the register.")
            _refuse(row, "certificate", "certificate", sentence)
        else:
            row.found["certificate"] = found

    def _identity(self, row: CheckedRow) -> str:
        """Return worker, course, provider and day, as people and other databases know them."""
        person, course, provider, on = row.found["record"]
        company = self._providers.get(provider, provider)
        return f"{self._people.badge_of(person)} · {self._codes[course]} · {company} · {on.isoformat()}"

    # What is there already

    def _there(self, rows: Sequence[CheckedRow]) -> dict[RecordKey, TrainingRecord]:
        """Return which of these records are there and not revoked, in one query."""
        people = {each.found["person"] for each in rows}
        if not people:
            return {}
        records = (
            TrainingRecord.objects.filter(
                rows_of_people(people),
                course__in={each.found["course"] for each in rows},
                completion_date__in={each.found["dated"].completion for each in rows},
                provider__isnull=False,
                revocation__isnull=True,
            )
            .annotate(person=person_of())
            .select_related("created_by")
        )
        return {
            (each.person, each.course_id, each.provider_id, each.completion_date): each
            for each in records.order_by("pk")
        }

    def _judge(self, row: CheckedRow, place: int, there: Mapping[RecordKey, TrainingRecord]) -> None:
        key: RecordKey = row.found["record"]
        before = self._named.setdefault(key, place)
        standing = there.get(key)
        if before != place:
            sentence = _("The same training stands in another row of this register.")
            _refuse(row, "completed_on", "twice", sentence, value=str(self._drafts[before].number))
        elif standing is None:
            row.outcome, row.after = RowOutcome.NEW, _after(row)
            if "certificate" in row.found:
                self._named_files.setdefault(row.draft.values["certificate"], {}).setdefault(key[0], []).append(place)
        elif standing.result == row.found["result"]:
            row.outcome, row.key = RowOutcome.SAME, standing.pk
        else:
            _refuse(row, "result", "RecordedAlready", _recorded(standing))

    # What the register has taken back

    def confirm(self, taken: Sequence[TakenBackRow]) -> None:
        """See `TakingBack`."""
        self._confirmed = {each.record for each in taken if isinstance(each, TakenBack)}

    def taken_back(self) -> list[TakenBack]:
        """Return what the same register said before and does not say any more; to be asked when all rows are checked.

        It is what stands of everything that this register has brought in. A later day than before takes nothing back,
        for who renews a training has still had the earlier one, nor does a row that is refused. Two queries.
        """
        same = [
            each.pk
            for each in RegisterImport.objects.only("register")
            if same_text(each.register) == same_text(self.register.register)
        ]
        if not same:
            return []
        latest: dict[tuple[int, int], tuple[date, int]] = {}
        for (person, course, _provider, on), place in self._named.items():
            if (person, course) not in latest or on > latest[person, course][0]:
                latest[person, course] = on, place
        said = TrainingRecord.objects.filter(register_import__in=same, revocation__isnull=True)
        rows = said.order_by("pk").values_list("pk", person_of(), "course", "provider", "completion_date")
        found = []
        for pk, person, course, provider, on in rows:
            what = f"{self._people.badge_of(person)} · {self._code_of(course)}"
            says = latest.get((person, course))
            if says is None and (person, course) not in self._present:
                found.append(TakenBack(pk, person, course, on, None, None, what))
            elif says is None:
                continue  # a row that is refused takes nothing back
            elif on > says[0] and (person, course, provider, on) not in self._named:
                found.append(TakenBack(pk, person, course, on, says[0], says[1], what))
        return found

    def _code_of(self, course: int) -> str:
        """Return the code of a course; of one that is deleted its key."""
        return self._versions[course][0].version.course.code if course in self._versions else f"#{course}"


def _refuse(row: CheckedRow, column: str, code: str, sentence: str, *, value: str = "") -> None:
    row.outcome = RowOutcome.REFUSED
    shown = value or row.draft.values.get(column)
    row.problems.append(CellProblem(column, code, sentence, "" if shown is None else str(shown)))


def _company_key(provider: Answer | None) -> Any:
    return provider.name if isinstance(provider, NewThing) else provider


def _after(row: CheckedRow) -> dict[str, Any]:
    found = row.found["dated"]
    after = {"completed_on": found.completion, "expires_on": found.expiry, "result": row.found["result"]}
    return {**after, "certificate": row.draft.values["certificate"]} if "certificate" in row.found else after


def _recorded(record: TrainingRecord) -> str:
    return _(
        "%(course)s of %(day)s was recorded already, by %(who)s on %(when)s, with another result. "
        "If that record is wrong, have an administrator revoke it first."
    ) % {
        "course": record.course_title,
        "day": day(record.completion_date),
        "who": name_of(record.created_by),
        "when": moment(record.created_at),
    }
