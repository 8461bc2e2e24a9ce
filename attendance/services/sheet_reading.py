"""Reading the codes of this site's own sheets on a file that was sent (E8)."""

import json

import structlog

from attendance.policies.sheet_layout import OF_UNKEYED_CODES, layout, layouts
from attendance.policies.sheet_reading import Reading, judged
from learners.evidence import limited
from learners.evidence.incoming import Document
from learners.evidence.kinds import UnacceptableError

logger = structlog.get_logger(__name__)


def read_sheet(document: Document) -> Reading:
    """Return the codes of sign-in sheets on the pages of a checked file.

    This takes some seconds at most, so it is called before the file is stored and outside of any lock. If the reader is
    busy or gives up, the reading is empty; no file is refused for that.
    """
    frames = {f"SITEPROOF{each.number}/": each.frame for each in layouts()}
    frames["SITEPROOF/"] = layout(OF_UNKEYED_CODES).frame
    try:
        with limited.run("codes", [document.file], patience=5, frames=frames, pages=document.pages) as answer:
            return judged(json.load(answer))
    except (UnacceptableError, limited.ReaderUnavailable):
        logger.warning("sheet_not_read", sha256=document.sha256)
        return Reading(0, [])
