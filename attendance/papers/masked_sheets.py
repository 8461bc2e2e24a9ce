"""Signed sheets on which one line is to be seen and everything else is covered (X5)."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from attendance.models import SessionAttendee
from attendance.pages.papers import line_place
from learners.evidence.page_images import PageNotShown, Width, page_image
from learners.evidence.perspective import Quad
from learners.evidence.store import EvidenceAltered, EvidenceMissing, EvidenceUnreadable
from learners.models import EvidenceUpload, Learner
from learners.selectors.learners import ids_of_person

COVER = (226, 228, 232)


@dataclass(frozen=True)
class MaskedSheet:
    """A signed sheet that has a line of the person.

    Attributes:
        name: of the picture, as a plain file name.
        picture: a PNG of the page with that line alone; None where the sheet is left out.
        why: why it is left out; empty where it is not.
    """

    upload: EvidenceUpload
    name: str
    picture: bytes | None
    why: str = ""


def masked_sheets(learner: Learner) -> Iterator[MaskedSheet]:
    """Yield every signed sheet of every session on whose list a person stands, replaced and correcting ones too.

    Raises:
        StoreUnavailable, ReaderUnavailable: they cannot be read at the moment.
    """
    mine = SessionAttendee.objects.filter(learner__in=ids_of_person(learner)).select_related("session")
    lines = list(mine.order_by("session__start_time", "session", "line"))
    uploads = sheets_by_session([attendee.session_id for attendee in lines])
    for attendee in lines:
        for upload in uploads.get(attendee.session_id, ()):
            yield _masked(upload, attendee)


def sheets_by_session(sessions: Sequence[int]) -> dict[int | None, list[EvidenceUpload]]:
    """Return the signed sheets of these sessions, the first one first; one query."""
    found: dict[int | None, list[EvidenceUpload]] = {}
    for upload in EvidenceUpload.objects.filter(session__in=sessions, record=None).order_by("uploaded_at", "pk"):
        found.setdefault(upload.session_id, []).append(upload)
    return found


def _masked(upload: EvidenceUpload, attendee: SessionAttendee) -> MaskedSheet:
    session = attendee.session
    name = f"{session.reference}-{upload.sha256[:8]}-line-{attendee.line}.png"
    place = line_place(upload, session, attendee.line)
    if place is None or place.band is None or not 1 <= place.at <= upload.pages:
        return MaskedSheet(upload, name, None, _("where the line stands is not known on this scan"))
    try:
        image = page_image(key=upload.key, sha256=upload.sha256, page=place.at, width=Width.LARGE)
    except (EvidenceMissing, EvidenceAltered, EvidenceUnreadable):
        return MaskedSheet(upload, name, None, _("the store does not hold it as it was uploaded"))
    except PageNotShown:
        return MaskedSheet(upload, name, None, _("the page cannot be drawn"))
    return MaskedSheet(upload, name, only(image, place.band))


def only(image: bytes, band: Quad) -> bytes:
    """Return a picture of which nothing is left but what lies between four corners.

    Args:
        band: the corners, as shares of the width and height of the picture.
    """
    with Image.open(io.BytesIO(image), formats=("PNG",)) as opened:
        page = opened.convert("RGB")
    shown = Image.new("1", page.size, 0)
    corners = [(x * page.width, y * page.height) for x, y in band]
    ImageDraw.Draw(shown).polygon(corners, fill=1)
    covered = Image.new("RGB", page.size, COVER)
    covered.paste(page, mask=shown)
    made = io.BytesIO()
    covered.save(made, format="PNG", optimize=True)
    return made.getvalue()
