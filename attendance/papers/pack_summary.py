"""The summary in an audit pack as a PDF, of one worker or of a part of many. `pack.typ` is the layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance.papers.dossiers import Dossier, Held
from attendance.papers.pack_proof import how_to_check, not_sealed, where_it_says
from attendance.papers.pack_seals import PackLog
from learners.pages.items import ItemLine
from learners.policies.standing import KIND_OF_VERDICT
from training.core.kinds import StatusKind
from training.core.printing import UNPRINTABLE, printable, typeset, typeset_apart
from training.core.words import day, moment
from training.papers.log_line import log_line

TEMPLATE = Path(__file__).with_name("pack.typ")
FEW = 5  # up to so many people, a summary is small enough to be made in this process


@dataclass(frozen=True, kw_only=True)
class PackSummary:
    """What a summary says.

    Attributes:
        name: the name of the pack.
        subject: in words, which workers the pack is about; empty for one.
        workers: how many workers all parts have together.
        on: the day that is asked about (C8); None for the day on which the pack is made.
        people: the workers of this part.
        names: the names of the evidence files in the pack, by key.
        damaged: why evidence files are not in the pack, by key.
        log: the log that is to prove the pack (T5); None where none is kept.
    """

    name: str
    subject: str
    workers: int
    on: date | None
    made_by: str
    made_at: datetime
    part: int
    parts: int
    people: Sequence[Dossier]
    names: Mapping[str, str]
    damaged: Mapping[str, str]
    log: PackLog | None


def print_summary(summary: PackSummary) -> bytes:
    """Return the PDF of a summary."""
    print_it = typeset if len(summary.people) <= FEW else typeset_apart
    return print_it(TEMPLATE, summary_data(summary), made_at=summary.made_at)


def summary_data(summary: PackSummary) -> dict[str, Any]:
    """Return everything that `pack.typ` prints, as JSON values."""
    people = [_person(person, summary) for person in summary.people]
    marked = any(UNPRINTABLE in text for person in people for text in (person["name"], person["details"]))
    lost = {file.key for person in summary.people for held in person.held for file in held.files} & {*summary.damaged}
    return {
        "language": get_language() or "en",
        "title": summary.name,
        "site": printable(settings.SITE_NAME),
        "heading": _("Audit pack"),
        "subject": printable(summary.subject),
        "facts": _facts(summary),
        "lost": _lost(len(lost)),
        "note": _("%(mark)s stands for letters that this server has no font for: go by the badge number.")
        % {"mark": UNPRINTABLE}
        if marked
        else "",
        "check": where_it_says(summary.log, part=summary.part),
        "unsealed": not_sealed(summary.log),
        "overview": summary.workers != 1,
        "people": people,
        "log": log_line(summary.log.short) if summary.log else "",
        "proof": [each._asdict() for each in how_to_check(summary.log)] if summary.part == 1 else [],
        "words": _words(),
    }


def _facts(summary: PackSummary) -> list[str]:
    facts = [
        _("As of %(day)s") % {"day": day(summary.on)} if summary.on else "",
        _("Made %(when)s by %(who)s") % {"when": moment(summary.made_at), "who": printable(summary.made_by)},
        _("Workers: %(number)s") % {"number": summary.workers} if summary.workers != 1 else "",
        _("Part %(part)s of %(parts)s") % {"part": summary.part, "parts": summary.parts} if summary.parts > 1 else "",
    ]
    return [fact for fact in facts if fact]


def _lost(files: int) -> str:
    if not files:
        return ""
    return _(
        "Evidence files NOT in this pack: %(files)s. The evidence store does not hold what was uploaded. The records "
        "that they prove are marked below, and MISSING-EVIDENCE.txt names every file."
    ) % {"files": files}


def _person(person: Dossier, summary: PackSummary) -> dict[str, Any]:
    learner = person.learner
    failing = [line for line in person.lines if line.standing.kind == StatusKind.BAD]
    held = {each.record.pk: each for each in person.held}
    proofs = {line.item.proof_id for line in person.lines}
    return {
        "kind": KIND_OF_VERDICT[person.verdict],
        "word": str(person.verdict.label),
        "name": printable(learner.name),
        "badge": printable(learner.badge_id),
        "details": printable(f"{learner.role.title}, {learner.company.name}"),
        "why": printable(", ".join(f"{_title(line)} {line.standing.word.lower()}" for line in failing)),
        "later": [printable(each.sentence) for each in person.later],
        "required": [_line(line, held.get(line.item.proof_id or 0), summary) for line in person.lines],
        "others": [_held(each, summary) for each in person.held if each.record.pk not in proofs],
    }


def _title(line: ItemLine) -> str:
    return line.course_title or line.item.course.code


def _line(line: ItemLine, held: Held | None, summary: PackSummary) -> dict[str, Any]:
    """Return a requirement as `pack.typ` prints it, with the files that prove it if a record counts on that day."""
    proof = line.item.proof
    rule = f"{line.rule.source}, {line.rule.asks}" if line.rule else ""
    notes = [_("to verify")] if line.item.awaiting_verification else []
    return {
        "kind": line.standing.kind,
        "word": line.standing.word,
        "time": ", ".join([line.standing.time, *notes]),
        "course": printable(f"{line.item.course.code} {_title(line)}"),
        "why": printable(rule),
        "trained": day(proof.completion_date) if proof else "",
        "until": _until(line.item.expiry_date, is_known=held is not None),
        **_evidence(held, summary),
    }


def _held(held: Held, summary: PackSummary) -> dict[str, Any]:
    record = held.record
    by = record.trainer_name if record.session else str(record.provider or "")
    return {
        "course": printable(f"{record.course.code} {record.course_title}"),
        "by": printable(by),
        "trained": day(record.completion_date),
        "until": _until(held.last_day, is_known=True),
        **_evidence(held, summary),
    }


def _until(last: date | None, *, is_known: bool) -> str:
    return day(last) if last else _("no expiry") if is_known else ""


def _evidence(held: Held | None, summary: PackSummary) -> dict[str, list[str]]:
    """Return the names of a record's files in the pack, and why others are not in it."""
    if held is None:
        return {"record": [], "files": [], "lost": []}
    line = [_("Line %(line)s of the sheet") % {"line": held.line}] if held.line else []
    number = _("Record %(number)s") % {"number": held.record.pk}
    later = [_("entered later, %(day)s") % {"day": day(held.record.created_at)}] if held.is_entered_later else []
    files = [_file(held, file.key, summary) for file in held.files if file.key in summary.names]
    if held.record.extract_id is not None and held.record.evidence_file_key in summary.names:
        files.append(summary.names[held.record.evidence_file_key])
    lost = [
        _("NOT IN THIS PACK: %(what)s") % {"what": summary.damaged[file.key]}
        for file in held.files
        if file.key in summary.damaged
    ]
    return {"record": [number, *later, *line, *_register(held, summary)], "files": files, "lost": lost}


def _register(held: Held, summary: PackSummary) -> list[str]:
    """Return what is said of a record that came from an old register (I7)."""
    record = held.record
    said = []
    if held.is_from_register:
        name = printable(str(record.register_import))
        said.append(_("FROM THE OLD REGISTER “%(register)s”, no certificate") % {"register": name})
    elif record.extract_id is not None:
        said.append(_("from the old register, certificate added %(day)s") % {"day": day(held.sheets[-1].uploaded_at)})
        if summary.on is not None and localdate(held.sheets[-1].uploaded_at) > summary.on:
            said.append(_("certificate entered later"))
    if record.is_calculated:
        said.append(_("completion calculated from the expiry"))
    return said


def _file(held: Held, key: str, summary: PackSummary) -> str:
    """Return the name of a file, with the page on which the worker signed if its codes tell."""
    place = held.place_in(key)
    if place is None:
        return summary.names[key]
    return _("%(file)s, page %(page)s") % {"file": summary.names[key], "page": place.at}


def _words() -> dict[str, str]:
    return {
        "status": _("Status"),
        "worker": _("Worker"),
        "badge": _("Badge"),
        "details": _("Role, employer"),
        "why": _("Why"),
        "required": _("Required"),
        "trained": _("Trained"),
        "until": _("Valid until"),
        "evidence": _("Record and evidence"),
        "others": _("Further valid records"),
        "by": _("Trainer or provider"),
        "nothing-required": _("This worker's role and areas require no course."),
        "nobody": _("No worker matches."),
        "page": _("Page"),
        "of": _("of"),
        "proof": _("How to check this pack, and what that proves"),
    }
