"""Signed sheets as a page shows them: the page with the worker's line comes first, and the line is marked (E3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies.sheet_reading import LinePlace, reading_of
from learners.evidence.perspective import Quad
from learners.models import EvidenceUpload, Learner
from training.models import Session

ACROSS = 1000  # the width and the height of the drawing that lies over a picture, in its own units


@dataclass(frozen=True)
class PaperPage:
    """A page of a file.

    Attributes:
        band: the corners of the worker's row as an SVG polygon in a square of `ACROSS` units; empty if it is not known.
    """

    number: int
    band: str = ""


@dataclass(frozen=True)
class Paper:
    """A file with its pages in the order in which they are shown: the page with the worker's line first.

    Attributes:
        where: where the worker's line stands, or why that is not known; empty if there is no line to look for.
    """

    upload: EvidenceUpload
    pages: Sequence[PaperPage]
    where: str

    @property
    def first(self) -> int:
        """The page at which the file opens."""
        return self.pages[0].number


def papers(uploads: Iterable[EvidenceUpload], *, session: Session | None, line: int | None) -> list[Paper]:
    """Return files as a page shows them, without a query.

    Args:
        uploads: the files.
        session: the session whose signed sheets they are; None for certificates of external training.
        line: the line of the worker on the list of that session; None if there is none to look for.
    """
    return [_paper(upload, session, line) for upload in uploads]


def line_of(session: Session | None, learner: Learner | None) -> int | None:
    """Return the line of a worker on the list of a session; None if the worker is not on it."""
    if session is None or learner is None:
        return None
    return SessionAttendee.objects.filter(session=session, learner=learner).values_list("line", flat=True).first()


def line_place(upload: EvidenceUpload, session: Session | None, line: int | None) -> LinePlace | None:
    """Return where a line of the session stands on its signed sheet; None if the codes of the sheet do not tell."""
    reading = reading_of(upload)
    if reading is None or session is None or line is None:
        return None
    return reading.place(reference=session.reference, line=line)


def _paper(upload: EvidenceUpload, session: Session | None, line: int | None) -> Paper:
    place = line_place(upload, session, line)
    numbers = range(1, upload.pages + 1)
    if place is None or place.at not in numbers:
        return Paper(upload, [PaperPage(number) for number in numbers], _why_not(upload, session, line))
    first = PaperPage(place.at, _drawn(place.band) if place.band else "")
    pages = [first, *(PaperPage(number) for number in numbers if number != place.at)]
    return Paper(upload, pages, _where(place, upload))


def _where(place: LinePlace, upload: EvidenceUpload) -> str:
    if place.pages == upload.pages == 1:
        return ""
    facts = {"at": place.at, "page": place.page, "pages": place.pages}
    if place.at == place.page:
        return _("The line is on page %(page)s of %(pages)s, which is shown first.") % facts
    return _("The line is on page %(page)s of %(pages)s, page %(at)s of the file, which is shown first.") % facts


def _why_not(upload: EvidenceUpload, session: Session | None, line: int | None) -> str:
    if session is None or line is None:
        return ""
    reading = reading_of(upload)
    if reading is None:
        return _("This file was not checked for codes when it was stored, so it opens at its first page.")
    if reading.of_session(session.reference):
        return _("This line was not found on the pages that could be read, so the file opens at its first page.")
    return _("No code of this session’s sheet was found in the file, so it opens at its first page.")


def _drawn(band: Quad) -> str:
    return " ".join(f"{round(x * ACROSS)},{round(y * ACROSS)}" for x, y in band)
