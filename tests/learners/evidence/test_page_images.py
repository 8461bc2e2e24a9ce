"""E3: previews are page images made in a subprocess, of the file that was stored and no other."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.cache import caches
from PIL import Image

from learners.evidence import limited, page_images
from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind, UnacceptableError, UnfitReason
from learners.evidence.page_images import PageNotShown, Width, page_image
from learners.evidence.store import EvidenceAltered, EvidenceMissing, StoredFile, store
from tests.factories import files
from tests.site import IDENTITY

pytestmark = pytest.mark.usefixtures("evidence_dir")


def _stored(content: bytes, kind: Kind, pages: int = 1) -> StoredFile:
    document = Document.made_here(content, content_type=kind, pages=pages, name="sheet")
    return store(document=document, site=IDENTITY)


def _image(file: StoredFile, page: int = 1, width: Width = Width.PAGE) -> Image.Image:
    return Image.open(io.BytesIO(page_image(key=file.key, sha256=file.sha256, page=page, width=width)))


def test_e3_a_page_of_a_pdf_is_drawn() -> None:
    file = _stored(files.pdf(2), Kind.PDF, pages=2)
    first, second = _image(file), _image(file, page=2)
    assert first.format == "PNG"
    assert first.width == Width.PAGE
    assert first.tobytes() != second.tobytes()


def test_e3_a_photo_is_turned_the_way_the_phone_was_held() -> None:
    image = _image(_stored(files.turned_jpeg(), Kind.JPEG), width=Width.THUMBNAIL)
    assert image.width == Width.THUMBNAIL
    assert image.height > image.width


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_e3_pictures_of_every_mode_are_drawn_on_white(mode: str) -> None:
    image = _image(_stored(files.png(mode), Kind.PNG), width=Width.THUMBNAIL).convert("L")
    assert image.tobytes()[-2 * image.width + 2] > 240


def test_e3_a_second_look_comes_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    file = _stored(files.pdf(), Kind.PDF)
    first = _image(file)
    monkeypatch.setattr(limited, "run", None)
    assert _image(file).tobytes() == first.tobytes()


def test_e3_a_full_disk_costs_the_cache_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caches["page_images"], "set", full)
    assert _image(_stored(files.pdf(), Kind.PDF)).width == Width.PAGE


def test_e3_an_altered_file_is_not_shown(evidence_dir: Path) -> None:
    file = _stored(files.pdf(), Kind.PDF)
    (evidence_dir / file.key).write_bytes(files.pdf(text="Another sheet"))
    with pytest.raises(EvidenceAltered):
        _image(file)


@pytest.mark.django_db
def test_e3_a_missing_file_is_said_so() -> None:
    sha256 = hashlib.sha256(b"nothing").hexdigest()
    with pytest.raises(EvidenceMissing):
        page_image(key=f"00/{sha256}.pdf", sha256=sha256, page=1, width=Width.PAGE)


def test_e3_a_page_that_cannot_be_drawn_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*arguments: object, **options: object) -> None:
        raise UnacceptableError(UnfitReason.EFFORT)

    monkeypatch.setattr(limited, "run", too_much)
    with pytest.raises(PageNotShown, match="Download the file"):
        _image(_stored(files.pdf(), Kind.PDF))


def test_e3_a_page_that_cannot_be_drawn_costs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def too_much(*arguments: object, **options: object) -> None:
        asked.append(options["width"])
        raise UnacceptableError(UnfitReason.EFFORT)

    monkeypatch.setattr(limited, "run", too_much)
    file = _stored(files.pdf(2), Kind.PDF, pages=2)
    for width in (Width.PAGE, Width.PAGE, Width.LARGE, Width.THUMBNAIL, Width.PAGE):
        with pytest.raises(PageNotShown):
            _image(file, width=width)
    assert asked == [Width.PAGE, Width.THUMBNAIL]
    with pytest.raises(PageNotShown):
        _image(file, page=2)
    assert asked == [Width.PAGE, Width.THUMBNAIL, Width.PAGE]


def test_e3_that_the_reader_is_busy_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    file = _stored(files.pdf(), Kind.PDF)
    monkeypatch.setattr(page_images, "PATIENCE_SECONDS", 0.01)
    with limited.READERS.taken(seconds=10), limited.READERS.taken(seconds=10), pytest.raises(limited.ReaderUnavailable):
        _image(file)
    assert _image(file).width == Width.PAGE
