"""Pictures of the pages of stored evidence, for previews (E3)."""

from enum import IntEnum

import structlog
from django.core.cache import caches
from django.utils.translation import gettext as _

from learners.evidence_files import limited
from learners.evidence_files.kinds import UnacceptableError
from learners.services.evidence_store import open_stored
from training.refusals import Refusal

logger = structlog.get_logger(__name__)


class Width(IntEnum):
    """How wide pages are drawn, in pixels; nothing else, so that the cache stays small."""

    THUMBNAIL = 320
    PAGE = 960
    LARGE = 1920


class PageNotShown(Refusal):
    """The page cannot be drawn; the file itself can still be downloaded (422)."""

    status = 422


def page_image(*, key: str, sha256: str, page: int, width: Width) -> bytes:
    """Return page `page` (from 1) of a stored file as PNG, from the cache or drawn by the reader.

    What is drawn is checked against `sha256`; what comes from the cache was.

    Raises:
        EvidenceMissing, EvidenceAltered, StoreUnavailable: the stored file is not there or not the same.
        PageNotShown, ReaderUnavailable: it cannot be drawn.
    """
    cache = caches["page_images"]
    name = f"{sha256}-{page}-{width:d}"
    image: bytes | None = cache.get(name)
    if image is None:
        image = _drawn(key=key, sha256=sha256, page=page, width=width)
        try:
            cache.set(name, image)
        except OSError:  # a full disk costs the cache, not the preview
            logger.exception("page_image_not_cached")
    return image


def _drawn(*, key: str, sha256: str, page: int, width: Width) -> bytes:
    with open_stored(key=key, sha256=sha256) as file:
        try:
            with limited.run("page", [file], page=page, width=int(width)) as image:
                return image.read()
        except UnacceptableError as error:
            raise PageNotShown(_("This page cannot be shown. Download the file instead.")) from error
