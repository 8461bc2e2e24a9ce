"""E1: nothing else is accepted, whatever it is called and however it is disguised, and each refusal is a sentence."""

import io
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pikepdf
import pytest
from django.test import override_settings

from learners.evidence import incoming, kinds, limited, reader
from learners.evidence.incoming import (
    EvidenceNotAccepted,
    EvidenceNotReceived,
    EvidenceTooLarge,
    EvidenceUnusable,
    NothingSent,
    received,
)
from learners.evidence.kinds import UnacceptableError
from learners.evidence.limited import ReaderUnavailable
from tests.factories import files
from training.core.confined import crowd
from training.core.confined import limited as confined
from training.core.confined.places import NoPlaceError
from training.core.refusals import Refusal

OTHER_KINDS: dict[str, Callable[[], bytes]] = {
    "web page": files.web_page,
    "drawing with a script": files.drawing,
    "virus test text": lambda: files.EICAR,
    "archive": files.archive,
    "office document": lambda: files.archive(["[Content_Types].xml", "word/document.xml"]),
    "program": lambda: b"MZ" + bytes(200),
    "GIF": lambda: b"GIF89a" + bytes(200),
    "TIFF": lambda: b"II*\0" + bytes(200),
    "HEIC": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
    "text": lambda: b"Everybody was there, I swear.",
    "zeros": lambda: bytes(5000),
    "web page around a PDF": lambda: b"<html><!--" + files.pdf() + b"--></html>",
    "PDF around a web page": lambda: b"%PDF-1.7\n" + files.web_page() + b"\n%%EOF",
    "PDF before a web page": lambda: files.pdf() + files.web_page(),
    "PDF before a web page, with a new end": lambda: files.pdf() + files.web_page() + b"\n%%EOF\n",
    "photo before a web page": lambda: files.jpeg() + files.web_page(),
    "photo before an archive": lambda: files.jpeg() + files.archive(),
    "screenshot before an archive": lambda: files.png() + files.archive(),
    "photo that is a PDF too": lambda: files.jpeg()[:20] + b"%PDF-1.4 " + files.jpeg()[20:],
}
UNREADABLE: dict[str, Callable[[], bytes]] = {
    "half a photo": lambda: files.jpeg()[: len(files.jpeg()) // 2],
    "photo without its last bytes": lambda: files.jpeg()[:-2],
    "progressive photo without its end": lambda: files.jpeg(progressive=True)[:-500],
    "half a screenshot": lambda: files.png()[: len(files.png()) // 2],
    "screenshot without its last chunk": lambda: files.png()[:-12],
    "half a PDF": lambda: files.pdf()[: len(files.pdf()) // 2],
    "PDF without its end": lambda: files.pdf()[:-20],
    "nothing but a PDF header": lambda: b"%PDF-1.7\n%%EOF\n",
    "nothing but a JPEG header": lambda: b"\xff\xd8\xff\xe0" + bytes(100),
    "picture of 3,600 megapixels in 430 KB": lambda: files.blank_png(60_000, 60_000),
    "PDF without pages": lambda: _saved(pikepdf.new()),
    "PDF with too many pages": lambda: _saved(_with_pages(501)),
    "PDF that runs a script when opened": lambda: files.pdf_with({"/OpenAction": files.script()}),
    "PDF that runs a script on its page": lambda: files.pdf_with(page={"/AA": pikepdf.Dictionary(O=files.script())}),
    "PDF with scripts of its own": lambda: files.pdf_with({"/Names": pikepdf.Dictionary(JavaScript=files.script())}),
    "PDF that starts a program": lambda: files.pdf_with(
        {"/OpenAction": pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=[pikepdf.Dictionary(S=pikepdf.Name.Launch)])}
    ),
    "PDF with a password": files.locked_pdf,
}


def _saved(document: pikepdf.Pdf) -> bytes:
    result = io.BytesIO()
    document.save(result)
    return result.getvalue()


def _with_pages(count: int) -> pikepdf.Pdf:
    document = pikepdf.new()
    for _ in range(count):
        document.add_blank_page()
    return document


def _refusal(content: bytes, name: str = "sheet.pdf") -> Refusal:
    with pytest.raises(Refusal) as caught, received([files.upload(content, name)]):
        pytest.fail("was accepted")
    return caught.value


@pytest.mark.parametrize("case", OTHER_KINDS)
def test_e1_other_kinds_are_refused_whatever_they_are_called(case: str) -> None:
    refusal = _refusal(OTHER_KINDS[case]())
    assert isinstance(refusal, EvidenceNotAccepted)
    assert refusal.status == 415
    assert "sheet.pdf" in refusal.message
    assert refusal.errors == {"file": [refusal.message]}


@pytest.mark.parametrize("case", UNREADABLE)
def test_e1_damaged_and_dangerous_files_are_refused(case: str) -> None:
    refusal = _refusal(UNREADABLE[case]())
    assert isinstance(refusal, EvidenceUnusable)
    assert "sheet.pdf" in refusal.message
    assert refusal.errors == {"file": [refusal.message]}


def test_e1_a_heic_picture_is_refused_with_what_to_do() -> None:
    assert "Save it as JPEG" in _refusal(OTHER_KINDS["HEIC"]()).message


def test_e1_a_picture_that_takes_minutes_to_decode_is_refused_at_once() -> None:
    started = time.monotonic()
    assert "takes too long" in _refusal(files.endless_jpeg()).message
    assert time.monotonic() - started < 15


def test_e1_a_reader_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "WALL_SECONDS", 0.001)
    assert "takes too long" in _refusal(files.pdf()).message


def test_a_reader_that_cannot_start_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert isinstance(_refusal(files.pdf()), ReaderUnavailable)


def test_a_reader_that_breaks_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "ENVIRONMENT", {"PYTHONHOME": "/nowhere"})
    assert isinstance(_refusal(files.pdf()), ReaderUnavailable)


def test_only_so_many_files_are_opened_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_free", threading.BoundedSemaphore(1))
    with crowd.joined():
        assert "Try again in a minute" in _refusal(files.pdf()).message


def test_e1_only_so_many_files_are_opened_at_once_on_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds the places: the locks are on files, and this process has them open as any other would."""
    monkeypatch.setattr(limited, "PATIENCE_SECONDS", 0.2)
    with limited.READERS.taken(seconds=10), limited.READERS.taken(seconds=10):
        assert "Try again in a minute" in _refusal(files.pdf()).message
    with received([files.upload(files.pdf())]) as document:
        assert document.pages == 1


def test_a_place_is_taken_as_long_as_the_reader_lives() -> None:
    """Also when the process that started it is gone: here, has closed its own copy."""
    with limited.READERS.taken(seconds=10), limited.READERS.taken(seconds=10) as place:
        other = subprocess.Popen([sys.executable, "-c", "input()"], pass_fds=[place], stdin=subprocess.PIPE)
    with limited.READERS.taken(seconds=10), pytest.raises(NoPlaceError), limited.READERS.taken(seconds=0.2):
        pass
    other.communicate(b"\n")
    with limited.READERS.taken(seconds=10), limited.READERS.taken(seconds=10):
        pass


def test_the_reader_knows_no_secret() -> None:
    assert set(confined.ENVIRONMENT) == {"PATH", "LC_ALL"}


def test_e1_an_empty_file_is_refused() -> None:
    refusal = _refusal(b"")
    assert isinstance(refusal, NothingSent)
    assert "empty" in refusal.message


def test_e1_no_file_is_refused() -> None:
    with pytest.raises(NothingSent, match="No file was chosen"), received([]):
        pass


def test_e1_one_byte_over_the_limit_is_refused() -> None:
    content = files.pdf()
    with override_settings(EVIDENCE_MAX_BYTES=len(content) - 1):
        refusal = _refusal(content)
    assert isinstance(refusal, EvidenceTooLarge)
    assert refusal.status == 413


def test_e1_several_files_share_the_limit() -> None:
    sent = [files.upload(files.jpeg(), name) for name in ("1.jpg", "2.jpg")]
    with override_settings(EVIDENCE_MAX_BYTES=2 * len(files.jpeg()) - 1), pytest.raises(EvidenceTooLarge):
        received(sent).__enter__()


def test_a_file_that_did_not_arrive_whole_is_refused() -> None:
    sent = files.upload(files.pdf())
    sent.size = len(files.pdf()) + 1
    with pytest.raises(EvidenceNotReceived, match="Nothing was changed"), received([sent]):
        pass


def test_e1_nothing_made_by_damaging_good_files_breaks_the_reader(long: bool) -> None:
    """Whatever is not accepted is refused with a reason the page has a sentence for; no other error comes out."""
    chance = random.Random(9)  # noqa: S311  # the same damage every time
    originals = [files.pdf(2), files.jpeg(), files.jpeg(progressive=True), files.png(), files.multi_picture_jpeg()]
    refused = 0
    for number in range(1000 if long else 45):
        content = bytearray(chance.choice(originals))
        for _ in range(chance.choice((1, 10, 200))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if number % 3 == 0:
            del content[chance.randrange(len(content)) :]
        refused += not _is_readable(bytes(content))
    assert refused >= 15


def _is_readable(content: bytes) -> bool:
    try:
        with received([files.upload(content)]):
            return True
    except (EvidenceNotAccepted, EvidenceUnusable, NothingSent):
        return False


def test_e1_what_a_library_remarks_about_a_file_is_not_taken_for_a_failure_of_the_reader() -> None:
    """A page tree in which a word stands for a page: qpdf remarks on it, on a stream that confinement keeps closed."""
    whole = files.pdf(2)
    assert b"/Kids [ 1 0 R" in whole
    assert not _is_readable(whole.replace(b"/Kids [ 1 0 R", b"/Kids [ 1 0 K"))


@pytest.mark.parametrize("make", [files.jpeg, lambda: files.jpeg(progressive=True), files.png, files.pdf])
def test_e1_no_truncation_is_accepted(make: Callable[[], bytes]) -> None:
    whole = make()
    ends = {*range(len(whole) - 20, len(whole)), *range(0, len(whole), max(1, len(whole) // 60))}
    # A PDF is whole once its end mark is there; line ends behind it may go.
    ends -= set(range(whole.rfind(b"%%EOF") + 5, len(whole))) if whole.startswith(b"%PDF") else set()
    for end in ends:
        with pytest.raises((UnacceptableError, *_PARSING)):
            reader.check([io.BytesIO(whole[:end])], {})


_PARSING = (OSError, SyntaxError, ValueError, pikepdf.PdfError)


def test_sentences_exist_for_every_reason() -> None:
    sentences = {incoming._refusal(UnacceptableError(reason), ["sheet.pdf"]).message for reason in kinds.UnfitReason}
    assert len(sentences) == len(kinds.UnfitReason)
