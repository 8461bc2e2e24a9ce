"""Importing classes from a file with the codes that they have: all rows or none (K2).

The imported classes are drafts. A person gives them their schedules and activates them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from training.core.keys import day_of_text
from training.core.long_jobs import take_time
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Company, Course, Trainer, TrainingClass, Venue
from training.policies.class_codes import wrong_code
from training.policies.classes import check_values, wrong_type
from training.services.class_codes import lock_codes, move_sequence_past, next_codes
from training.services.class_files import ClassRow

BATCH = 1000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RowReport:
    """What became of a row; its code is empty where the class gets a new one."""

    number: int
    code: str
    problems: Sequence[str]


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    Attributes:
        saved: whether the classes were written; none are while any row has a problem.
        sequence_moved_to: the number after which new codes go on now; None where the sequence was not moved.
    """

    rows: Sequence[RowReport]
    saved: bool
    sequence_moved_to: int | None = None


def import_classes(
    *, rows: Sequence[ClassRow], today: date, dry_run: bool = False, progress: Progress = lambda done, total: None
) -> ImportReport:
    """Check every row, and write all of them as drafts if none has a problem (K2).

    Codes stay as they are in the file; a row without one gets a new code of its client. Nobody else can give out codes
    meanwhile.

    Args:
        dry_run: only check the rows.
        progress: is called with the number of rows that are written, and the number of all.
    """
    with acting(None):
        take_time()
        lock_codes()
        checked = _checked(rows, today)
        report = [RowReport(each.row.number, each.code, each.problems) for each in checked]
        if dry_run or any(each.problems for each in checked):
            return ImportReport(report, saved=False)
        coded = [each.draft for each in checked if each.code]
        uncoded = [each.draft for each in checked if not each.code]
        _write(coded, progress, done=0, total=len(checked))
        moved_to = move_sequence_past()
        prefixes = [draft.client.class_code_prefix for draft in uncoded if draft.client is not None]
        for draft, code in zip(uncoded, next_codes(prefixes), strict=True):
            draft.class_code = code
        _write(uncoded, progress, done=len(coded), total=len(checked))
        return ImportReport(report, saved=True, sequence_moved_to=moved_to)


@dataclass
class _Checked:
    row: ClassRow
    draft: TrainingClass
    problems: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.row.cells["class_code"]


def _write(drafts: Sequence[TrainingClass], progress: Progress, *, done: int, total: int) -> None:
    for start in range(0, len(drafts), BATCH):
        batch = TrainingClass.objects.bulk_create(drafts[start : start + BATCH])
        done += len(batch)
        progress(done, total)


def _checked(rows: Sequence[ClassRow], today: date) -> list[_Checked]:
    codes = Counter(row.cells["class_code"] for row in rows)
    taken = set(TrainingClass.objects.filter(class_code__in=codes).values_list("class_code", flat=True))
    library = _Library.read()
    return [_check(row, codes, taken, library, today) for row in rows]


def _check(
    row: ClassRow, codes: Mapping[str, int], taken: set[str | None], library: "_Library", today: date
) -> _Checked:
    checked = _Checked(row, TrainingClass(class_type=row.cells.get("class_type", "")))
    problems = checked.problems
    if row.surplus:
        problems.append(_("The row has more cells than the head. Put texts with separators into quotation marks."))
    checked.draft.class_code = checked.code or None
    read_problems: list[str] = []
    _read(checked, library, read_problems)
    problems += wrong_code(
        checked.code,
        is_taken=checked.code in taken,
        stands_twice=codes[checked.code] > 1,
        has_client=checked.draft.client is not None,
    )
    if wrong := wrong_type(checked.draft.class_type):
        problems.append(f"class_type: {wrong}")
    problems += read_problems
    try:
        check_values(checked.draft, None, today=today)
    except Invalid as refusal:
        problems += [f"{field}: {text}" for field, texts in refusal.errors.items() for text in texts]
    return checked


def _read(checked: _Checked, library: "_Library", problems: list[str]) -> None:
    """Put the cells of a row into its draft, and what is wrong with them into `problems`."""
    cells, draft = checked.row.cells, checked.draft
    for name, find in (
        ("client", library.clients),
        ("course", library.courses),
        ("agent", library.agents),
        ("venue", library.venues),
    ):
        if wanted := cells.get(name):
            found = find.get(same_text(wanted), [])
            if len(found) == 1:
                setattr(draft, name, found[0])
            else:
                problems.append(_not_one(name, wanted, len(found)))
    for name, read, words in (
        ("start_date", day_of_text, _("%(name)s is no date such as 2026-03-31.")),
        ("end_date", day_of_text, _("%(name)s is no date such as 2026-03-31.")),
        ("course_hours", _number, _("%(name)s is no number such as 40 or 40.5.")),
    ):
        if text := cells.get(name):
            try:
                setattr(draft, name, read(text))
            except ValueError:
                problems.append(words % {"name": name})


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return number


def _not_one(name: str, wanted: str, count: int) -> str:
    words = {"name": name, "wanted": wanted, "count": count}
    if count:
        return _("%(name)s “%(wanted)s” can be any of %(count)d. Name it in another way.") % words
    return _("%(name)s “%(wanted)s” is not known. Add it to the library first, or correct the name.") % words


@dataclass(frozen=True)
class _Library:
    """The things that rows can name, by the key of each of their names (L4)."""

    clients: Mapping[str, Sequence[Company]]
    courses: Mapping[str, Sequence[Course]]
    agents: Mapping[str, Sequence[Trainer]]
    venues: Mapping[str, Sequence[Venue]]

    @classmethod
    def read(cls) -> "_Library":
        return cls(
            clients=_by_names(Company.objects.all(), lambda each: {each.name, each.code}),
            courses=_by_names(Course.objects.filter(deleted_at__isnull=True), lambda each: {each.code}),
            agents=_by_names(Trainer.objects.all(), lambda each: {str(each), each.email}),
            venues=_by_names(Venue.objects.all(), lambda each: {each.name}),
        )


def _by_names(things: Any, names: Callable[[Any], set[str | None]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for thing in things:
        for name in {same_text(name) for name in names(thing) if name}:
            found.setdefault(name, []).append(thing)
    return found
