"""The report of a take-over from an old register as PDF (I11). `take_over.typ` is the layout.

It prints what was signed and nothing else: the stored content, its hash, and whether it was withdrawn since.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance.models import RegisterDifference, SampleCheck, TakeOver
from training.core.permissions import name_of
from training.core.printing import printable, typeset
from training.core.words import day, moment

TEMPLATE = Path(__file__).with_name("take_over.typ")


def file_name(one: TakeOver) -> str:
    """Return the file name of a report, such as `take-over-3.pdf`."""
    return f"take-over-{one.pk}.pdf"


def print_take_over(one: TakeOver, *, printed_at: datetime, for_pack: bool = False) -> bytes:
    """Return the PDF of a signed report.

    Args:
        printed_at: the moment that it names.
        for_pack: leave out what people have typed about single records, which may name a worker; a pack is of others.
    """
    return typeset(TEMPLATE, report_data(one, printed_at=printed_at, for_pack=for_pack), made_at=printed_at)


def report_data(one: TakeOver, *, printed_at: datetime, for_pack: bool) -> dict[str, Any]:
    """Return everything that `take_over.typ` prints, as JSON values."""
    told = json.loads(one.content)
    sample, compared, counts = told["sample"], told["comparison"], told["counts"]
    withdrawal = getattr(one, "withdrawal", None)
    return {
        "language": get_language() or "en",
        "title": _("Take-over report %(number)s") % {"number": one.pk},
        "site": printable(settings.SITE_NAME),
        "trial": _(
            "TRIAL. Nothing outside this site could prove its records when it was signed. It takes nothing over."
        )
        if told["is_trial"]
        else "",
        "withdrawn": _withdrawn(withdrawal),
        "signed": _("Signed by %(who)s, %(when)s")
        % {"who": printable(told["signed_by"]), "when": _moment(told["signed_at"])},
        "sha256": one.sha256,
        "facts": _facts(told),
        "sections": [
            _section(_("Records"), _records(counts)),
            _section(_("The old workbook"), _workbook(compared)),
            _section(_("What differed"), _differences(compared)),
            _section(_("Sample against the originals"), _sample(sample)),
            _section(_("What was not right"), _errors(sample["errors"], for_pack=for_pack)),
        ],
        "words": {
            "hash": _("SHA-256 of what was signed"),
            "printed": _("Printed %(when)s") % {"when": moment(printed_at)},
            "page": _("Page"),
            "of": _("of"),
        },
    }


def _section(heading: str, rows: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"heading": heading, "rows": [[printable(name), printable(value)] for name, value in rows]}


def _withdrawn(withdrawal: Any) -> str:
    if withdrawal is None:
        return ""
    return printable(
        _("WITHDRAWN %(when)s by %(who)s: %(reason)s")
        % {
            "when": moment(withdrawal.withdrawn_at),
            "who": name_of(withdrawal.withdrawn_by),
            "reason": withdrawal.reason,
        }
    )


def _facts(told: Mapping[str, Any]) -> list[str]:
    facts = [_("Cut-over day: %(day)s") % {"day": day(date.fromisoformat(told["cut_over_on"]))}]
    if log := told.get("log", ""):  # reports of before have none
        facts.append(_("Newest checkpoint outside the site: %(log)s") % {"log": log})
    return facts


def _records(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (_("Records on the site"), str(counts["records"])),
        (_("Of these from old registers"), str(counts["from_registers"])),
    ]
    for each in counts["registers"]:
        words = _("%(records)s records, %(revoked)s of them revoked") % each
        rows.append((_("Register “%(register)s”") % each, words))
    return rows


def _workbook(compared: Mapping[str, Any]) -> list[tuple[str, str]]:
    scope = _("all workers and courses") if compared["holds_everybody"] else _("its own workers and courses")
    return [
        *((each["name"], f"SHA-256 {each['sha256']}") for each in compared["files"]),
        (_("Compared"), f"{_moment(compared['compared_at'])}, {scope}"),
        (_("The same"), str(compared["same"])),
        (_("Different"), str(compared["different"])),
        (_("Only there"), str(compared["only_there"])),
        (_("Only here"), str(compared["only_here"])),
        (_("Not understood"), str(compared["unread"])),
    ]


def _differences(compared: Mapping[str, Any]) -> list[tuple[str, str]]:
    labels = dict(RegisterDifference.What.choices)
    rows = [
        (f"{labels[each['what']]}, {each['course'] or '–'}: {each['count']}", each["reason"])
        for each in compared["explained"]
    ]
    return rows or [(_("Nothing"), "")]


def _sample(sample: Mapping[str, Any]) -> list[tuple[str, str]]:
    drawn = _("%(size)s of %(population)s records, of %(courses)s courses and %(companies)s companies") % sample
    return [
        (_("Drawn at random"), drawn),
        (_("Seed"), sample["seed"]),
        (_("Right"), str(sample["right"])),
        (_("Wrong"), str(sample["wrong"])),
        (_("Original not found"), str(sample["not_found"])),
    ]


def _errors(errors: Sequence[Mapping[str, Any]], *, for_pack: bool) -> list[tuple[str, str]]:
    labels = dict(SampleCheck.Found.choices)
    rows = [
        (
            _("Record %(number)s") % {"number": each["record"]},
            str(labels[each["found"]]) if for_pack else f"{labels[each['found']]}: {each['note']}",
        )
        for each in errors
    ]
    return rows or [(_("Nothing"), "")]


def _moment(text: str) -> str:
    return moment(localtime(datetime.fromisoformat(text)))
