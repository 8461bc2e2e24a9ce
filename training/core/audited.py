"""What every table of SiteProof shares: who and when, the audit trail, and the length of a reason."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _


class Trim(models.Transform):
    """Text without white space around it. PostgreSQL's own TRIM takes off blanks only, so that a tab were a reason."""

    lookup_name = "trim"
    template = r"BTRIM(%(expressions)s, E' \t\n\r\f\v\u00a0')"


models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)
models.CharField.register_lookup(Trim)
models.TextField.register_lookup(Trim)

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

ModelType = TypeVar("ModelType", bound=type[models.Model])


def audited(*, exclude: list[str] | None = None, secret: str = "") -> Callable[[ModelType], ModelType]:
    """Class decorator: every insert, update and delete of the table, by whatever door, leaves an event row.

    The event holds the row as it was left, its context says who, from where and why (django-pghistory, statement
    level triggers, so that bulk writes and plain SQL are seen too). Tables that are not ours are audited through a
    proxy (`training.models.logins`).

    Args:
        exclude: names of fields whose changes alone are not worth an event, because they are derived from others.
        secret: name of a field that no event may hold. An update that changes it leaves one event, labelled with this
            name instead of "update", whatever else changes with it.
    """

    def track(model: ModelType) -> ModelType:
        hidden = [*(exclude or []), *([secret] if secret else [])]
        updates = _updates_around(model, secret, hidden) if secret else [pghistory.UpdateEvent()]
        tracker: Callable[[ModelType], ModelType] = pghistory.track(
            pghistory.InsertEvent(), *updates, pghistory.DeleteEvent(), exclude=hidden
        )
        return tracker(model)

    return track


def _updates_around(model: type[models.Model], secret: str, hidden: list[str]) -> list[pghistory.UpdateEvent]:
    """Return two kinds of updates, of which every update is one at most: of the secret, and of all that is told."""
    told = (field.name for field in model._meta.fields if field.name not in hidden)
    changed = reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in told))
    kept = pgtrigger.Q(**{f"old__{secret}__ndf": pgtrigger.F(f"new__{secret}")})
    return [
        pghistory.UpdateEvent(condition=kept & changed),
        pghistory.UpdateEvent(secret, condition=pgtrigger.AnyChange(secret)),
    ]


class Authored(models.Model):
    """Adds who made a row and who changed it last."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("updated by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True


def not_blank(field: str, *, name: str, message: "_StrOrPromise") -> models.CheckConstraint:
    """Return a constraint that the text in `field` holds more than white space."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__trim__length__gt": 0}), name=name, violation_error_message=message
    )
