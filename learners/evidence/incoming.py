"""Receiving evidence: within the limit of size, hashed while it streams, checked, and as one document (E1, E2, E7)."""

import hashlib
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learners.evidence import limited
from learners.evidence.kinds import Kind, UnacceptableError, UnfitReason
from learners.evidence.upload_names import FIELD, UNUSABLE, NamingParser
from training.core.refusals import Invalid, Refusal, TooLarge, Unavailable, UnsupportedType

logger = structlog.get_logger(__name__)

TAKES_TABLES = frozenset({"import_start"})  # names of addresses, of pages and of the API
TAKES_MANY = frozenset({"filing_drop"})
MAX_NAME = 255
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Document:
    """One checked file, ready to be stored.

    Args:
        file: its bytes, positioned at the beginning.
        name: as the person has named it, safe to show.
    """

    file: BinaryIO
    content_type: Kind
    pages: int
    size: int
    sha256: str
    name: str

    @classmethod
    def made_here(cls, content: bytes, *, content_type: Kind, pages: int, name: str) -> "Document":
        """Return a document that SiteProof itself has made, which needs no check."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(io.BytesIO(content), content_type, pages, len(content), digest, name)


class NothingSent(Invalid):
    """No file was chosen, or an empty one."""


class NameUnusable(Invalid):
    """The file is called `.` or `..`, or has a name of more characters than any disk takes."""


class EvidenceTooLarge(TooLarge):
    """The files are larger than the setting EVIDENCE_MAX_BYTES."""


class EvidenceNotAccepted(UnsupportedType):
    """The file is neither PDF nor JPEG nor PNG, or not what it seems."""


class EvidenceUnusable(Invalid):
    """The file is of an accepted kind but cannot be used."""


class EvidenceNotReceived(Unavailable):
    """The file did not arrive whole, because the server could not keep it."""


class CappedFileHandler(TemporaryFileUploadHandler):
    """Receives uploads into temporary files, and keeps of too large ones only so much that this can be seen (E1).

    The size of an upload says how much was sent. Its content can be shorter, if it is over the limit or the disk is
    full. `received` compares both, so that either case ends in a sentence and not in an error.
    """

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> Any:
        """Let our own parser do the work. It calls this method again, and then there is nothing left to do."""
        if hasattr(self, "room"):
            return None
        self.room = self._limit() + 1
        return NamingParser(meta, input_data, [self], encoding).parse()

    def _limit(self) -> int:
        """Return how many bytes this address takes: tables may be larger than evidence, and ZIPs of it too (I2, I7)."""
        match = self.request.resolver_match if self.request is not None else None
        name = match.url_name if match is not None else ""
        if name in TAKES_MANY:  # each of them is no larger than evidence (I12)
            return int(settings.IMPORT_MAX_BYTES)
        if name in TAKES_TABLES:
            return int(settings.IMPORT_MAX_BYTES + settings.IMPORT_CERTIFICATES_MAX_BYTES)
        return int(settings.EVIDENCE_MAX_BYTES)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        kept = raw_data[: self.room]
        self.room -= len(kept)
        try:
            self.file.write(kept)
            self.file.flush()
        except OSError:
            logger.exception("upload_not_kept")
            self.file.file = io.BytesIO()


@contextmanager
def received(files: Sequence[File]) -> Iterator[Document]:
    """Check what was sent, and give it as one document; several pictures become one PDF (E7).

    The limit is for what was sent; a joined PDF is a little larger. The temporary copies are removed at the end of the
    context.

    Raises:
        NothingSent, NameUnusable, EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnusable: the file cannot be used.
        EvidenceNotReceived, ReaderUnavailable: the site cannot take it at the moment; trying again may help.
    """
    _check_sizes(files)
    names = [display_name(file.name or "") for file in files]
    with ExitStack() as stack:
        try:
            copies = [_copied(file, stack) for file in files]
            content = copies[0] if len(copies) == 1 else _joined(copies, names, stack)
            with limited.run("check", [content.file]) as answer:
                facts = json.load(answer)
        except UnacceptableError as error:
            raise _refusal(error, names) from error
        content.file.seek(0)
        kind = Kind(facts["content_type"])
        yield Document(content.file, kind, facts["pages"], content.size, content.sha256, _shortened(", ".join(names)))


@contextmanager
def pages_of(document: Document, *, first: int, last: int) -> Iterator[Document]:
    """Give some pages of a checked PDF as a document of their own, checked like any other (I7).

    Args:
        first, last: pages, counted from 1.

    Raises:
        EvidenceUnusable: it has fewer pages, or they cannot be taken out.
        EvidenceNotAccepted, EvidenceNotReceived, ReaderUnavailable: as `received`.
    """
    said = _("%(name)s, page %(first)d") if first == last else _("%(name)s, pages %(first)d–%(last)d")
    name = said % {"name": document.name, "first": first, "last": last}
    if last > document.pages:
        sentence = ngettext("“%(name)s” has %(pages)d page.", "“%(name)s” has %(pages)d pages.", document.pages)
        raise _on_field(EvidenceUnusable, sentence % {"name": document.name, "pages": document.pages})
    with ExitStack() as stack:
        try:
            part = stack.enter_context(limited.run("extract", [document.file], first=first, last=last))
        except UnacceptableError as error:
            raise _refusal(error, [document.name]) from error
        yield stack.enter_context(received([File(part, name=name)]))


def display_name(name: str) -> str:
    """Return the name of a file without path and invisible characters, at most 255 characters long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip()
    return _shortened(visible) if visible.strip(".") else _("unnamed")


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    ending = PurePosixPath(name).suffix[:10]
    return f"{name[: MAX_NAME - len(ending) - 1]}…{ending}"


def _check_sizes(files: Sequence[File]) -> None:
    if not files:
        raise _on_field(NothingSent, _("No file was chosen. Choose the scan or photo."))
    if any(file.name == UNUSABLE for file in files):
        sentence = _(
            "The name of the file cannot be used: it is “.” or “..”, or is longer than 255 characters. Nothing was "
            "changed; rename the file and send it again."
        )
        raise _on_field(NameUnusable, sentence)
    for file in files:
        if file.size == 0:
            sentence = _("“%(name)s” is empty. Scan or photograph the paper again.")
            raise _on_field(NothingSent, sentence % {"name": display_name(file.name or "")})
    total = sum(file.size for file in files)
    if total > settings.EVIDENCE_MAX_BYTES:
        sentence = ngettext(
            "The file has %(size)s, the limit is %(limit)s. Scan it in a lower resolution.",
            "The files have %(size)s together, the limit is %(limit)s. Scan them in a lower resolution.",
            len(files),
        )
        sizes = {"size": filesizeformat(total), "limit": filesizeformat(settings.EVIDENCE_MAX_BYTES)}
        raise _on_field(EvidenceTooLarge, sentence % sizes)


@dataclass(frozen=True)
class _Content:
    file: BinaryIO
    size: int
    sha256: str


def _copied(file: File, stack: ExitStack) -> _Content:
    """Copy a sent file into a temporary one of our own, and hash it meanwhile."""
    digest, size = hashlib.sha256(), 0
    try:
        copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
        for chunk in file.chunks(CHUNK):
            digest.update(chunk)
            size += copy.write(chunk)
        copy.flush()
    except OSError as error:
        logger.exception("upload_not_copied")
        raise _not_received() from error
    if size != file.size:
        raise _not_received()
    return _Content(copy, size, digest.hexdigest())


def _joined(copies: Sequence[_Content], names: Sequence[str], stack: ExitStack) -> _Content:
    joined = stack.enter_context(limited.run("join", [copy.file for copy in copies], names=list(names)))
    digest = hashlib.sha256(joined.read()).hexdigest()
    return _Content(joined, joined.tell(), digest)


def _refusal(error: UnacceptableError, names: Sequence[str]) -> Refusal:
    """Return the refusal for what the reader found, in words that help to send something better."""
    name = ", ".join(names) if error.number is None else names[error.number]
    match error.reason:
        case UnfitReason.KIND if error.detail:
            text = _(
                "“%(name)s” is not a PDF, JPEG or PNG file: its content looks like %(kind)s. Upload the scan or photo."
            )
        case UnfitReason.KIND:
            text = _("“%(name)s” is not a PDF, JPEG or PNG file. Upload the scan or photo.")
        case UnfitReason.HEIC:
            text = _("“%(name)s” is a HEIC picture. Save it as JPEG, or set the camera to “most compatible”.")
        case UnfitReason.TWO_KINDS:
            text = _("“%(name)s” holds content of another kind as well. Scan or photograph the paper again.")
        case UnfitReason.NOT_PICTURES:
            text = _("Choose either one PDF or several pictures; a PDF cannot be joined with other files.")
        case _:
            return _on_field(EvidenceUnusable, _unreadable(error) % {"name": name})
    return _on_field(EvidenceNotAccepted, text % {"name": name, "kind": error.detail})


def _unreadable(error: UnacceptableError) -> str:
    match error.reason:
        case UnfitReason.PASSWORD:
            return _("“%(name)s” is protected by a password. Save it without one.")
        case UnfitReason.ACTIVE:
            return _("“%(name)s” starts a program when it is opened. Print it to a new PDF and upload that.")
        case UnfitReason.PIXELS:
            return _("“%(name)s” has more pixels than any camera makes. Save it smaller.")
        case UnfitReason.PAGES:
            return _("“%(name)s” has no pages, or more than 500.")
        case UnfitReason.EFFORT:
            return _("“%(name)s” takes too long to open. Save it as an ordinary JPEG or PDF.")
        case _:
            return _("“%(name)s” is damaged or not complete. Scan or photograph the paper again.")


def _not_received() -> Refusal:
    sentence = _("The file could not be received, the disk of the server may be full. Nothing was changed; try again.")
    return _on_field(EvidenceNotReceived, sentence)


def _on_field(kind: type[Refusal], sentence: str) -> Refusal:
    return kind(sentence, errors={FIELD: [sentence]})
