"""Who turns red, yellow or green by an import, as its page, API and command tell it (I5, I6, I8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import ComplianceStatus, ImportTurn, Learner, Role
from learners.pages.outcomes import TurnLine, standing_of_worker, turn_lines
from learners.policies.outcome import WORST_FIRST
from learners.policies.standing import Standing
from learners.selectors.import_turns import TurnCounts, as_turns, count_turns, turns_of
from learners.services.imports.laying import can_turn
from training.models import Company, Import, ImportRow
from training.services.imports.contract import service_of

MOST_NAMED = 50
LIST = "import-turns"  # of the files that have all of them

Phase = ImportTurn.Phase
State = Import.State

# What is shown at which step of an import.
PHASES = {State.CHECKED: Phase.TOLD, State.DOING: Phase.TOLD, State.DONE: Phase.DONE, State.UNDONE: Phase.UNDONE}

# Kinds whose rows change nobody's answer, and why (`learners.services.imports.laying`).
WHY_NOBODY = {
    "sessions": gettext_lazy("Nobody changes colour: a session makes no record before it is finalized."),
    "marks": gettext_lazy("Nobody changes colour: marks make no record before the session is finalized."),
    "hours": gettext_lazy("Nobody changes colour: hours in classes make no training records."),
    "classes": gettext_lazy("Nobody changes colour: classes make no training records."),
    "courses": gettext_lazy("Nobody changes colour: an expiry that stands never follows its course."),
}


@dataclass(frozen=True)
class ImportTurns:
    """Who turns by an import, as a page shows it.

    Attributes:
        phase: when.
        counts: how many ACTIVE workers turn, by the status to which they turn, the worst first.
        come: how many are new or back, by their status, the worst first.
        same: how many keep their status, with other answers for courses.
        people: the ACTIVE workers for whom anything changes, the worst first.
        others: those who are not active or blocked.
        left_out: how many are not named, because a page names only so many.
        why_nobody: why rows of this kind turn nobody; empty where they can.
    """

    phase: ImportTurn.Phase
    counts: Sequence[tuple[Standing, int]]
    come: Sequence[tuple[Standing, int]]
    same: int
    people: Sequence[TurnLine]
    others: Sequence[TurnLine]
    left_out: int
    why_nobody: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.people and not self.others


@dataclass(frozen=True)
class ImportTurnLine:
    """A worker who turns: the row of the table, and how it is shown."""

    row: ImportTurn
    shown: TurnLine


@dataclass(frozen=True)
class OtherwiseLine:
    """A worker for whom something else came than the check had told; None where nothing was told, or nothing came."""

    learner: Learner
    told: TurnLine | None
    came: TurnLine | None


def phase_of(one: Import) -> ImportTurn.Phase | None:
    """Return which turns an import has to show at its present step; None where it has none."""
    return PHASES.get(State(one.state))


def import_turns(one: Import, phase: ImportTurn.Phase) -> ImportTurns:
    """Return who turns by an import, the first of them by name."""
    return shown_turns(one, phase, counts_of(one, phase), turns_of(one.pk, phase)[:MOST_NAMED])


def shown_turns(one: Import, phase: ImportTurn.Phase, counts: TurnCounts, rows: Iterable[ImportTurn]) -> ImportTurns:
    """Return turns as a page shows them.

    Args:
        rows: those that are named.
    """
    lines = lines_of(one, rows)
    nobody = "" if can_turn(service_of(one.kind)) else _("Nobody changes colour: rows of this kind change no answer.")
    return ImportTurns(
        phase=phase,
        counts=_by_status(counts.turn, all_of_them=True),
        come=_by_status(counts.come),
        same=counts.same,
        people=[each.shown for each in lines if each.row.is_active],
        others=[each.shown for each in lines if not each.row.is_active],
        left_out=counts.everybody - len(lines),
        why_nobody=nobody and str(WHY_NOBODY.get(one.kind, nobody)),
    )


def counts_of(one: Import, phase: ImportTurn.Phase) -> TurnCounts:
    """Return how many turn by an import; they are counted once, when that is known."""
    kept = one.report.get("turns", {}).get(phase)
    return count_turns(one.pk, phase) if kept is None else TurnCounts(**kept)


def lines_of(one: Import, rows: Iterable[ImportTurn]) -> list[ImportTurnLine]:
    """Return turns with the names of the workers, in the same order; in a fixed number of queries."""
    rows = list(rows)
    turns = as_turns(rows)
    named = turn_lines(turns, new=_not_there_yet(one, [row.row for row in rows if row.learner_id is None]))
    return [ImportTurnLine(row, named[turn.learner_id]) for row, turn in zip(rows, turns, strict=True)]


def otherwise_lines(one: Import) -> tuple[list[OtherwiseLine], int]:
    """Return for whom something else came than the check had told, and how many of them are not named.

    Others have changed something meanwhile, or a day has passed: that stops no import (I6).
    """
    came = turns_of(one.pk, Phase.DONE).filter(is_as_told=False)
    told = turns_of(one.pk, Phase.MISSED)
    keys = list(dict.fromkeys([*came.values_list("learner", flat=True), *told.values_list("learner", flat=True)]))
    shown = [key for key in keys if key is not None][:MOST_NAMED]
    by_came = {each.row.learner_id: each.shown for each in lines_of(one, came.filter(learner__in=shown))}
    by_told = {each.row.learner_id: each.shown for each in lines_of(one, told.filter(learner__in=shown))}
    lines = []
    for key in shown:
        known = by_came.get(key) or by_told[key]
        lines.append(OtherwiseLine(known.learner, by_told.get(key), by_came.get(key)))
    return lines, len(keys) - len(shown)


def turns_told(one: Import, phase: ImportTurn.Phase) -> str:
    """Return in a sentence or two how many turn, or have turned, for a terminal."""
    counts = counts_of(one, phase)
    would, did = (
        _("Turn red: %(red)d, yellow: %(yellow)d, green: %(green)d."),
        _("Turned red: %(red)d, yellow: %(yellow)d, green: %(green)d."),
    )
    said = [_numbers(would if phase is Phase.TOLD else did, counts.turn)]
    if counts.come:
        said.append(_numbers(_("New or back: %(red)d red, %(yellow)d yellow, %(green)d green."), counts.come))
    return " ".join(said)


def _numbers(text: str, counts: Mapping[str, int]) -> str:
    red, yellow, green = (counts.get(status, 0) for status in WORST_FIRST)
    return text % {"red": red, "yellow": yellow, "green": green}


def _by_status(counts: Mapping[str, int], *, all_of_them: bool = False) -> list[tuple[Standing, int]]:
    return [
        (standing_of_worker(ComplianceStatus(status)), counts.get(status, 0))
        for status in WORST_FIRST
        if all_of_them or counts.get(status)
    ]


def _not_there_yet(one: Import, numbers: Sequence[int | None]) -> dict[int, Learner]:
    """Return the workers of rows that wait, by the negative number of the row, as they would be and are never saved."""
    if not numbers:
        return {}
    rows = ImportRow.objects.filter(of=one, number__in=[number for number in numbers if number is not None])
    found = {}
    for number, badge, said in rows.values_list("number", "identity", "after"):
        found[-number] = Learner(
            badge_id=badge,
            first_name=said.get("first_name", ""),
            last_name=said.get("last_name", ""),
            role=Role(title=said.get("role", "")),
            company=Company(name=said.get("company", "")),
        )
    return found
