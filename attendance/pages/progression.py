"""A worker's way through classes, as the profile shows it, and whom a class may still take."""

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
    """Every class of a worker with its progress, the steps, and the latest rows of the log."""

    lines: Sequence[ProgressionLine]
    steps: Sequence[ProgressionEvent]
    log: Sequence[LearnerHoursLog]
    is_cut: bool


def hours_of_worker(learner_id: int, *, on: date | None = None) -> HoursOfWorker:
    """Return what a worker's classes have made of hours, the latest first; at most three queries.

    Args:
        on: as they stood on that day (C8); None for today.
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
    """Return a worker's way through a class, with both.

    Raises:
        NotFound: there is none.
    """
    return check_found(
        LearnerProgression.objects.select_related("learner", "training_class__agent").filter(pk=tracking_id).first(),
        _("There is no such programme."),
    )


def candidates_of_class(training_class: TrainingClass, *, search: str, chosen: Collection[int]) -> list[Learner]:
    """Return whom a class may take: those who are chosen already, then active workers who match the search, by name.

    Each has `in_progress`, the programmes that a start would collide with, at most one.
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
