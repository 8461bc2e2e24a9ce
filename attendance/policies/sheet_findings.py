"""What the codes on an uploaded sheet mean for its session, in sentences (E8). Never a refusal: a person decides."""

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

MANY = 5  # names in a sentence; the others are counted


@dataclass(frozen=True)
class Finding:
    """One sentence; `kind` as everywhere on pages: ok, warn, bad, or none for what is merely so."""

    kind: StatusKind
    text: str


@dataclass(frozen=True)
class Told:
    """What is said of a sheet. Empty where nobody looked for codes on it."""

    findings: Sequence[Finding] = ()

    @property
    def warnings(self) -> list[str]:
        """What somebody has to look at before records are made of it."""
        return [finding.text for finding in self.findings if finding.kind in (StatusKind.WARN, StatusKind.BAD)]

    @property
    def kind(self) -> StatusKind:
        """The worst kind among them."""
        kinds = {finding.kind for finding in self.findings}
        return next(
            (kind for kind in (StatusKind.BAD, StatusKind.WARN, StatusKind.OK) if kind in kinds), StatusKind.NONE
        )


@dataclass(frozen=True)
class Changes:
    """How a list differs from a sheet that was printed of it, as names with their lines.

    Attributes:
        added: on the list and on no line of the sheet.
        walk_ins: on the list, on lines that the sheet left free for walk-ins.
        removed: on the sheet and no longer on the list.
    """

    added: Sequence[str] = ()
    walk_ins: Sequence[str] = ()
    removed: Sequence[str] = ()


def printed_lines(codes: Sequence[SheetCode]) -> set[int]:
    """Return the lines of workers on these pages, those left free for walk-ins apart."""
    return {*chain.from_iterable(code.lines or () for code in codes)} - free_lines(codes)


def free_lines(codes: Sequence[SheetCode]) -> set[int]:
    """Return the lines left free for walk-ins on these pages: the last ones of a last page."""
    last_pages = (code for code in codes if code.page == code.pages and code.lines)
    return {line for code in last_pages for line in list(code.lines or ())[-layout(code.layout).walk_ins :]}


def missing_pages(codes: Sequence[SheetCode]) -> list[int]:
    """Return the pages of a sheet that are not among these, by the newest of its versions."""
    newest = max(codes, key=lambda code: code.version)
    return sorted({*range(1, newest.pages + 1)} - {code.page for code in codes})


def told(reading: Reading, *, reference: str, version: int, pages: int, changes: Changes) -> Told:
    """Return what is said of a sheet.

    Args:
        reference, version: of the session and of its list as it is now.
        pages: of the file.
        changes: of the list since the sheet was printed.
    """
    codes = reading.of_session(reference)
    findings = [*_of_others(reading, reference), *_own(codes, reference)]
    if codes:
        findings += [*_gaps(codes), *_age(codes, version, changes)]
    if not findings:
        findings.append(
            Finding(
                StatusKind.NONE,
                _(
                    "No code of a sign-in sheet was found in this file: it is another paper, or the code cannot be "
                    "read. Compare it with the list."
                ),
            )
        )
    if reading.looked_at < pages and reading.pages:
        text = _("Codes were looked for on the first %(count)s pages only.") % {"count": reading.looked_at}
        findings.append(Finding(StatusKind.NONE, text))
    return Told(findings)


def _own(codes: Sequence[SheetCode], reference: str) -> list[Finding]:
    if not codes:
        return []
    text = _("This is the sheet of %(reference)s, %(pages)s, list version %(version)s.")
    versions = sorted({code.version for code in codes})
    facts = {"reference": reference, "pages": _pages_of(codes), "version": _listed(map(str, versions))}
    findings = [Finding(StatusKind.OK, text % facts)]
    if len(versions) > 1:
        findings.append(Finding(StatusKind.WARN, _("Its pages were printed from different versions of the list.")))
    if not all(code.is_keyed for code in codes):
        text = _("Its code comes from an earlier release, which anybody could have printed. Compare it with the list.")
        findings.append(Finding(StatusKind.WARN, text))
    return findings


def _of_others(reading: Reading, reference: str) -> list[Finding]:
    """Pages of other sessions, and pages with a code that this site never issued."""
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
        findings.append(Finding(StatusKind.BAD, text % facts))
    foreign = sorted({each.at for each in reading.pages if each.code is None})
    if foreign:
        text = ngettext(
            "The code on page %(pages)s of the file was not issued by this site.",
            "The codes on pages %(pages)s of the file were not issued by this site.",
            len(foreign),
        )
        findings.append(Finding(StatusKind.BAD, text % {"pages": _listed(map(str, foreign))}))
    return findings


def _gaps(codes: Sequence[SheetCode]) -> list[Finding]:
    """Pages that are missing, and pages that are there more than once."""
    findings = []
    if missing := missing_pages(codes):
        newest = max(codes, key=lambda code: code.version)
        text = ngettext(
            "Page %(missing)s of %(pages)s is missing.", "Pages %(missing)s of %(pages)s are missing.", len(missing)
        )
        facts = {"missing": _listed(map(str, missing)), "pages": newest.pages}
        findings.append(Finding(StatusKind.BAD, text % facts))
    counted = Counter((code.version, code.page) for code in codes)
    twice = sorted({page for (_version, page), times in counted.items() if times > 1})
    if twice:
        text = ngettext(
            "Page %(pages)s is in it more than once.", "Pages %(pages)s are in it more than once.", len(twice)
        )
        findings.append(Finding(StatusKind.WARN, text % {"pages": _listed(map(str, twice))}))
    return findings


def _age(codes: Sequence[SheetCode], version: int, changes: Changes) -> list[Finding]:
    """Who was added and removed since the sheet was printed; whoever took a free line stands on it all the same."""
    findings = []
    if changes.walk_ins:
        text = _("On its lines for walk-ins: %(names)s.") % {"names": _listed(changes.walk_ins)}
        findings.append(Finding(StatusKind.NONE, text))
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
    return [*findings, Finding(StatusKind.WARN, " ".join(sentences))]


def _pages_of(codes: Sequence[SheetCode]) -> str:
    """Return "page 1 of 3", or "pages 1, 2 of 3"."""
    numbers = sorted({code.page for code in codes})
    text = ngettext("page %(numbers)s of %(pages)s", "pages %(numbers)s of %(pages)s", len(numbers))
    return text % {"numbers": _listed(map(str, numbers)), "pages": max(code.pages for code in codes)}


def _listed(words: Iterable[str]) -> str:
    """Return the first words, and how many more there are."""
    all_of_them = list(words)
    shown = ", ".join(all_of_them[:MANY])
    if len(all_of_them) <= MANY + 1:
        return ", ".join(all_of_them)
    return _("%(some)s and %(count)d more") % {"some": shown, "count": len(all_of_them) - MANY}
