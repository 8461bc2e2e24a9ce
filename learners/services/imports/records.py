"""Training records from old registers, many at once (I7). One row is the same call.

The number of statements does not grow with the rows: rows go into the tables by COPY, with every trigger on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.evidence.store import StoredFile
from learners.models import (
    EvidenceUpload,
    Learner,
    RegisterExtract,
    RegisterImport,
    RegisterStanding,
    Revocation,
    TrainingRecord,
)
from learners.policies.registers import (
    EXTRACT_PREFIX,
    RegisterTerms,
    SheetSource,
    extract_content,
    extract_hash,
    register_terms,
)
from learners.selectors.employment import careers_of
from learners.services.imports.copying import copy_in, reserve_keys
from learners.services.imports.judging import judge_many
from learners.services.imports.laying import Laid, LaidRecord
from learners.services.imports.record_checks import RecordChecker, TakenBack, taken_back_of
from learners.services.locks import lock_people
from learners.services.registers import revoke_records
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict
from training.core.sameness import same_text
from training.services.courses import make_versions_before
from training.services.imports.contract import (
    NOTHING_GONE,
    TAKEN_BACK,
    Gone,
    ImportTerms,
    NewThing,
    UndoAct,
    UndoneRow,
    WrittenRow,
)

KIND = "records"
UNKNOWN_SHEET = SheetSource("", "", "", {})
RECORD = (
    "id",
    "learner_id",
    "course_id",
    "course_version_id",
    "completion_date",
    "expiry_date",
    "result",
    "provider_id",
    "evidence_file_key",
    "evidence_hash",
    "comments",
    "register_import_id",
    "extract_id",
    "is_calculated",
    "supersedes_id",
    "course_title",
    "trainer_name",
    "company_name",
    "role_title",
    "created_at",
    "created_by_id",
)
EXTRACT = ("id", "register_import_id", "sheet", "row", "content", "sha256")
UPLOAD = (
    "record_id",
    "key",
    "sha256",
    "size",
    "content_type",
    "pages",
    "original_name",
    "reason",
    "uploaded_by_id",
    "uploaded_at",
)


class ChangedMeanwhile(Conflict):
    """A worker was merged into another one since the rows were checked (409)."""


class Records:
    """Checks and writes records from old registers, as `training.services.imports.contract.KindService` asks."""

    table = TrainingRecord._meta.db_table

    def checker(self, terms: ImportTerms) -> RecordChecker:
        """Return a checker of the rows of one import.

        Raises:
            UntilMissed: the acceptance that was chosen is over already.
        """
        return RecordChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock all courses against deletion and new versions, together with others who do so, then the workers."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM training_course ORDER BY id FOR SHARE")
        lock_people(workers)

    def lay(self, rows: Mapping[int, CheckedRow], terms: ImportTerms) -> Laid:
        """Return the records, and what the register takes back, with whether records without a certificate count."""
        register = register_terms(terms.choices, today=timezone.localdate(terms.now))
        records: dict[int, list[LaidRecord]] = {}
        for row in rows.values():
            dated, result = row.found["dated"], row.found["result"]
            laid = LaidRecord(
                row.found["course"], dated.completion, dated.expiry, result, is_proven="certificate" in row.found
            )
            records.setdefault(row.found["person"], []).append(laid)
        gone = _still_standing(taken_back_of(terms.choices.get(TAKEN_BACK, ())))
        return Laid(
            concerned={*records, *gone.values()},
            records=records,
            records_gone=list(gone),
            records_count=register.counts,
            records_count_until=register.counts_until,
        )

    def write_ahead(self, rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        """Write the bringing in and the extracts of rows, which nobody sees before their records (I6).

        Raises:
            NotPermitted, UntilMissed: as `write`.
        """
        check_may(terms.by, Permission.IMPORT_REGISTER)
        register = register_terms(terms.choices, today=timezone.localdate(terms.now))
        if rows:
            _write_proofs(rows, _bring(register, by=terms.by, now=terms.now), register)

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write new records with their proofs, set the key of each, and bring compliance up to date (C6).

        What the register has taken back is revoked first, as far as `terms.choices["taken_back"]` says that somebody
        has confirmed it: what `RecordChecker.taken_back` returned, or as dictionaries. The record of the row that says
        an earlier day replaces the old one.

        Raises:
            NotPermitted: the person is no superuser.
            ChangedMeanwhile: a worker was merged since the rows were checked.
            UntilMissed: the acceptance that was chosen is over already.
        """
        check_may(terms.by, Permission.IMPORT_REGISTER)
        today = timezone.localdate(terms.now)
        register = register_terms(terms.choices, today=today)
        taken_back = taken_back_of(terms.choices.get(TAKEN_BACK, ()))
        if not rows and not taken_back:
            return
        _check_still_there(rows)
        of = _bring(register, by=terms.by, now=terms.now)
        replaced = _revoke_taken_back(taken_back, register, by=terms.by, now=terms.now)
        _write_records(rows, of, register, replaced, terms)
        tell(len(rows))
        concerned = {each.found["person"] for each in rows} | {*replaced.values()}
        judge_many(concerned, terms.now)

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Revoke what an import has recorded, with one reason (I8); what somebody revoked before stays as it is.

        What the register took back on the same occasion stays revoked: it is listed there, and entered anew if need be.
        """
        revoked = revoke_records([each.key for each in rows], reason=reason, by=by, now=now)
        return [
            UndoneRow(each, UndoAct.REVOKED)
            if each.key in revoked
            else UndoneRow(each, UndoAct.LEFT, _("This record was revoked before."))
            for each in rows
        ]


RECORD_ROWS = Records()


def _check_still_there(rows: Sequence[CheckedRow]) -> None:
    """Refuse rows of workers who were merged meanwhile: the rows would stand under the wrong key.

    Raises:
        ChangedMeanwhile: see there.
    """
    people = {each.found["person"] for each in rows}
    if Learner.objects.filter(pk__in=people, merged_into__isnull=True).count() != len(people):
        raise ChangedMeanwhile(_("A worker of this register was merged since it was checked. Check the file again."))


def _bring(register: RegisterTerms, *, by: User, now: datetime) -> RegisterImport:
    """Return the row of this bringing in, made with its standing if it is not there yet."""
    facts = {"register": register.register[:150], "brought_by": by, "brought_at": now}
    # Whoever brings something in for an import has locked that: two cannot make it at once.
    number = register.import_number
    of = None if number is None else RegisterImport.objects.filter(import_number=number).first()
    if of is None:
        of = RegisterImport.objects.create(**facts, import_number=number)
        RegisterStanding.objects.create(
            register_import=of,
            counts=register.counts,
            counts_until=register.counts_until,
            reason=register.reason,
            decided_by=by,
            decided_at=now,
            decided_on=timezone.localdate(now),
        )
    return of


def _revoke_taken_back(
    taken: Sequence[TakenBack], register: RegisterTerms, *, by: User, now: datetime
) -> dict[int, int]:
    """Revoke what the register has taken back, and return the worker of each record, by its key."""
    found = _still_standing(taken)
    lock_people(found.values())
    Revocation.objects.bulk_create(
        Revocation(
            record_id=key,
            reason=_("The register “%(register)s” took this back.") % {"register": register.register},
            revoked_at=now,
            revoked_on=timezone.localdate(now),
            revoked_by=by,
        )
        for key in found
    )
    return found


def _still_standing(taken: Sequence[TakenBack]) -> dict[int, int]:
    """Return the worker of each record of a register that is not revoked yet, by its key."""
    keys = [each.record for each in taken]
    standing = TrainingRecord.objects.filter(pk__in=keys, revocation__isnull=True, register_import__isnull=False)
    return dict(standing.values_list("pk", "learner_id"))


class Kept(NamedTuple):
    """The key and the hash of an extract."""

    key: int
    sha256: str


def _write_proofs(rows: Sequence[CheckedRow], of: RegisterImport, register: RegisterTerms) -> None:
    """Write what is kept of rows without a certificate, and set the key that the record of each row will have."""
    for key, row in zip(reserve_keys(TrainingRecord, len(rows)), rows, strict=True):
        row.key = key
    kept = [each for each in rows if "certificate" not in each.found]
    if not kept:
        return

    def written() -> Iterator[tuple[object, ...]]:
        for key, row in zip(keys, kept, strict=True):
            source = register.sheets.get(row.draft.sheet, UNKNOWN_SHEET)
            content = extract_content(row.draft, source)
            row.found["extract"] = Kept(key, extract_hash(content))
            yield key, of.pk, source.name[:100], row.draft.number, content, row.found["extract"].sha256

    keys = reserve_keys(RegisterExtract, len(kept))
    copy_in(RegisterExtract, EXTRACT, written())


def _write_records(
    rows: Sequence[CheckedRow],
    of: RegisterImport,
    register: RegisterTerms,
    replaced: Mapping[int, int],
    terms: ImportTerms,
) -> None:
    """Write the records of rows with their proofs, as far as these are not written ahead, and set the key of each."""
    _write_proofs([each for each in rows if each.key is None], of, register)
    if rows:
        copy_in(TrainingRecord, RECORD, _records(rows, of, replaced, terms))
        certified = [each for each in rows if "certificate" in each.found]
        if certified:
            copy_in(EvidenceUpload, UPLOAD, _uploads(certified, terms))


def _records(
    rows: Sequence[CheckedRow],
    of: RegisterImport,
    replaced: Mapping[int, int],
    terms: ImportTerms,
) -> Iterator[tuple[object, ...]]:
    """Return the columns of `RECORD` for each row. Models would be made and thrown away by the hundred thousand.

    Everything is read before the first is returned: while a table is copied into, the connection answers nothing else.
    """
    before = {each.found["course"] for each in rows if each.found["dated"].version is None}
    versions_before = make_versions_before(course_ids=before, by=terms.by) if before else {}
    careers = careers_of({each.found["person"] for each in rows})
    replaces = _replaces(terms, replaced)

    def record(row: CheckedRow) -> tuple[object, ...]:
        person, course, dated = row.found["person"], row.found["course"], row.found["dated"]
        version = dated.version.version if dated.version else versions_before[course]
        extract: Kept | None = row.found.get("extract")
        superseded = replaces.get((person, course, dated.completion))
        return (
            row.key,
            person,
            course,
            version.pk,
            dated.completion,
            dated.expiry,
            row.found["result"],
            _provider(row, terms),
            *_proof(extract, row.found.get("certificate")),
            str(row.draft.values.get("comments") or "").strip(),
            of.pk,
            extract.key if extract else None,
            dated.is_calculated,
            superseded if replaced.get(superseded or 0) == person else None,
            version.title,
            "",
            *careers[person].on(dated.completion),
            terms.now,
            terms.by.pk,
        )

    return map(record, rows)


def _proof(extract: Kept | None, certificate: StoredFile | None) -> tuple[str, str]:
    """Return evidence key and hash of a record: of its certificate, else of its extract."""
    if certificate is not None:
        return certificate.key, certificate.sha256
    assert extract is not None  # noqa: S101  # a row has one or the other
    return f"{EXTRACT_PREFIX}{extract.key}.json", extract.sha256


def _replaces(terms: ImportTerms, replaced: Mapping[int, int]) -> dict[tuple[int, int, date | None], int]:
    """Return by worker, course and the day that the register gives now, the revoked record that it replaces."""
    taken = taken_back_of(terms.choices.get(TAKEN_BACK, ()))
    return {(each.learner, each.course, _day(each.says)): each.record for each in taken if each.record in replaced}


def _day(said: date | str | None) -> date | None:
    return date.fromisoformat(said) if isinstance(said, str) else said


def _provider(row: CheckedRow, terms: ImportTerms) -> int:
    """Return the key of the provider; the import has made a new one before the rows are written."""
    provider = row.found["provider"]
    if isinstance(provider, NewThing):
        provider = terms.things[Thing.COMPANY][same_text(str(row.draft.values["provider"]))]
    assert isinstance(provider, int), "things are made before the rows that name them"  # noqa: S101
    return provider


def _uploads(rows: Sequence[CheckedRow], terms: ImportTerms) -> Iterator[tuple[object, ...]]:
    """Yield the certificates of rows as uploads of their records (E2)."""
    for row in rows:
        stored: StoredFile = row.found["certificate"]
        name = str(row.draft.values["certificate"])[:255]
        facts = stored.key, stored.sha256, stored.size, stored.content_type, stored.pages
        yield row.key, *facts, name, "", terms.by.pk, terms.now
