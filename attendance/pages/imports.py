"""What the pages of imports show: the list, the step that an import is at, its check, and what it wrote (I3 to I8)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.models import RegisterComparison
from attendance.policies.imports import SHORT_WAIT, WRITES, seconds_locked
from attendance.selectors.agreed_headings import kind_agreed_before
from attendance.services.imports.choices import asked_once
from learners.policies.import_records import RECORDS
from training.core.imports.declaration import ImportKind
from training.core.imports.registry import kind_of, kinds
from training.core.imports.rows import RowOutcome
from training.core.kinds import StatusKind
from training.core.permissions import Permission, may
from training.core.refusals import NotFound
from training.core.words import roughly
from training.models import Import
from training.policies.imports.leftovers import LeftOver
from training.services.imports.contract import TAKEN_BACK

State = Import.State

SHOWN = 50
UNDER_WAY = timedelta(hours=1)  # somebody else's import is told of for so long after its last step
TAKEN_UP = timedelta(seconds=30)  # by then a worker has begun, if one runs and has nothing else to do
LOOKED_BACK = 20  # imports of a kind, for one that was large enough to tell how long a row takes
ENOUGH_ROWS = 500
NAMED = 12  # files that are named

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


def is_forgotten(one: Import, *, now: datetime) -> bool:
    """Tell whether nothing has taken up the work of an import for so long that no worker may be running."""
    job = one.job
    return job is not None and job.is_open and job.started_at is None and now - job.asked_at > TAKEN_UP


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
    names = left["names"][:NAMED]
    return LeftoverLine(left["count"], names, left["count"] - len(names)) if left["count"] else None


@dataclass(frozen=True)
class OutcomeLine:
    """How many rows have an outcome."""

    value: str
    label: str
    count: int


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


def kind_label(name: str) -> str:
    """Return what a kind is called; nothing where this version has none of that name."""
    try:
        return str(kind_of(name).label)
    except NotFound:
        return ""


def _line(one: Import) -> ImportLine:
    return ImportLine(one, kind_label(one.kind), STATE_KINDS[State(one.state)], told=counts_told(one))


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
