"""The files that prove training records: the one from which a record was made, and the sheets that correct it (E6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from learners.models import EvidenceUpload, TrainingRecord


def sheets_of(records: Collection[TrainingRecord]) -> dict[int, list[EvidenceUpload]]:
    """Return by record the uploads that prove it, the newest correction first, the original last, in one query.

    The original is the file whose key and hash stand in the record; it is missing if no upload has that file. A
    correcting sheet of a session counts for every record of that session. A record that came from an old register
    without a certificate is proven by those that were added since (I7); before, it has no file.
    """
    by_session: dict[int | None, list[EvidenceUpload]] = defaultdict(list)
    by_record: dict[int | None, list[EvidenceUpload]] = defaultdict(list)
    sessions = {record.session_id for record in records if record.session_id is not None}
    for upload in _uploads(Q(session__in=sessions) | Q(record__in=[record.pk for record in records])):
        (by_session[upload.session_id] if upload.record_id is None else by_record[upload.record_id]).append(upload)
    return {
        record.pk: _newest_first(by_record[record.pk])
        if record.extract_id
        else _in_order(
            by_record[record.pk] + (by_session[record.session_id] if record.session_id else []),
            key=record.evidence_file_key,
            sha256=record.evidence_hash,
        )
        for record in records
    }


def sheets_of_session(session_id: int, *, key: str, sha256: str) -> list[EvidenceUpload]:
    """Return the sheets of a session in the order of `sheets_of`, in one query.

    Args:
        key, sha256: of the file to which the session links; earlier ones were replaced (E3).
    """
    return _in_order(_uploads(Q(session=session_id, record=None)), key=key, sha256=sha256)


def original_among(sheets: Iterable[EvidenceUpload]) -> EvidenceUpload | None:
    """Return the sheet that corrects no other one; None where there is none."""
    return next((upload for upload in sheets if upload.corrects_id is None), None)


def _uploads(of: Q) -> QuerySet[EvidenceUpload]:
    return EvidenceUpload.objects.filter(of).select_related("uploaded_by")


def _in_order(uploads: Iterable[EvidenceUpload], *, key: str, sha256: str) -> list[EvidenceUpload]:
    """Return the corrections, newest first, then the original; if a file was sent twice, its later upload."""
    newest_first = _newest_first(uploads)
    corrections = [upload for upload in newest_first if upload.corrects_id is not None]
    originals = [upload for upload in newest_first if upload.corrects_id is None]
    return corrections + [upload for upload in originals if (upload.key, upload.sha256) == (key, sha256)][:1]


def _newest_first(uploads: Iterable[EvidenceUpload]) -> list[EvidenceUpload]:
    return sorted(uploads, key=lambda upload: (upload.uploaded_at, upload.pk), reverse=True)
