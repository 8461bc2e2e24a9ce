"""All that is stored about one person, table by table, found from the catalogue of tables (X5).

A row belongs to a person if it names one of the person's badges, or a record, sign-off, programme or certificate of the
person. So a new table that names workers is told from the day on which it exists. Other workers are not named.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from pghistory.models import Context

from learners.models import (
    CompetencyRecord,
    EvidenceUpload,
    Learner,
    LearnerProgression,
    RegisterExtract,
    TrainingRecord,
)
from learners.selectors.learners import ids_of_person
from training.core.permissions import name_of
from training.core.trail import door_in_words

# What a person has rows of, each before what hangs on it.
ROOTS: tuple[type[models.Model], ...] = (
    Learner,
    TrainingRecord,
    CompetencyRecord,
    LearnerProgression,
    EvidenceUpload,
)
# References that lead from somebody else's row to this person.
OF_OTHERS: Mapping[tuple[str, str], str] = {
    ("learners.Learner", "supervisor"): "workers whom this person supervises",
    ("learners.LearnerEvent", "supervisor"): "workers whom this person supervised",
}
ANOTHER = "another worker"


@dataclass(frozen=True)
class PersonsTable:
    """The rows of one table about a person, each by the names of the columns."""

    name: str
    label: str
    rows: list[dict[str, Any]]


def references() -> list[tuple[type[models.Model], models.ForeignKey, type[models.Model]]]:
    """Return every reference by which a row belongs to a person: the table, its field, and what it refers to."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for each in () if model._meta.proxy else model._meta.concrete_fields:
            if isinstance(each, models.ForeignKey) and (model._meta.label, each.name) not in OF_OTHERS:
                found += [(model, each, root) for root in ROOTS if each.related_model is root]
    return found


def tables_of_person(learner: Learner) -> list[PersonsTable]:
    """Return all rows about a person, under all badges (L2), by the names of their tables.

    The number of queries depends on the number of tables only.
    """
    ids = ids_of_person(learner)
    names = _NamesBeside(ids)
    return [
        PersonsTable(model._meta.db_table, str(model._meta.verbose_name_plural), names.told(model, rows))
        for model, rows in sorted(_rows(belonging_to(ids)), key=lambda each: each[0]._meta.db_table)
        if rows
    ]


def belonging_to(workers: Collection[int]) -> dict[type[models.Model], Q]:
    """Return the condition, for each table, of the rows that belong to workers.

    Args:
        workers: the keys of all badges of the people.
    """
    by_model: dict[type[models.Model], Q] = defaultdict(Q)
    known: dict[type[models.Model], Collection[int]] = {Learner: workers}
    by_model[Learner] = Q(pk__in=known[Learner])
    for root in ROOTS:
        if root not in known:
            known[root] = list(root._base_manager.filter(by_model[root]).values_list("pk", flat=True))
        for model, field, to in references():
            if to is root:
                by_model[model] |= Q(**{f"{field.name}__in": known[root]})
    by_model[RegisterExtract] = Q(records__in=known[TrainingRecord])  # the record names it, not it the record
    return by_model


def _rows(by_model: Mapping[type[models.Model], Q]) -> Iterator[tuple[type[models.Model], list[dict[str, Any]]]]:
    for model, condition in by_model.items():
        columns = [each.attname for each in model._meta.concrete_fields]
        yield model, list(model._base_manager.filter(condition).order_by("pk").values(*columns))


class _NamesBeside:
    """The names of what rows refer to, read once for each table; other workers have none."""

    def __init__(self, me: Collection[int]) -> None:
        self._me = set(me)

    def told(self, model: type[models.Model], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows with a name beside each key of another row."""
        for each in model._meta.concrete_fields:
            if not isinstance(each, models.ForeignKey):
                continue
            keys = {row[each.attname] for row in rows if row[each.attname] is not None}
            names = self._names(each.related_model, keys)
            for row in rows:
                key = row[each.attname]
                if each.related_model is Learner and key is not None and key not in self._me:
                    row[each.attname], row[f"{each.name}_is"] = None, ANOTHER
                elif key is not None:
                    row[f"{each.name}_is"] = names.get(key, "")
        return rows

    def _names(self, model: Any, keys: Collection[Any]) -> dict[Any, Any]:
        if model is Context:
            found = Context.objects.filter(pk__in=keys).values_list("pk", "metadata")
            return {pk: {"who": kept.get("name", ""), "through": door_in_words(kept)} for pk, kept in found}
        rows: Any = model._base_manager.filter(pk__in=keys)
        if model is User:
            return {user.pk: name_of(user) for user in rows}
        if model is EvidenceUpload:
            return {upload.pk: upload.sha256 for upload in rows}
        return dict.fromkeys(keys, "")
