"""Receiving the files of an import: they wait in the private store until the import has ended (I2, I3)."""

import hashlib
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO, TypeVar

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.files.storage import storages
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.services.imports.said import checked_said
from learners.evidence.incoming import EvidenceNotReceived, display_name
from training.core.imports.registry import kind_of
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid, Refusal, TooLarge
from training.core.transactions import acting
from training.models import Import, ImportFile
from training.services.jobs import WaitingStoreUnavailable

logger = structlog.get_logger(__name__)

FIELD = "file"
Refused = TypeVar("Refused", bound=Refusal)

CHUNK = 256 * 1024
PLACE = "imports"  # in the store of waiting files, where the jobs do not look
MOST_FILES = 20


class NoTable(Invalid):
    """No file was sent, or an empty one (400)."""


class TableTooLarge(TooLarge):
    """The files are larger than the settings IMPORT_MAX_BYTES or IMPORT_CERTIFICATES_MAX_BYTES (413)."""


@dataclass(frozen=True)
class _Received:
    file: BinaryIO
    name: str
    size: int
    sha256: str


def start_import(
    *,
    files: Sequence[File],
    by: User,
    now: datetime,
    sender: str = "",
    kind: str = "",
    said: Mapping[str, Any] | None = None,
) -> Import:
    """Keep files that somebody has sent, and begin an import with them. Nothing of the site changes.

    Args:
        sender: whose files they are, whose agreed names count.
        kind: what is in them, where a program says so; then what is clear needs nobody to agree to it.
        said: what a program says beforehand, as `checked_said` takes it.

    Raises:
        NotPermitted: this login checks no files.
        NoTable, TableTooLarge: they cannot be used.
        Invalid: `said` has another form.
        EvidenceNotReceived, WaitingStoreUnavailable: the site cannot take them at the moment.
    """
    check_may(by, Permission.CHECK_FILES)
    _check_sizes(files)
    known = checked_said(kind_of(kind), said or {}, sender=sender.strip()) if kind else {}
    received: list[_Received] = []
    kept: list[str] = []
    try:
        received += [_copied(file) for file in files]
        kept += [_keep(each) for each in received]
        with acting(by):
            one = Import.objects.create(
                kind=kind,
                is_unattended=bool(kind),
                **known,
                sender=sender.strip(),
                title=_title(received),
                started_by=by,
                started_at=now,
                changed_at=now,
            )
            ImportFile.objects.bulk_create(
                ImportFile(
                    of=one,
                    number=number,
                    name=each.name,
                    size=each.size,
                    sha256=each.sha256,
                    key=key,
                    is_table=not is_archive(each.name),
                )
                for number, (each, key) in enumerate(zip(received, kept, strict=True), start=1)
            )
    except BaseException:
        for key in kept:
            forget(key)
        raise
    finally:
        for each in received:
            each.file.close()
    return one


def forget(key: str) -> None:
    """Remove a waiting file; one that cannot be removed now is found by the next purge."""
    try:
        storages["waiting"].delete(key)
    except Exception:
        logger.exception("waiting_store_failed", doing="delete")


def keep_file(file: BinaryIO, *, ending: str) -> str:
    """Store a file that waits with an import, and return its key.

    Raises:
        WaitingStoreUnavailable: it was not stored.
    """
    file.seek(0)
    try:
        return str(storages["waiting"].save(f"{PLACE}/{secrets.token_hex(16)}{ending}", File(file)))
    except Exception as error:
        logger.exception("waiting_store_failed", doing="save")
        raise _unavailable() from error


def open_kept(key: str) -> BinaryIO:
    """Open a waiting file; the caller closes it.

    Raises:
        WaitingStoreUnavailable: it cannot be read now.
    """
    try:
        file: BinaryIO = storages["waiting"].open(key)  # type: ignore[assignment]  # a File, which reads as one
        file.seek(0)
    except Exception as error:
        logger.exception("waiting_store_failed", doing="open")
        raise _unavailable() from error
    return file


def is_archive(name: str) -> bool:
    """Tell whether a file holds certificates, by its name: workbooks are ZIPs inside, too."""
    return name.casefold().endswith(".zip")


def _check_sizes(files: Sequence[File]) -> None:
    if all(is_archive(file.name or "") for file in files):
        raise _on_field(NoTable, _("No file was chosen. Choose a workbook or a CSV file."))
    if len(files) > MOST_FILES:
        text = _("At most %(count)d files are taken together. Send the others in a further import.")
        raise _on_field(NoTable, text % {"count": MOST_FILES})
    for file in files:
        if file.size == 0:
            text = _("“%(name)s” is empty. Save it in the spreadsheet once more.")
            raise _on_field(NoTable, text % {"name": display_name(file.name or "")})
    tables = [file for file in files if not is_archive(file.name or "")]
    text = ngettext(
        "The file has %(size)s, the limit is %(limit)s. Remove pictures from it, or split it.",
        "The files have %(size)s together, the limit is %(limit)s. Send some of them in a further import.",
        len(tables),
    )
    _check_total(tables, settings.IMPORT_MAX_BYTES, text)
    text = _("The certificates have %(size)s, the limit is %(limit)s. Send some of them with a further import.")
    archives = [file for file in files if is_archive(file.name or "")]
    _check_total(archives, settings.IMPORT_CERTIFICATES_MAX_BYTES, text)


def _check_total(files: Sequence[File], limit: int, text: str) -> None:
    total = sum(file.size for file in files)
    if total > limit:
        sentence = text % {"size": filesizeformat(total), "limit": filesizeformat(limit)}
        raise TableTooLarge(sentence, errors={FIELD: [sentence]})


def _copied(file: File) -> _Received:
    digest, size = hashlib.sha256(), 0
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `start_import`
    try:
        for chunk in file.chunks(CHUNK):
            digest.update(chunk)
            size += copy.write(chunk)
        copy.flush()
    except OSError as error:
        copy.close()
        logger.exception("upload_not_copied")
        raise _not_received() from error
    if size != file.size:
        copy.close()
        raise _not_received()
    return _Received(copy, display_name(file.name or ""), size, digest.hexdigest())


def _keep(received: _Received) -> str:
    return keep_file(received.file, ending=PurePosixPath(received.name).suffix[:10])


def _title(files: Sequence[_Received]) -> str:
    return ", ".join(each.name for each in files if not is_archive(each.name))[:300]


def _not_received() -> EvidenceNotReceived:
    return _on_field(
        EvidenceNotReceived,
        _("The file could not be received, the disk of the server may be full. Nothing was changed; try again."),
    )


def _unavailable() -> WaitingStoreUnavailable:
    return WaitingStoreUnavailable(_("Files cannot be stored at the moment. Try again later."))


def _on_field(kind: type[Refused], sentence: str) -> Refused:
    return kind(sentence, errors={FIELD: [sentence]})
