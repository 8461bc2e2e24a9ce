"""Who is in progress in classes on many days at once: `in_progress_keys` for an import of hours (H2, L2, L3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from learners.models import LearnerProgression, ProgressionEvent

Kind = ProgressionEvent.Kind


@dataclass(frozen=True)
class ProgrammeFacts:
    """A programme of a worker in a class.

    Attributes:
        person: the key of the surviving badge.
        left_on: the person's last day on the site; None where none is entered.
        steps: kind and effective date, in the order of days and of entering.
    """

    tracking_id: int
    learner_id: int
    person: int
    course_id: int
    status: str
    start_date: date
    left_on: date | None
    steps: tuple[tuple[str, date], ...]

    def is_in_progress_on(self, day: date) -> bool:
        """Tell whether its hours are captured for a day: a hold counts from its day on, a completion from the next."""
        if self.start_date > day or (self.left_on is not None and self.left_on < day):
            return False
        kind = None if self.steps or self.status != LearnerProgression.Status.IN_PROGRESS else Kind.STARTED.value
        for step, effective in self.steps:
            if effective < day or (effective == day and step != Kind.COMPLETED):
                kind = step
        return kind in {Kind.STARTED, Kind.RESUMED}


class Programmes:
    """The programmes of some classes, read in two queries."""

    def __init__(self, class_ids: Collection[int]) -> None:
        steps: dict[int, list[tuple[str, date]]] = defaultdict(list)
        events = ProgressionEvent.objects.filter(progression__training_class__in=class_ids)
        for key, kind, day in events.order_by("effective_date", "pk").values_list(
            "progression", "kind", "effective_date"
        ):
            steps[key].append((kind, day))
        self._of_class: dict[int, list[ProgrammeFacts]] = defaultdict(list)
        self._people: dict[int, set[int]] = defaultdict(set)
        self._on: dict[tuple[int, date], Mapping[int, ProgrammeFacts]] = {}
        rows = LearnerProgression.objects.filter(training_class__in=class_ids).order_by("pk")
        names = ("training_class", "pk", "learner", "learner__merged_into", "course", "status", "start_date")
        ends = ("learner__end_date", "learner__merged_into__end_date")
        for class_id, key, learner, survivor, course, status, start, *ends_of in rows.values_list(*names, *ends):
            person, left_on = survivor or learner, ends_of[1 if survivor else 0]
            programme = ProgrammeFacts(key, learner, person, course, status, start, left_on, tuple(steps[key]))
            self._of_class[class_id].append(programme)
            self._people[class_id].add(person)

    def people_of(self, class_id: int) -> set[int]:
        """Return the keys of all who are in a class, in whatever state."""
        return self._people[class_id]

    def in_progress_on(self, class_id: int, day: date) -> Mapping[int, ProgrammeFacts]:
        """Return the programmes whose hours are captured for a class on a day, by person.

        Of a person's several programmes it is that of the surviving badge, if that is in progress.
        """
        if (class_id, day) not in self._on:
            self._on[class_id, day] = self._read_on(class_id, day)
        return self._on[class_id, day]

    def _read_on(self, class_id: int, day: date) -> Mapping[int, ProgrammeFacts]:
        found: dict[int, ProgrammeFacts] = {}
        for programme in self._of_class[class_id]:
            if programme.is_in_progress_on(day):
                known = found.get(programme.person)
                if known is None or (programme.learner_id == programme.person != known.learner_id):
                    found[programme.person] = programme
        return found
