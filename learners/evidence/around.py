"""Refusing files that are a second file as well, before or behind the document or picture (E1).

Printers, mail gateways, cameras and disks add data of their own: job language, header lines, zeros, a film. These are
accepted. A web page, an archive or a program is not: such a file would be two files, and nobody has checked the second.
Runs in the reader's process.
"""

import io
import re
import zipfile

from learners.evidence.kinds import HEAD_BYTES, UnacceptableError, UnfitReason

# A byte order mark, blanks, zeros, the ends of file of CP/M and of Unix, and what an erased disk gives.
PADDING = b"\xef\xbb\xbf \t\r\n\f\0\x1a\x04"
PADDED = re.compile(rb"[\xef\xbb\xbf\s\0\x1a\x04]*")
PADDED_OR_ERASED = re.compile(rb"[\xef\xbb\xbf\s\0\x1a\x04\xff]*")
END_OF_LINE = re.compile(rb"[\r\n\0]|\Z")

# A web page by its first tag, as browsers decide it; `LATER` also where it starts in the middle of unknown data: only
# tags so long that they do not stand there by chance.
WEB_PAGE = re.compile(
    rb"<(?:(?:!doctype|html|head|title|body|script|svg|iframe|img|style|table|div|font|meta|link|object|embed|math|h1|p"
    rb"|a|b|br)[\s>/]|!--|\?php|\?xml|\?=|%)",
    re.IGNORECASE,
)
LATER = re.compile(rb"<(?:!doctype\s+html|html[\s>]|script[\s>]|svg\s[^>]{0,200}xmlns|iframe\s|\?php\s)", re.IGNORECASE)
PROGRAMS_AND_ARCHIVES = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\0asm", b"#!", b"dex\n"),
    *(b"PK\3\4", b"PK\5\6", b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ", b"MSCF", b"xar!"),
    *(b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%!PS", b"%PDF-", b"!<arch>", b"ITSF", b"L\0\0\0\x01\x14\x02\0", b"X5O!P%@AP"),
)
PICTURES_AND_SOUNDS = (
    *(
        b"GIF8",
        b"II*\0",
        b"MM\0*",
        b"RIFF",
        b"BM",
        b"OggS",
        b"ID3",
        b"FWS",
        b"CWS",
        b"ZWS",
        b"8BPS",
        b"SQLite format 3",
    ),
)
ARCHIVES_FOUND_ANYWHERE = re.compile(rb"Rar!\x1a\x07(?:\x00|\x01\x00)|7z\xbc\xaf\x27\x1c")
DISC_IMAGE = slice(0x8001, 0x8006)

# What printers and mail gateways write around a document, line by line.
PRINTER_LINE = re.compile(rb"(?:\x1b%-12345X|\x1bE)*(?:@PJL[ -~]*)?(?:\x1b%-12345X|\x1bE)*")
BOUNDARY_LINE = re.compile(rb"--[ -~]{1,72}")
BEFORE = (
    PRINTER_LINE,
    BOUNDARY_LINE,
    re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[\t -~]*"),  # a field of a mail's header
    re.compile(rb"[\t ][\t -~]*"),  # which goes on
    re.compile(rb"(?:From |begin \d{3} |HTTP/1\.)[ -~]*"),
    re.compile(rb"[\w .,:+=/()\[\]\"'-]*"),  # a note in words
)
BEHIND = (PRINTER_LINE, BOUNDARY_LINE, re.compile(rb"\.|0"))  # the last two: ends of SMTP's and HTTP's transfer
MOST_LINES_BEHIND = 100

END_MARK = b"%%EOF"
GOES_ON = re.compile(rb"(?:\d{1,10}\s+\d{1,5}\s+obj|xref|trailer|startxref|endstream|endobj)\b")
FIRST_OBJECT = re.compile(rb"\d{1,10}\s+\d{1,5}\s+obj\b|\bxref\b")
BETWEEN_OBJECTS = re.compile(rb"\bendobj\s+<[a-zA-Z!?]")


def check_around_pdf(content: bytes) -> None:
    """Refuse a PDF that has something else before, between or behind its parts, and one that has no end.

    Where somebody changed or signed a PDF later, it goes on behind its end mark, but only with objects.

    Raises:
        UnacceptableError: TWO_KINDS, or DAMAGED.
    """
    start = content.find(b"%PDF-", 0, HEAD_BYTES)
    _check_before(content[:start])
    first = FIRST_OBJECT.search(content, start)
    # The header line and comments; words inside an object, such as a title, are a title.
    if LATER.search(content, start, first.start() if first else len(content)) or BETWEEN_OBJECTS.search(content):
        raise UnacceptableError(UnfitReason.TWO_KINDS, "web page")
    if first is None:
        raise UnacceptableError(UnfitReason.DAMAGED, "no object")
    check_archives(content)
    end = content.find(END_MARK)
    if end < 0:
        raise UnacceptableError(UnfitReason.DAMAGED, "no end mark")
    while end >= 0:
        following = content.find(END_MARK, end + 1)
        part = content[end + len(END_MARK) : following if following >= 0 else None]
        _check_behind_mark(part, is_last=following < 0)
        end = following


def check_behind_picture(content: bytes, at: int) -> None:
    """Refuse a picture that ends at `at` and has something else behind it than a camera's own data.

    Raises:
        UnacceptableError: TWO_KINDS.
    """
    behind = content[after_padding(content, at) :]
    if behind.startswith(PROGRAMS_AND_ARCHIVES) or WEB_PAGE.match(behind) or LATER.search(behind):
        raise UnacceptableError(UnfitReason.TWO_KINDS, "behind")


def check_archives(content: bytes) -> None:
    """Refuse a file that an archive program can open, wherever in the file the archive is.

    Raises:
        UnacceptableError: TWO_KINDS.
    """
    if content[DISC_IMAGE] == b"CD001" or ARCHIVES_FOUND_ANYWHERE.search(content) or _is_zip(content):
        raise UnacceptableError(UnfitReason.TWO_KINDS, "archive")


def after_padding(content: bytes, at: int) -> int:
    """Return the first place from `at` on at which something else than padding stands."""
    found = PADDED.match(content, at)
    return found.end() if found else at


def is_web_page(content: bytes) -> bool:
    """Tell whether a browser that guesses would take `content` for a web page, because it begins with a tag."""
    return WEB_PAGE.match(content.lstrip(PADDING)) is not None


def _is_zip(content: bytes) -> bool:
    """Tell whether a ZIP directory can be read. Its mark alone is not enough: some pictures contain it by chance."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        return False


def _check_before(content: bytes) -> None:
    text = content.strip(PADDING)
    if text.startswith((*PROGRAMS_AND_ARCHIVES, *PICTURES_AND_SOUNDS)) or WEB_PAGE.search(text):
        raise UnacceptableError(UnfitReason.TWO_KINDS, "before")
    if not all(any(form.fullmatch(line) for form in BEFORE) for line in _lines(text)):
        raise UnacceptableError(UnfitReason.TWO_KINDS, "before")


def _check_behind_mark(content: bytes, *, is_last: bool) -> None:
    """Check what stands between one end mark and the next, or the end of the file."""
    at = 0
    for _ in range(MOST_LINES_BEHIND):
        at = _end(PADDED_OR_ERASED.match(content, at))
        if at >= len(content):
            return
        if GOES_ON.match(content, at):
            if is_last:
                raise UnacceptableError(UnfitReason.DAMAGED, "no end mark")
            return
        end = _end(END_OF_LINE.search(content, at))
        line = content[at:end].rstrip(PADDING)
        is_comment = line.startswith(b"%") and not LATER.search(line) and not line.startswith(PROGRAMS_AND_ARCHIVES)
        if not is_comment and not any(form.fullmatch(line) for form in BEHIND):
            break
        at = end
    raise UnacceptableError(UnfitReason.TWO_KINDS, "behind")


def _end(found: "re.Match[bytes] | None") -> int:
    if found is None:
        raise AssertionError  # both expressions match at every place
    return found.start() if found.re is END_OF_LINE else found.end()


def _lines(text: bytes) -> list[bytes]:
    return [line.strip(b"\0") for line in re.split(rb"[\r\n\0]+", text)]
