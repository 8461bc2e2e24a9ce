"""I12: rows are pasted, files dropped beside them, and both filed; what is wrong stays by its row, nothing is lost."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.utils import timezone

from attendance.models import FilingPaste, FilingProof, FilingRow
from attendance.selectors.filing import FilingState, filing_rows, filing_states
from attendance.services import filing, filing_files, filing_matches
from attendance.services.filing import (
    ColumnTwice,
    FiledAlready,
    NothingReady,
    agree_paste,
    edit_row,
    file_rows,
    paste_rows,
    purge_filing,
    remove_filed,
    remove_row,
)
from attendance.services.filing_files import NothingDropped, drop_proofs, remove_proof
from attendance.services.filing_matches import TooMuchWaits
from learners.evidence.limited import ReaderUnavailable
from learners.evidence.store import StoredFile, StoreUnavailable
from learners.models import ComplianceItem, EvidenceUpload, Learner, TrainingRecord
from learners.services import external_records
from learners.services.compliance import recalculate
from learners.services.external_records import ProvenClaim, write_claims
from tests.factories import files
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory
from training.core.refusals import NotFound, NotPermitted
from training.core.transactions import acting
from training.models import Company, CourseVersion
from training.policies.imports.pasted import PasteUnusable
from training.services.job_kinds import chores

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

HEAD = "Badge\tName\tCourse\tCompleted on\tValid until\n"


@pytest.fixture
def fire() -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(
        course=CourseFactory(code="HSE-001"), title="Fire Safety", validity_months=24
    )
    return version


@pytest.fixture
def jana(fire: CourseVersion) -> Learner:
    role = RoleFactory()
    RoleRequirementFactory(role=role, course=fire.course)
    worker: Learner = LearnerFactory(badge_id="10012", first_name="Jana", last_name="Weiß", role=role)
    recalculate(learner_ids=[worker.pk], today=timezone.localdate(), now=timezone.now())
    return worker


@pytest.fixture
def provider() -> Company:
    company: Company = CompanyFactory(name="Falkenberg Training")
    return company


@pytest.fixture
def paste(supervisor: User, provider: Company, jana: Learner) -> Callable[..., list[FilingState]]:
    def run(text: str = "10012\tJana Weiß\tHSE-001\t14.05.2025\t13.05.2027", **said: Any) -> list[FilingState]:
        head = "" if said.pop("bare", False) else HEAD
        terms: dict[str, Any] = {"provider_id": provider.pk, "by": supervisor, "now": timezone.now(), **said}
        paste_rows(text=head + text, **terms)
        return states(terms["by"])

    return run


def states(by: User) -> list[FilingState]:
    return filing_states(filing_rows(by), by=by, now=timezone.now())


def drop(by: User, *names: str, content: bytes | None = None) -> filing_files.Dropped:
    sent = [files.upload(files.pdf() if content is None else content, name) for name in names]
    return drop_proofs(files=sent, by=by, now=timezone.now())


def waiting_files() -> list[str]:
    try:
        return storages["waiting"].listdir("imports")[1]
    except FileNotFoundError:
        return []


def test_i12_a_pasted_row_and_a_dropped_file_become_a_record(
    paste: Callable[..., list[FilingState]],
    supervisor: User,
    jana: Learner,
    fire: CourseVersion,
    provider: Company,
    evidence_dir: Path,
) -> None:
    (state,) = paste()
    assert [*state.problems] == ["proof"]
    drop(supervisor, "10012 HSE-001.pdf")
    (state,) = states(supervisor)
    assert state.is_ready

    filed = file_rows(by=supervisor, now=timezone.now())

    (record,) = filed.records
    record.refresh_from_db()
    assert (record.learner, record.course_version, record.provider) == (jana, fire, provider)
    assert (record.completion_date, record.expiry_date) == (date(2025, 5, 14), date(2027, 5, 13))
    assert (record.company_name, record.created_by) == (jana.company.name, supervisor)
    upload = EvidenceUpload.objects.get()
    assert (upload.record, upload.original_name, upload.key) == (record, "10012 HSE-001.pdf", record.evidence_file_key)
    assert (evidence_dir / upload.key).read_bytes() == files.pdf()
    assert ComplianceItem.objects.get(learner=jana).proof == record
    assert FilingRow.objects.get().record == record


def test_i12_the_same_rows_filed_again_write_nothing(paste: Any, supervisor: User) -> None:
    paste()
    drop(supervisor, "10012.pdf")
    file_rows(by=supervisor, now=timezone.now())
    _filed, again = paste()
    assert again.is_there
    assert "was recorded already" in again.problems["worker"][0]
    with pytest.raises(NothingReady):
        file_rows(by=supervisor, now=timezone.now())
    assert TrainingRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("99999\tJana Weiß\tHSE-001\t14.05.2025\t13.05.2027", "worker", "There is no such worker"),
        ("10012\tOmar Haddad\tHSE-001\t14.05.2025\t13.05.2027", "worker", "Say who is meant"),
        ("10012\tJana Weiß\tHSE-999\t14.05.2025\t13.05.2027", "course", "“HSE-999” is no course of this site"),
        ("10012\tJana Weiß\tHSE-001\tbooked\t13.05.2027", "completed_on", "Booked, not done"),
        ("10012\tJana Weiß\tHSE-001\t31.02.2025\t13.05.2027", "completed_on", "no such day"),
        ("10012\tJana Weiß\tHSE-001\t14.05.2098\t", "completed_on", "still to come"),
        ("10012\tJana Weiß\tHSE-001\t14.05.2025\t13.05.2024", "expires_on", "cannot expire before"),
        ("10012\tJana Weiß\tHSE-001\t\t13.05.2027", "completed_on", "Enter the day of completion"),
    ],
)
def test_i12_what_is_wrong_stays_by_its_row(paste: Any, supervisor: User, row: str, column: str, sentence: str) -> None:
    wrong, good = paste(f"{row}\n10012\tJana Weiß\tHSE-001\t15.05.2025\t14.05.2027")
    drop(supervisor, "10012.pdf")
    assert sentence in " ".join(wrong.problems[column])
    assert [*good.problems] == ["proof"]
    edit_row(row_id=good.row.pk, typed={}, proof_id=FilingProof.objects.get().pk, by=supervisor, now=timezone.now())
    filed = file_rows(by=supervisor, now=timezone.now())
    assert [record.completion_date for record in filed.records] == [date(2025, 5, 15)]
    assert FilingRow.objects.filter(record=None).get() == wrong.row


def test_i12_an_unpublished_course_and_an_inactive_provider_are_refused_as_by_hand(
    paste: Any, supervisor: User, fire: CourseVersion, provider: Company
) -> None:
    paste()
    Company.objects.filter(pk=provider.pk).update(is_active=False)
    assert "not offered any more" in states(supervisor)[0].problems["provider"][0]
    CourseVersion.objects.filter(pk=fire.pk).update(status="ARCHIVED")
    assert "no published version" in states(supervisor)[0].problems["course"][0]
    assert not TrainingRecord.objects.exists()


def test_i12_without_a_badge_the_name_is_asked_about_and_with_its_employer_known(
    paste: Any, supervisor: User, jana: Learner
) -> None:
    other = LearnerFactory(first_name="Jana", last_name="Weiß")
    rows = f"Jana Weiß\t\tHSE-001\t14.05.2025\nJana Weiß\t{jana.company.name}\tHSE-001\t15.05.2025"
    text = f"Name\tEmployer\tCourse\tCompleted on\n{rows}"
    asked, known = paste(text, bare=True)
    assert {each.pk for each in asked.candidates} == {jana.pk, other.pk}
    assert (asked.worker, known.worker) == (None, jana)
    edit_row(row_id=asked.row.pk, typed={"worker": other.pk}, proof_id=None, by=supervisor, now=timezone.now())
    assert states(supervisor)[0].worker == other


def test_i12_the_last_day_is_proposed_from_the_course_and_typed_ones_win(paste: Any, supervisor: User) -> None:
    (state,) = paste("10012\tJana Weiß\tHSE-001\t14.05.2025\t")
    assert (state.expires_on, state.is_proposed) == (date(2027, 5, 14), True)
    for typed, expected in ({"expires_on": "2026-01-01"}, date(2026, 1, 1)), ({"expires_on": "never"}, None):
        edit_row(row_id=state.row.pk, typed=typed, proof_id=None, by=supervisor, now=timezone.now())
        (state,) = states(supervisor)
        assert (state.expires_on, state.is_proposed) == (expected, False)


def test_i12_what_is_typed_stays_when_the_paste_is_read_again(paste: Any, supervisor: User) -> None:
    first, second = paste(
        "10012\tJana Weiß\tHSE-001\t03/04/2025\t02/04/2027\n10012\tJana Weiß\tHSE-001\t04/04/2025\t05/04/2027"
    )
    edit_row(
        row_id=first.row.pk, typed={"completed_on": "2025-03-09"}, proof_id=None, by=supervisor, now=timezone.now()
    )
    asked = filing.read_paste(first.row.paste, now=timezone.now())
    agree_paste(
        paste_id=first.row.paste_id,
        columns=[column.use for column in asked.columns],
        answers={question.key: "month day year" for question in asked.questions},
        provider_id=None,
        by=supervisor,
        now=timezone.now(),
    )
    first, second = states(supervisor)
    assert (first.completed_on, first.expires_on) == (date(2025, 3, 9), date(2027, 2, 4))
    assert (second.completed_on, second.expires_on) == (date(2025, 4, 4), date(2027, 5, 4))
    assert "Say which company" in first.problems["provider"][0]


def test_i12_a_course_chosen_for_one_row_is_chosen_for_all_rows_that_call_it_so(
    paste: Any, supervisor: User, fire: CourseVersion
) -> None:
    first, _second, third = paste(
        "10012\tJana Weiß\tBrandschutz\t14.05.2025\t\n10012\tJana Weiß\tbrandschutz\t15.05.2025\t\n"
        "10012\tJana Weiß\tKran\t16.05.2025\t"
    )
    edit_row(row_id=first.row.pk, typed={"course": fire.course_id}, proof_id=None, by=supervisor, now=timezone.now())
    assert [each.course_id for each in states(supervisor)] == [fire.course_id, fire.course_id, None]
    assert third.course_id is None


def test_i12_two_columns_of_one_meaning_are_refused(paste: Any, supervisor: User) -> None:
    (state,) = paste()
    with pytest.raises(ColumnTwice):
        agree_paste(
            paste_id=state.row.paste_id,
            columns=["badge_id", "badge_id"],
            answers={},
            provider_id=None,
            by=supervisor,
            now=timezone.now(),
        )


def test_i12_e1_a_file_that_cannot_be_used_says_so_and_stops_no_other(paste: Any, supervisor: User) -> None:
    paste()
    sent = [files.upload(b"Hello", "notes.pdf"), files.upload(b"", "empty.pdf"), files.upload(files.pdf(), "10012.pdf")]
    dropped = drop_proofs(files=sent, by=supervisor, now=timezone.now())
    assert (dropped.kept, dropped.refused) == (1, 2)
    problems = dict(FilingProof.objects.values_list("name", "problem"))
    assert "not a PDF, JPEG or PNG" in problems["notes.pdf"]
    assert "is empty" in problems["empty.pdf"]
    assert FilingRow.objects.get().proof.name == "10012.pdf"  # type: ignore[union-attr]
    with pytest.raises(NothingDropped):
        drop_proofs(files=[], by=supervisor, now=timezone.now())


def test_i12_a_reader_that_is_away_keeps_nothing(
    supervisor: User, monkeypatch: pytest.MonkeyPatch, evidence_dir: Path
) -> None:
    def fails(_files: Any) -> None:
        raise ReaderUnavailable("Too many files are being checked at the moment.")

    drop(supervisor, "a.pdf")
    monkeypatch.setattr(filing_files, "received", fails)
    with pytest.raises(ReaderUnavailable):
        drop(supervisor, "b.pdf")
    assert [each.name for each in FilingProof.objects.all()] == ["a.pdf"]
    assert len(waiting_files()) == 1


def test_i12_a_file_is_chosen_by_hand_and_moves_from_a_row_to_another(paste: Any, supervisor: User) -> None:
    first, second = paste("10012\tJana Weiß\tHSE-001\t14.05.2025\t\n10012\tJana Weiß\tHSE-001\t15.05.2025\t")
    drop(supervisor, "scan.pdf")
    proof = FilingProof.objects.get()
    for row in (first.row, second.row):
        edit_row(row_id=row.pk, typed={}, proof_id=proof.pk, by=supervisor, now=timezone.now())
    assert [each.row.proof_id for each in states(supervisor)] == [None, proof.pk]
    assert [each.is_ready for each in states(supervisor)] == [False, True]
    assert len(file_rows(by=supervisor, now=timezone.now()).records) == 1
    with pytest.raises(FiledAlready):
        edit_row(row_id=first.row.pk, typed={}, proof_id=proof.pk, by=supervisor, now=timezone.now())
    with pytest.raises(FiledAlready):
        edit_row(row_id=second.row.pk, typed={}, proof_id=None, by=supervisor, now=timezone.now())


def test_i12_one_row_is_filed_alone(paste: Any, supervisor: User) -> None:
    first, second = paste("10012\tJana Weiß\tHSE-001\t14.05.2025\t\n10012\tJana Weiß\tHSE-001\t15.05.2025\t")
    for state, name in (first, "one.pdf"), (second, "two.pdf"):
        drop(supervisor, name)
        proof = FilingProof.objects.get(name=name)
        edit_row(row_id=state.row.pk, typed={}, proof_id=proof.pk, by=supervisor, now=timezone.now())
    file_rows(row_ids=[second.row.pk], by=supervisor, now=timezone.now())
    assert [each.is_filed for each in states(supervisor)] == [False, True]


def test_i12_the_same_training_twice_on_the_list_is_one_record(paste: Any, supervisor: User) -> None:
    _first, second = paste("10012\tJana Weiß\tHSE-001\t14.05.2025\t\n10012\tJana Weiß\tHSE-001\t14.05.2025\t")
    assert "stands in another row" in second.problems["completed_on"][0]


def test_r1_of_two_claims_that_say_the_same_the_second_is_refused(
    supervisor: User, jana: Learner, fire: CourseVersion, provider: Company
) -> None:
    claim = external_records.Claim(
        jana.pk,
        {
            "course_id": fire.course_id,
            "provider_id": provider.pk,
            "completion_date": date(2025, 5, 14),
            "expiry_date": None,
            "result": "PASSED",
            "comments": "",
        },
    )
    stored = StoredFile("ab/ab.pdf", "ab" * 32, 10, "application/pdf", 1)
    proven = [ProvenClaim(claim, stored, "a.pdf"), ProvenClaim(claim, stored, "b.pdf")]
    with acting(supervisor):
        record, refusal = write_claims(claims=proven, by=supervisor, now=timezone.now())
    assert isinstance(record, TrainingRecord)
    assert isinstance(refusal, external_records.RecordedAlready)
    assert TrainingRecord.objects.count() == 1


def test_i12_the_store_fails_and_nothing_is_filed_or_lost(
    paste: Any, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: Any) -> None:
        raise StoreUnavailable("The evidence store does not work at the moment.")

    paste()
    drop(supervisor, "10012.pdf")
    monkeypatch.setattr(filing_files, "store", fails)
    with pytest.raises(StoreUnavailable):
        file_rows(by=supervisor, now=timezone.now())
    assert not TrainingRecord.objects.exists()
    monkeypatch.undo()
    assert len(file_rows(by=supervisor, now=timezone.now()).records) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_i12_filing_takes_as_many_queries_for_three_rows_as_for_one(
    rows: int, paste: Any, supervisor: User, django_assert_num_queries: Any
) -> None:
    paste("\n".join(f"10012\tJana Weiß\tHSE-001\t{day}.05.2025\t" for day in range(1, rows + 1)))
    for state in states(supervisor):
        name = f"{state.row.row}.pdf"
        drop(supervisor, name)
        proof = FilingProof.objects.get(name=name)
        edit_row(row_id=state.row.pk, typed={}, proof_id=proof.pk, by=supervisor, now=timezone.now())
    with django_assert_num_queries(16):
        states(supervisor)


def test_i12_what_waits_is_for_its_owner_only(paste: Any, supervisor: User, superuser: User) -> None:
    (state,) = paste()
    drop(supervisor, "10012.pdf")
    proof = FilingProof.objects.get()
    assert states(superuser) == []
    for act in (
        lambda: edit_row(row_id=state.row.pk, typed={}, proof_id=None, by=superuser, now=timezone.now()),
        lambda: remove_row(row_id=state.row.pk, by=superuser),
        lambda: remove_proof(proof_id=proof.pk, by=superuser),
        lambda: agree_paste(
            paste_id=state.row.paste_id, columns=[], answers={}, provider_id=None, by=superuser, now=timezone.now()
        ),
    ):
        with pytest.raises(NotFound):
            act()
    (mine,) = paste(by=superuser)
    with pytest.raises(NotFound):
        edit_row(row_id=mine.row.pk, typed={}, proof_id=proof.pk, by=superuser, now=timezone.now())


@pytest.mark.parametrize("kind", ["auditor", "trainer_user"])
def test_i12_only_who_enters_external_records_files_certificates(
    kind: str, request: pytest.FixtureRequest, paste: Any
) -> None:
    login = request.getfixturevalue(kind)
    for act in (
        lambda: paste(by=login),
        lambda: drop(login, "a.pdf"),
        lambda: file_rows(by=login, now=timezone.now()),
        lambda: edit_row(row_id=1, typed={}, proof_id=None, by=login, now=timezone.now()),
        lambda: remove_row(row_id=1, by=login),
        lambda: remove_proof(proof_id=1, by=login),
        lambda: remove_filed(by=login),
        lambda: agree_paste(paste_id=1, columns=[], answers={}, provider_id=None, by=login, now=timezone.now()),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_i12_rows_and_files_are_removed_by_hand_and_after_some_days(paste: Any, supervisor: User) -> None:
    first, second = paste("10012\tJana Weiß\tHSE-001\t14.05.2025\t\n10012\tJana Weiß\tHSE-001\t15.05.2025\t")
    drop(supervisor, "scan.pdf", "other.pdf")
    scan, other = FilingProof.objects.order_by("pk")
    edit_row(row_id=first.row.pk, typed={}, proof_id=scan.pk, by=supervisor, now=timezone.now())
    remove_row(row_id=second.row.pk, by=supervisor)
    remove_proof(proof_id=other.pk, by=supervisor)
    assert len(waiting_files()) == 1
    file_rows(by=supervisor, now=timezone.now())
    remove_filed(by=supervisor)
    assert not FilingPaste.objects.exists()
    assert not FilingProof.objects.exists()
    assert (waiting_files(), TrainingRecord.objects.count()) == ([], 1)

    paste()
    drop(supervisor, "10012.pdf", "free.pdf")
    assert purge_filing(now=timezone.now() + timedelta(days=6)) == 0
    assert purge_filing(now=timezone.now() + timedelta(days=8)) >= 2
    purge_filing(now=timezone.now() + timedelta(days=8))
    assert (FilingRow.objects.count(), FilingProof.objects.count(), waiting_files()) == (0, 0, [])


def test_i12_what_is_pasted_is_bounded(paste: Any, monkeypatch: pytest.MonkeyPatch, supervisor: User) -> None:
    monkeypatch.setattr(filing_matches, "MOST_WAITING", 1)
    paste()
    with pytest.raises(TooMuchWaits):
        paste("10012\tJana Weiß\tHSE-001\t15.05.2025\t")
    drop(supervisor, "a.pdf")
    with pytest.raises(TooMuchWaits):
        drop(supervisor, "b.pdf")
    with pytest.raises(PasteUnusable):
        paste("", bare=True)
    assert FilingRow.objects.count() == 1


def test_i12_the_worker_removes_what_waits_too_long(paste: Any, supervisor: User) -> None:
    paste()
    drop(supervisor, "free.pdf")
    for chore in chores():
        chore(timezone.now() + timedelta(days=8))
    assert (FilingRow.objects.count(), FilingProof.objects.count()) == (0, 0)
