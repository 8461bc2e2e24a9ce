"""Records of old registers: what is checked, what is written, and what is refused (I7)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.evidence.store import StoredFile
from learners.models import (
    ComplianceItem,
    EvidenceUpload,
    Learner,
    RegisterExtract,
    RegisterImport,
    RegisterStanding,
    TrainingRecord,
)
from learners.policies.registers import UntilMissed, extract_shown
from learners.services.imports.records import Records
from tests.factories.learners import (
    LearnerFactory,
    RegisterRecordFactory,
    RevocationFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.registers import NOW, WORKBOOK, bring_in, draft, terms
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.refusals import NotPermitted
from training.core.sameness import same_text
from training.models import Company, CourseVersion
from training.services.imports.contract import LEAVE_OUT, NewThing, service_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.fixture
def version() -> CourseVersion:
    """A course that is valid for two years, published today."""
    made: CourseVersion = CourseVersionFactory(course__code="HSE-001", validity_months=24)
    return made


@pytest.fixture
def provider() -> Company:
    made: Company = CompanyFactory(name="Rescue Academy")
    return made


@pytest.fixture
def learner(version: CourseVersion) -> Learner:
    role = RoleFactory()
    RoleRequirementFactory(role=role, course=version.course)
    made: Learner = LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß", role=role)
    return made


@pytest.fixture
def row(learner: Learner, version: CourseVersion, provider: Company) -> dict[str, Any]:
    """The values of a good row."""
    return {"badge_id": "00417", "course": "HSE-001", "completed_on": date(2026, 1, 5), "provider": "Rescue Academy"}


def check(values: dict[str, Any], by: User, **choices: Any) -> CheckedRow:
    return Records().checker(terms(by, **choices)).check([draft(**values)])[0]


def problems(row: CheckedRow) -> dict[str, str]:
    assert row.outcome is RowOutcome.REFUSED
    return {problem.column: problem.code for problem in row.problems}


# What becomes of a good row


def test_i7_a_row_becomes_a_record_with_an_extract_as_its_proof(
    row: dict[str, Any], learner: Learner, version: CourseVersion, provider: Company, superuser: User
):
    [checked] = bring_in([draft(27, **row, comments="Card 4711")], terms(superuser, import_number=12))

    record = TrainingRecord.objects.get()
    assert (checked.outcome, checked.key) == (RowOutcome.NEW, record.pk)
    assert checked.identity == "00417 · HSE-001 · Rescue Academy · 2026-01-05"
    assert (record.learner, record.course, record.provider) == (learner, version.course, provider)
    assert (record.completion_date, record.expiry_date) == (date(2026, 1, 5), date(2028, 1, 5))
    assert (record.result, record.comments, record.is_calculated) == ("PASSED", "Card 4711", False)
    assert (record.created_at, record.created_by, record.session) == (NOW, superuser, None)
    assert (record.company_name, record.role_title) == (learner.company.name, learner.role.title)
    assert record.register_import is not None
    assert (record.register_import.register, record.register_import.import_number) == ("Matrix of the site", 12)
    assert record.extract is not None
    assert (record.extract.sheet, record.extract.row) == ("Matrix", 27)
    assert record.evidence_file_key == f"extract/{record.extract.pk}.json"
    assert record.evidence_hash == record.extract.sha256
    shown = extract_shown(record.extract.content)
    assert (shown.file, shown.sha256, shown.sheet, shown.row) == ("matrix.xlsx", WORKBOOK, "Matrix", 27)
    assert ("A27", "BADGE_ID", "00417") in shown.cells
    assert ("F27", "COMPLETED_ON", "5 Jan 2026") in shown.cells


def test_i7_whether_and_how_long_it_counts_is_stored_with_it(row: dict[str, Any], superuser: User):
    bring_in([draft(**row)], terms(superuser, reason="Kept carefully", counts_until="2026-12-31"))

    standing = RegisterStanding.objects.get()
    assert (standing.register_import, standing.counts) == (RegisterImport.objects.get(), True)
    assert (standing.counts_until, standing.reason) == (date(2026, 12, 31), "Kept carefully")
    assert (standing.decided_by, standing.decided_at, standing.decided_on) == (superuser, NOW, TODAY)


def test_i7_nobody_said_until_when_so_it_is_a_year(row: dict[str, Any], superuser: User):
    on = terms(superuser)
    choices = {name: value for name, value in on.choices.items() if name != "counts_until"}
    bring_in([draft(**row)], replace(on, choices=choices))

    assert RegisterStanding.objects.get().counts_until == date(2027, 3, 2)


def test_i7_who_holds_it_turns_green_until_the_acceptance_ends(row: dict[str, Any], learner: Learner, superuser: User):
    bring_in([draft(**row)], terms(superuser))

    item = ComplianceItem.objects.get(learner=learner)
    assert (item.status, item.expiry_date, item.holds_until) == ("COMPLIANT", date(2027, 3, 1), date(2027, 3, 1))


def test_i7_a_register_that_does_not_count_turns_nobody_green(row: dict[str, Any], learner: Learner, superuser: User):
    bring_in([draft(**row)], terms(superuser, counts=False))

    assert ComplianceItem.objects.get(learner=learner).status == "NON_COMPLIANT"
    assert TrainingRecord.objects.count() == 1


def test_i7_a_row_with_a_certificate_is_a_record_like_any_other(row: dict[str, Any], learner: Learner, superuser: User):
    stored = StoredFile("ab/card.pdf", "ab" * 32, 1000, "application/pdf", 2)
    on = terms(superuser, counts=False, certificates={"weiss.pdf": stored})
    bring_in([draft(**row, certificate="weiss.pdf")], on)

    record = TrainingRecord.objects.get()
    assert (record.evidence_file_key, record.evidence_hash, record.extract) == ("ab/card.pdf", "ab" * 32, None)
    assert record.register_import == RegisterImport.objects.get()
    upload = EvidenceUpload.objects.get(record=record)
    assert (upload.key, upload.sha256, upload.size, upload.pages) == ("ab/card.pdf", "ab" * 32, 1000, 2)
    assert (upload.original_name, upload.uploaded_by, upload.uploaded_at) == ("weiss.pdf", superuser, NOW)
    assert RegisterExtract.objects.count() == 0
    assert ComplianceItem.objects.get(learner=learner).expiry_date == date(2028, 1, 5)


# Days and versions


def test_i7_a_record_takes_the_version_in_force_on_its_day_and_before_the_first_version_0(
    row: dict[str, Any], version: CourseVersion, superuser: User
):
    events: Any = CourseVersion.pgh_event_model  # type: ignore[attr-defined]
    since = events.objects.get(pgh_obj=version).pgh_created_at.date()
    on = {"completed_on": since}, {"completed_on": since - timedelta(days=1)}
    later = terms(superuser, now=events.objects.get().pgh_created_at + timedelta(days=2), counts_until=None)

    checked = bring_in([draft(number, **(row | days)) for number, days in enumerate(on, start=2)], later)

    first, before = (TrainingRecord.objects.get(pk=each.key or 0).course_version for each in checked)
    assert first == version
    assert (before.number, before.status, before.title) == (0, "ARCHIVED", version.title)
    assert before.validity_months == version.validity_months
    assert version.course.versions.filter(number=0).count() == 1


def test_i7_only_an_expiry_is_known_so_the_completion_is_calculated(row: dict[str, Any], superuser: User):
    values = {name: value for name, value in row.items() if name != "completed_on"} | {"expires_on": date(2027, 6, 30)}
    bring_in([draft(**values)], terms(superuser))

    record = TrainingRecord.objects.get()
    assert (record.completion_date, record.expiry_date) == (date(2025, 6, 30), date(2027, 6, 30))
    assert record.is_calculated


def test_i7_the_expiry_of_the_register_wins_over_that_of_the_course(row: dict[str, Any], superuser: User):
    bring_in([draft(**row, expires_on=date(2026, 7, 1))], terms(superuser))
    assert TrainingRecord.objects.get().expiry_date == date(2026, 7, 1)


def test_i7_for_life_is_no_expiry(row: dict[str, Any], superuser: User):
    bring_in([draft(**row, expires_on=date.max)], terms(superuser))
    assert TrainingRecord.objects.get().expiry_date is None


def test_i7_a_fail_stays_one(row: dict[str, Any], learner: Learner, superuser: User):
    bring_in([draft(**row, result="FAILED")], terms(superuser))

    record = TrainingRecord.objects.get()
    assert (record.result, record.expiry_date) == ("FAILED", None)
    assert ComplianceItem.objects.get(learner=learner).status == "NON_COMPLIANT"


# The same again


def test_i7_the_same_register_again_writes_nothing(row: dict[str, Any], superuser: User):
    rows = [draft(**row)]
    [first] = bring_in(rows, terms(superuser))

    [again] = bring_in(rows, terms(superuser))

    assert (again.outcome, again.key) == (RowOutcome.SAME, first.key)
    assert TrainingRecord.objects.count() == RegisterImport.objects.count() == RegisterExtract.objects.count() == 1


def test_i7_a_record_entered_by_hand_is_the_same(
    row: dict[str, Any], learner: Learner, version: CourseVersion, provider: Company, superuser: User
):
    there = TrainingRecordFactory(
        learner=learner, course_version=version, provider=provider, completion_date=date(2026, 1, 5)
    )
    assert check(row, superuser).key == there.pk


def test_l2_a_record_under_a_merged_badge_is_the_same_and_its_badge_finds_the_survivor(
    row: dict[str, Any], learner: Learner, version: CourseVersion, provider: Company, superuser: User
):
    merged = LearnerFactory(badge_id="X-99", status="INACTIVE", merged_into=learner)
    TrainingRecordFactory(learner=merged, course_version=version, provider=provider, completion_date=date(2026, 1, 5))
    assert check(row, superuser).outcome is RowOutcome.SAME
    assert check(row | {"badge_id": "x-99"}, superuser).outcome is RowOutcome.SAME


def test_i7_a_revoked_record_is_not_there(
    row: dict[str, Any], learner: Learner, version: CourseVersion, provider: Company, superuser: User
):
    there = TrainingRecordFactory(
        learner=learner, course_version=version, provider=provider, completion_date=date(2026, 1, 5)
    )
    RevocationFactory(record=there)
    assert check(row, superuser).outcome is RowOutcome.NEW


def test_i7_another_result_than_the_one_recorded_is_refused(
    row: dict[str, Any], learner: Learner, version: CourseVersion, provider: Company, superuser: User
):
    TrainingRecordFactory(learner=learner, course_version=version, provider=provider, completion_date=date(2026, 1, 5))
    assert problems(check(row | {"result": "FAILED"}, superuser)) == {"result": "RecordedAlready"}


# What is refused


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"badge_id": "nobody"}, {"badge_id": "worker"}),
        ({"course": "HSE-999"}, {"course": "course"}),
        ({"completed_on": TODAY + timedelta(days=1)}, {"completed_on": "CompletionAhead"}),
        ({"expires_on": date(2026, 1, 4)}, {"expires_on": "ExpiryTooEarly"}),
        ({"result": "FAILED", "expires_on": date(2027, 1, 1)}, {"expires_on": "ExpiryOfFailed"}),
        ({"completed_on": None}, {"completed_on": "completion missing"}),
        ({"certificate": "lost.pdf"}, {"certificate": "certificate"}),
        ({"provider": "Unknown"}, {"provider": "provider"}),
        ({"badge_id": "nobody", "course": "HSE-999"}, {"badge_id": "worker", "course": "course"}),
    ],
)
def test_i7_what_is_wrong_is_named_by_its_cell_all_at_once(
    row: dict[str, Any], values: dict[str, Any], expected: dict[str, str], superuser: User
):
    assert problems(check(row | values, superuser)) == expected


def test_i7_words_of_refusals_are_those_of_a_record_entered_by_hand(row: dict[str, Any], superuser: User):
    [problem] = check(row | {"completed_on": TODAY + timedelta(days=1)}, superuser).problems
    assert problem.sentence == "The training cannot be completed in the future. Enter the date on the certificate."
    assert problem.value == "2026-03-03"


def test_i7_a_course_without_expiry_gives_no_completion(row: dict[str, Any], superuser: User):
    CourseVersionFactory(course__code="HSE-002", validity_months=0)
    values = row | {"course": "HSE-002", "completed_on": None, "expires_on": date(2027, 1, 1)}
    assert problems(check(values, superuser)) == {"completed_on": "completion unknown"}


def test_i7_a_course_that_was_never_published_is_refused(row: dict[str, Any], superuser: User):
    CourseVersionFactory(course__code="HSE-003", status="DRAFT")
    CourseFactory(code="HSE-004")
    assert problems(check(row | {"course": "HSE-003"}, superuser)) == {"course": "course"}
    assert problems(check(row | {"course": "HSE-004"}, superuser)) == {"course": "course"}


def test_i7_an_inactive_provider_is_refused(row: dict[str, Any], superuser: User):
    CompanyFactory(name="Gone Ltd", is_active=False)
    assert problems(check(row | {"provider": "Gone Ltd"}, superuser)) == {"provider": "provider"}


def test_i7_the_provider_is_a_column_else_said_once(row: dict[str, Any], provider: Company, superuser: User):
    values = {name: value for name, value in row.items() if name != "provider"}
    assert problems(check(values, superuser)) == {"provider": "provider"}

    bring_in([draft(**values)], terms(superuser, provider=provider.pk))
    assert TrainingRecord.objects.get().provider == provider


def test_i7_a_provider_that_the_import_makes_is_named_when_it_is_there(row: dict[str, Any], superuser: User):
    values = row | {"provider": "New Academy"}
    answer = {Thing.COMPANY: {same_text("New Academy"): NewThing(Thing.COMPANY, "New Academy")}}
    on = terms(superuser, things=answer)
    checked = list(Records().checker(on).check([draft(**values)]))
    assert checked[0].outcome is RowOutcome.NEW

    made = CompanyFactory(name="New Academy")
    Records().write(checked, terms(superuser), tell=lambda done: None)

    assert TrainingRecord.objects.get().provider == made


def test_i7_what_is_to_be_left_out_is(row: dict[str, Any], superuser: User):
    left_out = {Thing.COURSE: {same_text("HSE-001"): LEAVE_OUT}}
    checked = Records().checker(terms(superuser, things=left_out)).check([draft(**row)])
    assert checked[0].outcome is RowOutcome.LEFT_OUT
    assert check(row, superuser, people={(0, 2): None}).outcome is RowOutcome.LEFT_OUT


def test_i7_the_same_training_twice_in_a_register_is_one_too_many(row: dict[str, Any], superuser: User):
    checker = Records().checker(terms(superuser))
    [first] = checker.check([draft(2, **row)])
    [second] = checker.check([draft(9, **row)])
    assert first.outcome is RowOutcome.NEW
    assert problems(second) == {"completed_on": "twice"}


def test_i7_an_acceptance_that_is_over_is_refused(row: dict[str, Any], superuser: User):
    with pytest.raises(UntilMissed):
        Records().checker(terms(superuser, counts_until=TODAY - timedelta(days=1)))


def test_i7_only_superusers_bring_registers_in(row: dict[str, Any], supervisor: User):
    checked = [check(row, supervisor)]
    assert checked[0].outcome is RowOutcome.NEW
    with pytest.raises(NotPermitted):
        Records().write(checked, terms(supervisor), tell=lambda done: None)
    assert not TrainingRecord.objects.exists()


# Who is meant (I4)


def test_i4_a_badge_with_quite_another_name_is_asked_about(row: dict[str, Any], learner: Learner, superuser: User):
    asked = check(row | {"first_name": "Ali", "last_name": "Demir"}, superuser)
    assert (asked.outcome, list(asked.candidates)) == (RowOutcome.ASKED, [learner.pk])
    assert check(row | {"first_name": "J.", "last_name": "WEISS"}, superuser).outcome is RowOutcome.NEW
    said = check(row | {"last_name": "Demir"}, superuser, people={(0, 2): learner.pk})
    assert said.outcome is RowOutcome.NEW


def test_i4_who_is_meant_is_asked_after_everything_else_is_right(row: dict[str, Any], superuser: User):
    values = row | {"last_name": "Demir", "completed_on": TODAY + timedelta(days=1)}
    assert problems(check(values, superuser)) == {"completed_on": "CompletionAhead"}


def test_i7_a_row_is_named_without_keys_of_this_database(row: dict[str, Any], provider: Company, superuser: User):
    values = {name: value for name, value in row.items() if name != "provider"}
    assert check(values, superuser, provider=provider.pk).identity == "00417 · HSE-001 · Rescue Academy · 2026-01-05"


def test_i4_without_a_badge_name_and_employer_decide_and_a_name_alone_is_asked_about(
    row: dict[str, Any], learner: Learner, superuser: User
):
    values = {name: value for name, value in row.items() if name != "badge_id"}
    named = values | {"first_name": "Jana", "last_name": "Weiß"}
    assert check(named, superuser).candidates == [learner.pk]
    found = check(named | {"company": learner.company.name}, superuser)
    assert (found.outcome, found.found["person"]) == (RowOutcome.NEW, learner.pk)

    twin = LearnerFactory(first_name="Jana", last_name="Weiß", company=learner.company)
    asked = check(named | {"company": learner.company.name}, superuser)
    assert (asked.outcome, list(asked.candidates)) == (RowOutcome.ASKED, [learner.pk, twin.pk])


def test_i4_a_name_that_nobody_has_is_refused(row: dict[str, Any], superuser: User):
    values = {name: value for name, value in row.items() if name != "badge_id"}
    assert problems(check(values | {"last_name": "Nobody"}, superuser)) == {"last_name": "worker"}


def test_l3_an_old_badge_still_finds_the_worker(row: dict[str, Any], learner: Learner, superuser: User):
    Learner.objects.filter(pk=learner.pk).update(badge_id="N-1")
    assert check(row, superuser).found["person"] == learner.pk


# How many statements


@pytest.mark.parametrize("number", [1, 30, 3_000])
def test_f8_the_number_of_statements_does_not_grow_with_the_rows(
    number: int, version: CourseVersion, provider: Company, superuser: User
):
    learners = Learner.objects.bulk_create(LearnerFactory.build_batch(number, company=provider, role=RoleFactory()))
    rows = [
        draft(at, badge_id=each.badge_id, course="HSE-001", completed_on=date(2026, 1, 5), provider="Rescue Academy")
        for at, each in enumerate(learners, start=2)
    ]
    on, service = terms(superuser), Records()
    with CaptureQueriesContext(connection) as checking:
        checked = list(service.checker(on).check(rows))
    with CaptureQueriesContext(connection) as writing:
        service.lock([each.worker or 0 for each in checked], on)
        service.write(checked, on, tell=lambda done: None)

    assert TrainingRecord.objects.count() == number
    assert len(checking) == 5
    assert len(writing) == 24


def test_records_are_served_as_a_kind():
    assert isinstance(service_of("records"), Records)
    assert RegisterRecordFactory().extract.sha256 == TrainingRecord.objects.get().evidence_hash
