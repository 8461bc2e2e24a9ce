"""Pictures of the pages of stored evidence, for previews (E3)."""

from enum import IntEnum

import structlog
from django.core.cache import caches
from django.utils.translation import gettext as _

from learners.evidence import limited
from learners.evidence.kinds import UnacceptableError
from learners.evidence.store import open_stored
from training.core.refusals import Refusal

logger = structlog.get_logger(__name__)

NOT_DRAWN = b""  # instead of an image
NOT_DRAWN_SECONDS = 60 * 60
PATIENCE_SECONDS = 5.0  # a page that is waited for holds a thread; a browser asks again


class Width(IntEnum):
    """The widths in which pages are drawn, in pixels. There are few, so that the cache stays small."""

    THUMBNAIL = 320
    PAGE = 960
    LARGE = 1920


class PageNotShown(Refusal):
    """The page cannot be drawn; the file itself can still be downloaded (422)."""

    status = 422


def page_image(*, key: str, sha256: str, page: int, width: Width) -> bytes:
    """Return a page of a stored file as PNG, from the cache or drawn by the reader.

    The file is compared with `sha256` before a page is drawn. If a page cannot be drawn, that is remembered for an hour
    for this width and all larger ones.

    Args:
        page: the number of the page, from 1.

    Raises:
        EvidenceMissing, EvidenceAltered, StoreUnavailable: the stored file is not there, not the same, or not known.
        PageNotShown, ReaderUnavailable: the page cannot be drawn, or not at the moment.
    """
    names = {each: f"{sha256}-{page}-{each:d}" for each in Width if each <= width}
    known = caches["page_images"].get_many(names.values())
    if NOT_DRAWN in known.values():
        raise _not_shown()
    image: bytes | None = known.get(names[width])
    if image is None:
        try:
            image = _drawn(key=key, sha256=sha256, page=page, width=width)
        except UnacceptableError as error:
            _remember(names[width], NOT_DRAWN, seconds=NOT_DRAWN_SECONDS)
            raise _not_shown() from error
        _remember(names[width], image)
    return image


def _drawn(*, key: str, sha256: str, page: int, width: Width) -> bytes:
    with (
        open_stored(key=key, sha256=sha256) as file,
        limited.run("page", [file], patience=PATIENCE_SECONDS, page=page, width=int(width)) as image,
    ):
        return image.read()


def _remember(name: str, image: bytes, seconds: int | None = None) -> None:
    cache = caches["page_images"]
    try:
        cache.set(name, image, timeout=seconds or cache.default_timeout)
    except OSError:  # a full disk costs the cache, not the preview
        logger.exception("page_image_not_cached")


def _not_shown() -> PageNotShown:
    return PageNotShown(_("This page cannot be shown. Download the file instead."))
