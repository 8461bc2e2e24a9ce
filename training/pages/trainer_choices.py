"""Trainers as a form offers them for a session, each with the load of that week (S6)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from training.models import Trainer
from training.selectors.availability import booked_minutes, qualified_trainers


@dataclass(frozen=True)
class TrainerChoice:
    """A trainer offered for a session, with the load of that week."""

    trainer: Trainer
    booked_minutes: int

    @property
    def label(self) -> str:
        return load_label(self.trainer, self.booked_minutes)


def load_label(trainer: Trainer, booked_minutes: int) -> str:
    """Return "John Smith (12h booked this week)" (S6)."""
    hours, minutes = divmod(booked_minutes, 60)
    words = {"name": trainer, "hours": hours, "minutes": minutes}
    if minutes:
        return _("%(name)s (%(hours)dh %(minutes)dmin booked this week)") % words
    return _("%(name)s (%(hours)dh booked this week)") % words


def trainer_choices(*, course_id: int | None, on: date) -> list[TrainerChoice]:
    """Return whom to offer for a course on that day, each with the load of that day's week (S6)."""
    trainers = list(qualified_trainers(course_id=course_id, on=on))
    minutes = booked_minutes(trainer_ids=[trainer.pk for trainer in trainers], week_of=on)
    return [TrainerChoice(trainer, minutes[trainer.pk]) for trainer in trainers]
