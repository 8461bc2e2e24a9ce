"""E7: several pictures chosen together become one PDF, with each original attached inside, in order."""

import io

import pikepdf
import pypdfium2
import pytest

from learners.evidence.incoming import EvidenceNotAccepted, received
from learners.evidence.kinds import Kind
from tests.factories import files
from training.core.refusals import Refusal


def test_e7_pictures_become_one_pdf_with_their_originals_inside() -> None:
    first, second = files.jpeg(text="first"), files.png()
    sent = [files.upload(first, "image.jpg"), files.upload(second, "image.jpg")]
    with received(sent) as document:
        content = document.file.read()
        assert (document.content_type, document.pages, document.size) == (Kind.PDF, 2, len(content))
        assert document.name == "image.jpg, image.jpg"
    with pikepdf.open(io.BytesIO(content)) as joined:
        attached = {name: joined.attachments[name].get_file().read_bytes() for name in joined.attachments}
    assert attached == {"01 image.jpg": first, "02 image.jpg": second}


def test_e7_order_is_kept() -> None:
    lying, upright = files.jpeg((900, 600)), files.jpeg((600, 900))
    with received([files.upload(lying), files.upload(upright), files.upload(lying)]) as document:
        pages = [(page.get_width(), page.get_height()) for page in pypdfium2.PdfDocument(document.file.read())]
    assert [width > height for width, height in pages] == [True, False, True]


def test_e7_a_picture_is_turned_the_way_the_phone_was_held() -> None:
    with received([files.upload(files.turned_jpeg()), files.upload(files.jpeg())]) as document:
        first = pypdfium2.PdfDocument(document.file.read())[0]
        assert first.get_width() < first.get_height()


def test_e7_the_same_pictures_give_the_same_file() -> None:
    sent = [files.jpeg(text="first"), files.jpeg(text="second")]
    hashes = set()
    for _ in range(2):
        with received([files.upload(each, "image.jpg") for each in sent]) as document:
            hashes.add(document.sha256)
    assert len(hashes) == 1


def test_e7_a_pdf_among_several_files_is_refused() -> None:
    with (
        pytest.raises(EvidenceNotAccepted, match="either one PDF or several pictures"),
        received([files.upload(files.jpeg(), "a.jpg"), files.upload(files.pdf(), "b.pdf")]),
    ):
        pass


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (files.jpeg()[:-50], "“b.jpg” is damaged"),
        (files.jpeg()[:20], "“b.jpg” is damaged"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "“b.jpg” is a HEIC picture"),
        (b"", "“b.jpg” is empty"),
    ],
)
def test_e7_the_one_picture_among_several_that_is_refused_is_named(content: bytes, complaint: str) -> None:
    chosen = [files.upload(files.jpeg(), "a.jpg"), files.upload(content, "b.jpg")]
    with pytest.raises(Refusal, match=f"^{complaint}"), received(chosen):
        pass
