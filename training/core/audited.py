"""What tables of SiteProof share: who made and changed a row, the audit trail, and constraints on texts."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Concat, Length
from django.utils.translation import gettext_lazy as _


class Trim(models.Transform):
    """Text without white space around it. PostgreSQL's own TRIM removes blanks only, so a tab would pass as text."""

    lookup_name = "trim"
    template = r"BTRIM(%(expressions)s, E' \t\n\r\f\x0b\u00a0')"  # to PostgreSQL 15 \v is the letter v


models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)
models.CharField.register_lookup(Trim)
models.TextField.register_lookup(Trim)

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

ModelType = TypeVar("ModelType", bound=type[models.Model])


def audited(*, exclude: list[str] | None = None, secret: str = "") -> Callable[[ModelType], ModelType]:
    """Return a class decorator: every insert, update and delete of the table then leaves an event row.

    The event holds the row after the change, and its context says who made it and from where. Triggers write it
    (django-pghistory, at statement level), so bulk writes and plain SQL are seen too. Tables that are not ours are
    audited through a proxy (`training.models.logins`).

    Args:
        exclude: names of fields that are derived from others: a change of these alone leaves no event.
        secret: name of a field that no event may hold. An update that changes it leaves one event, labelled with this
            name instead of "update", whatever else it changes.
    """

    def track(model: ModelType) -> ModelType:
        hidden = [*(exclude or []), *([secret] if secret else [])]
        updates = _updates_around(model, secret, hidden) if secret else [pghistory.UpdateEvent()]
        by_time = models.Index(fields=("pgh_created_at", "pgh_id"))  # for the history of the whole site (N5)
        tracker: Callable[[ModelType], ModelType] = pghistory.track(
            pghistory.InsertEvent(),
            *updates,
            pghistory.DeleteEvent(),
            exclude=hidden,
            meta={"indexes": [by_time]},
        )
        return tracker(model)

    return track


def _updates_around(model: type[models.Model], secret: str, hidden: list[str]) -> list[pghistory.UpdateEvent]:
    """Return two kinds of updates that exclude each other: those that change the secret, and those that do not."""
    told = (field.name for field in model._meta.fields if field.name not in hidden)
    changed = reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in told))
    kept = pgtrigger.Q(**{f"old__{secret}__ndf": pgtrigger.F(f"new__{secret}")})
    return [
        pghistory.UpdateEvent(condition=kept & changed),
        pghistory.UpdateEvent(secret, condition=pgtrigger.AnyChange(secret)),
    ]


class Authored(models.Model):
    """A model with the fields that say who made a row and when, and who changed it last and when."""

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


def key_of_text(function: str, *parts: str) -> models.GeneratedField:
    """Return a stored key by which rows are compared, made by a function of migration `0024_same_text` (L4).

    Args:
        function: its name; what it does is told in `training/core/sameness.py`.
        parts: the fields of which the key is made, with a blank between them.
    """
    fields: list[models.F | models.Value] = [models.F(parts[0])]
    for part in parts[1:]:
        fields += [models.Value(" "), models.F(part)]
    text = Concat(*fields) if len(fields) > 1 else fields[0]
    return models.GeneratedField(
        expression=models.Func(text, function=function, output_field=models.TextField(db_collation="C")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )


def twin_mark() -> "models.TextField[str | None, str | None]":
    """Return the mark of a row that was the same as another one when L4 came: the key that both had.

    While it is still the row's key, `one_of_a_key` leaves the row out. Only the migration that brought L4 sets it
    (trigger `…_twins_are_known`).
    """
    return models.TextField(null=True, editable=False, db_collation="C")


def one_of_a_key(key: str, *, name: str, message: "_StrOrPromise") -> models.UniqueConstraint:
    """Return the constraint by which rows of a table have different keys, twins of before L4 apart.

    Args:
        key: the field with the key; the mark of twins is `twin_key`.
        name: of the constraint.
        message: what a person is told whose text is the same as another one.
    """
    return models.UniqueConstraint(
        fields=(key,), condition=~models.Q(twin_key=models.F(key)), name=name, violation_error_message=message
    )


def not_blank(field: str, *, name: str, message: "_StrOrPromise") -> models.CheckConstraint:
    """Return a constraint by which the text in `field` is more than white space.

    Args:
        name: of the constraint.
        message: what a person is told whose text is refused.
    """
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__trim__length__gt": 0}), name=name, violation_error_message=message
    )
