"""E1: a PDF that does more than being looked at is refused, wherever that stands and however it is written."""

import io
from collections.abc import Callable

import pikepdf
import pytest

from learners.evidence import active, reader
from learners.evidence.kinds import UnacceptableError, UnfitReason
from tests.factories import files, pdfs
from tests.factories.pdfs import SCRIPT, written

MEDIA = "<< /S /Rendition /OP 0 /R << /S /MR /N (film) >> >>"


def _annotated(more: str, subtype: str = "Link") -> bytes:
    return written(page="/Annots [5 0 R]", others={5: f"<< /Type /Annot /Subtype /{subtype} /Rect [0 0 9 9] {more} >>"})


def _action(action: str) -> bytes:
    return _annotated(f"/A {action}")


def _field(more: str) -> bytes:
    widget = f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (total) /Rect [0 0 9 9] {more} >>"
    return written(root="/AcroForm << /Fields [5 0 R] /CO [5 0 R] >>", page="/Annots [5 0 R]", others={5: widget})


def _chain(links: int) -> dict[int, str | bytes]:
    first = {5 + each: f"<< /S /GoTo /D [3 0 R /Fit] /Next {6 + each} 0 R >>" for each in range(links)}
    return {**first, 5 + links: SCRIPT}


ACTIVE: dict[str, Callable[[], bytes]] = {
    # Where it is started.
    "script on opening": lambda: written(root=f"/OpenAction {SCRIPT}"),
    "script on opening, elsewhere": lambda: written(root="/OpenAction 5 0 R", others={5: SCRIPT}),
    "script among the names": lambda: written(root=f"/Names << /JavaScript << /Names [(a) {SCRIPT}] >> >>"),
    "script in a branch of the names": lambda: written(
        root="/Names << /JavaScript << /Kids [5 0 R] >> >>",
        others={5: "<< /Limits [(a) (a)] /Names [(a) 6 0 R] >>", 6: SCRIPT},
    ),
    "script of the document's own events": lambda: written(root=f"/AA << /WC {SCRIPT} >>"),
    "script on turning the page": lambda: written(page=f"/AA << /O {SCRIPT} >>"),
    "script of an annotation's events": lambda: _annotated(f"/AA << /E {SCRIPT} >>"),
    "program of an annotation's events": lambda: _annotated("/AA << /PV << /S /Launch /F (calc.exe) >> >>"),
    "script of a link": lambda: _action(SCRIPT),
    "script that validates a field": lambda: _field(f"/AA << /V {SCRIPT} >>"),
    "script that calculates a field": lambda: _field(f"/AA << /C {SCRIPT} >>"),
    "script that formats a field": lambda: _field(f"/AA << /F {SCRIPT} >>"),
    "script of a bookmark": lambda: written(
        root="/Outlines 5 0 R",
        others={5: "<< /First 6 0 R /Last 6 0 R /Count 1 >>", 6: f"<< /Title (a) /Parent 5 0 R /A {SCRIPT} >>"},
    ),
    "script after another action": lambda: _action(f"<< /S /GoTo /D [3 0 R /Fit] /Next {SCRIPT} >>"),
    "script among several that follow": lambda: _action(f"<< /S /Named /N /NextPage /Next [<< /S /NOP >> {SCRIPT}] >>"),
    "script after 400 others": lambda: written(root="/OpenAction 5 0 R", others=_chain(400)),
    "script before a link of the web": lambda: _action(f"<< /S /URI /URI (https://example.com) /PA {SCRIPT} >>"),
    "script deep in a dictionary": lambda: written(root="/X " + "<< /X " * 80 + SCRIPT + " >>" * 80),
    "script without its kind": lambda: written(root="/OpenAction << /JS (app.alert(1)) >>"),
    "script in a stream": lambda: written(
        root="/OpenAction << /S /JavaScript /JS 5 0 R >>", others={5: pdfs.stream("", b"app.alert(1)")}
    ),
    "script of a film": lambda: _annotated(f"/A {MEDIA[:-2]} /JS (app.alert(1)) >>", "Screen"),
    "circle of actions with a script": lambda: written(
        root="/OpenAction 5 0 R",
        others={5: "<< /S /GoTo /D [3 0 R /Fit] /Next 6 0 R >>", 6: "<< /S /GoTo /Next [5 0 R 7 0 R] >>", 7: SCRIPT},
    ),
    # What is started.
    "program": lambda: _action("<< /S /Launch /F (calc.exe) >>"),
    "program for Windows": lambda: _action("<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>"),
    "form that is sent": lambda: _action("<< /S /SubmitForm /F << /FS /URL /F (https://example.com) >> >>"),
    "data that are fetched": lambda: _action("<< /S /ImportData /F (data.fdf) >>"),
    "another file": lambda: _action("<< /S /GoToR /F (other.pdf) /D [0 /Fit] >>"),
    "another file on another computer": lambda: _action(
        r"<< /S /GoToR /F (\\\\192.0.2.1\\share\\a.pdf) /D [0 /Fit] >>"
    ),
    "another computer on opening": lambda: written(root=r"/OpenAction << /S /GoToR /F (\\\\192.0.2.1\\a.pdf) >>"),
    "embedded file that is opened": lambda: _action("<< /S /GoToE /T << /R /C /N (a) >> >>"),
    "thread in another file": lambda: _action("<< /S /Thread /F (other.pdf) /D 0 >>"),
    "film": lambda: _annotated("/Movie << /F (film.avi) >>", "Movie"),
    "film that is played": lambda: _action("<< /S /Movie /T (film) >>"),
    "film of today": lambda: _action(MEDIA),
    "sound": lambda: _annotated("/Sound 6 0 R", "Sound"),
    "rich media": lambda: _annotated("/RichMediaContent << >> /RichMediaSettings << >>", "RichMedia"),
    "rich media command": lambda: _action("<< /S /RichMediaExecute /CMD << /C (play) >> >>"),
    "model in space": lambda: _annotated("/3DD 6 0 R", "3D"),
    "action that nobody knows": lambda: _action("<< /S /Unheard >>"),
    "XFA form": lambda: written(
        root="/AcroForm << /Fields [] /XFA 5 0 R >>", others={5: pdfs.stream("", b"<xdp:xdp></xdp:xdp>")}
    ),
    "XFA form in parts": lambda: written(root="/AcroForm << /Fields [] /XFA [(template) 5 0 R] >>"),
    # Links.
    "link that runs a script": lambda: _action("<< /S /URI /URI (javascript:alert(1)) >>"),
    "link that runs a script, in blanks": lambda: _action(r"<< /S /URI /URI ( java\nscript:alert(1)) >>"),
    "link to a file": lambda: _action("<< /S /URI /URI (file:///etc/passwd) >>"),
    "link to another computer": lambda: _action(r"<< /S /URI /URI (\\\\192.0.2.1\\share) >>"),
    "link to another computer, with slashes": lambda: _action("<< /S /URI /URI (//192.0.2.1/share) >>"),
    "link that is no text": lambda: _action("<< /S /URI /URI 7 >>"),
    "link on opening": lambda: written(root="/OpenAction << /S /URI /URI (https://example.com) >>"),
    "link after opening": lambda: written(
        root="/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI /URI (https://example.com) >> >>"
    ),
    "link on turning the page": lambda: written(page="/AA << /O << /S /URI /URI (https://example.com) >> >>"),
    "links that count from a file": lambda: written(root="/URI << /Base (file:///c:/) >>"),
    # Content of other files.
    "stream of another file": lambda: written(root="/X 5 0 R", others={5: pdfs.stream(r"/F (\\\\192.0.2.1\\a)", b"")}),
    "form of another file": lambda: written(
        root="/X 5 0 R",
        others={5: pdfs.stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F (other.pdf) /Page 0 >>", b"")},
    ),
    "embedded web page": lambda: pdfs.with_embedded(files.web_page()),
    "embedded program": lambda: pdfs.with_embedded(b"MZ" + bytes(200)),
    "embedded PDF": lambda: pdfs.with_embedded(files.pdf()),
    "embedded virus test text": lambda: pdfs.with_embedded(files.EICAR),
    "embedded table": lambda: pdfs.with_embedded(b"<?xml version='1.0'?><Invoice/>", kind="text#2Fxml"),
    "embedded file without its type": lambda: pdfs.with_embedded(files.web_page(), dictionary=""),
    "embedded file beside the list": lambda: written(
        root="/X 6 0 R", others={6: pdfs.stream("/Type /EmbeddedFile", files.web_page())}
    ),
    "embedded file in an annotation": lambda: written(
        page="/Annots [5 0 R]",
        others={
            5: "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /F (a.exe) /EF << /F 6 0 R >> >> >>",
            6: pdfs.stream("", b"MZ" + bytes(200)),
        },
    ),
    # How it is written.
    "names in numbers": lambda: written(root="/Open#41ction << /#53 /J#61vaScript /J#53 (app.alert(1)) >>"),
    "kind as an object": lambda: written(root="/OpenAction << /S 5 0 R /X 1 >>", others={5: "/JavaScript"}),
    "posing as part of the structure": lambda: _action("<< /Type /StructElem /P 3 0 R /S /Launch /F (calc.exe) >>"),
}
NAMED_BY_NOTHING = written(others={9: SCRIPT})
EMBEDDED_BUT_MISSING = written(others={5: "<< /F (a.jpg) /EF << /F 77 0 R >> >>"})
BEFORE_A_CHANGE = pdfs.updated(written(root=f"/OpenAction {SCRIPT}"), {1: f"<< {pdfs.CATALOGUE} >>"})
IN_A_CHANGE = pdfs.updated(written(), {1: f"<< {pdfs.CATALOGUE} /OpenAction {SCRIPT} >>"})
BESIDE_THE_TABLE = written().replace(
    b"%\xe2\xe3\xcf\xd3\n", b"%\xe2\xe3\xcf\xd3\n9 0 obj\n" + SCRIPT.encode() + b"\nendobj\n"
)


def _reason(content: bytes) -> UnfitReason:
    with pytest.raises(UnacceptableError) as caught:
        reader.check([io.BytesIO(content)], {})
    return caught.value.reason


@pytest.mark.parametrize("case", ACTIVE)
@pytest.mark.parametrize("written_as", ["plain", "packed", "encrypted", "changed later"])
def test_e1_a_pdf_that_does_something_is_refused(case: str, written_as: str) -> None:
    content = ACTIVE[case]()
    match written_as:
        case "packed":
            content = pdfs.packed(content)
        case "encrypted":
            content = pdfs.locked_for_changes(content)
        case "changed later":
            content = pdfs.updated(content, {9: "<< /Title (nothing) >>"})
    assert _reason(content) is UnfitReason.ACTIVE


@pytest.mark.parametrize(
    "content", [NAMED_BY_NOTHING, EMBEDDED_BUT_MISSING, BEFORE_A_CHANGE, IN_A_CHANGE, BESIDE_THE_TABLE]
)
def test_e1_every_object_of_every_reading_of_a_pdf_is_judged(content: bytes) -> None:
    assert _reason(content) is UnfitReason.ACTIVE


def test_e1_a_pdf_with_no_end_of_changes_is_refused() -> None:
    content = written()
    for _ in range(active.MOST_REVISIONS + 1):
        content = pdfs.updated(content, {9: "<< /Title (nothing) >>"})
    assert _reason(content) is UnfitReason.EFFORT


@pytest.mark.parametrize(
    "content",
    [
        pdfs.with_embedded(files.jpeg() + files.archive()),
        pdfs.with_embedded(files.jpeg() + files.web_page()),
        pdfs.with_embedded(files.jpeg()[:-20]),
        pdfs.with_embedded(files.png()[:-20], kind="image#2Fpng"),
    ],
)
def test_e7_an_embedded_picture_is_judged_like_one_sent_alone(content: bytes) -> None:
    """It says that SiteProof has joined it; that does not help."""
    assert _reason(content) in (UnfitReason.TWO_KINDS, UnfitReason.DAMAGED)


def test_e1_an_unpacking_bomb_among_the_embedded_pictures_ends_with_a_refusal() -> None:
    with pikepdf.open(io.BytesIO(pdfs.with_embedded(files.jpeg()))) as document:
        document.get_object(6, 0).write(b"\xff\xd8\xff" + bytes(50_000_000))
        bomb = io.BytesIO()
        document.save(bomb, compress_streams=True)
    assert len(bomb.getvalue()) < 100_000
    assert _reason(bomb.getvalue()) is UnfitReason.DAMAGED
