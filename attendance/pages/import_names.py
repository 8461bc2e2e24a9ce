"""What is agreed on: what names mean, and what columns are (I3, I4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.pages.imports import kind_label
from attendance.selectors.named import labels_of
from training.core.imports.declaration import Thing
from training.models import ImportAlias, ImportHeadings


@dataclass(frozen=True)
class AliasLine:
    """An agreed name: what it names, and what it means."""

    alias: ImportAlias
    thing: str
    means: str


@dataclass(frozen=True)
class HeadingsLine:
    """Headings whose columns are agreed on, and how many answers are remembered about how they are read."""

    agreed: ImportHeadings
    kind: str
    headings: str
    answers: int


def aliases() -> QuerySet[ImportAlias]:
    """Return the agreed names that hold, with who has agreed to them."""
    return ImportAlias.objects.filter(revoked_at=None).select_related("agreed_by")


def headings_lines() -> list[HeadingsLine]:
    """Return the headings whose columns are agreed on, the newest first."""
    rows = ImportHeadings.objects.select_related("agreed_by").order_by("-agreed_at", "-pk")
    return [
        HeadingsLine(row, kind_label(row.kind), ", ".join(row.layout.get("headings", ())), len(row.answers))
        for row in rows
    ]


def alias_lines() -> list[AliasLine]:
    """Return the agreed names that hold, with what each means."""
    rows = list(aliases())
    labels = labels_of({Thing(each.thing) for each in rows})
    return [AliasLine(each, str(THING_WORDS[Thing(each.thing)]), _meaning(each, labels)) for each in rows]


def _meaning(alias: ImportAlias, labels: Mapping[Thing, Mapping[int, str]]) -> str:
    if alias.key is None:
        return _("left out")
    return labels[Thing(alias.thing)].get(alias.key, "–")


THING_WORDS = {
    Thing.COMPANY: gettext_lazy("company"),
    Thing.ROLE: gettext_lazy("role"),
    Thing.AREA: gettext_lazy("area"),
    Thing.COURSE: gettext_lazy("course"),
    Thing.VENUE: gettext_lazy("venue"),
    Thing.TRAINER: gettext_lazy("trainer"),
    Thing.WORKER: gettext_lazy("worker"),
    Thing.SESSION: gettext_lazy("session"),
    Thing.CLASS: gettext_lazy("class"),
    Thing.EMPLOYER: gettext_lazy("employer of a badge"),
}
