"""What the pages of imports show: the list, the step that an import is at, its check, and what it wrote (I3 to I8)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.models import RegisterComparison
from attendance.pages.import_leavers import name_of_leaver, names_of_leavers
from attendance.pages.import_values import in_words
from attendance.policies.imports import SHORT_WAIT, WRITES, seconds_locked
from attendance.selectors.agreed_headings import kind_agreed_before
from attendance.selectors.named import labels_of
from attendance.services.imports.choices import asked_once
from attendance.services.imports.tables import sheet_names
from learners.policies.import_records import RECORDS
from training.core.imports.declaration import ImportKind, Thing
from training.core.imports.registry import kind_of, kinds
from training.core.imports.rows import RowOutcome
from training.core.kinds import StatusKind
from training.core.permissions import Permission, may, name_of
from training.core.refusals import NotFound
from training.core.tables.grid import cell_name
from training.core.words import roughly
from training.models import Import, ImportAlias, ImportHeadings, ImportRow
from training.policies.imports.leftovers import LeftOver
from training.services.imports.contract import TAKEN_BACK, UndoAct

State = Import.State

SHOWN = 50
UNDER_WAY = timedelta(hours=1)  # somebody else's import is told of for so long after its last step
TAKEN_UP = timedelta(seconds=30)  # by then a worker has begun, if one runs and has nothing else to do
CELLS_SHOWN = 12
LOOKED_BACK = 20  # imports of a kind, for one that was large enough to tell how long a row takes
ENOUGH_ROWS = 500

STATE_KINDS = {
    State.READING: StatusKind.WAIT,
    State.ASKING: StatusKind.WARN,
    State.CHECKING: StatusKind.WAIT,
    State.CHECKED: StatusKind.WARN,
    State.DOING: StatusKind.WAIT,
    State.DONE: StatusKind.OK,
    State.FAILED: StatusKind.BAD,
    State.DROPPED: StatusKind.NONE,
    State.UNDONE: StatusKind.NONE,
}
STEPS = (
    (gettext_lazy("File"), {State.READING, State.FAILED}),
    (gettext_lazy("Columns and questions"), {State.ASKING}),
    (gettext_lazy("Check"), {State.CHECKING, State.CHECKED}),
    (gettext_lazy("Bring in"), {State.DOING}),
    (gettext_lazy("Done"), {State.DONE, State.UNDONE}),
)


@dataclass(frozen=True)
class ImportLine:
    """An import in the list."""

    one: Import
    kind: str
    state: StatusKind
    told: str


@dataclass(frozen=True)
class ImportStep:
    """A step of an import; `is_now` where it is."""

    label: str
    is_now: bool
    is_over: bool


@dataclass(frozen=True)
class GroupLine:
    """Rows that are refused for the same reason.

    Attributes:
        column: the heading of the column, or an empty text.
        cells: the first cells by their names in the spreadsheet.
        more: how many others there are.
        values: what stands in them.
    """

    sentence: str
    column: str
    count: int
    cells: Sequence[str]
    more: int
    values: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class RowLine:
    """A row that would be written, or was: where it stands, what it is, and what changes; who leaves by name."""

    place: str
    identity: str
    name: str
    is_new: bool
    changes: Sequence[tuple[str, str, str]]


def import_lines(by: User, *, now: datetime) -> list[ImportLine]:
    """Return the imports that a login may see, the newest first: its own that wait, and all that are done."""
    seen = Q(started_by=by) | Q(state__in=(State.DONE, State.UNDONE))
    rows = Import.objects.filter(seen).exclude(state=State.DROPPED).select_related("started_by", "done_by")
    return [_line(one) for one in rows.order_by("-started_at", "-pk")[:SHOWN]]


def others_under_way(by: User, *, now: datetime) -> list[ImportLine]:
    """Return what others are bringing in at the moment, so that two people know of each other (I5)."""
    theirs = Import.objects.filter(state__in=Import.WAITING, changed_at__gt=now - UNDER_WAY).exclude(started_by=by)
    return [_line(one) for one in theirs.select_related("started_by")]


def kinds_for(by: User) -> list[ImportKind]:
    """Return the kinds that a login may check, in the order in which a new site brings them in."""
    return [kind for kind in kinds() if may(by, kind.checks)]


def steps_of(one: Import) -> list[ImportStep]:
    """Return the steps of an import, and at which it is."""
    at = next(
        number for number, (_label, states) in enumerate(STEPS) if one.state in states or number == len(STEPS) - 1
    )
    return [ImportStep(str(label), number == at, number < at) for number, (label, _states) in enumerate(STEPS)]


def group_lines(one: Import) -> list[GroupLine]:
    """Return the groups of refusals of a check, the largest first."""
    kind, names = kind_of(one.kind), sheet_names(one)
    return [
        GroupLine(
            sentence=group["sentence"],
            column=label_of(kind, group["column"]),
            count=group["count"],
            cells=[place_name(names, *cell) for cell in group["cells"][:CELLS_SHOWN]],
            more=max(0, group["count"] - CELLS_SHOWN),
            values=group["values"][:CELLS_SHOWN],
        )
        for group in one.report.get("groups", [])
    ]


def rows_of(one: Import, outcome: RowOutcome) -> QuerySet[ImportRow]:
    """Return the rows of a check that have an outcome, in the order of the file."""
    return ImportRow.objects.filter(of=one, outcome=outcome).order_by("number")


def row_lines(one: Import, rows: Sequence[Any]) -> Iterator[RowLine]:
    """Yield rows as the page shows them.

    Args:
        rows: of the check, or of what was written.
    """
    kind, names = kind_of(one.kind), sheet_names(one)
    places = {column.name: place for place, column in enumerate(kind.columns)}
    people = names_of_leavers(rows)
    for row in rows:
        yield RowLine(
            place=place_name(names, row.sheet, row.row, None),
            identity=row.identity,
            name=name_of_leaver(row, people),
            is_new=not row.before,
            changes=[
                (
                    label_of(kind, name),
                    in_words(kind, name, row.before.get(name)),
                    in_words(kind, name, row.after[name]),
                )
                for name in sorted(row.after, key=lambda name: places.get(name, len(places)))
            ],
        )


def is_forgotten(one: Import, *, now: datetime) -> bool:
    """Tell whether nothing has taken up the work of an import for so long that no worker may be running."""
    job = one.job
    return job is not None and job.is_open and job.started_at is None and now - job.asked_at > TAKEN_UP


def name_places(one: Import) -> None:
    """Give the rows of which it is asked who is meant the names that the spreadsheet has for them."""
    names = sheet_names(one)
    for person in one.questions.get("people", []):
        person["cell"] = place_name(names, person["sheet"], person["row"], None)
    for worker in one.questions.get("employers", []):
        worker["cell"] = place_name(names, worker["sheet"], worker["row"], None)


@dataclass(frozen=True)
class TakenBackLine:
    """Something that a register said before, with the day that it says now; None where it is gone or struck out."""

    what: str
    said: date
    says: date | None


def taken_back_lines(one: Import) -> list[TakenBackLine]:
    """Return what a register takes back, or has taken back, the first of it (I7)."""
    return [
        TakenBackLine(
            each["what"],
            date.fromisoformat(each["said"]),
            date.fromisoformat(each["says"]) if each["says"] else None,
        )
        for each in one.report.get(TAKEN_BACK, ())
    ]


def taken_back_count(one: Import) -> int:
    """Return how many things a register takes back."""
    return int(one.counts.get(TAKEN_BACK, 0))


@dataclass(frozen=True)
class LeftoverLine:
    """Files of the ZIPs that no row names: how many, the first of them, and how many others."""

    count: int
    names: Sequence[str]
    more: int


def leftover_line(one: Import) -> LeftoverLine | None:
    """Return which files of the ZIPs of an import no row names; None if there are none."""
    left = one.report.get("leftover") or {"count": 0, "names": []}
    names = left["names"][:CELLS_SHOWN]
    return LeftoverLine(left["count"], names, left["count"] - len(names)) if left["count"] else None


def label_of(kind: ImportKind, column: str) -> str:
    """Return the heading of a column of a kind; the name itself where it is no column."""
    return capfirst(str(kind.column(column).label)) if column in kind.names else column


def place_name(names: Mapping[int, str], sheet: int, row: int, column: int | None) -> str:
    """Return what the spreadsheet calls a cell, or a row where no cell is meant.

    Args:
        names: of the sheets, as `sheet_names` gives them.
    """
    if not row:
        return _("not in the file")
    name = names.get(sheet, "")
    if column is not None:
        return cell_name(column, row, sheet=name)
    if name:
        return _("%(sheet)s, row %(row)d") % {"sheet": name, "row": row}
    return _("row %(row)d") % {"row": row}


def aliases() -> QuerySet[ImportAlias]:
    """Return the agreed names that hold, with who has agreed to them."""
    return ImportAlias.objects.filter(revoked_at=None).select_related("agreed_by")


@dataclass(frozen=True)
class OutcomeLine:
    """How many rows have an outcome."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class AliasLine:
    """An agreed name: what it names, and what it means."""

    alias: ImportAlias
    thing: str
    means: str


@dataclass(frozen=True)
class HeadingsLine:
    """Headings whose columns are agreed on, and how many answers are remembered about how they are read."""

    agreed: ImportHeadings
    kind: str
    headings: str
    answers: int


OUTCOME_WORDS = {
    RowOutcome.NEW: gettext_lazy("new"),
    RowOutcome.CHANGED: gettext_lazy("changed"),
    RowOutcome.LEAVING: gettext_lazy("leaving"),
    RowOutcome.SAME: gettext_lazy("the same"),
    RowOutcome.REFUSED: gettext_lazy("refused"),
    RowOutcome.ASKED: gettext_lazy("to be asked"),
    RowOutcome.LEFT_OUT: gettext_lazy("left out"),
}


def outcome_lines(one: Import) -> list[OutcomeLine]:
    """Return how many rows of a check have which outcome."""
    return [
        OutcomeLine(value, str(label), one.counts.get(value, 0))
        for value, label in OUTCOME_WORDS.items()
        if one.counts.get(value) or value in (RowOutcome.NEW, RowOutcome.CHANGED)
    ]


def outcome_asked(value: str) -> RowOutcome | None:
    """Return the outcome that an address names, or None."""
    return RowOutcome(value) if value in set(RowOutcome) else None


def first_outcome(one: Import) -> RowOutcome:
    """Return the outcome whose rows are shown first: what would change, else what is new."""
    shown = (RowOutcome.LEAVING, RowOutcome.CHANGED, RowOutcome.NEW, RowOutcome.REFUSED, RowOutcome.SAME)
    return next((each for each in shown if one.counts.get(each)), RowOutcome.NEW)


def writes_of(one: Import) -> int:
    """Return how many rows would be written."""
    return sum(one.counts.get(each, 0) for each in WRITES)


def wrong_of(one: Import) -> int:
    """Return how many rows cannot be brought in."""
    return sum(one.counts.get(each, 0) for each in (RowOutcome.REFUSED, RowOutcome.ASKED))


def wait_of(one: Import) -> str:
    """Return how long others will wait while a checked import is brought in; empty where that is a moment (I6)."""
    checking, writes = one.report.get("checking"), writes_of(one)
    if checking is None or not writes:
        return ""
    seconds = seconds_locked(checking=checking, rows=one.counts["rows"], writes=writes, each=_seconds_each(one.kind))
    return roughly(seconds) if seconds > SHORT_WAIT else ""


def _seconds_each(kind: str) -> float | None:
    """Return how long the last import of a kind took to write a row, beside checking it; None where none was long."""
    ended = Import.objects.filter(kind=kind, state__in=(State.DONE, State.UNDONE), report__has_key="locked")
    for last in ended.order_by("-done_at")[:LOOKED_BACK]:
        if (writes := writes_of(last)) >= ENOUGH_ROWS:
            seconds: float = last.report["locked"] - last.report["checking"]
            return max(seconds, 0) / writes
    return None


def has_questions(one: Import) -> bool:
    """Tell whether anything was asked, answered or not."""
    asked = one.questions
    texts = [text for texts in asked.get("things", {}).values() for text in texts if text["key"] is None]
    of_rows = asked.get("people") or asked.get("employers")
    return bool(asked.get("columns") or of_rows or texts or asked_once(one))


def likeliest_kind(one: Import) -> str:
    """Return the kind for which such headings were taken the last time, else the one that the sheets look most like."""
    if before := kind_agreed_before(one):
        return before
    scores: Counter[str] = Counter()
    for sheet in one.outline.get("sheets", []):
        for name, guess in sheet["guesses"].items():
            scores[name] = max(scores[name], guess["score"])
    return scores.most_common(1)[0][0] if scores else kinds()[0].name


@dataclass(frozen=True)
class UndoLine:
    """What became of how many things when an import was undone, with the first of them, and why they stay if so."""

    count: int
    words: str
    why: str
    names: Sequence[str]
    more: int


def undo_lines(groups: Sequence[Mapping[str, Any]]) -> list[UndoLine]:
    """Return groups of an undo in words.

    Args:
        groups: as `UndoGroup` has them, be it as JSON has kept them.
    """
    return [
        UndoLine(
            count=group["count"],
            words=str(UNDO_WORDS[UndoAct(group["act"])]),
            why=group["why"],
            names=group["names"],
            more=group["count"] - len(group["names"]),
        )
        for group in groups
    ]


UNDO_WORDS = {
    UndoAct.REVOKED: gettext_lazy("records are revoked"),
    UndoAct.BACK: gettext_lazy("are again as they were"),
    UndoAct.CANCELLED: gettext_lazy("sessions are cancelled"),
    UndoAct.CLEARED: gettext_lazy("marks are taken back"),
    UndoAct.VOIDED: gettext_lazy("recorded hours are taken back"),
    UndoAct.DELETED: gettext_lazy("are deleted, because nothing names them"),
    UndoAct.INACTIVE: gettext_lazy("become inactive"),
    UndoAct.ARCHIVED: gettext_lazy("courses are archived"),
    UndoAct.LEFT: gettext_lazy("stay as they are"),
}


LEFT_OUT_WORDS = {
    LeftOver.HEADING: gettext_lazy("headings again"),
    LeftOver.TOTAL: gettext_lazy("totals"),
    LeftOver.LEGEND: gettext_lazy("a legend"),
    LeftOver.SIGNATURE: gettext_lazy("signatures"),
    LeftOver.SECTION: gettext_lazy("the name of a part"),
    LeftOver.NOTE: gettext_lazy("a note"),
}


def tell_left_out(sheets: Sequence[dict[str, Any]]) -> None:
    """Give each sheet in words the rows that hold no data, each with what it holds instead."""
    for sheet in sheets:
        sheet["told_left_out"] = [
            _("row %(row)d (%(what)s)") % {"row": each["row"], "what": LEFT_OUT_WORDS[LeftOver(each["why"])]}
            for each in sheet["left_out"]
            if LeftOver(each["why"]) in LEFT_OUT_WORDS
        ]


def headings_lines() -> list[HeadingsLine]:
    """Return the headings whose columns are agreed on, the newest first."""
    rows = ImportHeadings.objects.select_related("agreed_by").order_by("-agreed_at", "-pk")
    return [
        HeadingsLine(row, _kind_label(row.kind), ", ".join(row.layout.get("headings", ())), len(row.answers))
        for row in rows
    ]


def alias_lines() -> list[AliasLine]:
    """Return the agreed names that hold, with what each means."""
    rows = list(aliases())
    labels = labels_of({Thing(each.thing) for each in rows})
    return [AliasLine(each, str(THING_WORDS[Thing(each.thing)]), _meaning(each, labels)) for each in rows]


def _meaning(alias: ImportAlias, labels: Mapping[Thing, Mapping[int, str]]) -> str:
    if alias.key is None:
        return _("left out")
    return labels[Thing(alias.thing)].get(alias.key, "–")


THING_WORDS = {
    Thing.COMPANY: gettext_lazy("company"),
    Thing.ROLE: gettext_lazy("role"),
    Thing.AREA: gettext_lazy("area"),
    Thing.COURSE: gettext_lazy("course"),
    Thing.VENUE: gettext_lazy("venue"),
    Thing.TRAINER: gettext_lazy("trainer"),
    Thing.WORKER: gettext_lazy("worker"),
    Thing.SESSION: gettext_lazy("session"),
    Thing.CLASS: gettext_lazy("class"),
    Thing.EMPLOYER: gettext_lazy("employer of a badge"),
}


def _kind_label(name: str) -> str:
    try:
        return str(kind_of(name).label)
    except NotFound:
        return ""


def _line(one: Import) -> ImportLine:
    return ImportLine(one, _kind_label(one.kind), STATE_KINDS[State(one.state)], told=counts_told(one))


def counts_told(one: Import) -> str:
    """Return in words what an import would write, or has written."""
    said = [
        (RowOutcome.NEW, _("%(count)d new")),
        (RowOutcome.CHANGED, _("%(count)d changed")),
        (RowOutcome.LEAVING, _("%(count)d leaving")),
        (RowOutcome.SAME, _("%(count)d the same")),
        (RowOutcome.REFUSED, _("%(count)d refused")),
        (RowOutcome.LEFT_OUT, _("%(count)d left out")),
        (TAKEN_BACK, _("%(count)d taken back")),
    ]
    return ", ".join(text % {"count": one.counts[each]} for each, text in said if one.counts.get(each))


def comparing(one: Import, by: User) -> tuple[bool, RegisterComparison | None]:
    """Return whether a login may compare an import with the site (I11), and its last comparison."""
    can = one.kind == RECORDS.name and one.state == State.CHECKED and may(by, Permission.LEAD_TAKE_OVER)
    return can, RegisterComparison.objects.filter(of=one).order_by("-pk").first() if can else None


def may_undo(one: Import, by: User) -> bool:
    """Tell whether a login may undo an import that is done."""
    return one.state == State.DONE and may(by, Permission.UNDO_IMPORT)


def who_started(one: Import) -> str:
    """Return the name of whoever has begun an import."""
    return name_of(one.started_by)
