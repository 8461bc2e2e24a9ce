"""E1: what printers, mail gateways, disks and cameras leave around a file is kept; a second file is refused."""

import io
import random
import struct
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from learners.evidence import reader
from learners.evidence.incoming import received
from learners.evidence.kinds import UnacceptableError, UnfitReason
from tests.factories import files, pdfs

MAIL = (
    b"Received: from mail.example.com (192.0.2.1) by gateway; Mon, 2 Nov 2026\r\n"
    b"Message-ID: <a1@example.com>\r\nContent-Type: application/pdf;\r\n\tname=sheet.pdf\r\n\r\n"
)
ATTRIBUTES = "/Type /StructElem /P 3 0 R"
ACCEPTED: dict[str, Callable[[], bytes]] = {
    # Before a PDF.
    "printer language": lambda: pdfs.printed(files.pdf()),
    "printer language, no job": lambda: b"\x1b%-12345X@PJL ENTER LANGUAGE = PDF \n" + files.pdf(),
    "header of a mail": lambda: MAIL + files.pdf() + b"\r\n--=_part--\r\n",
    "boundary of a mail": lambda: b"\r\n--=_part_1\r\nContent-Type: application/pdf\r\n\r\n" + files.pdf(),
    "note of a gateway": lambda: b"[Scanned by the mail gateway, no virus found]\r\n" + files.pdf(),
    "1,019 zeros": lambda: bytes(1019) + files.pdf(),
    "answer of a web server": lambda: b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + files.pdf(),
    # Behind a PDF.
    "4 KB of zeros": lambda: files.pdf() + bytes(4096),
    "a megabyte of zeros": lambda: files.pdf() + bytes(2**20),
    "blanks": lambda: files.pdf() + b" " * 3000 + b"\r\n\r\n",
    "an erased disk": lambda: files.pdf() + b"\xff" * 4096,
    "the end of file of DOS": lambda: files.pdf() + b"\x1a",
    "the end of file of Unix": lambda: files.pdf() + b"\x04",
    "the end of SMTP": lambda: files.pdf() + b"\r\n.\r\n",
    "the end of HTTP": lambda: files.pdf() + b"\r\n0\r\n\r\n",
    "the end mark twice": lambda: files.pdf() + b"%%EOF\r\n%%EOF",
    "no end of line": lambda: files.pdf().rstrip(b"\r\n"),
    "a comment": lambda: files.pdf() + b"\n% archived 2026-11-02\n",
    # What programs write.
    "packed objects": lambda: pdfs.packed(files.pdf(3)),
    "for the web": lambda: pdfs.saved(files.pdf(3), linearize=True),
    "PDF 2.0": lambda: pdfs.saved(files.pdf(), force_version="2.0"),
    "PDF 1.2": lambda: b"%PDF-1.2" + files.pdf()[8:],
    "locked for changes": lambda: pdfs.locked_for_changes(files.pdf()),
    "locked, in the way of 1994": lambda: pdfs.saved(
        files.pdf(), encryption=pikepdf.Encryption(owner="o", user="", R=3, aes=False, metadata=False)
    ),
    "changed later": lambda: pdfs.updated(pdfs.written(), {3: f"<< {pdfs.PAGE} /Rotate 90 >>"}),
    "signed": lambda: pdfs.signed_later(pdfs.written()),
    "signed twice": lambda: pdfs.signed_later(pdfs.signed_later(pdfs.written())),
    "a form without scripts": lambda: pdfs.written(
        root="/AcroForm << /Fields [5 0 R] /DA (/Helv 0 Tf) /NeedAppearances true >>",
        page="/Annots [5 0 R]",
        others={
            5: "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Maria) /Rect [9 9 99 29] /BS << /S /S >> >>"
        },
    ),
    "a link of the web": lambda: pdfs.written(
        page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.com/a) >> >>]"
    ),
    "a link to write a mail": lambda: pdfs.written(
        page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (mailto:hse@example.com) >> >>]"
    ),
    "a link without its scheme": lambda: pdfs.written(
        page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (www.example.com) >> >>]"
    ),
    "a place on opening": lambda: pdfs.written(root="/OpenAction [3 0 R /Fit]"),
    "a page on opening": lambda: pdfs.written(root="/OpenAction << /S /GoTo /D [3 0 R /XYZ null null 1] >>"),
    "the printer's window on opening": lambda: pdfs.written(root="/OpenAction << /S /Named /N /Print >>"),
    "bookmarks": lambda: pdfs.written(
        root="/Outlines 5 0 R",
        others={
            5: "<< /First 6 0 R /Last 7 0 R /Count 2 >>",
            6: "<< /Title (Launch of JavaScript) /Parent 5 0 R /Next 7 0 R /A << /S /GoTo /D [3 0 R /Fit] >> >>",
            7: "<< /Title (b) /Parent 5 0 R /Prev 6 0 R /Dest [3 0 R /Fit] >>",
        },
    ),
    "structure with an author's words": lambda: pdfs.written(
        root="/StructTreeRoot 5 0 R /MarkInfo << /Marked true >>",
        others={
            5: "<< /Type /StructTreeRoot /K [6 0 R 7 0 R] /RoleMap << /Launch /P /Movie /P >> >>",
            6: f"<< {ATTRIBUTES} /S /Launch /A << /O /Layout /Placement /Block >> >>",
            7: f"<< {ATTRIBUTES} /S /Movie /A [<< /O /Table /RowSpan 1 >> 0] >>",
        },
    ),
    "circle of objects": lambda: pdfs.written(
        root="/X 5 0 R", others={5: "<< /Y 6 0 R >>", 6: "<< /X 5 0 R /Y 6 0 R >>"}
    ),
    "metadata as a web of words": lambda: pdfs.written(
        root="/Metadata 5 0 R",
        others={5: pdfs.stream("/Type /Metadata /Subtype /XML", b"<x:xmpmeta><script>no</script><html></x:xmpmeta>")},
    ),
    "joined pictures": lambda: _joined(files.jpeg(), files.png()),
    "an embedded photo of a phone": lambda: pdfs.with_embedded(files.motion_photo()),
    # Pictures.
    "photo with a comment about tags": lambda: _with_segment(0xFE, b"drawn with <svg> and <script>"),
    "photo with much metadata": lambda: _with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><html>"),
    "photo with fill bytes": lambda: files.jpeg()[:2] + b"\xff\xff\xff" + files.jpeg()[2:],
    "photo padded with zeros": lambda: files.jpeg() + bytes(4096),
    "photo with a film from a phone": lambda: (
        files.jpeg() + _box(b"ftyp", b"isom" * 4) + _box(b"mdat", _noise(300_000))
    ),
    "photo with data of its maker": lambda: files.jpeg() + b"\1\2\3\4" + _noise(3000),
    "photo with half a second one": lambda: files.jpeg() + files.jpeg()[:900],
    "photo in printing colours": lambda: _jpeg("CMYK"),
    "photo in grey": lambda: _jpeg("L"),
    "photo with a colour profile": lambda: _jpeg("RGB", icc_profile=_noise(3000)),
    "photo with restart marks": lambda: _jpeg("RGB", restart_marker_blocks=4),
    "screenshot in lines": files.interlaced_png,
    "screenshot with the rest of a longer one": lambda: files.png() + files.png()[-300:],
    "screenshot that moves": files.moving_png,
    "screenshot with words": lambda: (
        files.png()[:33] + files.chunk(b"tEXt", b"Title\0<svg><script>") + files.png()[33:]
    ),
    "colours of 16 bits": files.deep_png,
}
REFUSED: dict[str, Callable[[], bytes]] = {
    "PDF behind a web page": lambda: b"<html><body>" + files.pdf(),
    "PDF behind a web page in a mail": lambda: MAIL + b"X: <script>alert(1)</script>\r\n" + files.pdf(),
    "PDF behind a tag of a drawing": lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + files.pdf(),
    "PDF behind a program": lambda: b"MZ\x90\0" + files.pdf(),
    "PDF behind a program of Linux": lambda: b"\x7fELF\2\1\1\0" + files.pdf(),
    "PDF behind a shell script": lambda: b"#!/bin/sh\nexit\n" + files.pdf(),
    "PDF behind PHP": lambda: b"<?php phpinfo();\n" + files.pdf(),
    "PDF behind the virus test text": lambda: files.EICAR + b"\n" + files.pdf(),
    "PDF behind an archive": lambda: files.archive() + files.pdf(),
    "PDF behind a GIF": lambda: b"GIF89a\1\0\1\0\0\0\0;" + files.pdf(),
    "PDF behind JavaScript": lambda: b"/*\n" + files.pdf() + b"*/",
    "PDF behind noise": lambda: _noise(300) + files.pdf(),
    "PDF too far behind": lambda: bytes(1024) + files.pdf(),
    "PDF behind a printed web page": lambda: b"\x1b%-12345X@PJL COMMENT <html>\r\n" + files.pdf(),
    "PDF before an archive": lambda: files.pdf() + files.archive(),
    "PDF before an archive, with a new end": lambda: files.pdf() + files.archive() + b"\n%%EOF\n",
    "PDF before an archive that holds its end": lambda: files.pdf() + files.archive()[:-2] + b"\6\0%%EOF\n",
    "PDF before an archive in zeros": lambda: files.pdf() + bytes(4096) + files.archive(),
    "PDF before a program": lambda: files.pdf() + b"MZ" + bytes(200),
    "PDF before a program of Linux": lambda: files.pdf() + b"\x7fELF" + bytes(200),
    "PDF before a shell script": lambda: files.pdf() + b"\n#!/bin/sh\nrm -rf ~\n",
    "PDF before PHP": lambda: files.pdf() + b"<?php system($_GET['c']); ?>",
    "PDF before the virus test text": lambda: files.pdf() + files.EICAR,
    "PDF before a Rar archive": lambda: files.pdf() + b"Rar!\x1a\x07\x00" + bytes(200),
    "PDF before a web page in zeros": lambda: files.pdf() + bytes(100) + files.web_page(),
    "PDF before a photo": lambda: files.pdf() + files.jpeg(),
    "PDF before noise": lambda: files.pdf() + _noise(300),
    "PDF with a web page in a comment": lambda: files.pdf() + b"\n%<script>alert(1)</script>\n",
    "PDF with a web page in its header": lambda: pdfs.written(header=b"%PDF-1.7 <html><script>alert(1)</script>\n"),
    "PDF with a web page between its objects": lambda: _between_objects(b"<html><script>alert(1)</script></html>\n"),
    "PDF with an archive inside": lambda: pdfs.written(others={5: pdfs.stream("", files.archive())}),
    "photo before a program": lambda: files.jpeg() + b"MZ" + bytes(200),
    "photo before a shell script": lambda: files.jpeg() + b"\n#!/bin/sh\n",
    "photo before a PDF": lambda: files.jpeg() + files.pdf(),
    "photo before a Rar archive": lambda: files.jpeg() + b"\1\2" + b"Rar!\x1a\x07\x01\x00" + bytes(200),
    "photo before zeros and a web page": lambda: files.jpeg() + bytes(2000) + files.web_page(),
    "photo before noise and a web page": lambda: files.jpeg() + b"\1\2\3\4" + _noise(50) + files.web_page(),
    "photo with a film and an archive": lambda: files.motion_photo() + files.archive(),
    "photo with a web page as its comment": lambda: _with_segment(0xFE, files.web_page()),
    "photo with PHP as its comment": lambda: _with_segment(0xFE, b"<?php system($_GET['c']); ?>"),
    "screenshot before a web page": lambda: files.png() + files.web_page(),
    "screenshot before a program": lambda: files.png() + b"\x7fELF" + bytes(200),
    "screenshot before a PDF": lambda: files.png() + files.pdf(),
    "screenshot that is a PDF too": lambda: (
        files.png()[:33] + files.chunk(b"tEXt", b"Title\0%PDF-1.4\n") + files.png()[33:]
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_e1_what_devices_write_around_is_accepted(case: str) -> None:
    content = ACCEPTED[case]()
    reader.check([io.BytesIO(content)], {})
    assert reader.page([io.BytesIO(content)], {"page": 1, "width": 320}).startswith(b"\x89PNG")


def test_e1_what_stands_around_is_kept_as_sent() -> None:
    content = pdfs.printed(files.pdf()) + bytes(4096)
    with received([files.upload(content)]) as document:
        assert document.file.read() == content


@pytest.mark.parametrize("case", REFUSED)
def test_e1_two_files_in_one_are_refused(case: str) -> None:
    with pytest.raises(UnacceptableError) as caught:
        reader.check([io.BytesIO(REFUSED[case]())], {})
    assert caught.value.reason in (UnfitReason.TWO_KINDS, UnfitReason.KIND)


WORDS = (
    b"<svg",
    b"<html",
    b"<script",
    b"<?php",
    b"<!doctype html",
    b"PK\5\6",
    b"PK\3\4",
    b"MZ",
    b"%PDF-"[:4],
    b"/JS",
    b"/AA",
)


def test_e1_words_that_stand_somewhere_by_chance_do_no_harm(long: bool) -> None:
    """Noise with a forbidden word in its coded pixels; a title or a comment with one; each file is accepted."""
    chance = random.Random(10)  # noqa: S311  # the same words every time
    for number in range(2000 if long else 200):
        word = chance.choice(WORDS)
        content = (_photo_with, _scan_with_title, _photo_with_comment)[number % 3](word, chance)
        assert word in content
        reader.check([io.BytesIO(content)], {})


def _photo_with(word: bytes, chance: random.Random) -> bytes:
    """Return a photo of noise whose coded pixels hold `word`; what it then shows does not matter."""
    content = bytearray(_jpeg("L", size=(64, 64), noise=chance.randbytes(64 * 64)))
    first = content.index(b"\xff\xda") + 10
    at = chance.randrange(first + 50, len(content) - 60)
    while b"\xff" in content[at - 1 : at + len(word) + 1]:
        at += 1
    content[at : at + len(word)] = word
    return bytes(content)


def _scan_with_title(word: bytes, chance: random.Random) -> bytes:
    letters = "".join(chance.choices("abcdefgh <>/&%();äöü", k=chance.randrange(30)))
    return pdfs.with_title(letters.replace("(", "").replace(")", "") + word.decode("latin-1") + " of the sheet")


def _photo_with_comment(word: bytes, chance: random.Random) -> bytes:
    return _with_segment(0xFE, b"Seen " + chance.randbytes(20).replace(b"\xff", b"") + word)


def _joined(*pictures: bytes) -> bytes:
    with received([files.upload(each, "image.jpg") for each in pictures]) as document:
        return document.file.read()


def _with_segment(mark: int, body: bytes) -> bytes:
    return files.jpeg()[:2] + bytes((0xFF, mark)) + struct.pack(">H", len(body) + 2) + body + files.jpeg()[2:]


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def _noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311


def _jpeg(mode: str, *, size: tuple[int, int] = (320, 440), noise: bytes | None = None, **options: object) -> bytes:
    image = Image.frombytes(mode, size, noise) if noise else files.paper(size).convert(mode)
    result = io.BytesIO()
    image.save(result, "JPEG", **options)
    return result.getvalue()


def _between_objects(words: bytes) -> bytes:
    content = pdfs.written()
    at = content.index(b"4 0 obj")
    moved = content[:at] + words + content[at:]
    return moved.replace(b"%010d 00000 n" % at, b"%010d 00000 n" % (at + len(words)))
