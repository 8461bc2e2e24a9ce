"""PDF files for tests, object by object: what scanners and programs write, and what hostile people make of it."""

import io
import re
from collections.abc import Mapping
from typing import Any

import pikepdf

CATALOGUE = "/Type /Catalog /Pages 2 0 R"
PAGE = "/Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << >>"
SCRIPT = "<< /S /JavaScript /JS (app.alert(1)) >>"


def written(
    *,
    root: str = "",
    page: str = "",
    others: Mapping[int, str | bytes] | None = None,
    header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
) -> bytes:
    """Return a PDF of one page as text: `root` and `page` go into those, `others` are objects from 5 on."""
    objects: dict[int, str | bytes] = {
        1: f"<< {CATALOGUE} {root} >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: f"<< {PAGE} {page} >>",
        4: stream("", b"1 0 0 RG 20 20 m 180 180 l S"),
        **(others or {}),
    }
    return _with_table(header, objects, "/Root 1 0 R")


def updated(before: bytes, objects: Mapping[int, str | bytes]) -> bytes:
    """Return `before` with a later change behind its end: objects that replace or add, and a table of them."""
    last = [int(found[1]) for found in re.finditer(rb"startxref\s+(\d+)", before)][-1]
    return _with_table(before, objects, f"/Root 1 0 R /Prev {last}")


def stream(dictionary: str, content: bytes) -> bytes:
    head = f"<< {dictionary} /Length {len(content)} >>\nstream\n"
    return head.encode() + content + b"\nendstream"


def _with_table(before: bytes, objects: Mapping[int, str | bytes], trailer: str) -> bytes:
    result, places = bytearray(before), {}
    for number, body in objects.items():
        places[number] = len(result)
        result += b"%d 0 obj\n" % number + (body.encode() if isinstance(body, str) else body) + b"\nendobj\n"
    table = len(result)
    result += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        result += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(places) + 1
    result += f"trailer\n<< /Size {size} {trailer} >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(result)


def saved(content: bytes, **options: Any) -> bytes:
    """Return a PDF as another program saves it: `linearize`, `encryption`, `object_stream_mode` … of pikepdf."""
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(result, **options)
    return result.getvalue()


def packed(content: bytes) -> bytes:
    """Return a PDF with its objects packed in object streams, where no word of theirs can be seen."""
    return saved(content, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)


def locked_for_changes(content: bytes) -> bytes:
    """Return a PDF that everybody may open and that is encrypted all the same, as many scanners' software writes it."""
    return saved(content, encryption=pikepdf.Encryption(owner="owner", user="", R=6))


def with_title(title: str) -> bytes:
    """Return a scan whose title is `title`, in the catalogue's information and unpacked, at the head of the file."""
    safe = title.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return _with_table(
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        {
            5: f"<< /Title ({safe}) /Producer ({safe}) >>".encode("latin-1", "replace"),
            1: f"<< {CATALOGUE} >>",
            2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: f"<< {PAGE} >>",
            4: stream("", b"1 0 0 RG 20 20 m 180 180 l S"),
        },
        "/Root 1 0 R /Info 5 0 R",
    )


def with_embedded(content: bytes, *, kind: str = "image#2Fjpeg", dictionary: str = "/Type /EmbeddedFile") -> bytes:
    """Return a PDF with `content` embedded as the joined pictures of SiteProof are."""
    return written(
        root="/Names << /EmbeddedFiles << /Names [(01 image.jpg) 5 0 R] >> >>",
        others={
            5: "<< /Type /Filespec /F (01 image.jpg) /UF (01 image.jpg) /EF << /F 6 0 R /UF 6 0 R >> >>",
            6: stream(f"{dictionary} /Subtype /{kind}", content),
        },
    )


def signed_later(content: bytes) -> bytes:
    """Return a PDF with a signature field added behind its end, as signing programs write it."""
    fields = "<< /Fields [7 0 R] /SigFlags 3 >>"
    return updated(
        content,
        {
            1: f"<< {CATALOGUE} /AcroForm 6 0 R /Perms << /DocMDP 8 0 R >> >>",
            3: f"<< {PAGE} /Annots [7 0 R] >>",
            6: fields,
            7: "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /V 8 0 R /Rect [0 0 0 0] /F 132 /P 3 0 R >>",
            8: "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] "
            "/Contents <00> /Reference [<< /Type /SigRef /TransformMethod /DocMDP "
            "/TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>] >>",
        },
    )


def printed(content: bytes) -> bytes:
    """Return a PDF as a printer driver sends it."""
    before = b'\x1b%-12345X@PJL JOB NAME="sheet"\r\n@PJL SET COPIES=1\r\n@PJL ENTER LANGUAGE=PDF\r\n'
    return before + content + b"\x1b%-12345X@PJL EOJ\r\n\x1b%-12345X"
