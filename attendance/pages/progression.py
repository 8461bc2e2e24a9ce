"""The progress of a worker through classes as the profile shows it, and the workers whom a class can still take."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from learners.models import Learner, LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.selectors.learners import matches
from learners.selectors.progression import (
    ProgressionLine,
    hours_log,
    progressions_of_learner,
    progressions_of_learner_as_of,
    steps,
)
from training.core.refusals import check_found
from training.models import TrainingClass

LOG_ROWS = 100
CANDIDATES = 30


@dataclass(frozen=True)
class HoursOfWorker:
    """Every class of a worker with its progress, its steps, and the latest rows of the log of hours."""

    lines: Sequence[ProgressionLine]
    steps: Sequence[ProgressionEvent]
    log: Sequence[LearnerHoursLog]
    is_cut: bool


def hours_of_worker(learner_id: int, *, on: date | None = None) -> HoursOfWorker:
    """Return the classes of a worker with their hours, the latest first, in at most three queries.

    Args:
        learner_id: key of the worker.
        on: the day that is asked about (C8); None for today.
    """
    lines = progressions_of_learner(learner_id) if on is None else progressions_of_learner_as_of(learner_id, on=on)
    keys = [line.progression.pk for line in lines]
    if not keys:
        return HoursOfWorker([], [], [], is_cut=False)
    log = hours_log(keys)
    taken = steps(keys).select_related("created_by", "progression__training_class").order_by("-pk")
    if on is not None:
        log, taken = log.filter(log_date__lte=on), taken.filter(effective_date__lte=on)
    rows = list(log[: LOG_ROWS + 1])
    return HoursOfWorker(lines, list(taken), rows[:LOG_ROWS], is_cut=len(rows) > LOG_ROWS)


def get_progression(tracking_id: int) -> LearnerProgression:
    """Return the progress of a worker through a class, with both loaded.

    Raises:
        NotFound: there is no such progression.
    """
    return check_found(
        LearnerProgression.objects.select_related("learner", "training_class__agent").filter(pk=tracking_id).first(),
        _("There is no such programme."),
    )


def candidates_of_class(training_class: TrainingClass, *, search: str, chosen: Collection[int]) -> list[Learner]:
    """Return the workers whom a class can take: those chosen already, then active ones who match the search, by name.

    Each has `in_progress`, the programme that a start would collide with, in a list that has at most one member.

    Args:
        training_class: the class.
        search: words of the name in any order, or the badge.
        chosen: keys of the workers who are chosen already.
    """
    in_class = LearnerProgression.objects.filter(training_class=training_class, learner=OuterRef("pk"))
    free = Learner.objects.filter(~Exists(in_class), status=Learner.Status.ACTIVE).select_related("company")
    programmes = LearnerProgression.objects.filter(status=LearnerProgression.Status.IN_PROGRESS)
    collisions = Prefetch(
        "progressions", queryset=programmes.select_related("training_class", "course"), to_attr="in_progress"
    )
    found = free.prefetch_related(collisions).order_by("sort_key")
    offered = found.filter(matches(search) & ~Q(pk__in=chosen)) if search.strip() else found.none()
    return [*found.filter(pk__in=chosen), *offered[:CANDIDATES]]
