"""The files of an import become evidence when it is done: kept under their hash, for superusers only (I7, I8).

They hold more than was brought in, about many people. So they are never part of a pack, can lose the columns that
nobody agreed on, are handed out to superusers only, which is logged, and can be deleted after some months.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import IO, Any, BinaryIO, cast

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.services.imports.receiving import open_kept
from attendance.services.imports.steps import own_import
from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from learners.evidence.store import StoreUnavailable, forget_stored, open_stored, store
from learners.models import EvidenceUpload
from learners.policies.records import add_months
from training.core.permissions import Permission, check_may
from training.core.refusals import check_found
from training.core.tables.grid import Book, GridRow
from training.core.transactions import acting
from training.core.xlsx_files import LONGEST_CELL, workbook
from training.models import FileDownload, Import, ImportFile
from training.selectors.site import site_identity
from training.services.jobs import digest_of

logger = structlog.get_logger(__name__)

KIND = "import"  # in the log of files that were taken
LONGEST_NAME = 200


def file_evidence(one: Import, *, only_agreed: bool = False) -> dict[int, str]:
    """Store the files of an import, and return the evidence key of each by its own key.

    Nothing may be open in the database meanwhile, since a store can be slow.

    Args:
        only_agreed: keep of each file only the columns that were agreed on, each cell at its place.

    Raises:
        StoreUnavailable: one of them could not be stored.
        WaitingStoreUnavailable: one of them cannot be read now.
    """
    site, keys = site_identity(), {}
    for each in one.files.filter(is_table=True):
        with _reduced(one, each) if only_agreed else storages["waiting"].open(each.key) as file:
            digest = digest_of(cast(IO[bytes], file))
            document = Document(cast(BinaryIO, file), Kind.TABLE, 1, digest.size, digest.sha256, each.name)
            keys[each.pk] = store(document=document, site=site).key
    return keys


def open_filed(*, import_id: int, number: int, by: User, now: datetime) -> tuple[ImportFile, BinaryIO]:
    """Return a stored file of an import, and open it; that somebody took it is logged.

    Raises:
        NotPermitted: this login is no superuser.
        NotFound: there is no such file, or it was deleted.
        EvidenceMissing, EvidenceAltered, StoreUnavailable: as `open_stored`.
    """
    check_may(by, Permission.UNDO_IMPORT)
    one = own_import(import_id=import_id, by=by)
    found = one.files.exclude(evidence_key="").filter(number=number).first()
    each = check_found(found, _("This file is not stored, or was deleted."))
    sha256 = each.evidence_key.rpartition("/")[2].partition(".")[0].partition("-")[0]
    file = open_stored(key=each.evidence_key, sha256=sha256)
    try:
        with acting(by):
            FileDownload.objects.create(
                kind=KIND,
                query=f"import={one.pk}",
                file_name=each.name[:LONGEST_NAME],
                sha256=sha256,
                size=digest_of(file).size,
                taken_by=by,
                taken_at=now,
            )
    except BaseException:
        file.close()
        raise
    return each, file


def delete_filed(*, now: datetime, months: int | None = None) -> int:
    """Delete the stored files of imports that were done so many months ago as the setting IMPORT_FILE_MONTHS says.

    What the rows wrote stays, with the extracts that prove records. A file that a younger import has brought too, or
    that is a proof, stays until that has ended.

    Args:
        now: the present moment.
        months: another number of months than the setting's.

    Returns:
        how many files were deleted.
    """
    months = months or settings.IMPORT_FILE_MONTHS
    if months is None:
        return 0
    before = add_months(timezone.localdate(now), -months)
    filed = ImportFile.objects.exclude(evidence_key="")
    deleted = 0
    for each in filed.filter(of__done_at__date__lt=before).order_by("pk"):
        others = filed.filter(evidence_key=each.evidence_key, of__done_at__date__gte=before)
        if others.exists() or EvidenceUpload.objects.filter(key=each.evidence_key).exists():
            continue
        try:
            forget_stored(key=each.evidence_key)
        except StoreUnavailable:
            logger.exception("import_file_not_deleted", file=each.pk)
            continue
        ImportFile.objects.filter(pk=each.pk).update(evidence_key="", deleted_at=now)
        deleted += 1
    return deleted


def _reduced(one: Import, file: ImportFile) -> IO[bytes]:
    """Return a workbook with the agreed columns of a file, each cell where it stood."""
    sheets = [
        sheet for sheet in one.outline["sheets"] if sheet["file"] == file.number and str(sheet["index"]) in one.layout
    ]
    with Book.read_from(open_kept(file.book_key)) as book, workbook() as (made, result):
        days = made.add_format({"num_format": "yyyy-mm-dd"})
        moments = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for sheet in sheets:
            page = made.add_worksheet()
            columns = sorted(int(index) for index in _columns(one.layout[str(sheet["index"])]))
            for row in book.rows(sheet["place"]):
                for column in columns:
                    _write(page, row, column, days=days, moments=moments)
    return result


def _columns(agreed: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = agreed["columns"]
    return found


def _write(page: Any, row: GridRow, column: int, *, days: Any, moments: Any) -> None:
    value = row.shown.get(column, row.cells[column] if column < len(row.cells) else None)
    match value:
        case None:
            return
        case datetime():
            page.write_datetime(row.number - 1, column, value, moments)
        case date():
            page.write_datetime(row.number - 1, column, value, days)
        case time():
            page.write_string(row.number - 1, column, value.isoformat(timespec="minutes"))
        case bool():
            page.write_boolean(row.number - 1, column, value)
        case str():
            page.write_string(row.number - 1, column, value[:LONGEST_CELL])
        case _:
            page.write_number(row.number - 1, column, value)
