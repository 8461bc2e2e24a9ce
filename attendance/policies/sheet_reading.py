"""What was read on an uploaded sheet, as it is kept with the upload (E8): the codes, and where each paper lies.

It is read once, when the file arrives, and is never judged then: what it means for a session is asked anew each time,
because the list may change (`sheet_findings`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from attendance.policies.sheet_code import NotIssuedHereError, SheetCode, sheet_code
from attendance.policies.sheet_layout import layout
from learners.evidence.perspective import Quad
from learners.models import EvidenceUpload

READER = 1  # which reader it was: a later one may see more
WHOLE_PAGE: Quad = ((0, 0), (1, 0), (1, 1), (0, 1))


@dataclass(frozen=True)
class PageRead:
    """A code of a sign-in sheet on a page of a file.

    Attributes:
        at: the page of the file, from 1.
        code: what it says; None where this site did not issue it.
        paper: where the corners of the paper lie on the picture of the page, clockwise from its upper left one, as
            shares of the picture's width and height; None where the picture is too distorted to tell.
    """

    at: int
    code: SheetCode | None
    paper: Quad | None


@dataclass(frozen=True)
class Place:
    """Where a line stands: on which page of the file, which is page x of y of the sheet, and its row on the picture.

    Attributes:
        band: the corners of the row, as shares of the picture; None where they cannot be told.
    """

    at: int
    page: int
    pages: int
    band: Quad | None


@dataclass(frozen=True)
class Reading:
    """What was read on a file.

    Attributes:
        looked_at: how many pages of it, from the first.
    """

    looked_at: int
    pages: Sequence[PageRead]

    def of_session(self, reference: str) -> list[SheetCode]:
        """Return the codes of the sheet of a session, in the order of the file."""
        return [each.code for each in self.pages if each.code and each.code.reference == reference]

    def place(self, *, reference: str, line: int) -> Place | None:
        """Return where a line of a session's list stands; None where no page that was read has it."""
        for each in self.pages:
            code = each.code
            if code and code.reference == reference and line in (code.lines or ()):
                row = list(code.lines or ()).index(line)
                band = layout(code.layout).band(row, each.paper) if each.paper else None
                return Place(each.at, code.page, code.pages, band)
        return None


def reading_of(upload: EvidenceUpload) -> Reading | None:
    """Return what was read on an upload; None where it came before that was done, or is no sheet of a session."""
    kept = upload.reading
    if kept is None:
        return None
    return Reading(kept["looked_at"], [_page(each) for each in kept["pages"]])


def kept(reading: Reading) -> dict[str, Any]:
    """Return a reading as JSON values."""
    return {"reader": READER, **asdict(reading)}


def judged(found: Mapping[str, Any]) -> Reading:
    """Return what the reader of evidence files found, each code told apart from what this site never printed."""
    return Reading(found["looked_at"], [_judged(each) for each in found["codes"]])


def as_printed(codes: Iterable[SheetCode]) -> Reading:
    """Return what a reader would find on a sheet that is just as it was printed."""
    pages = [PageRead(at, code, WHOLE_PAGE) for at, code in enumerate(codes, start=1)]
    return Reading(len(pages), pages)


def _judged(each: Mapping[str, Any]) -> PageRead:
    try:
        code = sheet_code(each["text"])
    except NotIssuedHereError:
        code = None
    return PageRead(each["at"], code, _quad(each["paper"]))


def _page(kept: Mapping[str, Any]) -> PageRead:
    return PageRead(kept["at"], SheetCode(**kept["code"]) if kept["code"] else None, _quad(kept["paper"]))


def _quad(corners: Any) -> Quad | None:
    if corners is None:
        return None
    first, second, third, fourth = (tuple(corner) for corner in corners)
    return first, second, third, fourth
