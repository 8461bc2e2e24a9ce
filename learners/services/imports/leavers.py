"""Who leaves because a file that holds everybody of a scope does not name them (I9).

Only ACTIVE workers of the scope can leave; blocked and merged ones are not touched. Whoever may stand behind a row that
could not be read or was refused counts as present: leaving by mistake stops people at the gate.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Learner
from learners.policies.leavers import FileScope, are_many, last_day_of_leavers
from learners.policies.workers import check_departure
from learners.services.imports.named_workers import words_of
from learners.services.imports.people import FACTS, status_since_of
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow, RowOutcome
from training.core.permissions import Permission, may
from training.core.refusals import Refusal
from training.core.sameness import near_text, same_text
from training.models import Company
from training.services.imports.contract import ImportTerms, LeavingCompany, WhoLeaves

BADGE = "badge_id"
NOWHERE = 0  # leavers stand in no row of the file
GOOD = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.SAME)
UNCLEAR = (RowOutcome.REFUSED, RowOutcome.ASKED)
Status = Learner.Status


@dataclass
class _Unclear:
    """What rows say that are about nobody known: somebody may be meant by it.

    Attributes:
        badges: by `near_text`; names: all words of a name, of rows with a badge.
        words: of names in rows without a badge that can be read; one of them is enough.
        rows: how many of those have no name either.
    """

    badges: set[str] = field(default_factory=set)
    names: set[frozenset[str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    rows: int = 0

    def add(self, row: CheckedRow) -> None:
        values = row.draft.values
        name = words_of(values.get("first_name"), values.get("last_name"))
        badge = str(values.get(BADGE, ""))
        said = [badge, *(problem.value for problem in row.problems if problem.column == BADGE)]
        self.badges |= {near_text(each) for each in said} - {""}
        if same_text(badge):
            self.names |= {name} - {frozenset()}
        else:
            self.words |= name
            self.rows += not name

    def may_be(self, worker: Mapping[str, Any]) -> bool:
        """Tell whether one of the rows may be about a worker."""
        name = words_of(worker["first_name"], worker["last_name"])
        return near_text(worker[BADGE]) in self.badges or name in self.names or bool(name & self.words)


def who_leaves(scope: FileScope, terms: ImportTerms, rows: Sequence[CheckedRow]) -> WhoLeaves:
    """Return who of a scope is not in a file, each as a row in no row of the file.

    Args:
        rows: all rows of the file as they were checked.
    """
    if not any(row.outcome in GOOD for row in rows):
        return WhoLeaves(why_nobody=_("No row of the file is good, so it cannot be told who is missing from it."))
    unclear = _unclear(rows, terms)
    if unclear.rows:
        sentence = _("A row says neither badge nor name, so it cannot be told who is missing. Mend it, or remove it.")
        return WhoLeaves(why_nobody=sentence)
    today = timezone.localdate(terms.now)
    day = last_day_of_leavers(terms.choices.get("file_date"), today=today)
    active = Learner.objects.filter(status=Status.ACTIVE, merged_into=None)
    here = active.filter(company__in=scope.companies) if scope.companies else active
    present = _present(rows)
    names = ("pk", "company_id", "start_date", "end_date", BADGE, "first_name", "last_name")
    found: list[Mapping[str, Any]] = list(here.order_by("pk").values(*names))
    missing = [
        each for each in found if each["pk"] not in present and _is_expected(each, day) and not unclear.may_be(each)
    ]
    leaving = _leaving([each["pk"] for each in missing], day, terms, today=today)
    counts = Counter(row.found["stored"]["company_id"] for row in leaving if row.outcome is RowOutcome.LEAVING)
    of = Counter(each["company_id"] for each in found)
    companies = Company.objects.filter(pk__in=counts).order_by("name").values_list("pk", "name")
    return WhoLeaves(
        rows=leaving,
        companies=[LeavingCompany(name, counts[pk], of[pk]) for pk, name in companies],
        are_many=are_many(counts, of),
    )


def _present(rows: Iterable[CheckedRow]) -> set[int]:
    """Return the keys of the workers whom rows are about, or may be about."""
    named = {row.key for row in rows if row.key is not None}
    return named | {key for row in rows for key in row.candidates}


def _unclear(rows: Iterable[CheckedRow], terms: ImportTerms) -> _Unclear:
    """Return what rows say that cannot be brought in, and of which nobody has said who is meant."""
    unclear = _Unclear()
    for row in rows:
        place = row.draft.sheet, row.draft.number
        if row.outcome in UNCLEAR and row.key is None and place not in terms.people:
            unclear.add(row)
    return unclear


def _is_expected(worker: Mapping[str, Any], day: date) -> bool:
    """Tell whether a worker had begun by the last day, and has not left by it anyway."""
    end: date | None = worker["end_date"]
    return bool(worker["start_date"] <= day) and (end is None or end > day)


def _leaving(keys: Sequence[int], day: date, terms: ImportTerms, *, today: date) -> list[CheckedRow]:
    """Return the rows of those who leave, in the order of employer and badge."""
    stored = Learner.objects.filter(pk__in=keys).order_by("company__name", BADGE).values(*FACTS)
    since = status_since_of(keys) if day < today else {}
    granted, reason = may(terms.by, Permission.DATE_BACK_STATUS), str(terms.choices.get("reason", "")).strip()
    rows = []
    for facts in stored:
        row = CheckedRow(
            draft=DraftRow(sheet=NOWHERE, number=NOWHERE, cells={}, values={BADGE: facts[BADGE]}),
            outcome=RowOutcome.LEAVING,
            key=facts["id"],
            worker=facts["id"],
            identity=facts[BADGE],
            before={"end_date": facts["end_date"]},
            after={"end_date": day},
            found={"values": {"end_date": day}, "stored": facts, "areas": [], "gone": []},
        )
        if day < today:
            _depart(row, day, since.get(facts["id"]), may_date_back=granted, reason=reason)
        rows.append(row)
    return rows


def _depart(row: CheckedRow, day: date, status_since: date | None, *, may_date_back: bool, reason: str) -> None:
    """L3: whoever's last day has passed is not active from the day after it; refused where the form refuses it (C8)."""
    row.before["status"], row.after["status"] = Status.ACTIVE.label, Status.INACTIVE.label
    try:
        _since, sentence = check_departure(day, status_since=status_since, may_date_back=may_date_back, reason=reason)
        row.found["departs"] = sentence
    except Refusal as refusal:
        row.outcome = RowOutcome.REFUSED
        row.problems.append(CellProblem("end_date", type(refusal).__name__, refusal.message, str(day)))
