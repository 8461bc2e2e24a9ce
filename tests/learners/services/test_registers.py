"""What is decided about a register as a whole: how long it counts, and that it is taken back (I7, I8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import (
    ComplianceItem,
    EvidenceUpload,
    RegisterImport,
    RegisterStanding,
    Revocation,
    TrainingRecord,
)
from learners.policies.registers import UntilMissed
from learners.selectors.as_of import items_as_of
from learners.services.imports.records import Records
from learners.services.preview import try_out
from learners.services.registers import NothingToRevoke, decide_standing, revoke_import
from tests.factories.learners import (
    EvidenceUploadFactory,
    LearnerFactory,
    RegisterImportFactory,
    RegisterRecordFactory,
    RegisterStandingFactory,
    RevocationFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from training.core.refusals import NotFound, NotPermitted, ReasonMissing
from training.services.imports.contract import UndoAct, WrittenRow

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def register() -> RegisterImport:
    """A register that counts for a year, with a record of one worker of whom its course is asked."""
    made: RegisterImport = RegisterImportFactory(register="Matrix 2024")
    RegisterStandingFactory(register_import=made)
    record = RegisterRecordFactory(register_import=made)
    RoleRequirementFactory(role=record.learner.role, course=record.course)
    return made


def item_of(record: TrainingRecord) -> ComplianceItem:
    return ComplianceItem.objects.get(learner=record.learner)


def decide(register: RegisterImport, by: User, **other: object) -> RegisterStanding:
    facts = {"counts": True, "counts_until": TODAY + DAY, "reason": "Checked a sample", **other}
    return decide_standing(register_import_id=register.pk, by=by, now=NOW, **facts)  # type: ignore[arg-type]


# Undoing (I8)


def test_i8_all_records_are_revoked_with_one_reason_and_compliance_follows(register: RegisterImport, superuser: User):
    record = TrainingRecord.objects.get()
    decide(register, superuser)
    assert item_of(record).status == "COMPLIANT"

    assert revoke_import(register_import_id=register.pk, reason="Wrong file", by=superuser, now=NOW) == 1

    revocation = Revocation.objects.get(record=record)
    assert (revocation.reason, revocation.undoes) == ("Wrong file", register)
    assert (revocation.revoked_by, revocation.revoked_at, revocation.revoked_on) == (superuser, NOW, TODAY)
    assert item_of(record).status == "NON_COMPLIANT"


def test_i8_what_was_revoked_before_and_what_others_recorded_stays_as_it_is(register: RegisterImport, superuser: User):
    other = TrainingRecordFactory()
    before = RevocationFactory(record=RegisterRecordFactory(register_import=register), reason="Wrong person")

    revoke_import(register_import_id=register.pk, reason="Wrong file", by=superuser, now=NOW)

    before.refresh_from_db()
    assert (before.reason, before.undoes) == ("Wrong person", None)
    assert not Revocation.objects.filter(record=other).exists()


def test_i8_the_number_of_statements_does_not_grow_with_the_records(superuser: User):
    counts = []
    for number in (1, 1, 30):  # the first one asks besides what this login may do
        of = RegisterImportFactory()
        for _ in range(number):
            RegisterRecordFactory(register_import=of)
        with CaptureQueriesContext(connection) as queries:
            assert revoke_import(register_import_id=of.pk, reason="Wrong file", by=superuser, now=NOW) == number
        counts.append(len(queries))
    assert counts == [13, 12, 12]


def test_i8_an_import_that_is_undone_names_what_became_of_each_row(register: RegisterImport, superuser: User):
    record = TrainingRecord.objects.get()
    before: TrainingRecord = RegisterRecordFactory(register_import=register)
    RevocationFactory(record=before)
    by_hand: TrainingRecord = TrainingRecordFactory()
    keys = [record.pk, before.pk, by_hand.pk]
    rows = [WrittenRow(sheet=0, row=2, key=key, identity="", before={}, after={}) for key in keys]

    done = Records().undo(rows, reason="Wrong file", by=superuser, now=NOW)

    assert [each.act for each in done] == [UndoAct.REVOKED, UndoAct.LEFT, UndoAct.LEFT]
    assert Revocation.objects.get(record=record).undoes == register
    assert item_of(record).status == "NON_COMPLIANT"
    assert not Revocation.objects.filter(record=by_hand).exists()


def test_i8_undone_twice_is_told(register: RegisterImport, superuser: User):
    revoke_import(register_import_id=register.pk, reason="Wrong file", by=superuser, now=NOW)
    with pytest.raises(NothingToRevoke):
        revoke_import(register_import_id=register.pk, reason="Again", by=superuser, now=NOW)


def test_i8_only_superusers_undo_and_say_why(register: RegisterImport, supervisor: User, superuser: User):
    with pytest.raises(NotPermitted):
        revoke_import(register_import_id=register.pk, reason="Wrong file", by=supervisor, now=NOW)
    with pytest.raises(ReasonMissing):
        revoke_import(register_import_id=register.pk, reason=" ", by=superuser, now=NOW)
    with pytest.raises(NotFound):
        revoke_import(register_import_id=0, reason="Wrong file", by=superuser, now=NOW)
    assert not Revocation.objects.exists()


# Whether and how long they count (I7)


def test_i7_the_end_of_acceptance_is_when_the_answer_ends_so_nobody_stays_green(
    register: RegisterImport, superuser: User
):
    decide(register, superuser)
    item = item_of(TrainingRecord.objects.get())
    assert (item.status, item.expiry_date, item.holds_until) == ("COMPLIANT", TODAY + DAY, TODAY + DAY)
    item.learner.refresh_from_db()
    assert item.learner.compliance_holds_until == TODAY + DAY
    assert item.is_from_register


def test_i7_the_latest_decision_holds_and_earlier_ones_stay(register: RegisterImport, superuser: User):
    decide(register, superuser, counts=False, counts_until=None)
    assert item_of(TrainingRecord.objects.get()).status == "NON_COMPLIANT"
    decide(register, superuser, counts_until=None)
    item = item_of(TrainingRecord.objects.get())
    assert (item.status, item.expiry_date) == ("COMPLIANT", date(2027, 3, 1))
    assert RegisterStanding.objects.count() == 3


def test_c8_a_day_in_the_past_has_the_decision_of_that_day(register: RegisterImport, superuser: User):
    decide(register, superuser, counts=False, counts_until=None)
    record = TrainingRecord.objects.get()
    [yesterday] = items_as_of([record.learner_id], on=TODAY - DAY)
    [today] = items_as_of([record.learner_id], on=TODAY)
    assert (yesterday.status, today.status) == ("COMPLIANT", "NON_COMPLIANT")


def test_c8_before_anybody_had_decided_the_first_decision_holds(register: RegisterImport, superuser: User):
    decide(register, superuser, counts=False, counts_until=None)
    record = RegisterRecordFactory(register_import=register, completion_date=date(2026, 1, 5))
    RoleRequirementFactory(role=record.learner.role, course=record.course)
    [before] = items_as_of([record.learner_id], on=date(2026, 2, 1))
    assert before.status == "COMPLIANT"


def test_i7_a_record_with_a_certificate_does_not_ask(register: RegisterImport, superuser: User):
    record = TrainingRecord.objects.get()
    EvidenceUploadFactory(record=record)
    decide(register, superuser, counts=False, counts_until=None)
    item = item_of(record)
    assert (item.status, item.expiry_date, item.is_from_register) == ("COMPLIANT", date(2027, 3, 1), False)


def test_i7_the_better_of_two_proofs_counts_by_the_day_on_which_each_ends(register: RegisterImport, superuser: User):
    record = TrainingRecord.objects.get()
    lasting = TrainingRecordFactory(
        learner=record.learner, course=record.course, course_version=record.course_version, expiry_date=TODAY + 2 * DAY
    )
    decide(register, superuser)
    assert item_of(record).proof == lasting


def test_i7_a_preview_tells_who_would_turn_red(register: RegisterImport, superuser: User):
    decide(register, superuser)
    outcome = try_out(lambda: decide(register, superuser, counts=False, counts_until=None), today=TODAY)
    [turn] = outcome.turns
    assert (turn.learner_id, turn.before, turn.after) == (
        TrainingRecord.objects.get().learner_id,
        "COMPLIANT",
        "NON_COMPLIANT",
    )
    assert item_of(TrainingRecord.objects.get()).status == "COMPLIANT"


def test_i7_what_makes_no_sense_is_refused(register: RegisterImport, supervisor: User, superuser: User):
    with pytest.raises(NotPermitted):
        decide(register, supervisor)
    with pytest.raises(ReasonMissing):
        decide(register, superuser, reason="")
    with pytest.raises(UntilMissed):
        decide(register, superuser, counts_until=TODAY - DAY)
    with pytest.raises(NotFound):
        decide_standing(register_import_id=0, counts=True, counts_until=None, reason="x", by=superuser, now=NOW)
    assert RegisterStanding.objects.count() == 1
    assert not EvidenceUpload.objects.exists()


def test_l1_workers_without_any_record_of_it_are_not_judged(register: RegisterImport, superuser: User):
    other = LearnerFactory()
    decide(register, superuser)
    other.refresh_from_db()
    assert other.compliance_updated_at is None
