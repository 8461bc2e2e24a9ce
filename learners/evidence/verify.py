"""Reading every stored evidence file again, to find those that are missing or altered (E5).

It changes nothing. Files are read outside of transactions, a chunk at a time, each once, however many rows refer to it.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from itertools import islice, product
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from learners.evidence.erased import erased_rows
from learners.evidence.store import (
    Content,
    EvidenceUnreadable,
    StoreUnavailable,
    check_store_is_ours,
    list_stored,
    read_stored,
    readers,
)
from learners.models import CompetencyRecord, EvidenceUpload, TrainingRecord
from training.selectors.site import site_identity

BATCH = 200
PAUSES = (1, 5)  # seconds before a store that stumbled is asked again


class Damage(StrEnum):
    """What is wrong with a stored file."""

    MISSING = "missing"
    ALTERED = "altered"
    OTHER_SIZE = "other size"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class DamagedFile:
    """A damaged file, and what it proves: sessions by reference, records and sign-offs by number.

    A sheet that was replaced before finalize proves no record, but its session is named.
    """

    key: str
    damage: Damage
    expected: Content
    found: Content | None
    sessions: Sequence[str] = ()
    records: Sequence[int] = ()
    sign_offs: Sequence[int] = ()


@dataclass
class Report:
    """What was found. To `surplus` files no upload row refers; they do no harm.

    `extracts` of old registers stand in the database, and are read again there (I7).
    """

    files: int = 0
    extracts: int = 0
    bytes: int = 0
    findings: list[DamagedFile] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "files": self.files,
            "bytes": self.bytes,
            "extracts": self.extracts,
            "sound": self.files + self.extracts - len(self.findings),
            "damaged": [asdict(finding) for finding in self.findings],
            "surplus": self.surplus,
        }


@dataclass(frozen=True)
class _Expected:
    """A key, and what rows say is stored under it, which is the same for all rows unless one was forged."""

    key: str
    contents: Collection[Content]


def verify_evidence(*, on_progress: Callable[[int, int], None]) -> Report:
    """Read every file to which an upload row refers, and compare its hash and size; list files without such a row.

    Args:
        on_progress: is called with the number of files that were read, and the number of all.

    Raises:
        StoreUnavailable: the store went away, is not this site's, or returns nothing at all. Then nothing is known of
            any file.
    """
    site = site_identity()
    erased = erased_rows(EvidenceUpload)
    total = EvidenceUpload.objects.exclude(pk__in=erased).aggregate(keys=Count("key", distinct=True))["keys"]
    report = Report()
    if total:
        check_store_is_ours(site=site, patiently=True)
    with ThreadPoolExecutor(readers()) as pool:
        for batch in _batches(erased):
            findings = []
            for expected, (found, is_readable) in zip(batch, pool.map(_read, batch), strict=True):
                report.files += 1
                report.bytes += found.size if found else 0
                if finding := _judge(expected, found, is_readable=is_readable):
                    findings.append(finding)
                on_progress(report.files, max(total, report.files))
            report.findings += _with_what_they_prove(findings)
    if report.findings:
        check_store_is_ours(site=site, patiently=True)  # else all that is missing may be so because the store left
    _check_some_can_be_read(report)
    report.surplus = [key for keys in _in_batches(list_stored()) for key in _surplus(keys, erased)]
    _check_extracts(report)
    return report


EXTRACTS = """
SELECT count(*), coalesce(jsonb_agg(jsonb_build_array(id, evidence_file_key, evidence_hash, sha256, size) ORDER BY id)
                            FILTER (WHERE sha256 IS DISTINCT FROM evidence_hash), '[]')
  FROM (SELECT record.id, evidence_file_key, evidence_hash, octet_length(content) AS size,
               encode(sha256(convert_to(content, 'UTF8')), 'hex') AS sha256
          FROM learners_trainingrecord record
          LEFT JOIN learners_registerextract extract ON extract.id = record.extract_id
         WHERE record.extract_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM training_erasure
                            WHERE rows -> 'learners_registerextract' @> to_jsonb(record.extract_id))) each
"""


def _check_extracts(report: Report) -> None:
    """Compare every extract of an old register with the hash in its record (I7), in one query."""
    with connection.cursor() as cursor:
        cursor.execute(EXTRACTS)
        ((report.extracts, damaged),) = cursor.fetchall()
    for record, key, expected, sha256, size in json.loads(damaged):
        found = None if sha256 is None else Content(sha256, size)
        damage = Damage.MISSING if found is None else Damage.ALTERED
        report.findings.append(
            DamagedFile(key, damage, expected=Content(expected, size or 0), found=found, records=[record])
        )


def _check_some_can_be_read(report: Report) -> None:
    """Refuse if none of the files can be read: then the store refuses everything, and has not lost its files.

    Raises:
        StoreUnavailable: it returned none of them.
    """
    unreadable = [finding for finding in report.findings if finding.damage is Damage.UNREADABLE]
    if unreadable and len(unreadable) == report.files:
        raise StoreUnavailable(
            _("The evidence store hands out no file at all. Check the rights of this account in it.")
        )


def _batches(erased: Collection[int]) -> Iterator[list[_Expected]]:
    """Yield what rows say is stored, in the order of the keys; no transaction stays open in between."""
    last = ""
    while True:
        rows = (
            EvidenceUpload.objects.filter(key__gt=last)
            .exclude(pk__in=erased)
            .order_by("key")
            .values("key")
            .annotate(hashes=ArrayAgg("sha256", distinct=True), sizes=ArrayAgg("size", distinct=True))[:BATCH]
        )
        batch = [
            _Expected(row["key"], {Content(*content) for content in product(row["hashes"], row["sizes"])})
            for row in rows
        ]
        if not batch:
            return
        yield batch
        last = batch[-1].key


def _read(expected: _Expected) -> tuple[Content | None, bool]:
    """Return what is stored under a key, and whether it could be read. Runs in a thread, so it uses no database."""
    for pause in (*PAUSES, None):
        try:
            return read_stored(key=expected.key, patiently=True), True
        except EvidenceUnreadable:
            return None, False
        except StoreUnavailable:
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError


def _judge(expected: _Expected, found: Content | None, *, is_readable: bool) -> DamagedFile | None:
    wrong = next((content for content in expected.contents if content != found), None)
    if wrong is None:
        return None
    if not is_readable:
        damage = Damage.UNREADABLE
    elif found is None:
        damage = Damage.MISSING
    else:
        damage = Damage.ALTERED if found.size == wrong.size else Damage.OTHER_SIZE
    return DamagedFile(expected.key, damage, expected=wrong, found=found)


def _with_what_they_prove(findings: Sequence[DamagedFile]) -> list[DamagedFile]:
    """Return the findings with what their files prove, in three queries."""
    if not findings:
        return []
    keys = [finding.key for finding in findings]
    sessions: dict[str, set[str]] = defaultdict(set)
    records: dict[str, list[int]] = defaultdict(list)
    sign_offs: dict[str, list[int]] = defaultdict(list)
    uploads = list(EvidenceUpload.objects.filter(key__in=keys).select_related("session"))
    for upload in uploads:
        if upload.session is not None:
            sessions[upload.key].add(upload.session.reference)
    of_sessions = {upload.session_id for upload in uploads if upload.session_id is not None}
    of_records = {upload.record_id for upload in uploads if upload.record_id is not None}
    proven = TrainingRecord.objects.filter(
        Q(session__in=of_sessions) | Q(pk__in=of_records), evidence_file_key__in=keys
    )
    for key, record in proven.order_by("pk").values_list("evidence_file_key", "pk"):
        records[key].append(record)
    given = CompetencyRecord.objects.filter(session__in=of_sessions, evidence_file_key__in=keys)
    for key, sign_off in given.order_by("pk").values_list("evidence_file_key", "pk"):
        sign_offs[key].append(sign_off)
    return [
        replace(
            finding,
            sessions=sorted(sessions[finding.key]),
            records=records[finding.key],
            sign_offs=sign_offs[finding.key],
        )
        for finding in findings
    ]


def _in_batches(keys: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(keys, BATCH)):
        yield batch


def _surplus(keys: Sequence[str], erased: Collection[int]) -> list[str]:
    """Return those of `keys` to which no upload row refers, but rows that were erased."""
    named = set(EvidenceUpload.objects.filter(key__in=keys).exclude(pk__in=erased).values_list("key", flat=True))
    return [key for key in keys if key not in named]
