"""I11: an old workbook is compared cell by cell, a sample is checked by people, the report is signed or withdrawn."""

import hashlib
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from attendance.models import (
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    TakeOver,
)
from attendance.papers.pack import make_pack, pack_of_worker
from attendance.papers.take_over import print_take_over
from attendance.policies.taking_over import (
    CutOverAhead,
    NoteMissing,
    NotReady,
    SampleCandidate,
    SizeOutside,
    StandsAlready,
    choose_sample,
)
from attendance.selectors import taking_over as selectors
from attendance.selectors.taking_over import candidates, difference_groups, standing_take_over
from attendance.services.imports.comparing import check_can_compare, compare_import
from attendance.services.imports.steps import WrongState
from attendance.services.taking_over import (
    NothingToSample,
    WithdrawnAlready,
    check_sampled,
    draw_sample,
    explain_difference,
    sign_take_over,
    withdraw_take_over,
)
from learners.models import Learner, TrainingRecord
from tests.factories.imports import checked, checked_as, read, workbook
from tests.factories.learners import (
    LearnerFactory,
    RegisterImportFactory,
    RevocationFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory
from training.core.refusals import NotFound, NotPermitted, ReasonMissing
from training.core.seals.checkpoints import told_by
from training.models import Course, Import, LogAnchor, LogCheckpoint
from training.services.job_kinds import untold
from training.services.packs_made import write_log

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

DONE, UNTIL = date(2025, 5, 14), date(2027, 5, 14)


@pytest.fixture
def courses() -> list[Course]:
    return [
        CourseVersionFactory(course=CourseFactory(code=code), title=title, validity_months=24).course
        for code, title in (("HSE-001", "Fire Safety"), ("HSE-002", "Working at Height"), ("HSE-003", "First Aid"))
    ]


@pytest.fixture
def crew() -> list[Learner]:
    company = CompanyFactory(name="Nordwind Scaffolding")
    names = ("Jana Weiss", "Omar Haddad", "Ana Silva", "Uwe Ott")
    return [
        LearnerFactory(
            badge_id=f"{10001 + number}", first_name=name.split()[0], last_name=name.split()[1], company=company
        )
        for number, name in enumerate(names)
    ]


def record(learner: Learner, course: Course, done: date = DONE, until: date | None = UNTIL, **other: Any) -> Any:
    version = course.versions.get()
    return TrainingRecordFactory(
        learner=learner, course_version=version, course=course, completion_date=done, expiry_date=until, **other
    )


def of_register(learner: Learner, course: Course, register: Any = None, **other: Any) -> TrainingRecord:
    made: TrainingRecord = record(learner, course, register_import=register or RegisterImportFactory(), **other)
    return made


def matrix(*rows: tuple[object, ...]) -> SimpleUploadedFile:
    return workbook(("Badge", "HSE-001", "HSE-002"), *rows, name="Training matrix", file_name="matrix.xlsx")


def compared(
    file: SimpleUploadedFile, by: User, *, everybody: bool = False, is_clear: bool = False
) -> RegisterComparison:
    one = checked(file, "records", by=by) if is_clear else checked_as(file, "records", by=by, answer="completed_on")
    return compare_import(import_id=one.pk, holds_everybody=everybody, by=by, now=timezone.now())


def counts(one: RegisterComparison) -> dict[str, int]:
    return {
        "same": one.same,
        "different": one.different,
        "only there": one.only_there,
        "only here": one.only_here,
        "unread": one.unread,
    }


# Compare only


def test_i11_each_cell_is_the_same_different_only_there_or_only_here(
    courses: list[Course], crew: list[Learner], supervisor: User
) -> None:
    jana, omar, ana, uwe = crew
    record(jana, courses[0])
    record(jana, courses[1])
    record(omar, courses[0], date(2025, 5, 15))
    record(omar, courses[1])
    record(ana, courses[2])  # a course that the workbook does not name
    record(uwe, courses[0])  # somebody whom it does not name
    before = TrainingRecord.objects.count()

    one = compared(
        matrix(
            ("10001", DONE, DONE),
            ("10002", DONE, None),
            ("10003", DONE, "n/a"),
            ("10999", DONE, None),
        ),
        supervisor,
    )

    assert counts(one) == {"same": 2, "different": 1, "only there": 1, "only here": 1, "unread": 2}
    cells = {(each.what, each.badge or each.learner.badge_id): each for each in one.cells.all()}  # type: ignore[union-attr]
    different = cells["different", "10002"]
    assert (different.place, different.there, different.here) == ("B3", "14 May 2025", "15 May 2025, until 14 May 2027")
    assert (different.learner, different.course) == (omar, courses[0])
    only_there = cells["only there", "10003"]
    assert (only_there.place, only_there.there, only_there.here) == ("B4", "14 May 2025", "")
    only_here = cells["only here", "10002"]
    assert (only_here.course, only_here.here) == (courses[1], "14 May 2025, until 14 May 2027")
    assert "no such worker" in cells["unread", "10999"].there
    assert "does not apply" in cells["unread", "10003"].there
    assert one.files == [{"name": "matrix.xlsx", "sha256": one.of.files.get().sha256}]
    assert (TrainingRecord.objects.count(), one.of.state) == (before, Import.State.CHECKED)


def test_i11_a_workbook_of_everybody_tells_who_is_missing_in_it(
    courses: list[Course], crew: list[Learner], supervisor: User
) -> None:
    jana, _omar, ana, uwe = crew
    record(jana, courses[0])
    record(ana, courses[2])
    record(uwe, courses[0])
    one = compared(matrix(("10001", DONE, None)), supervisor, everybody=True)
    assert counts(one) == {"same": 1, "different": 0, "only there": 0, "only here": 2, "unread": 0}


def test_i11_a_list_is_compared_with_its_days_and_its_earlier_ones(
    courses: list[Course], crew: list[Learner], supervisor: User
) -> None:
    jana, omar, *_others = crew
    record(jana, courses[0], date(2023, 5, 14), date(2025, 5, 14))
    record(jana, courses[0])
    record(omar, courses[0])
    rows = [
        ("Badge", "Course", "Completed on", "Valid until"),
        ("10001", "HSE-001", date(2023, 5, 14), date(2025, 5, 14)),
        ("10001", "HSE-001", DONE, UNTIL),
        ("10001", "HSE-001", date(2021, 5, 14), date(2023, 5, 14)),
        ("10002", "HSE-001", DONE, date(2028, 5, 14)),
    ]
    one = compared(workbook(*rows, name="Training records"), supervisor, is_clear=True)
    assert counts(one) == {"same": 2, "different": 1, "only there": 1, "only here": 0, "unread": 0}
    different = one.cells.get(what="different")
    assert (different.there, different.here) == ("14 May 2025, until 14 May 2028", "14 May 2025, until 14 May 2027")


def test_i11_a_revoked_record_and_one_that_was_not_passed_are_not_here(
    courses: list[Course], crew: list[Learner], supervisor: User
) -> None:
    RevocationFactory(record=record(crew[0], courses[0]))
    record(crew[1], courses[0], until=None, result="FAILED")
    one = compared(matrix(("10001", DONE, None), ("10002", DONE, None)), supervisor)
    assert counts(one)["only there"] == 2


def test_i11_only_checked_imports_of_records_are_compared(
    crew: list[Learner], courses: list[Course], supervisor: User, auditor: User
) -> None:
    of_workers = read(workbook(("Badge", "First name", "Last name"), ("1", "A", "B")), by=supervisor)
    for one in of_workers, read(matrix(("10001", DONE, None)), by=supervisor):
        with pytest.raises(WrongState):
            check_can_compare(one)
        with pytest.raises(WrongState):
            compare_import(import_id=one.pk, holds_everybody=False, by=supervisor, now=timezone.now())
    with pytest.raises(NotPermitted):
        compare_import(import_id=one.pk, holds_everybody=False, by=auditor, now=timezone.now())
    assert not RegisterComparison.objects.exists()


def test_i11_differences_are_explained_by_kind_and_course_and_the_latest_holds(
    courses: list[Course], crew: list[Learner], supervisor: User, auditor: User
) -> None:
    one = compared(matrix(("10001", DONE, DONE)), supervisor)
    said: dict[str, Any] = {
        "comparison_id": one.pk,
        "what": "only there",
        "course_id": courses[0].pk,
        "now": timezone.now(),
    }
    for reason in ("Cards of 2025 come in May", "They are in since yesterday"):
        explain_difference(**said, reason=reason, by=supervisor)
    assert [(group.course, group.count, group.reason) for group in difference_groups(one)] == [
        ("HSE-001", 1, "They are in since yesterday"),
        ("HSE-002", 1, ""),
    ]
    for other, refusal in (
        ({"reason": "  "}, ReasonMissing),
        ({"what": "different"}, NotFound),
        ({"comparison_id": 0}, NotFound),
        ({"by": auditor}, NotPermitted),
    ):
        with pytest.raises(refusal):
            explain_difference(**{**said, "reason": "So", "by": supervisor, **other})


# The sample


def test_i11_a_sample_has_every_course_and_every_company_and_can_be_drawn_again(
    courses: list[Course], supervisor: User
) -> None:
    register = RegisterImportFactory()
    companies = [CompanyFactory() for _number in range(6)]
    people = [LearnerFactory(company=company) for company in companies for _number in range(3)]
    for number, learner in enumerate(people):
        of_register(learner, courses[0] if number else courses[2], register)
    RevocationFactory(record=of_register(people[0], courses[1], register))
    record(people[1], courses[1])  # none of a register
    sample = draw_sample(size=8, by=supervisor, now=timezone.now())

    drawn = TrainingRecord.objects.filter(pk__in=sample.records.values("record"))
    assert (sample.size, sample.population, sample.courses, sample.companies) == (8, 18, 2, 6)
    assert drawn.count() == 8
    assert {each.course_id for each in drawn} == {courses[0].pk, courses[2].pk}
    assert {each.learner.company_id for each in drawn} == {each.pk for each in companies}
    again, _population = candidates(seed=sample.seed, size=8)
    chosen = list(sample.records.order_by("number").values_list("record", flat=True))
    assert chosen == choose_sample(again, size=8)


def test_i11_a_sample_is_larger_where_there_are_more_courses_and_smaller_where_there_are_no_more_records(
    courses: list[Course], supervisor: User
) -> None:
    with pytest.raises(NothingToSample):
        draw_sample(by=supervisor, now=timezone.now())
    learner = LearnerFactory()
    for course in courses:
        of_register(learner, course)
    assert draw_sample(size=1, by=supervisor, now=timezone.now()).size == 3
    assert draw_sample(by=supervisor, now=timezone.now()).size == 3
    for size in (0, -1, 2_001):
        with pytest.raises(SizeOutside):
            draw_sample(size=size, by=supervisor, now=timezone.now())


def test_i11_a_sample_is_random() -> None:
    rows = [SampleCandidate(number, 1, 1) for number in range(100)]
    assert choose_sample(rows, size=3) == [0, 1, 2]
    assert choose_sample(rows[::-1], size=3) == [99, 98, 97]


def test_i11_who_looked_at_an_original_says_what_was_found(
    courses: list[Course], supervisor: User, auditor: User
) -> None:
    of_register(LearnerFactory(), courses[0])
    sample = draw_sample(by=supervisor, now=timezone.now())
    (sampled,) = sample.records.all()
    for found in ("wrong", "not found"):
        with pytest.raises(NoteMissing):
            check_sampled(sampled_id=sampled.pk, found=found, note=" ", by=supervisor, now=timezone.now())
    check_sampled(sampled_id=sampled.pk, found="wrong", note="15 May", by=supervisor, now=timezone.now())
    check_sampled(sampled_id=sampled.pk, found="right", note="", by=supervisor, now=timezone.now())
    assert selectors.sample_counts(sample) == {"right": 1, "wrong": 0, "not found": 0}
    with pytest.raises(NotFound):
        check_sampled(sampled_id=0, found="right", note="", by=supervisor, now=timezone.now())
    with pytest.raises(NotPermitted):
        check_sampled(sampled_id=sampled.pk, found="right", note="", by=auditor, now=timezone.now())


# The report


@pytest.fixture
def ready(courses: list[Course], crew: list[Learner], supervisor: User) -> RegisterComparison:
    """A site that can be taken over: compared, explained, sampled and checked, with one record wrong."""
    of_register(crew[0], courses[0])
    of_register(crew[1], courses[1])
    one = compared(matrix(("10001", DONE, DONE)), supervisor)
    explain_difference(
        comparison_id=one.pk,
        what="only there",
        course_id=courses[1].pk,
        reason="Comes in May",
        by=supervisor,
        now=timezone.now(),
    )
    sample = draw_sample(by=supervisor, now=timezone.now())
    first, second = sample.records.order_by("number")
    check_sampled(sampled_id=first.pk, found="right", note="", by=supervisor, now=timezone.now())
    check_sampled(sampled_id=second.pk, found="wrong", note="Card says 15 May", by=supervisor, now=timezone.now())
    return one


def sign(by: User, **other: Any) -> TakeOver:
    now = timezone.now()
    return sign_take_over(**{"cut_over_on": timezone.localdate(now), "by": by, "now": now, **other})


def test_i11_a_superuser_signs_counts_sample_errors_differences_and_the_hash_of_the_workbook(
    ready: RegisterComparison, superuser: User
) -> None:
    report = sign(superuser)
    told = json.loads(report.content)
    assert hashlib.sha256(report.content.encode()).hexdigest() == report.sha256
    assert (told["counts"]["records"], told["counts"]["from_registers"]) == (2, 2)
    assert (told["sample"]["right"], told["sample"]["wrong"], told["sample"]["not_found"]) == (1, 1, 0)
    assert told["sample"]["errors"][0]["note"] == "Card says 15 May"
    assert told["comparison"]["files"][0]["sha256"] == ready.of.files.get().sha256
    assert told["comparison"]["explained"] == [
        {"what": "only there", "course": "HSE-002", "count": 1, "reason": "Comes in May"}
    ]
    assert standing_take_over() == report


def sign_and_withdraw(superuser: User) -> TakeOver:
    report = sign(superuser)
    withdraw_take_over(take_over_id=report.pk, reason="Trial", by=superuser, now=timezone.now())
    return report


def test_i11_without_a_checkpoint_outside_a_signed_report_is_a_trial_and_says_so(
    ready: RegisterComparison, superuser: User
) -> None:
    report = sign(superuser)
    assert (report.is_trial, json.loads(report.content)["is_trial"]) == (True, True)
    assert "TRIAL" in text(print_take_over(report, printed_at=timezone.now()))

    withdraw_take_over(take_over_id=report.pk, reason="Trial", by=superuser, now=timezone.now())
    write_log()
    assert sign_and_withdraw(superuser).is_trial  # a checkpoint that nobody else has proves nothing
    kept = LogCheckpoint.objects.latest("size")
    LogAnchor.objects.create(checkpoint=kept, anchor="dir:/mnt/elsewhere")
    LearnerFactory()
    write_log()
    sealed = sign(superuser)
    assert (sealed.is_trial, json.loads(sealed.content)["is_trial"]) == (False, False)
    printed = text(print_take_over(sealed, printed_at=timezone.now()))
    assert "TRIAL" not in printed
    assert f"Newest checkpoint outside the site: {told_by(kept.note).short}" in printed


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf))


def test_i11_the_report_is_in_every_pack_while_it_stands_and_names_no_worker(
    ready: RegisterComparison, superuser: User, crew: list[Learner]
) -> None:
    def packed() -> dict[str, bytes]:
        pack = pack_of_worker(crew[2], on=None, by=superuser, now=timezone.now())
        with make_pack(pack, tell=untold).file as file, zipfile.ZipFile(file) as archive:
            return {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}

    assert not any("take-over" in name for name in packed())
    report = sign(superuser)
    found = packed()
    printed = text(found[f"take-over-{report.pk}.pdf"])
    assert report.sha256 in printed.replace(" ", "")
    assert "Comes in May" in printed
    assert "Card says" not in printed  # typed about a single record
    assert "Card says 15 May" in text(print_take_over(report, printed_at=timezone.now()))
    assert f"take-over-{report.pk}.pdf" in found["SHA256SUMS"].decode()
    withdraw_take_over(take_over_id=report.pk, reason="Wrong workbook", by=superuser, now=timezone.now())
    assert not any("take-over" in name for name in packed())


def test_i11_the_acceptance_is_withdrawn_with_a_reason_and_undoes_nothing(
    ready: RegisterComparison, superuser: User, supervisor: User
) -> None:
    report = sign(superuser)
    before = TrainingRecord.objects.filter(revocation=None).count()
    with pytest.raises(StandsAlready):
        sign(superuser)
    with pytest.raises(ReasonMissing):
        withdraw_take_over(take_over_id=report.pk, reason=" ", by=superuser, now=timezone.now())
    with pytest.raises(NotPermitted):
        withdraw_take_over(take_over_id=report.pk, reason="So", by=supervisor, now=timezone.now())
    with pytest.raises(NotFound):
        withdraw_take_over(take_over_id=0, reason="So", by=superuser, now=timezone.now())
    withdraw_take_over(take_over_id=report.pk, reason="Wrong workbook", by=superuser, now=timezone.now())
    with pytest.raises(WithdrawnAlready):
        withdraw_take_over(take_over_id=report.pk, reason="Again", by=superuser, now=timezone.now())
    assert standing_take_over() is None
    assert TrainingRecord.objects.filter(revocation=None).count() == before
    report = TakeOver.objects.select_related("withdrawal__withdrawn_by").get()
    assert "WITHDRAWN" in text(print_take_over(report, printed_at=timezone.now()))
    assert sign(superuser).pk != report.pk


def test_i11_nothing_is_signed_before_it_is_compared_explained_sampled_and_checked(
    courses: list[Course], crew: list[Learner], supervisor: User, superuser: User
) -> None:
    of_register(crew[0], courses[0])
    with pytest.raises(NotReady, match="Compare the old workbook"):
        sign(superuser)
    one = compared(matrix(("10001", DONE, DONE)), supervisor)
    with pytest.raises(NotReady, match=r"1 groups.*Draw a sample"):
        sign(superuser)
    explain_difference(
        comparison_id=one.pk, what="only there", course_id=courses[1].pk, reason="So", by=supervisor, now=timezone.now()
    )
    (sampled,) = draw_sample(by=supervisor, now=timezone.now()).records.all()
    with pytest.raises(NotReady, match="0 of 1"):
        sign(superuser)
    check_sampled(sampled_id=sampled.pk, found="right", note="", by=supervisor, now=timezone.now())
    with pytest.raises(CutOverAhead):
        sign(superuser, cut_over_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(NotPermitted):
        sign(supervisor)
    assert not TakeOver.objects.exists()
    sign(superuser)


def _any_field(model: Any) -> str:
    """Return a column besides the key."""
    return next(str(field.attname) for field in model._meta.concrete_fields if not field.primary_key)


def test_i11_what_was_compared_sampled_checked_and_signed_is_never_rewritten(
    ready: RegisterComparison, superuser: User
) -> None:
    report = sign(superuser)
    withdraw_take_over(take_over_id=report.pk, reason="So", by=superuser, now=timezone.now())
    for model in (RegisterComparison, RegisterDifference, RegisterSample, SampledRecord, SampleCheck, TakeOver):
        rows: Any = model._default_manager
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().update(**{_any_field(model): F(_any_field(model))})
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.filter(pk=rows.first().pk)._raw_delete("default")
    other = TakeOver(
        content="{}",
        sha256="0" * 64,
        is_trial=True,
        cut_over_on=report.cut_over_on,
        sample=report.sample,
        comparison=report.comparison,
        signed_by=superuser,
        signed_at=timezone.now(),
    )
    with pytest.raises(DatabaseError, match="take_over_hash_is_of_content"), transaction.atomic():
        other.save()
