"""Diagrams of the legal state changes, drawn from the same tables by which the policies refuse all others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import translation
from django.utils.module_loading import import_string

from config.environment import CHECKOUT
from learners.models import CompetencyRecord, Learner, LearnerProgression
from training.models import ClassAttendanceSession, CourseVersion, Job, Session, TrainingClass

PAGE = CHECKOUT / "docs" / "states.md"
BEGIN, END = "<!-- state_diagram: begin -->", "<!-- state_diagram: end -->"


@dataclass(frozen=True)
class StateStep:
    """One legal step from one state to another; `name` is its name in the table, empty where the table gives none."""

    before: str
    after: str
    name: str = ""


@dataclass(frozen=True)
class Machine:
    """A model whose objects go through states, and the tables of its legal steps.

    Attributes:
        model: its verbose name is the title of the diagram.
        tables: the dotted names of the tables. Either one table, from each state to the states that may follow it; or
            two for steps that have names: the states in which each step can be taken, and the state after each step.
        field: the name of the field that holds the state. Its choices are the states and their words, its default is
            the state of a new object.
    """

    model: type[Model]
    tables: tuple[str] | tuple[str, str]
    field: str = "status"

    @property
    def title(self) -> str:
        words = str(self.model._meta.verbose_name_plural)
        return words[0].upper() + words[1:]

    @property
    def states(self) -> Sequence[tuple[str, str]]:
        """Every state and the word that people read for it, in the order of the model."""
        return [(str(state), str(word)) for state, word in self._status.flatchoices]

    @property
    def first(self) -> str:
        return str(self._status.db_default if self._status.has_db_default() else self._status.get_default())

    def steps(self) -> list[StateStep]:
        """Return all steps, sorted by state so that the same steps always give the same text."""
        order = [state for state, _word in self.states]
        return sorted(self._read(), key=lambda step: (order.index(step.before), order.index(step.after), step.name))

    @property
    def _status(self) -> Any:
        return self.model._meta.get_field(self.field)

    def _read(self) -> Iterator[StateStep]:
        tables: list[Mapping[str, Any]] = [import_string(name) for name in self.tables]
        if len(tables) == 1:
            following: Mapping[str, Collection[str]] = tables[0]
            yield from (StateStep(str(before), str(after)) for before, them in following.items() for after in them)
        else:
            can_be_taken, leaves = tables
            for name, states in can_be_taken.items():
                yield from (StateStep(str(before), str(leaves[name]), str(name)) for before in states)


MACHINES = (
    Machine(Session, ("training.models.SESSION_STEPS",)),
    Machine(
        TrainingClass,
        ("training.policies.classes.CLASS_STEPS_FROM", "training.policies.classes.CLASS_STATE_AFTER"),
    ),
    Machine(ClassAttendanceSession, ("training.policies.meetings.MEETING_STEPS",)),
    Machine(CourseVersion, ("training.policies.courses.VERSION_STEPS",)),
    Machine(Learner, ("learners.policies.workers.STATUS_STEPS",)),
    Machine(LearnerProgression, ("learners.policies.hours.STEPS_FROM", "learners.policies.hours.STATE_AFTER")),
    Machine(CompetencyRecord, ("learners.policies.sign_offs.SIGN_OFF_STEPS",)),
    Machine(Job, ("training.policies.jobs.JOB_STEPS",), field="state"),
)


def drawn() -> str:
    """Return all diagrams as Markdown with Mermaid, always in English, whatever language is active."""
    with translation.override(None):
        return "\n".join(_section(machine) for machine in MACHINES)


def with_diagrams(page: str) -> str:
    """Return a page with the diagrams of today between its two marks.

    Args:
        page: the text of the page.

    Raises:
        ValueError: the page does not have both marks once each, in their order.
    """
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end or page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"the page needs the lines {BEGIN} and {END}, once each")
    return f"{before}{BEGIN}\n\n{drawn()}\n{END}{after}"


def _section(machine: Machine) -> str:
    steps = machine.steps()
    going_on = {step.before for step in steps}
    lines = [
        *(f'state "{word} ({state})" as {state}' for state, word in machine.states),
        f"[*] --> {machine.first}",
        *(f"{step.before} --> {step.after}" + (f": {step.name}" if step.name else "") for step in steps),
        *(f"{state} --> [*]" for state, _word in machine.states if state not in going_on),
    ]
    tables = " and ".join(f"`{name}`" for name in machine.tables)
    return "\n".join(
        [f"## {machine.title}", "", f"From {tables}.", "", "```mermaid", "stateDiagram-v2"]
        + [f"    {line}" for line in lines]
        + ["```", ""]
    )
