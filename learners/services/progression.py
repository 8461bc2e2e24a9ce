"""Programmes of workers in classes: start, hold, resume and complete them (H7).

Every service locks the workers by key, then their programmes by key, and writes a `ProgressionEvent` for each step.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Learner, LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.policies import hours as rules
from learners.policies.workers import why_not_active
from learners.selectors.learners import person_of, rows_of_people
from learners.services.locks import lock_people
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found
from training.core.transactions import acting
from training.core.words import day as day_in_words
from training.models import TrainingClass
from training.services.classes import lock_class

Kind = ProgressionEvent.Kind
Status = LearnerProgression.Status


class Collision(StrEnum):
    """What happens to the programme that a worker is in, when another one is started or resumed."""

    REFUSE = "refuse"
    HOLD = "hold"


class NotEnrollable(Conflict):
    """The class is a draft or stopped, or a worker is blocked, not active or unknown (409)."""


class InAnotherProgramme(Conflict):
    """Somebody is in another programme (409); `conflict["learners"]` says who and in which one."""


@dataclass(frozen=True)
class Started:
    """How many programmes were started, how many were there before, and how many others were put on hold."""

    started: int
    already_in: int
    held: int


def start_progressions(
    *,
    class_id: int,
    learner_ids: Iterable[int],
    start_date: date,
    by: User,
    now: datetime,
    on_collision: Collision = Collision.REFUSE,
) -> Started:
    """Start the programmes of workers in a class; workers who come later are started with a later day.

    Workers who are in the class already, in whatever state, are only counted. The number of statements is constant.

    Args:
        start_date: the first day on which the workers take part.
        on_collision: what to do with the programmes that workers are in already.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such class.
        NotEnrollable: the class is not active, or somebody is not; nobody is started.
        InAnotherProgramme: somebody is in one, and `on_collision` refuses that; nobody is started.
        WrongDate: the class does not run on that day.
    """
    check_may(by, Permission.PLAN_CLASSES)
    wanted = set(learner_ids)
    with acting(by):
        training_class = lock_class(class_id=class_id)
        check_runs(training_class, start_date)
        course_id = training_class.course_id
        assert course_id is not None  # noqa: S101  # constraint class_active_is_whole
        _check_can_learn(wanted, _locked_learners(wanted))
        present = LearnerProgression.objects.filter(rows_of_people(wanted), training_class=training_class)
        already_in = set(present.values_list(person_of(), flat=True))
        newcomers = sorted(wanted - already_in)
        others = in_progress_of(newcomers)
        _settle(others, on_collision, effective=start_date, by=by, now=now)
        started = LearnerProgression.objects.bulk_create(
            LearnerProgression(
                learner_id=learner_id,
                training_class=training_class,
                course_id=course_id,
                status=Status.IN_PROGRESS,
                start_date=start_date,
            )
            for learner_id in newcomers
        )
        _write_events(started, Kind.STARTED, dict.fromkeys(_keys(started), start_date), "", by=by, now=now)
    return Started(started=len(started), already_in=len(already_in), held=len(others))


def hold(*, tracking_id: int, effective_date: date, by: User, now: datetime, reason: str = "") -> LearnerProgression:
    """Put a programme on hold: from that day on no hours of the worker are captured (H7).

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such programme.
        ProgressionNotInThisState: it is not in progress.
        WrongDate: the day lies in the future, before the last step, or hours are logged for it or a later day.
    """
    return _take(Kind.HELD, tracking_id, effective_date, Collision.REFUSE, reason, by=by, now=now)


def resume(
    *,
    tracking_id: int,
    effective_date: date,
    by: User,
    now: datetime,
    reason: str = "",
    on_collision: Collision = Collision.REFUSE,
) -> LearnerProgression:
    """Go on with a programme that is on hold, or was completed by mistake, from that day on (H7).

    Args:
        on_collision: what to do with another programme that the worker is in.

    Raises:
        NotPermitted, NotFound, ProgressionNotInThisState, WrongDate: as `hold`.
        InAnotherProgramme: the worker is in one, and `on_collision` refuses that.
    """
    return _take(Kind.RESUMED, tracking_id, effective_date, on_collision, reason, by=by, now=now)


def complete(
    *, tracking_id: int, effective_date: date, by: User, now: datetime, reason: str = ""
) -> LearnerProgression:
    """Complete a programme; that day is the last one for which hours of the worker are captured (H7).

    Raises:
        NotPermitted, NotFound, ProgressionNotInThisState, WrongDate: as `hold`.
    """
    return _take(Kind.COMPLETED, tracking_id, effective_date, Collision.REFUSE, reason, by=by, now=now)


def _take(
    kind: Kind,
    tracking_id: int,
    effective: date,
    on_collision: Collision,
    reason: str,
    *,
    by: User,
    now: datetime,
) -> LearnerProgression:
    """Take a step of one programme: lock, check, write."""
    check_may(by, Permission.PLAN_CLASSES)
    with acting(by):
        found = check_found(LearnerProgression.objects.filter(pk=tracking_id).first(), _("There is no such programme."))
        _locked_learners([found.learner_id])
        others = in_progress_of([person_key(found.learner_id)])
        progression = LearnerProgression.objects.select_for_update(no_key=True).get(pk=tracking_id)
        rules.check_step(kind, status=progression.status)
        known = _last_days([progression])[progression.pk]
        rules.check_effective_date(
            kind,
            effective,
            last_step_on=known.last_step_on,
            hours_until=known.hours_until,
            today=timezone.localdate(now),
        )
        if kind == Kind.RESUMED:
            _settle(others, on_collision, effective=effective, by=by, now=now)
        _write_steps([progression], kind, {progression.pk: effective}, reason, by=by, now=now)
        return progression


def _settle(
    others: Mapping[int, LearnerProgression], choice: Collision, *, effective: date, by: User, now: datetime
) -> None:
    """Refuse other programmes, or put them on hold so that a worker can be in a new one from `effective` on.

    A programme stays in progress through the last day for which it has hours.

    Args:
        others: by key of the worker, the programmes that they are in.

    Raises:
        InAnotherProgramme: there are any, and `choice` refuses them.
    """
    if not others:
        return
    if choice == Collision.REFUSE:
        raise _in_another_programme(others.values())
    known = _last_days(list(others.values()))
    today = timezone.localdate(now)
    days = {
        pk: max(
            min(effective, today),
            each.last_step_on,
            each.hours_until + timedelta(days=1) if each.hours_until else date.min,
        )
        for pk, each in known.items()
    }
    _write_steps(list(others.values()), Kind.HELD, days, _("Another programme starts."), by=by, now=now)


def _in_another_programme(others: Collection[LearnerProgression]) -> InAnotherProgramme:
    learners = Learner.objects.in_bulk([each.learner_id for each in others])
    classes = TrainingClass.objects.in_bulk([each.training_class_id for each in others])
    names = ", ".join(
        _("%(worker)s in %(class)s") % {"worker": learners[each.learner_id], "class": classes[each.training_class_id]}
        for each in others
    )
    return InAnotherProgramme(
        _("Nothing was changed: %(names)s. Nobody is in two programmes: put that one on hold, or leave the worker out.")
        % {"names": names},
        conflict={
            "kind": ConflictKind.STATE,
            "learners": [
                {"learner_id": each.learner_id, "tracking_id": each.pk, "class_id": each.training_class_id}
                for each in others
            ],
        },
    )


# What is locked and known


@dataclass(frozen=True)
class _LastDays:
    last_step_on: date
    hours_until: date | None


def person_key(learner_id: int) -> int:
    """Return the key of the surviving badge of a worker (L2)."""
    merged_into = Learner.objects.filter(pk=learner_id).values_list("merged_into", flat=True).first()
    return merged_into or learner_id


def _locked_learners(learner_ids: Collection[int]) -> dict[int, Learner]:
    """Lock these workers, and the survivors of those that are merged, by key; return the former."""
    lock_people(learner_ids)
    return Learner.objects.in_bulk(list(learner_ids))


def in_progress_of(learner_ids: Collection[int]) -> dict[int, LearnerProgression]:
    """Lock by key the programmes that these people are in under any badge (L2), and return them by person."""
    running = LearnerProgression.objects.filter(status=Status.IN_PROGRESS)
    person = dict(running.filter(rows_of_people(learner_ids)).values_list("pk", person_of()))
    locked = running.filter(pk__in=list(person)).select_for_update(no_key=True)
    return {person[each.pk]: each for each in locked.order_by("pk")}


def _last_days(progressions: Sequence[LearnerProgression]) -> dict[int, _LastDays]:
    """Return, by key, the day of the last step, and the last day with hours that are not reversed."""
    keys = _keys(progressions)
    steps = ProgressionEvent.objects.filter(progression__in=keys).order_by().values_list("progression")
    logged = LearnerHoursLog.objects.filter(progression__in=keys, reversal_of__isnull=True, reversal__isnull=True)
    stepped_on = dict(steps.annotate(Max("effective_date")))
    hours_until = dict(logged.order_by().values_list("progression").annotate(Max("log_date")))
    return {
        each.pk: _LastDays(stepped_on.get(each.pk, each.start_date), hours_until.get(each.pk)) for each in progressions
    }


def check_runs(training_class: TrainingClass, start_date: date) -> None:
    """Programmes are started in active classes, on days on which they run.

    Raises:
        NotEnrollable: the class is a draft or stopped.
        WrongDate: it does not run on that day.
    """
    if training_class.status != TrainingClass.Status.ACTIVE:
        raise NotEnrollable(
            _("This class is a draft. Activate it first.")
            if training_class.status == TrainingClass.Status.DRAFT
            else _("This class is stopped. Start it again, or choose another one.")
        )
    start, end = training_class.start_date, training_class.end_date
    if start is not None and end is not None and not start <= start_date <= end:
        text = _("The class runs from %(start)s to %(end)s. Enter one of its days.")
        text %= {"start": day_in_words(start), "end": day_in_words(end)}
        raise rules.WrongDate.of_fields({"start_date": [text]})


def _check_can_learn(wanted: Collection[int], found: Mapping[int, Learner]) -> None:
    """L1: blocked and inactive workers are put on no list.

    Raises:
        NotEnrollable: there are any among them, or unknown ones.
    """
    unknown = sorted(set(wanted) - found.keys())
    if unknown:
        text = _("Nobody was started: there is no worker with the number %(numbers)s.")
        raise NotEnrollable(text % {"numbers": ", ".join(map(str, unknown))})
    refused = [learner for learner in found.values() if learner.status != Learner.Status.ACTIVE]
    if refused:
        reasons = [why_not_active(learner) for learner in refused]
        raise NotEnrollable(
            _("Nobody was started: %(reasons)s. Start the others without them.") % {"reasons": ", ".join(reasons)},
            conflict={"kind": ConflictKind.STATE, "learners": [{"learner_id": learner.pk} for learner in refused]},
        )


# Writing


def _write_steps(
    progressions: Sequence[LearnerProgression],
    kind: Kind,
    days: Mapping[int, date],
    reason: str,
    *,
    by: User,
    now: datetime,
) -> None:
    """Write a step of locked programmes: their new state, and an event with the day of each."""
    status = rules.STATE_AFTER[kind]
    for progression in progressions:
        progression.status = status
        progression.completion_date = days[progression.pk] if kind == Kind.COMPLETED else None
        progression.updated_at = now
    LearnerProgression.objects.bulk_update(progressions, ["status", "completion_date", "updated_at"])
    _write_events(progressions, kind, days, reason, by=by, now=now)


def _write_events(
    progressions: Sequence[LearnerProgression],
    kind: Kind,
    days: Mapping[int, date],
    reason: str,
    *,
    by: User,
    now: datetime,
) -> None:
    ProgressionEvent.objects.bulk_create(
        ProgressionEvent(
            progression=each,
            kind=kind,
            effective_date=days[each.pk],
            reason=reason.strip(),
            created_by=by,
            created_at=now,
        )
        for each in progressions
    )


def _keys(progressions: Iterable[LearnerProgression]) -> list[int]:
    return [each.pk for each in progressions]
