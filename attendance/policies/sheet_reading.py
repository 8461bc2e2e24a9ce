"""What was read on an uploaded sheet, as it is stored with the upload (E8): the codes, and where each paper lies.

A file is read once, when it arrives. What the codes mean for the session is worked out anew each time
(`sheet_findings`), because the list may change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from attendance.policies.sheet_code import NotIssuedHereError, SheetCode, sheet_code
from attendance.policies.sheet_layout import layout
from learners.evidence.perspective import Quad
from learners.models import EvidenceUpload

READER = 1  # the number of the reader that read the file; a later reader may see more
WHOLE_PAGE: Quad = ((0, 0), (1, 0), (1, 1), (0, 1))


@dataclass(frozen=True)
class PageRead:
    """The code of a sign-in sheet that was found on one page of a file.

    Attributes:
        at: the page of the file, counted from 1.
        code: what the code says; None where this site did not print it.
        paper: where the corners of the paper lie on the picture of the page, clockwise from its upper left one, as
            shares of the picture's width and height; None where the picture is too distorted to tell.
    """

    at: int
    code: SheetCode | None
    paper: Quad | None


@dataclass(frozen=True)
class LinePlace:
    """Where a line of the list stands in a file.

    Attributes:
        at: the page of the file, counted from 1.
        page, pages: it is page `page` of `pages` of the sheet.
        band: the corners of the row, as shares of the picture's width and height; None where they cannot be told.
    """

    at: int
    page: int
    pages: int
    band: Quad | None


@dataclass(frozen=True)
class Reading:
    """What was read on a file.

    Attributes:
        looked_at: how many pages were looked at, from the first one on.
        pages: those of them that have a code, in the order of the file.
    """

    looked_at: int
    pages: Sequence[PageRead]

    def of_session(self, reference: str) -> list[SheetCode]:
        """Return the codes of the session's own sheet, in the order of the file."""
        return [each.code for each in self.pages if each.code and each.code.reference == reference]

    def place(self, *, reference: str, line: int) -> LinePlace | None:
        """Return where a line of a session's list stands; None where no page that was read has it."""
        for each in self.pages:
            code = each.code
            if code and code.reference == reference and line in (code.lines or ()):
                row = list(code.lines or ()).index(line)
                band = layout(code.layout).band(row, each.paper) if each.paper else None
                return LinePlace(each.at, code.page, code.pages, band)
        return None


def reading_of(upload: EvidenceUpload) -> Reading | None:
    """Return what was read on an upload.

    None where the upload is older than reading, or is not the sheet of a session.
    """
    kept = upload.reading
    if kept is None:
        return None
    return Reading(kept["looked_at"], [_page(each) for each in kept["pages"]])


def kept(reading: Reading) -> dict[str, Any]:
    """Return a reading as the JSON values that are stored with the upload."""
    return {"reader": READER, **asdict(reading)}


def judged(found: Mapping[str, Any]) -> Reading:
    """Return a reading from what the reader's process found on a file.

    Args:
        found: its answer. A code that this site never printed becomes a page without a code.
    """
    return Reading(found["looked_at"], [_judged(each) for each in found["codes"]])


def as_printed(codes: Iterable[SheetCode]) -> Reading:
    """Return what the reader would find on a sheet straight from the printer."""
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
