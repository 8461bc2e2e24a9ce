"""Compare only (I11): what an old workbook says is laid beside the site, cell by cell, and nothing is brought in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from attendance.models import RegisterComparison, RegisterDifference
from attendance.services.imports.checking import one_snapshot
from attendance.services.imports.rows import waiting_rows
from attendance.services.imports.steps import WrongState, kind_of_import, own_import, terms_of
from learners.models import Learner, TrainingRecord
from learners.policies.import_records import RECORDS
from learners.selectors.learners import person_of
from learners.services.imports.copying import copy_in
from learners.services.imports.record_checks import RecordChecker
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import database_refusals
from training.core.tables.grid import cell_name
from training.core.words import day
from training.models import Import
from training.services.job_kinds import Tell, untold

What = RegisterDifference.What
COLUMNS = ("comparison_id", "what", "learner_id", "course_id", "badge", "course_code", "place", "there", "here")
DAYS = ("completed_on", "expires_on")
WHO_IN_WORDS = ("badge_id", "first_name", "last_name")
LONGEST = 200

Pair = tuple[int, int]  # keys of worker and course


class HeldDays(NamedTuple):
    """What the site says of one worker and one course: the days of the record that counts."""

    completion: date
    expiry: date | None


class SaidDays(NamedTuple):
    """What a cell of the workbook says; a day that was calculated is not said."""

    completion: date | None
    expiry: date | None
    says_expiry: bool
    row: CheckedRow


@dataclass
class _Cells:
    """What was found out, until it is written."""

    same: int = 0
    found: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, what: What, pair: tuple[int | None, int | None], **told: str) -> None:
        words = [told.get(name, "")[:LONGEST] for name in ("badge", "course_code", "place", "there", "here")]
        self.found.append((what, *pair, *words))

    def count(self, what: What) -> int:
        return sum(each[0] == what for each in self.found)


@database_refusals()
def compare_import(
    *, import_id: int, holds_everybody: bool, by: User, now: datetime, tell: Tell = untold
) -> RegisterComparison:
    """Compare the rows of a checked import of records with the site, and keep what differs (I11).

    It reads one snapshot, takes no lock, and leaves the import as it is. Statements do not grow with the rows.

    Args:
        holds_everybody: the workbook has all workers and courses, so that what is missing in it is only here. Otherwise
            only its own workers and courses are compared.

    Raises:
        NotPermitted, NotFound: this login leads no take-over, or there is no such import.
        WrongState: it holds no records, or is not checked.
    """
    check_may(by, Permission.LEAD_TAKE_OVER)
    one = own_import(import_id=import_id, by=by)
    check_can_compare(one)
    with one_snapshot(by):
        cells = _compared(one, RecordChecker(terms_of(one, by=by, now=now)), everybody=holds_everybody, tell=tell)
        comparison = RegisterComparison.objects.create(
            of=one,
            files=list(one.files.filter(is_table=True).order_by("number").values("name", "sha256")),
            holds_everybody=holds_everybody,
            same=cells.same,
            different=cells.count(What.DIFFERENT),
            only_there=cells.count(What.ONLY_THERE),
            only_here=cells.count(What.ONLY_HERE),
            unread=cells.count(What.UNREAD),
            compared_by=by,
            compared_at=now,
        )
        copy_in(RegisterDifference, COLUMNS, ((comparison.pk, *each) for each in cells.found))
    return comparison


def check_can_compare(one: Import) -> None:
    """Refuse an import that holds no records, or whose rows nobody has checked.

    Raises:
        WrongState: see the sentence.
    """
    if one.kind != RECORDS.name:
        raise WrongState(_("Only training records are compared: a register, or a matrix."))
    if one.state != Import.State.CHECKED:
        raise WrongState(_("This import is not checked. Check it first; then it can be compared."))


def _compared(one: Import, checker: RecordChecker, *, everybody: bool, tell: Tell) -> _Cells:
    cells, place = _Cells(), _Places(one)
    told = _OldWorkbook()
    done, total = 0, one.counts.get("rows", 0)
    for part in waiting_rows(one.pk, kind_of_import(one)):
        for row in checker.check([draft for _number, draft in part]):
            if row.outcome is not RowOutcome.LEFT_OUT and not told.takes(row):
                cells.add(What.UNREAD, _whose(row), **place.words(row, there=_as_written(row)))
        done += len(part)
        tell(done, total)
    held, every = _held(None if everybody else told.people)
    for pair, said in told.latest.items():
        _compare(cells, pair, said, held.get(pair), place)
    for pair, said in told.earlier:
        if (*pair, said.completion) in every:
            cells.same += 1
        else:
            cells.add(What.ONLY_THERE, pair, **place.words(said.row, there=_in_words(said.completion, said.expiry)))
    people, courses = told.people, told.courses
    for pair in sorted(held.keys() - told.present):
        if everybody or (pair[0] in people and pair[1] in courses):
            cells.add(What.ONLY_HERE, pair, here=_in_words(*held[pair]))
    return cells


@dataclass
class _OldWorkbook:
    """What an old workbook says: the latest of every worker and course, and what a list says beside that."""

    latest: dict[Pair, SaidDays] = field(default_factory=dict)
    earlier: list[tuple[Pair, SaidDays]] = field(default_factory=list)
    present: set[Pair] = field(default_factory=set)  # of every row, those that were not understood too

    def takes(self, row: CheckedRow) -> bool:
        """Add what a row says; tell whether it was understood."""
        person, course = _whose(row)
        if person is not None and course is not None:
            self.present.add((person, course))
        said = _said(row)
        if said is None or person is None or course is None:
            return False
        key = person, course
        if key in self.latest:
            older, newer = sorted((self.latest[key], said), key=_latest)
            self.earlier.append((key, older))
            said = newer
        self.latest[key] = said
        return True

    @property
    def people(self) -> set[int]:
        """Everybody whom the workbook names."""
        return {person for person, _course in self.present}

    @property
    def courses(self) -> set[int]:
        """Every course that it names."""
        return {course for _person, course in self.present}


def _said(row: CheckedRow) -> SaidDays | None:
    """Return what a row says of a worker's course; None where a person has to look, or it was not passed."""
    found = row.found
    if "dated" not in found or any(each.column in DAYS for each in row.draft.problems):
        return None
    if found["result"] != TrainingRecord.Result.PASSED:
        return None
    dated = found["dated"]
    says_expiry = "expires_on" in row.draft.values
    completion = None if dated.is_calculated else dated.completion
    return SaidDays(completion, dated.expiry, says_expiry, row)


def _whose(row: CheckedRow) -> tuple[int | None, int | None]:
    """Return the keys of worker and course of a row, as far as they are known."""
    return row.found.get("person"), row.found.get("course")


def _latest(said: SaidDays) -> tuple[date, date]:
    return said.expiry or date.max, said.completion or date.min


def _compare(cells: _Cells, pair: Pair, said: SaidDays, held: HeldDays | None, place: "_Places") -> None:
    there = _in_words(said.completion, said.expiry if said.says_expiry else None)
    if held is None:
        cells.add(What.ONLY_THERE, pair, **place.words(said.row, there=there))
    elif said.completion not in (None, held.completion) or (said.says_expiry and said.expiry != held.expiry):
        cells.add(What.DIFFERENT, pair, **place.words(said.row, there=there), here=_in_words(*held))
    else:
        cells.same += 1


def _held(people: set[int] | None) -> tuple[Mapping[Pair, HeldDays], set[tuple[int, int, date]]]:
    """Return what the site says: by worker and course the record that counts (C2), and every day of completion."""
    records = TrainingRecord.objects.filter(result=TrainingRecord.Result.PASSED, revocation__isnull=True)
    if people is not None:
        badges = Learner.objects.filter(pk__in=people) | Learner.objects.filter(merged_into__in=people)
        records = records.filter(learner__in=badges.order_by().values("pk"))
    rows = records.order_by().values_list(person_of(), "course", "completion_date", "expiry_date")
    held: dict[Pair, HeldDays] = {}
    every: set[tuple[int, int, date]] = set()
    for person, course, completion, expiry in rows.iterator(chunk_size=10_000):
        every.add((person, course, completion))
        new, old = HeldDays(completion, expiry), held.get((person, course))
        if old is None or (new.expiry or date.max, new.completion) > (old.expiry or date.max, old.completion):
            held[person, course] = new
    return held, every


class _Places:
    """Names the cells of an import as its spreadsheet does."""

    def __init__(self, one: Import) -> None:
        names = [sheet["name"] for sheet in one.outline["sheets"]]
        self._names = names if len(one.layout) > 1 else [""] * len(names)

    def words(self, row: CheckedRow, *, there: str) -> dict[str, str]:
        """Return where a row stands, and whom and what it names there."""
        draft = row.draft
        column = next((draft.cells[name] for name in (*DAYS, "course") if name in draft.cells), None)
        name = self._names[draft.sheet]
        return {
            "place": cell_name(column, draft.number, sheet=name) if column is not None else f"{name} {draft.number}",
            "badge": " ".join(str(draft.values[each]) for each in WHO_IN_WORDS if draft.values.get(each)),
            "course_code": str(draft.values.get("course", "")),
            "there": there,
        }


def _as_written(row: CheckedRow) -> str:
    """Return what stands in a cell that was not understood, and why it was not."""
    said = [f"{each.value}: {each.sentence}" if each.value else str(each.sentence) for each in _problems(row)]
    if not said and row.outcome is RowOutcome.ASKED:
        said = [_("It has to be said who is meant.")]
    return " ".join(said) or _("Not passed.")


def _problems(row: CheckedRow) -> Iterator[Any]:
    """Yield what hinders comparing; who the provider is does not."""
    return (each for each in row.problems if each.column not in ("provider", "certificate", "result"))


def _in_words(completion: date | None, expiry: date | None) -> str:
    done = day(completion) if completion else "?"
    return _("%(done)s, until %(until)s") % {"done": done, "until": day(expiry)} if expiry else done
