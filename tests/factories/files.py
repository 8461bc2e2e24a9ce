"""Files for tests, made by code: what scanners and phones write, and what hostile people send."""

import io
import time
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def upload(content: bytes, name: str = "sheet.pdf") -> SimpleUploadedFile:
    """Return `content` as a browser sends it."""
    return SimpleUploadedFile(name, content)


UNUSABLE_NAMES = [b".", b"..", b"a/..", b"x" * 5000 + b".pdf", "ä".encode() * 2500]


def upload_named(name: bytes) -> bytes:
    """Return an upload as a program sends it that does not look at names, a field before the file, boundary `b`."""
    field = b'--b\r\nContent-Disposition: form-data; name="reason"\r\n\r\nWrong scan\r\n'
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
    return field + head + pdf() + b"\r\n--b--\r\n"


def paper(size: tuple[int, int] = (620, 877), text: str = "Signed sheet") -> Image.Image:
    """Return a picture of a page with some lines, different for every text."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for row in range(0, size[1], 40):
        draw.line([(20, row), (size[0] - 20, row + 5)], fill=(20, 40, 160), width=3)
    draw.text((40, 40), text, fill="black")
    return image


@cache
def pdf(pages: int = 1, text: str = "Signed sheet") -> bytes:
    """Return a scan as PDF, the same bytes every time."""
    first, *others = [paper(text=f"{text} {number}") for number in range(pages)]
    result = io.BytesIO()
    then = time.gmtime(0)
    first.save(result, "PDF", save_all=True, append_images=others, creationDate=then, modDate=then)
    return result.getvalue()


@cache
def jpeg(size: tuple[int, int] = (620, 877), text: str = "Signed sheet", *, progressive: bool = False) -> bytes:
    result = io.BytesIO()
    paper(size, text).save(result, "JPEG", progressive=progressive)
    return result.getvalue()


@cache
def png(mode: str = "RGB", size: tuple[int, int] = (620, 877)) -> bytes:
    result = io.BytesIO()
    image = paper(size).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.frombytes(mode, size, bytes(byte for level in image.tobytes() for byte in (level, level)))
    image.save(result, "PNG")
    return result.getvalue()


def turned_jpeg() -> bytes:
    """Return a portrait as a phone held upright stores it: lying, with a note to turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    result = io.BytesIO()
    paper((900, 600)).save(result, "JPEG", exif=exif)
    return result.getvalue()


def multi_picture_jpeg() -> bytes:
    """Return what many phones write: a JPEG with a second, smaller picture behind it (MPO)."""
    result = io.BytesIO()
    paper().save(result, "MPO", save_all=True, append_images=[paper((160, 120))])
    return result.getvalue()


def motion_photo() -> bytes:
    """Return a JPEG with a film and maker's data behind it."""
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 40
    return jpeg() + film + b"MotionPhoto_Data" + b"SEFH\x6b\0\0\0\x01\0\0\0SEFT"


def blank_png(width: int, height: int) -> bytes:
    """Return a small file that unpacks to `width` × `height` black pixels."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return _png(width, height, bytes((1, 0, 0, 0, 0)), pixels)


def interlaced_png() -> bytes:
    """Return 3 × 3 points of grey in seven passes, of which only some have points."""
    passes = b"".join(b"\0" + bytes(columns) for columns in (1, 1, 2, 1, 1, 3))
    return _png(3, 3, bytes((8, 0, 0, 0, 1)), zlib.compress(passes))


def deep_png() -> bytes:
    """Return a picture with 16 bits of each colour."""
    return _png(10, 12, bytes((16, 2, 0, 0, 0)), zlib.compress((b"\0" + bytes(range(60))) * 12))


def moving_png() -> bytes:
    """Return a PNG with a second picture to show after a while (APNG)."""
    result = io.BytesIO()
    paper((80, 90)).save(result, "PNG", save_all=True, append_images=[paper((80, 90), "second")])
    return result.getvalue()


def _png(width: int, height: int, how: bytes, pixels: bytes) -> bytes:
    header = width.to_bytes(4) + height.to_bytes(4) + how
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in chunks)


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a part of a PNG with its length and sum."""
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)


def endless_jpeg(scans: int = 8000) -> bytes:
    """Return a legal progressive JPEG of some hundred kilobytes whose decoding takes minutes."""
    result = io.BytesIO()
    Image.new("L", (8000, 8000)).save(result, "JPEG", progressive=True, quality=10)
    whole = result.getvalue()
    last_scan = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last_scan:-2] * scans + b"\xff\xd9"


def endless_pdf(pages: int = 1) -> bytes:
    """Return a small PDF whose pages draw a shape, again and again, for longer than anybody waits."""
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(pages))) as document:
        shape = b"0.5 g " + b"0 0 m 600 800 l 600 0 l 0 800 l h B* " * 2_000_000
        drawing = document.make_stream(shape)
        for page in document.pages:
            page.obj.Contents = drawing
        document.save(result, compress_streams=True)
    return result.getvalue()


def pdf_with(root: dict[str, Any] | None = None, page: dict[str, Any] | None = None) -> bytes:
    """Return a PDF with more in its catalogue and in its first page."""
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        for key, value in (root or {}).items():
            document.Root[key] = document.make_indirect(value)
        for key, value in (page or {}).items():
            document.pages[0].obj[key] = document.make_indirect(value)
        document.save(result)
    return result.getvalue()


def script() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def locked_pdf() -> bytes:
    """Return a PDF that opens with a password only."""
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(result, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return result.getvalue()


def web_page() -> bytes:
    return b"<!DOCTYPE html><html><body><script>alert(document.domain)</script></body></html>"


def drawing() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def archive(names: Sequence[str] = ("a.txt",)) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as file:
        for name in names:
            file.writestr(name, "content")
    return result.getvalue()
