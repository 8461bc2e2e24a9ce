"""Some pages of a scan as a document of their own, with nothing of anybody else (I7)."""

import io

import pikepdf
import pytest

from learners.evidence.incoming import EvidenceUnusable, pages_of, received
from tests.factories.files import jpeg, pdf, upload


def crew(pages: int = 4) -> bytes:
    """Return a scan that shares one list of pictures among all pages, as some scanners write them.

    Each page has a link to the next one and what the scanning program keeps with it; an outline names everybody.
    """
    document = pikepdf.new()
    pictures = pikepdf.Dictionary()
    for number in range(1, pages + 1):
        picture = pikepdf.Stream(document, jpeg(text=f"Person {number}"))
        picture.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=620,
            Height=877,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
            Note=pikepdf.String(f"secret of {number}"),
        )
        pictures[f"/Im{number}"] = document.make_indirect(picture)
    shared = document.make_indirect(pikepdf.Dictionary(XObject=pictures))
    for number in range(1, pages + 1):
        document.add_blank_page(page_size=(620, 877))
        page = document.pages[-1]
        page.obj.Resources = shared
        page.obj.PieceInfo = pikepdf.Dictionary(Scanner=shared)
        page.Contents = pikepdf.Stream(document, f"q 620 0 0 877 0 0 cm /Im{number} Do Q".encode())
    for number, page in enumerate(document.pages):
        following = document.pages[(number + 1) % pages]
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 10, 10],
            Dest=[following.obj, pikepdf.Name.Fit],
        )
        page.obj.Annots = document.make_indirect(pikepdf.Array([document.make_indirect(link)]))
    with document.open_outline() as outline:
        outline.root.extend(pikepdf.OutlineItem(f"Person {number + 1}", number) for number in range(pages))
    result = io.BytesIO()
    document.save(result)
    return result.getvalue()


def taken_out(content: bytes, *, first: int, last: int) -> tuple[bytes, int, str]:
    with (
        received([upload(content, "crew.pdf")]) as document,
        pages_of(document, first=first, last=last) as part,
    ):
        return part.file.read(), part.pages, part.name


def test_i7_nothing_of_other_pages_comes_along() -> None:
    content, pages, name = taken_out(crew(), first=2, last=3)

    assert (pages, name) == (2, "crew.pdf, pages 2–3")
    with pikepdf.open(io.BytesIO(content)) as part:
        notes = {
            str(each.get("/Note")) for each in part.objects if isinstance(each, pikepdf.Stream) and "/Note" in each
        }
        assert notes == {"secret of 2", "secret of 3"}
        kinds = [each for each in part.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Page"]
        assert len(kinds) == 2
        assert "/Outlines" not in part.Root
        assert [list(page.obj.Resources.XObject.keys()) for page in part.pages] == [["/Im2"], ["/Im3"]]


def test_i7_the_pages_show_what_they_showed() -> None:
    whole = crew()
    content, _pages, name = taken_out(whole, first=4, last=4)

    assert name == "crew.pdf, page 4"
    with pikepdf.open(io.BytesIO(whole)) as before, pikepdf.open(io.BytesIO(content)) as after:
        shown = before.pages[3].obj.Resources.XObject["/Im4"].read_raw_bytes()
        assert after.pages[0].obj.Resources.XObject["/Im4"].read_raw_bytes() == shown


def test_i7_the_same_pages_are_the_same_bytes() -> None:
    """The evidence store keeps one file of them, however often the register comes."""
    assert taken_out(pdf(3), first=2, last=2) == taken_out(pdf(3), first=2, last=2)


def test_i7_pages_that_are_not_there_are_refused() -> None:
    with pytest.raises(EvidenceUnusable, match="has 3 pages"):
        taken_out(pdf(3), first=3, last=4)
    with pytest.raises(EvidenceUnusable):
        taken_out(jpeg(), first=1, last=1)
