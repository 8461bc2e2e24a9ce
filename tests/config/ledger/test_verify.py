"""What the owner of the database can do, with every trigger off, and how it is found (T4, T7)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, models, transaction
from django.utils import timezone

from config.ledger.anchors import Anchored
from config.ledger.declaration import SealedTable
from config.ledger.following import NotBegun, begin_new_log
from config.ledger.log import LogNotBegun, grow, sign_checkpoint
from config.ledger.report import LedgerReport, Wrong
from config.ledger.sealed_tables import SEALED_TABLES
from config.ledger.verify import verify_ledger
from tests.config.ledger.world import make_world
from tests.factories.learners import LearnerFactory, TrainingRecordFactory
from training.core.seals.checkpoints import Checkpoint, sign, verifier_key
from training.core.seals.tree import full_tiles, hash_leaf
from training.models import Log, LogCheckpoint, LogEntry, LogKey, Seal, SealOpening
from training.selectors.seals import stored_tree

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "training.example.com/log"


def sql(query: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)


# What else stands in the owner's way; he drops it, and nobody notices if he puts it back afterwards.
WITHOUT_CONSTRAINTS = """
SET CONSTRAINTS ALL IMMEDIATE;
DO $$
DECLARE each record;
BEGIN
  FOR each IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'x', 'f') AND conrelid <> 0
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', each.of_table, each.conname);
  END LOOP;
  FOR each IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace AND contype = 'u'
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', each.of_table, each.conname);
  END LOOP;
  FOR each IN SELECT indexrelid::regclass AS of_index FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
               WHERE c.relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary
  LOOP
    EXECUTE format('DROP INDEX %s', each.of_index);
  END LOOP;
END $$
"""


def as_owner(query: str, *values: Any) -> None:
    """Do something that every trigger and constraint would refuse."""
    sql("SET LOCAL session_replication_role = replica")
    sql(query, *values)
    sql("SET LOCAL session_replication_role = origin")


def log() -> None:
    with connection.cursor() as cursor:
        grow(cursor, key=KEY, name=NAME)


def outside() -> list[Anchored]:
    """What the anchors have: every checkpoint, as it was when it was made, but for the one that begins the world's log.

    That one is older than the rows of the world, which say that they are of months ago.
    """
    notes = LogCheckpoint.objects.filter(size__gt=1).values_list("note", flat=True)
    return [Anchored(note, timezone.now(), "anchor") for note in notes]


def found_by(anchored: list[Anchored], **options: Any) -> LedgerReport:
    return verify_ledger(anchored=anchored, **options)


@dataclass
class Ledger:
    """A sealed site, its log in three checkpoints, and what the anchors have of it."""

    anchored: list[Anchored]


@pytest.fixture
def ledger() -> Ledger:
    make_world()
    log()
    TrainingRecordFactory.create_batch(3, created_at=timezone.now())
    log()
    LearnerFactory.create_batch(2)
    log()
    sql(WITHOUT_CONSTRAINTS)
    kept = outside()
    assert len(kept) == 3
    whole = found_by(kept)
    assert whole.findings == []
    assert len(whole.outside) == 3
    return Ledger(kept)


def other_value(field: models.Field) -> str:
    """Return SQL of another value than the row has in this column."""
    column = field.column
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    match field:
        case models.DateTimeField():
            return f"coalesce({column}, now()) + interval '1 second'"
        case models.DateField():
            return f"coalesce({column}, current_date) + 1"
        case models.BooleanField():
            return f"NOT coalesce({column}, false)"
        case models.JSONField():
            return """'{"forged": true}'::jsonb"""
        case models.CharField() | models.TextField():
            longest = getattr(field, "max_length", None) or 100
            return (
                f"CASE WHEN {column} = 'F' THEN 'G' ELSE left('F' || coalesce({column}, ''), {longest}) END"
                if longest > 1
                else "'F'"
            )
        case _:
            return f"coalesce({column}, 0) + 1"


def sealed_cells() -> Iterator[tuple[SealedTable, str]]:
    """Every column of every table that stands in a leaf."""
    for sealed in SEALED_TABLES:
        for column in sealed.sealed_columns:
            yield sealed, column


def test_t7_every_sealed_column_of_every_table_that_is_altered_is_found_and_named(ledger: Ledger) -> None:
    """Some 300 alterations: one for each column."""
    missed = []
    for sealed, column in sealed_cells():
        field = next(each for each in sealed.model_class._meta.local_concrete_fields if each.column == column)
        seal = Seal.objects.filter(kind=sealed.kind).latest("pk")
        with transaction.atomic():
            as_owner(f"UPDATE {sealed.table} SET {column} = {other_value(field)} WHERE {sealed.key} = %s", seal.row_id)
            report = found_by(ledger.anchored)
            transaction.set_rollback(True)
        if not any((each.kind, each.row) == (sealed.kind, seal.row_id) for each in report.findings):
            missed.append(f"{sealed.kind}.{column}")
    assert missed == []


def test_t7_every_kind_of_row_that_is_deleted_or_slipped_in_is_found_and_named(ledger: Ledger) -> None:
    missed = []
    for sealed, act in product(SEALED_TABLES, ("delete", "insert", "delete with its seal")):
        seal = Seal.objects.filter(kind=sealed.kind).latest("pk")
        with transaction.atomic():
            row: int | None = seal.row_id
            if act == "insert":
                copied = ", ".join(
                    str(field.column)
                    for field in sealed.model_class._meta.local_concrete_fields
                    if field.column != sealed.key and not field.generated
                )
                row = 987_654
                as_owner(
                    f"INSERT INTO {sealed.table} ({sealed.key}, {copied}) SELECT {row}, {copied}"
                    f" FROM {sealed.table} WHERE {sealed.key} = %s",
                    seal.row_id,
                )
            else:
                as_owner(f"DELETE FROM {sealed.table} WHERE {sealed.key} = %s", seal.row_id)
            if act == "delete with its seal":
                as_owner("DELETE FROM training_seal WHERE kind = %s AND row_id = %s", sealed.kind, seal.row_id)
                row = None
            report = found_by(ledger.anchored)
            transaction.set_rollback(True)
        named = {(each.kind, each.row) for each in report.findings}
        if not report.findings or (row and (sealed.kind, row) not in named):
            missed.append(f"{act} {sealed.kind}")
    assert missed == []


def rebuild(*, key: Ed25519PrivateKey = KEY) -> None:
    """Work everything out anew, as somebody does who has the database and the key."""
    seals = {seal.pk: seal for seal in Seal.objects.all()}
    sql("SET LOCAL session_replication_role = replica")
    hashes = []
    entries = list(LogEntry.objects.order_by("position").filter(seal_id__in=seals))
    sql("DELETE FROM training_logentry")
    for position, entry in enumerate(entries):
        leaf_hash = hash_leaf(seals[entry.seal_id].leaf.encode())
        hashes.append(leaf_hash)
        sql("UPDATE training_seal SET leaf_hash = %s WHERE id = %s", leaf_hash, entry.seal_id)
        sql(
            "INSERT INTO training_logentry (position, seal_id, leaf_hash) VALUES (%s, %s, %s)",
            position,
            entry.seal_id,
            leaf_hash,
        )
    sql("DELETE FROM training_logtile")
    for tile in full_tiles(hashes):
        sql("INSERT INTO training_logtile (level, number, hashes) VALUES (%s, %s, %s)", *tile)
    sizes = [size for size in LogCheckpoint.objects.values_list("size", flat=True) if size < len(hashes)]
    sizes.append(len(hashes))
    log_id = LogCheckpoint.objects.values_list("log_id", flat=True)[0]
    sql("DELETE FROM training_logcheckpoint")
    for size in sizes:
        with connection.cursor() as cursor:
            checkpoint = Checkpoint(NAME, size, stored_tree(cursor).root(size))
        sql(
            "INSERT INTO training_logcheckpoint (log_id, size, note) VALUES (%s, %s, %s)",
            log_id,
            size,
            sign(checkpoint, key),
        )
    sql("SET LOCAL session_replication_role = origin")


def forge_result() -> int:
    """Make PASSED out of FAILED, in the row and in its leaf."""
    seal = Seal.objects.filter(kind="record").earliest("pk")
    as_owner("UPDATE learners_trainingrecord SET result = 'FAILED' WHERE id = %s", seal.row_id)
    leaf = seal.leaf.replace('"result":"PASSED"', '"result":"FAILED"')
    assert leaf != seal.leaf
    as_owner("UPDATE training_seal SET leaf = %s WHERE id = %s", leaf, seal.pk)
    return seal.row_id


def drop_record() -> None:
    """Delete a record and everything that was sealed of it."""
    seal = Seal.objects.filter(kind="record").earliest("pk")
    as_owner("DELETE FROM learners_trainingrecord WHERE id = %s", seal.row_id)
    as_owner("DELETE FROM training_sealopening WHERE seal_id = %s", seal.pk)
    as_owner("DELETE FROM training_seal WHERE id = %s", seal.pk)


def swap(first: int, second: int) -> None:
    """Let two entries of the log change places."""
    entries = {entry.position: entry for entry in LogEntry.objects.filter(position__in=[first, second])}
    as_owner("DELETE FROM training_logentry WHERE position IN (%s, %s)", first, second)
    for position, other in ((first, second), (second, first)):
        entry = entries[other]
        as_owner(
            "INSERT INTO training_logentry (position, seal_id, leaf_hash) VALUES (%s, %s, %s)",
            position,
            entry.seal_id,
            bytes(entry.leaf_hash),
        )


def swap_names() -> None:
    """Let two records of different people change their openings."""
    one, other = SealOpening.objects.filter(pk__in=Seal.objects.filter(kind="record").values("pk")).order_by("pk")[:2]
    as_owner("UPDATE training_sealopening SET person = %s WHERE seal_id = %s", other.person, one.pk)


def cut_tail() -> None:
    """Restore an old backup: everything after the second checkpoint is gone, rows included."""
    size = sorted(LogCheckpoint.objects.values_list("size", flat=True))[2]
    for seal in Seal.objects.filter(pk__in=LogEntry.objects.filter(position__gte=size).values("seal_id")):
        table = next(each for each in SEALED_TABLES if each.kind == seal.kind)
        as_owner(f"DELETE FROM {table.table} WHERE {table.key} = %s", seal.row_id)
        as_owner("DELETE FROM training_sealopening WHERE seal_id = %s", seal.pk)
        as_owner("DELETE FROM training_seal WHERE id = %s", seal.pk)
    as_owner("DELETE FROM training_logentry WHERE position >= %s", size)
    as_owner("DELETE FROM training_logcheckpoint WHERE size > %s", size)


def rebuild_with_another_key() -> None:
    other = Ed25519PrivateKey.generate()
    rebuild(key=other)
    as_owner("UPDATE training_logkey SET verifier = %s", verifier_key(NAME, other.public_key().public_bytes_raw()))


def doing(query: str) -> Callable[[], None]:
    """Return what does a statement as the owner."""
    return lambda: as_owner(query)


def enter() -> None:
    TrainingRecordFactory(created_at=timezone.now())


ATTACKS: dict[str, tuple[list[Callable[[], object]], Wrong]] = {
    "leaf and row rewritten": ([forge_result], Wrong.LEAF_ALTERED),
    "leaf and row rewritten, all rebuilt with the key": ([forge_result, rebuild], Wrong.RANGE_ALTERED),
    "all rebuilt with a key of one's own": ([forge_result, rebuild_with_another_key], Wrong.CHECKPOINT_REFUSED),
    "record deleted with its seal": ([drop_record], Wrong.SEAL_GONE),
    "record deleted, all rebuilt with the key": ([drop_record, rebuild], Wrong.LOG_CUT),
    "entries in another order": ([lambda: swap(0, 5)], Wrong.RANGE_ALTERED),
    "entries in another order, rebuilt": ([lambda: swap(0, 5), rebuild], Wrong.RANGE_ALTERED),
    "tail cut off": ([cut_tail], Wrong.LOG_CUT),
    "names swapped": ([swap_names], Wrong.NAMES_ALTERED),
    "staff altered": (
        [doing("""UPDATE training_sealopening SET staff = '["X","y"]' WHERE staff <> ''""")],
        Wrong.NAMES_ALTERED,
    ),
    "salts gone": ([doing("DELETE FROM training_sealopening")], Wrong.OPENING_GONE),
    "list rewritten": (
        [doing("UPDATE training_seal SET list = replace(list, 'true', 'false') WHERE list <> ''")],
        Wrong.LIST_ALTERED,
    ),
    "attendee marked absent": ([doing("UPDATE session_attendees SET is_present = false")], Wrong.LIST_ALTERED),
    "attendee removed": ([doing("DELETE FROM session_attendees")], Wrong.LIST_ALTERED),
    "remark rewritten": ([doing("UPDATE session_attendees SET remarks = 'Slept'")], Wrong.LIST_ALTERED),
    "tile rewritten": (
        [doing("INSERT INTO training_logtile (level, number, hashes) VALUES (0, 0, 'x')")],
        Wrong.TILE_ALTERED,
    ),
    "checkpoint forged": (
        [doing("UPDATE training_logcheckpoint SET note = replace(note, 'training', 'hamster')")],
        Wrong.CHECKPOINT_ALTERED,
    ),
    "seal taken from the queue": ([enter, doing("DELETE FROM training_sealpending")], Wrong.OUT_OF_QUEUE),
    "seal queued again": (
        [doing("INSERT INTO training_sealpending SELECT min(id) FROM training_seal")],
        Wrong.QUEUE_WRONG,
    ),
    "hole in the log": ([doing("DELETE FROM training_logentry WHERE position = 3")], Wrong.POSITIONS_GONE),
    "hash of an entry rewritten": (
        [doing("UPDATE training_logentry SET leaf_hash = sha256('x') WHERE position = 3")],
        Wrong.LEAF_ALTERED,
    ),
    "record dated back": (
        [enter, doing("UPDATE learners_trainingrecord SET created_at = created_at - interval '3 days'")],
        Wrong.ROW_ALTERED,
    ),
    "sealed in another kind": (
        [doing("UPDATE training_seal SET kind = 'hearsay' WHERE kind = 'revocation'")],
        Wrong.SEAL_UNKNOWN,
    ),
    "second seal for a record": (
        [
            doing(
                """INSERT INTO training_seal (id, kind, row_id, leaf, leaf_hash, list, sealed_at)
                   SELECT 900000, kind, row_id, leaf, leaf_hash, list, sealed_at FROM training_seal
                    WHERE kind = 'record' LIMIT 1"""
            )
        ],
        Wrong.SEALED_TWICE,
    ),
}


def test_t7_what_the_owner_does_is_found(ledger: Ledger) -> None:
    missed = []
    for name, (acts, wrong) in ATTACKS.items():
        with transaction.atomic():
            for act in acts:
                act()
            if wrong not in {each.wrong for each in found_by(ledger.anchored).findings}:
                missed.append(name)
            transaction.set_rollback(True)
    assert missed == []


def test_t7_a_signed_off_row_that_is_sealed_anew_with_the_triggers_on_is_found(ledger: Ledger) -> None:
    """The guard is taken away, and the seal's own trigger makes a second leaf: it says what never changes."""
    sql("ALTER TABLE learners_competencyrecord DISABLE TRIGGER competency_signed_off_is_frozen")
    sql("UPDATE learners_competencyrecord SET status = 'NOT_COMPETENT' WHERE status = 'COMPETENT'")
    log()
    assert Wrong.CHANGED_WRONGLY in {each.wrong for each in found_by(ledger.anchored).findings}


def test_t4_a_record_that_is_entered_with_a_time_before_an_anchored_checkpoint_is_found(ledger: Ledger) -> None:
    record = TrainingRecordFactory.build(learner=LearnerFactory())
    assert record.pk is None
    sql(
        """INSERT INTO learners_trainingrecord (learner_id, course_id, course_version_id, completion_date, expiry_date,
             result, session_id, provider_id, evidence_file_key, evidence_hash, comments, is_calculated, course_title,
             trainer_name, company_name, role_title, created_at, created_by_id)
           SELECT learner_id, course_id, course_version_id, completion_date, expiry_date, result, NULL, provider_id,
                  evidence_file_key, evidence_hash, 'Forged', is_calculated, course_title, trainer_name, company_name,
                  role_title, now() - interval '400 days', created_by_id
             FROM learners_trainingrecord WHERE provider_id IS NOT NULL LIMIT 1"""
    )
    log()
    findings = found_by(ledger.anchored).findings
    assert [each.wrong for each in findings] == [Wrong.DATED_BACK]
    assert findings[0].between[0].startswith(f"{max(LogCheckpoint.objects.values_list('size', flat=True)[:4])} ")


def test_t4_a_finding_names_the_outside_checkpoints_around_it(ledger: Ledger) -> None:
    seal = Seal.objects.filter(kind="record").latest("pk")
    as_owner("UPDATE learners_trainingrecord SET result = 'FAILED' WHERE id = %s", seal.row_id)
    (finding,) = found_by(ledger.anchored).findings
    sizes = sorted(LogCheckpoint.objects.values_list("size", flat=True))
    assert (finding.kind, finding.row) == ("record", seal.row_id)
    assert [short.split(" ")[0] for short in finding.between] == [str(sizes[1]), str(sizes[2])]
    assert "result" in finding.what


def test_t3_without_a_checkpoint_from_outside_nothing_is_proved(ledger: Ledger) -> None:
    report = found_by([])
    assert report.findings == []
    assert not report.is_proved
    assert "proves nothing" in report.notes[0]


def test_t3_two_checkpoints_of_one_size_are_found_to_differ(ledger: Ledger) -> None:
    size = max(LogCheckpoint.objects.values_list("size", flat=True))
    forged = Anchored(sign(Checkpoint(NAME, size, bytes(32)), KEY), timezone.now(), "drawer")
    assert {each.wrong for each in found_by([*ledger.anchored, forged]).findings} == {Wrong.CHECKPOINTS_DIFFER}


def test_t4_a_key_that_the_caller_trusts_counts_and_not_those_in_the_database(ledger: Ledger) -> None:
    (trusted,) = LogKey.objects.values_list("verifier", flat=True)
    as_owner("DELETE FROM training_logkey")
    assert found_by(ledger.anchored, keys=[trusted]).findings == []
    assert Wrong.CHECKPOINT_REFUSED in {each.wrong for each in found_by(ledger.anchored).findings}


# What must be missed (T7), as docs/proof.md says


def test_t7_control_what_is_deleted_before_its_first_checkpoint_is_missed(ledger: Ledger) -> None:
    record = TrainingRecordFactory(created_at=timezone.now())
    seals = Seal.objects.filter(pk__gt=LogEntry.objects.aggregate(most=models.Max("seal_id"))["most"])
    keys = list(seals.values_list("pk", flat=True))
    for sealed in SEALED_TABLES:
        for row in seals.filter(kind=sealed.kind).values_list("row_id", flat=True):
            as_owner(f"DELETE FROM {sealed.table} WHERE {sealed.key} = %s", row)
    for table, column in (
        ("training_sealopening", "seal_id"),
        ("training_sealpending", "seal_id"),
        ("training_seal", "id"),
    ):
        as_owner(f"DELETE FROM {table} WHERE {column} = ANY (%s)", keys)
    log()
    assert found_by(ledger.anchored).findings == []
    assert not type(record).objects.filter(pk=record.pk).exists()


def test_t7_control_a_rebuild_with_the_key_and_without_an_anchor_is_missed(ledger: Ledger) -> None:
    forge_result()
    rebuild()
    assert found_by([]).findings == []


def test_t7_a_restore_that_nobody_with_the_key_has_told_is_found(ledger: Ledger) -> None:
    """Who owns the database says that a backup was restored, so that the checkpoints outside count no longer."""
    newest = LogCheckpoint.objects.latest("size").note
    forge_result()
    rebuild()
    sql("INSERT INTO training_log (origin, begins_at, follows) VALUES (%s, 0, %s)", f"{NAME}/2", newest)
    with pytest.raises(LogNotBegun, match="nobody with the key"):
        log()

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM training_log ORDER BY id DESC LIMIT 1")
        own = Ed25519PrivateKey.generate()
        sign_checkpoint(cursor, log=cursor.fetchone()[0], origin=f"{NAME}/2", size=1, key=own)
    log()

    wrong = {each.wrong for each in found_by([*ledger.anchored, *outside()]).findings}
    assert {Wrong.LOG_FORGED, Wrong.RANGE_ALTERED} <= wrong


def test_t6_places_given_anew_after_a_restore_are_not_dated_back(ledger: Ledger) -> None:
    """What waited in the backup is older than the checkpoints that were lost, and gets a place beyond their size."""
    later = timezone.now() + timedelta(hours=9)
    kept, *lost = sorted(ledger.anchored, key=lambda each: int(each.note.splitlines()[1]))[1:]
    cut_tail()
    TrainingRecordFactory.create_batch(40, created_at=timezone.now())
    anchored = [ledger.anchored[0], kept, *(replace(each, at=later) for each in lost)]
    begin_new_log(anchored=anchored, using="default", key=KEY)
    log()
    assert LogEntry.objects.count() > int(lost[-1].note.splitlines()[1])
    assert found_by(anchored).findings == []


def test_t6_a_restored_backup_that_says_so_is_told_and_is_no_fraud(ledger: Ledger) -> None:
    newest = LogCheckpoint.objects.latest("size").note
    cut_tail()
    size = LogEntry.objects.count()
    TrainingRecordFactory(created_at=timezone.now())  # waits for its place when the new log begins
    assert begin_new_log(anchored=ledger.anchored, using="default", key=KEY) == f"{NAME}/2"
    first = Seal.objects.get(pk=LogEntry.objects.get(position=size).seal_id)
    assert (first.kind, json.loads(first.leaf)["follows"]) == ("log", newest)
    with pytest.raises(NotBegun, match="newer than this log"):
        begin_new_log(anchored=ledger.anchored, using="default", key=KEY)
    log()
    report = found_by([*ledger.anchored, *outside()])
    assert report.findings == []
    assert "A backup with" in report.notes[0]


def test_t6_a_log_that_is_not_behind_or_is_another_one_goes_on_as_it_is(ledger: Ledger) -> None:
    with pytest.raises(NotBegun, match="newer than this log"):
        begin_new_log(anchored=ledger.anchored, using="default", key=KEY)
    cut_tail()
    swap(0, 5)
    with pytest.raises(NotBegun, match="not a backup of the log"):
        begin_new_log(anchored=ledger.anchored, using="default", key=KEY)
    assert Log.objects.count() == 1


def test_t4_a_sealed_erasure_accounts_for_a_salt_that_is_gone(ledger: Ledger) -> None:
    seal = Seal.objects.filter(kind="record").latest("pk")
    sql("DELETE FROM training_sealopening WHERE seal_id = %s", seal.pk)
    assert [each.wrong for each in found_by(ledger.anchored).findings] == [Wrong.OPENING_GONE]
    erasure = "INSERT INTO training_erasure (seals, rows, reason, erased_by) VALUES (%s, %s, 'Retention', 'operator')"
    with transaction.atomic():
        sql(erasure, json.dumps([seal.pk]), "{}")
        assert {each.wrong for each in found_by(ledger.anchored).findings} == {Wrong.ROW_ALTERED}
        transaction.set_rollback(True)
    as_owner("UPDATE learners_trainingrecord SET comments = '', trainer_name = 'erased' WHERE id = %s", seal.row_id)
    as_owner("UPDATE learners_trainingrecord SET trainer_name = '' WHERE id = %s AND session_id IS NULL", seal.row_id)
    sql(erasure, json.dumps([seal.pk]), json.dumps({"learners_trainingrecord": [seal.row_id]}))
    log()
    assert found_by(ledger.anchored).findings == []


def test_t4_the_report_is_for_programs_too(ledger: Ledger) -> None:
    told = found_by(ledger.anchored).as_json()
    assert json.loads(json.dumps(told))["whole"] is True
    assert told["seals"] == told["entries"] == Seal.objects.count()
