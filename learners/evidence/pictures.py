"""Photographs and scanned pictures: checking and drawing one, and joining several to one PDF (E1, E3, E7).

Runs in the reader's process. A picture is checked by its parts, and then by decoding it, a JPEG at an eighth of its
size. One that is whole but too large to be decoded within the limits is accepted.
"""

import io
from collections.abc import Sequence
from typing import BinaryIO

import pikepdf
from PIL import Image, ImageOps

from learners.evidence import jpeg, png
from learners.evidence.jpeg import Size
from learners.evidence.kinds import Kind, UnacceptableError, UnfitReason

MAX_PIXELS = 250_000_000
LARGE_PIXELS = 50_000_000  # beyond, decoding is kept as coarse as it can be
COARSE_MODES = {"1": "L", "P": "RGBA"}  # would be resized without smoothing
MODES_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")

# A picture in a PDF is shown at about 220 dpi on an A4 page; the original with all its pixels is attached.
SHOWN_PIXELS = 2600
SHOWN_QUALITY = 82
A4_SHORT, A4_LONG = 595, 842  # points
MARGIN = 18

Image.MAX_IMAGE_PIXELS = None  # replaced by MAX_PIXELS: phones of today exceed Pillow's own limit


def check(file: BinaryIO, kind: Kind) -> None:
    """Refuse a picture that is not whole, is larger than any camera's, or is another file as well.

    Raises:
        UnacceptableError: it is one of these. Errors of the libraries mean that it is damaged.
    """
    file.seek(0)
    check_structure(file.read(), kind)


def check_structure(content: bytes, kind: Kind) -> None:
    """Check every byte of a picture by its parts, without keeping its pixels in memory.

    Raises:
        UnacceptableError: it is not acceptable. `zlib.error` means that it is damaged.
    """
    if kind is Kind.PNG:
        _check_size(png.size_of(content))
        png.check(content)
    else:
        _check_size(jpeg.check(content))


def check_drawn(file: BinaryIO) -> None:
    """Decode a picture at the smallest size that its kind allows, which finds damage that its parts do not show.

    Raises:
        MemoryError: it is too large to be decoded.
    """
    with _opened(file) as image:
        is_large = image.width * image.height > LARGE_PIXELS
        image.draft("L", (1, 1))
        try:
            image.load()
        except OSError as error:
            if is_large:  # where the decoder of JPEG has too little memory, it speaks of a broken file
                raise MemoryError from error
            raise


def image_of(file: BinaryIO, width: int) -> Image.Image:
    """Return the picture upright and on white, at most `width` pixels wide and twice as high."""
    with _opened(file) as image:
        return _shown(image, (width, 2 * width))


def as_pdf(files: Sequence[tuple[str, Kind, BinaryIO]]) -> io.BytesIO:
    """Return one PDF with a page for each picture, in the order given, and each original attached by its name (E7).

    The same pictures give the same bytes.
    """
    document = pikepdf.new()
    for number, (name, kind, file) in enumerate(files, start=1):
        with _opened(file) as image:
            _add_page(document, _shown(image, (SHOWN_PIXELS, SHOWN_PIXELS)).convert("RGB"))
        file.seek(0)
        # Phones like to call every picture image.jpg: the number keeps the names apart and the order visible.
        attached_name = f"{number:02d} {name}"
        document.attachments[attached_name] = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]  # its stub lacks the defaults
            document, file.read(), filename=attached_name, mime_type=str(kind)
        )
    result = io.BytesIO()
    document.save(result, deterministic_id=True)
    return result


def _opened(file: BinaryIO) -> Image.Image:
    file.seek(0)
    image: Image.Image = Image.open(file, formats=("JPEG", "PNG"))  # a JPEG with more pictures opens as its first
    _check_size(Size(image.width, image.height))
    return image


def _check_size(size: Size) -> None:
    if size.width * size.height > MAX_PIXELS:
        raise UnacceptableError(UnfitReason.PIXELS, f"{size.width} × {size.height}")


def _shown(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    longest = max(box)
    if image.mode in COARSE_MODES:
        image = image.convert(COARSE_MODES[image.mode])
    is_large = image.width * image.height > LARGE_PIXELS
    image.thumbnail((longest, longest), reducing_gap=1.0 if is_large else 2.0)
    image = ImageOps.exif_transpose(image)
    image.thumbnail(box)
    if image.mode in MODES_WITH_ALPHA:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image).convert("RGB")
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda level: level / 256).convert("L")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _add_page(document: pikepdf.Pdf, image: Image.Image) -> None:
    """Add an A4 page in the orientation of the picture, with the picture as large as it fits."""
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=SHOWN_QUALITY)
    width, height = (A4_LONG, A4_SHORT) if image.width > image.height else (A4_SHORT, A4_LONG)
    scale = min((width - 2 * MARGIN) / image.width, (height - 2 * MARGIN) / image.height)
    shown_width, shown_height = image.width * scale, image.height * scale
    page = document.add_blank_page(page_size=(width, height))
    name = page.add_resource(
        pikepdf.Stream(
            document,
            encoded.getvalue(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=image.width,
            Height=image.height,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        ),
        pikepdf.Name.XObject,
        pikepdf.Name.Picture,  # else a random one
    )
    left, bottom = (width - shown_width) / 2, (height - shown_height) / 2
    place = f"q {shown_width:.2f} 0 0 {shown_height:.2f} {left:.2f} {bottom:.2f} cm {name} Do Q"
    page.contents_add(place.encode())
