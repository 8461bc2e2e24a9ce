"""What the codes on an uploaded sheet mean for its session, in sentences (E8). No file is refused: a person decides."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.policies.sheet_code import SheetCode
from attendance.policies.sheet_layout import layout
from attendance.policies.sheet_reading import Reading
from training.core.kinds import StatusKind

MANY = 5  # this many names stand in a sentence, the others are counted


@dataclass(frozen=True)
class SheetFinding:
    """One sentence about a sheet, with the kind that decides its colour and icon."""

    kind: StatusKind
    text: str


@dataclass(frozen=True)
class Told:
    """All that can be said about a sheet; empty where no codes were looked for on it."""

    findings: Sequence[SheetFinding] = ()

    @property
    def warnings(self) -> list[str]:
        """The sentences that somebody has to look at before the session is finalized."""
        return [finding.text for finding in self.findings if finding.kind in (StatusKind.WARN, StatusKind.BAD)]

    @property
    def kind(self) -> StatusKind:
        """The worst kind among the findings."""
        kinds = {finding.kind for finding in self.findings}
        return next(
            (kind for kind in (StatusKind.BAD, StatusKind.WARN, StatusKind.OK) if kind in kinds), StatusKind.NONE
        )


@dataclass(frozen=True)
class ListChanges:
    """How the list of a session differs from a sheet that was printed earlier, as names with their lines.

    Attributes:
        added: workers on the list who stand on no line of the sheet.
        walk_ins: workers on the list whose lines the sheet left free for walk-ins.
        removed: workers on the sheet who are no longer on the list.
    """

    added: Sequence[str] = ()
    walk_ins: Sequence[str] = ()
    removed: Sequence[str] = ()


def printed_lines(codes: Sequence[SheetCode]) -> set[int]:
    """Return the lines on these pages that were printed with a worker, without those left free for walk-ins."""
    return {*chain.from_iterable(code.lines or () for code in codes)} - free_lines(codes)


def free_lines(codes: Sequence[SheetCode]) -> set[int]:
    """Return the lines left free for walk-ins on these pages: the last ones of a last page."""
    last_pages = (code for code in codes if code.page == code.pages and code.lines)
    return {line for code in last_pages for line in list(code.lines or ())[-layout(code.layout).walk_ins :]}


def missing_pages(codes: Sequence[SheetCode]) -> list[int]:
    """Return the page numbers that are missing, going by the newest version of the sheet among these codes."""
    newest = max(codes, key=lambda code: code.version)
    return sorted({*range(1, newest.pages + 1)} - {code.page for code in codes})


def told(reading: Reading, *, reference: str, version: int, pages: int, changes: ListChanges) -> Told:
    """Return all that can be said about an uploaded sheet (E8).

    Args:
        reading: the codes that were read on the file.
        reference: the reference of the session.
        version: the version of its list now.
        pages: how many pages the file has.
        changes: how the list differs from the sheet.
    """
    codes = reading.of_session(reference)
    findings = [*_of_others(reading, reference), *_own(codes, reference)]
    if codes:
        findings += [*_gaps(codes), *_age(codes, version, changes)]
    if not findings:
        findings.append(
            SheetFinding(
                StatusKind.NONE,
                _(
                    "No code of a sign-in sheet was found in this file: it is another paper, or the code cannot be "
                    "read. Compare it with the list."
                ),
            )
        )
    if reading.looked_at < pages and reading.pages:
        text = _("Codes were looked for on the first %(count)s pages only.") % {"count": reading.looked_at}
        findings.append(SheetFinding(StatusKind.NONE, text))
    return Told(findings)


def _own(codes: Sequence[SheetCode], reference: str) -> list[SheetFinding]:
    if not codes:
        return []
    text = _("This is the sheet of %(reference)s, %(pages)s, list version %(version)s.")
    versions = sorted({code.version for code in codes})
    facts = {"reference": reference, "pages": _pages_of(codes), "version": _listed(map(str, versions))}
    findings = [SheetFinding(StatusKind.OK, text % facts)]
    if len(versions) > 1:
        findings.append(SheetFinding(StatusKind.WARN, _("Its pages were printed from different versions of the list.")))
    if not all(code.is_keyed for code in codes):
        text = _("Its code comes from an earlier release, which anybody could have printed. Compare it with the list.")
        findings.append(SheetFinding(StatusKind.WARN, text))
    return findings


def _of_others(reading: Reading, reference: str) -> list[SheetFinding]:
    """Return findings on pages of other sessions, and on pages with a code that this site never printed."""
    others: dict[str, list[SheetCode]] = defaultdict(list)
    for each in reading.pages:
        if each.code and each.code.reference != reference:
            others[each.code.reference].append(each.code)
    is_mixed = bool(reading.of_session(reference)) or len(others) > 1
    findings = []
    for other, codes in others.items():
        facts = {"other": other, "pages": _pages_of(codes), "reference": reference}
        if is_mixed:
            text = _("It holds %(pages)s of the sheet of another session, %(other)s.")
        else:
            text = _("This is the sheet of another session: %(other)s, %(pages)s. This session is %(reference)s.")
        findings.append(SheetFinding(StatusKind.BAD, text % facts))
    foreign = sorted({each.at for each in reading.pages if each.code is None})
    if foreign:
        text = ngettext(
            "The code on page %(pages)s of the file was not issued by this site.",
            "The codes on pages %(pages)s of the file were not issued by this site.",
            len(foreign),
        )
        findings.append(SheetFinding(StatusKind.BAD, text % {"pages": _listed(map(str, foreign))}))
    return findings


def _gaps(codes: Sequence[SheetCode]) -> list[SheetFinding]:
    """Return findings on pages that are missing, and on pages that are there more than once."""
    findings = []
    if missing := missing_pages(codes):
        newest = max(codes, key=lambda code: code.version)
        text = ngettext(
            "Page %(missing)s of %(pages)s is missing.", "Pages %(missing)s of %(pages)s are missing.", len(missing)
        )
        facts = {"missing": _listed(map(str, missing)), "pages": newest.pages}
        findings.append(SheetFinding(StatusKind.BAD, text % facts))
    counted = Counter((code.version, code.page) for code in codes)
    twice = sorted({page for (_version, page), times in counted.items() if times > 1})
    if twice:
        text = ngettext(
            "Page %(pages)s is in it more than once.", "Pages %(pages)s are in it more than once.", len(twice)
        )
        findings.append(SheetFinding(StatusKind.WARN, text % {"pages": _listed(map(str, twice))}))
    return findings


def _age(codes: Sequence[SheetCode], version: int, changes: ListChanges) -> list[SheetFinding]:
    """Return findings on workers added to or removed from the list since the sheet was printed.

    A walk-in who took a free line of the sheet signed on the sheet too, and is no reason for a warning.
    """
    findings = []
    if changes.walk_ins:
        text = _("On its lines for walk-ins: %(names)s.") % {"names": _listed(changes.walk_ins)}
        findings.append(SheetFinding(StatusKind.NONE, text))
    stale = max(code.version for code in codes)
    if stale == version or (changes.walk_ins and not changes.added and not changes.removed):
        return findings
    sentences = [
        _("The sheet was printed from list version %(old)s; the list is now version %(new)s.")
        % {"old": stale, "new": version}
    ]
    if changes.added:
        sentences.append(_("Added since, and not on the sheet: %(names)s.") % {"names": _listed(changes.added)})
    if changes.removed:
        sentences.append(_("Removed since, and still on the sheet: %(names)s.") % {"names": _listed(changes.removed)})
    if not changes.added and not changes.removed:
        sentences.append(_("On its pages nobody was added or removed. Compare trainer, venue and time."))
    return [*findings, SheetFinding(StatusKind.WARN, " ".join(sentences))]


def _pages_of(codes: Sequence[SheetCode]) -> str:
    """Return "page 1 of 3", or "pages 1, 2 of 3"."""
    numbers = sorted({code.page for code in codes})
    text = ngettext("page %(numbers)s of %(pages)s", "pages %(numbers)s of %(pages)s", len(numbers))
    return text % {"numbers": _listed(map(str, numbers)), "pages": max(code.pages for code in codes)}


def _listed(words: Iterable[str]) -> str:
    """Return the first of these words, and how many more there are."""
    all_of_them = list(words)
    shown = ", ".join(all_of_them[:MANY])
    if len(all_of_them) <= MANY + 1:
        return ", ".join(all_of_them)
    return _("%(some)s and %(count)d more") % {"some": shown, "count": len(all_of_them) - MANY}
