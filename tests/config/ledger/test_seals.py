"""Every legal row is sealed in the statement that writes it, with everything that it says (T1)."""

import json
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.ledger import triggers
from config.ledger.sealed_rows import digest
from config.ledger.sealed_tables import BY_KIND, SEALED_TABLES
from learners.models import Learner, LearnerPeriod, TrainingRecord
from tests.concurrency.writers import WRITERS
from tests.config.ledger.world import make_world
from tests.factories.learners import LearnerFactory, TrainingRecordFactory
from tests.factories.training import UserFactory
from training.core.seals.tree import hash_leaf
from training.models import Seal, SealOpening, SealPending, Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


def newest(kind: str, row: int) -> Seal:
    seal = Seal.objects.filter(kind=kind, row_id=row).order_by("-pk").first()
    assert seal is not None
    return seal


@pytest.mark.parametrize("sealed", SEALED_TABLES, ids=lambda sealed: sealed.kind)
def test_t1_what_is_installed_is_what_is_declared(sealed) -> None:
    """A column that a migration adds without a new trigger is found here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [triggers.function_name(sealed)])
        (installed,) = cursor.fetchone()
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'seal\\_%%' ORDER BY 1",
            [sealed.table],
        )
        hung = [name for (name,) in cursor.fetchall()]

    assert installed == triggers.create(sealed).split("$seal$")[1]
    name = triggers.function_name(sealed)
    assert hung == ([f"{name}_insert", f"{name}_update"] if sealed.changes else [f"{name}_insert"])


@pytest.mark.parametrize("sealed", SEALED_TABLES, ids=lambda sealed: sealed.kind)
def test_t1_every_column_is_sealed_or_left_out_with_a_reason(sealed) -> None:
    columns = {field.column for field in sealed.model_class._meta.local_concrete_fields}
    told = {*sealed.plain.values(), *sealed.hidden}

    assert told | set(sealed.left_out) == columns
    assert not told & set(sealed.left_out)
    assert all(sealed.left_out.values())
    assert len(sealed.plain) == len(set(sealed.plain.values()))
    assert set(sealed.names) <= columns


def test_t1_every_column_of_a_list_is_sealed_or_left_out_with_a_reason() -> None:
    left_out = {"session_id": "is the session", "added_at": "", "added_by_id": "", "version": "counts changes"}
    listed = BY_KIND["session"].listed
    columns = {field.column for field in Session._meta.get_field("attendees").related_model._meta.local_concrete_fields}

    assert {column for column in columns if f"a.{column}" not in listed} == {*left_out} - {"session_id"}


def test_t1_the_services_seal_what_they_write() -> None:
    make_world()

    assert set(Seal.objects.values_list("kind", flat=True)) == set(BY_KIND)
    assert Seal.objects.count() == SealPending.objects.count() + 1  # the log's own has its place
    for seal in Seal.objects.all():
        assert bytes(seal.leaf_hash) == hash_leaf(seal.leaf.encode())
        told = json.loads(seal.leaf)
        assert (told["seal"], told["id"]) == (f"{seal.kind} 1", seal.row_id)
        assert "late" not in told


def test_t1_a_record_says_everything_and_names_nobody() -> None:
    record: TrainingRecord = TrainingRecordFactory(
        learner=LearnerFactory(badge_id="B-7", first_name="Zoë", last_name='"Ó\\Neill'), comments="Sat in the back"
    )

    seal = newest("record", record.pk)
    told, opening = json.loads(seal.leaf), SealOpening.objects.get(pk=seal.pk)
    assert seal.leaf.startswith(f'{{"seal":"record 1","id":{record.pk},"worker":{record.learner_id},')
    assert (told["completed"], told["evidence"], told["title"]) == (
        record.completion_date.isoformat(),
        record.evidence_hash,
        record.course_title,
    )
    assert (told["code"], told["number"]) == (record.course.code, record.course_version.number)
    for hidden in ("B-7", "Zoë", "Neill", "Sat in the back", record.created_by.username):
        assert hidden not in seal.leaf
    assert json.loads(opening.person) == ["B-7", 'Zoë "Ó\\Neill']
    assert told["person"] == digest(bytes(opening.salt), "person", opening.person)
    assert told["comments"] == digest(bytes(opening.salt), "comments", '["Sat in the back"]')
    assert told["staff"] == digest(bytes(opening.salt), "staff", opening.staff)


def test_t1_salts_are_drawn_for_each_statement_and_differ_by_row() -> None:
    TrainingRecordFactory.create_batch(3)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO learners_revocation (record_id, reason, revoked_at, revoked_on, revoked_by_id)
               SELECT id, 'Forged', now(), current_date, created_by_id FROM learners_trainingrecord"""
        )
    salts = [bytes(salt) for salt in SealOpening.objects.values_list("salt", flat=True)]
    assert len(set(salts)) == len(salts)
    assert {len(salt) for salt in salts} == {32}


def test_t1_what_is_rolled_back_has_no_seal() -> None:
    before = Seal.objects.count()
    with transaction.atomic():
        TrainingRecordFactory()
        assert Seal.objects.count() > before
        transaction.set_rollback(True)
    assert Seal.objects.count() == before


def test_t1_a_worker_is_sealed_anew_when_the_name_changes_and_not_otherwise() -> None:
    worker: Learner = LearnerFactory(first_name="Olha")
    Learner.objects.filter(pk=worker.pk).update(phone="+49 30 123456", compliance_status="COMPLIANT")
    assert Seal.objects.filter(kind="worker", row_id=worker.pk).count() == 1

    Learner.objects.filter(pk=worker.pk).update(first_name="Olga")

    assert Seal.objects.filter(kind="worker", row_id=worker.pk).count() == 2
    opening = SealOpening.objects.get(pk=newest("worker", worker.pk).pk)
    assert json.loads(opening.person)[1].startswith("Olga ")


def test_t1_a_period_is_sealed_anew_when_it_ends() -> None:
    worker: Learner = LearnerFactory()
    period = LearnerPeriod.objects.get(learner=worker)
    assert json.loads(newest("worker-period", period.pk).leaf)["until"] is None

    Learner.objects.filter(pk=worker.pk).update(status="BLACKLISTED", status_reason="Alcohol")

    assert json.loads(newest("worker-period", period.pk).leaf)["until"] == timezone.localdate().isoformat()


def test_t1_a_finalized_session_is_one_leaf_with_its_whole_list() -> None:
    by = UserFactory(is_superuser=True)
    WRITERS["attendance.services.finalize"](by)()
    session = Session.objects.get(finalized_at__isnull=False)

    seals = Seal.objects.filter(kind="session", row_id=session.pk)
    assert len(seals) == 1
    told, lines = json.loads(seals[0].leaf), json.loads(seals[0].list)
    assert told["list"] == sha256(seals[0].list.encode()).hexdigest()
    assert [line[2] for line in lines] == list(session.attendees.order_by("line").values_list("learner_id", flat=True))
    assert all(line[4:6] == [True, True] for line in lines)
