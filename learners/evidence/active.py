"""Refusing PDF files that do something by themselves when they are opened (E1). Runs in the reader's process.

ISO 32000-2 describes actions in 12.6, annotations in 12.5.6 and embedded files in 7.11.4. Every object of every
revision is checked, whether or not anything refers to it, however its names are spelt and wherever it is packed. Links
to web pages are accepted if nothing follows them without a click. Embedded pictures are accepted, as in the files that
SiteProof joins (E7), and each is checked like a picture that was sent alone, whoever wrote the file.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from learners.evidence import pictures
from learners.evidence.kinds import Kind, UnacceptableError, UnfitReason, kind_of

HARMLESS_ACTIONS = frozenset(
    ("/GoTo", "/GoToDp", "/Named", "/Hide", "/SetOCGState", "/Trans", "/ResetForm", "/Thread", "/NOP", "/URI")
)
ACTIONS = frozenset(
    (
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"),
        *("/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView"),
    )
)
PLACES_OF_ACTIONS = ("/A", "/AA", "/OpenAction", "/Next", "/PA")
ANNOTATIONS = frozenset(("/RichMedia", "/3D", "/Movie", "/Sound", "/U3D", "/PRC"))
CONTENT = frozenset(("/JS", "/XFA", "/RichMediaContent", "/RichMediaSettings", "/3DD"))
HARMLESS_LINKS = re.compile(r"(?:(?:https?|mailto|tel):|(?![a-z][a-z0-9+.-]*:|[\\/]{2}))", re.IGNORECASE)
BLANKS_AND_CONTROLS = re.compile(r"[\x00-\x20\x7f-\xa0]")

# Most objects hold none of these names and need no closer look. qpdf writes each name in its one plain spelling.
CLOSER_LOOK = re.compile(
    rb"/(?:JS|XFA|JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE|Rendition|RichMedia\w*|Movie|Sound|3DD?|U3D|PRC"
    rb"|GoTo3DView|A|AA|OpenAction|Next|PA|URI|EF|EmbeddedFile|F|Ref|Base)(?![\w.#-])"
)
MOST_PARTS = 1_000_000  # of one object
MOST_REVISIONS = 32
START = re.compile(rb"startxref")
END_MARK = re.compile(rb"%%EOF[\r\n]{0,2}")


def check(content: bytes) -> int:
    """Return the number of pages of a PDF that does nothing by itself and embeds only pictures, however it is read.

    Raises:
        UnacceptableError: ACTIVE, PASSWORD, or what is wrong with an embedded picture. Errors of the library mean that
            it is damaged.
    """
    with _opened(content) as document:
        _check_objects(document)
        pages = len(document.pages)
    for other in _other_readings(content):
        try:
            with _opened(other) as document:
                _check_objects(document)
        except (pikepdf.PdfError, UnacceptableError) as error:
            # What no program can read this way is no other reading.
            if isinstance(error, UnacceptableError) and error.reason is not UnfitReason.PASSWORD:
                raise
    return pages


def _opened(content: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise UnacceptableError(UnfitReason.PASSWORD) from error


def _other_readings(content: bytes) -> Iterator[bytes]:
    """Yield the file as other programs may read it: as it was before each change, and without its table of objects.

    Programs differ in when they give up on the table and search for objects, and they may then find other ones.
    """
    yield START.sub(b"startxxxx", content)
    ends = [found.end() for found in END_MARK.finditer(content)][:-1]
    if len(ends) > MOST_REVISIONS:
        raise UnacceptableError(UnfitReason.EFFORT, "revisions")
    for end in ends:
        yield content[:end]


def _check_objects(document: pikepdf.Pdf) -> None:
    root = document.Root
    for each in (root.get("/OpenAction"), *_values(root.get("/AA"))):
        _check_follows_no_link(each)
    _check(document.trailer)
    for each in document.objects:
        is_stream = isinstance(each, pikepdf.Stream)
        dictionary = each.stream_dict if is_stream else each
        if isinstance(dictionary, pikepdf.Dictionary | pikepdf.Array) and CLOSER_LOOK.search(
            dictionary.unparse(resolved=True)
        ):
            _check(dictionary)
            if is_stream:
                _check_stream(each)


def _check(whole: Any) -> None:
    """Check a dictionary or an array with everything inside. Objects to which it refers are checked on their own."""
    waiting = [whole]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, pikepdf.Dictionary):
            _check_dictionary(part)
        waiting += [each for each in _values(part) if _is_container(each) and not each.is_indirect]
    raise UnacceptableError(UnfitReason.EFFORT, "parts")


def _check_dictionary(part: pikepdf.Dictionary) -> None:
    is_in_structure = part.get("/Type") == pikepdf.Name.StructElem  # there, /S may be any word that an author uses
    if str(part.get("/S")) in ACTIONS and not is_in_structure:
        raise UnacceptableError(UnfitReason.ACTIVE, str(part.get("/S")))
    if str(part.get("/Subtype")) in ANNOTATIONS or any(key in part for key in CONTENT):
        raise UnacceptableError(UnfitReason.ACTIVE, "content")
    for place in PLACES_OF_ACTIONS:
        if place in part:
            _check_actions(part[place], is_automatic=place == "/AA")
    if "/URI" in part:
        _check_link(part["/URI"])
    if "/EF" in part:
        for file in _values(part["/EF"]):
            _check_embedded(file)
    if str(part.get("/Subtype")) == "/Form" and "/Ref" in part:
        raise UnacceptableError(UnfitReason.ACTIVE, "content of another file")


def _check_actions(action: Any, *, is_automatic: bool) -> None:
    """Check one action, several, or the events of `/AA`. An action that follows another is checked where it stands."""
    for each in (action, *_values(action)):
        if not isinstance(each, pikepdf.Dictionary) or "/S" not in each:
            continue
        kind = str(each["/S"])
        if kind not in HARMLESS_ACTIONS or (kind == "/Thread" and "/F" in each):
            raise UnacceptableError(UnfitReason.ACTIVE, kind)
        if is_automatic:
            _check_follows_no_link(each)


def _check_follows_no_link(action: Any) -> None:
    """Check what happens without a click, on opening, turning pages or pointing: no web page may be opened."""
    waiting, seen = [action], set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            waiting += _values(each)
        if not isinstance(each, pikepdf.Dictionary) or (each.is_indirect and each.objgen in seen):
            continue
        seen.add(each.objgen)
        if str(each.get("/S")) == "/URI":
            raise UnacceptableError(UnfitReason.ACTIVE, "link by itself")
        waiting.append(each.get("/Next"))


def _check_link(link: Any) -> None:
    if isinstance(link, pikepdf.Dictionary):
        link = link.get("/Base", "")
    address = BLANKS_AND_CONTROLS.sub("", str(link)) if isinstance(link, pikepdf.String | str) else "unknown:"
    if not HARMLESS_LINKS.match(address):
        raise UnacceptableError(UnfitReason.ACTIVE, "link")


def _check_stream(stream: Any) -> None:
    dictionary = stream.stream_dict
    if "/F" in dictionary:
        raise UnacceptableError(UnfitReason.ACTIVE, "content of another file")
    if dictionary.get("/Type") == pikepdf.Name.EmbeddedFile:
        _check_embedded(stream)


def _check_embedded(file: Any) -> None:
    """Check an embedded file: it has to be a picture that would be accepted alone."""
    if not isinstance(file, pikepdf.Stream):
        raise UnacceptableError(UnfitReason.ACTIVE, "embedded file")
    content = file.read_bytes()
    try:
        kind = kind_of(io.BytesIO(content))
    except UnacceptableError as error:
        raise UnacceptableError(UnfitReason.ACTIVE, "embedded file") from error
    if kind is Kind.PDF:
        raise UnacceptableError(UnfitReason.ACTIVE, "embedded file")
    pictures.check_structure(content, kind)


def _values(part: Any) -> list[Any]:
    if isinstance(part, pikepdf.Dictionary):
        return [value for _key, value in part.items()]
    return list(part) if isinstance(part, pikepdf.Array) else []


def _is_container(part: Any) -> bool:
    return isinstance(part, pikepdf.Dictionary | pikepdf.Array)
