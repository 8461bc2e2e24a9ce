"""The verification queue: who waits, the sheet beside the fields, one after the other or several at once (V1)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from attendance.pages import verify as selector
from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import AssessmentMethod, CompetencyRecord, EvidenceRead, EvidenceUpload, Learner, TrainingRecord
from learners.policies.sign_offs import Assessment, Status
from learners.services.competency import revoke_sign_off, sign_off
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import (
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    EvidenceUploadFactory,
    LearnerFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory, scheduled_session
from tests.html import fragment
from training.models import Session

pytestmark = pytest.mark.django_db

QUEUE = "/verify/"
HTMX = {"HX-Request": "true", "HX-Target": "verify"}


@pytest.fixture
def method() -> AssessmentMethod:
    method: AssessmentMethod = AssessmentMethodFactory(name="Simulation")
    return method


def waiting(name: str = "Oksana", *, on: date = date(2026, 3, 2), **fields: Any) -> CompetencyRecord:
    learner = fields.pop("learner", None) or LearnerFactory(first_name=name)
    record: CompetencyRecord = CompetencyRecordFactory(learner=learner, training_date=on, **fields)
    return record


def said(method: AssessmentMethod, **more: Any) -> dict[str, Any]:
    return {"result": "COMPETENT", "method": method.pk, "assessed_on": timezone.localdate().isoformat(), **more}


def names(client: Client, query: str = "") -> list[str]:
    """Return who stands in the queue, in its order."""
    return [row.person.first_name for row in client.get(QUEUE + query).context["desk"].rows]


# The queue


def test_v1_the_oldest_stands_first_and_is_open(as_supervisor: Client) -> None:
    waiting("later", on=date(2026, 3, 5))
    first = waiting("first", on=date(2026, 3, 1))
    waiting("between", on=date(2026, 3, 2))

    desk = as_supervisor.get(QUEUE).context["desk"]

    assert [row.person.first_name for row in desk.rows] == ["first", "between", "later"]
    assert desk.opened.record == first


def test_v1_only_what_waits_is_listed_and_counted(as_supervisor: Client, supervisor: User) -> None:
    waiting("waits")
    done = waiting("done")
    assessment = Assessment(result=Status.NOT_COMPETENT, remarks="No")
    sign_off(record_ids=[done.pk], assessment=assessment, by=supervisor, now=timezone.now())

    page = as_supervisor.get(QUEUE)

    assert [row.person.first_name for row in page.context["desk"].rows] == ["waits"]
    assert '<span class="n" id="nav-verify">1</span>' in page.text
    assert as_supervisor.get("/").context["board"].to_verify == 1


def test_c4_the_number_on_today_counts_exactly_the_rows_of_the_queue(as_supervisor: Client) -> None:
    """People who are not active wait as well: somebody owes them an answer."""
    waiting("one")
    waiting("left", learner=LearnerFactory(first_name="left", status=Learner.Status.INACTIVE))

    today = as_supervisor.get("/")

    assert today.context["board"].to_verify == len(names(as_supervisor)) == 2
    assert f'<a href="{QUEUE}"><b>' in today.text


def test_the_queue_is_narrowed_by_course_employer_and_words(as_supervisor: Client) -> None:
    company = CompanyFactory()
    session = scheduled_session()
    waiting("Anna", learner=LearnerFactory(first_name="Anna", last_name="Łoś", company=company), session=session)
    waiting("Bert", session=session)
    waiting("Cleo")

    assert names(as_supervisor, f"?course={session.course_id}") == ["Anna", "Bert"]
    assert names(as_supervisor, f"?company={company.pk}") == ["Anna"]
    assert names(as_supervisor, "?q=los an") == ["Anna"]
    assert names(as_supervisor, "?course=nonsense&company=-1&q=") == ["Anna", "Bert", "Cleo"]
    assert "Nobody in the queue matches." in as_supervisor.get(f"{QUEUE}?q=nobody").text


def test_l2_a_merged_worker_waits_under_the_name_and_employer_of_the_survivor(as_supervisor: Client) -> None:
    survivor = LearnerFactory(first_name="Survivor")
    old = LearnerFactory(first_name="Old", merged_into=survivor, status=Learner.Status.INACTIVE)
    waiting(learner=old)

    assert names(as_supervisor) == ["Survivor"]
    assert names(as_supervisor, f"?company={survivor.company_id}") == ["Survivor"]
    assert names(as_supervisor, "?q=survivor") == ["Survivor"]
    filters = as_supervisor.get(QUEUE).context["filters"]
    assert [key for key, _name in filters.fields["company"].choices] == ["", survivor.company_id]


def test_an_empty_queue_says_so(as_supervisor: Client) -> None:
    page = as_supervisor.get(QUEUE)

    assert "No practical sign-off is waiting." in page.text
    assert '<span class="n" id="nav-verify" hidden>0</span>' in page.text


def test_the_page_that_holds_the_open_one_is_shown(as_supervisor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selector, "ROWS_PER_PAGE", 2)
    records = [waiting(f"n{number}", on=date(2026, 3, 1 + number)) for number in range(5)]

    assert names(as_supervisor) == ["n0", "n1"]
    assert names(as_supervisor, "?page=2") == ["n2", "n3"]
    page = as_supervisor.get(f"{QUEUE}?record={records[4].pk}").context["desk"]
    assert (page.opened.record, [row.person.first_name for row in page.rows]) == (records[4], ["n4"])


@pytest.mark.parametrize("number", [1, 3])
def test_the_queue_takes_the_same_queries_for_any_number(
    as_supervisor: Client, number: int, django_assert_num_queries: Any
) -> None:
    session = scheduled_session()
    learner = LearnerFactory()
    for each in range(number):
        waiting(f"n{each}", session=session)
        waiting(learner=learner, session=session, attempt=each + 2, status="NOT_COMPETENT", **assessed())

    with django_assert_num_queries(17):
        as_supervisor.get(QUEUE)


def assessed() -> dict[str, Any]:
    user = User.objects.first()
    return {"assessed_by": user, "assessed_at": timezone.now(), "assessed_on": date(2026, 3, 3), "remarks": "No"}


def test_the_fragment_is_the_part_of_the_page(as_supervisor: Client, method: AssessmentMethod) -> None:
    waiting("one")
    two = waiting("two")
    address = f"{QUEUE}?record={two.pk}"

    page, part = as_supervisor.get(address).text, as_supervisor.get(address, headers=HTMX).text

    assert fragment(page, "verify") == fragment(part, "verify")
    assert "<html" not in part


# The one that is open


@pytest.fixture
def finalized(supervisor: User, evidence_dir: Path) -> Session:
    """A finalized session whose second worker waits for a sign-off, with its sheet in the store."""
    version = CourseVersionFactory(title="Forklift licence", requires_verification=True)
    start = timezone.now() - timedelta(days=10)
    session = scheduled_session(
        course_version=version, course=version.course, start_time=start, end_time=start + timedelta(hours=4)
    )
    SessionAttendeeFactory(session=session, present=True, has_passed=False)
    SessionAttendeeFactory(session=session, present=True, learner__first_name="Selma")
    upload_evidence(session_id=session.pk, files=[files.upload(files.pdf(2))], by=supervisor, now=timezone.now())
    finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())
    return session


def test_v1_the_sheet_stands_beside_the_facts_with_the_workers_line(as_supervisor: Client, finalized: Session) -> None:
    record = CompetencyRecord.objects.get()

    page = as_supervisor.get(QUEUE).text

    assert "<b>line 2</b> of 2" in page
    assert (
        page.count(f"/sign-offs/{record.pk}/evidence/") == 2 + 2 * 2
    )  # open and download; page and picture of each page
    for fact in ("Forklift licence", finalized.reference, record.trainer_name, record.company_name):
        assert fact in page


def test_e3_opening_the_sheet_of_a_sign_off_is_logged_for_the_worker(as_supervisor: Client, finalized: Session) -> None:
    record = CompetencyRecord.objects.get()
    upload = EvidenceUpload.objects.get()

    page = as_supervisor.get(f"/sign-offs/{record.pk}/evidence/1.png?sheet={upload.pk}")
    download = as_supervisor.get(f"/sign-offs/{record.pk}/evidence/")

    assert page["Content-Type"] == "image/png"
    assert b"".join(download) == files.pdf(2)
    reads = EvidenceRead.objects.order_by("pk").values_list("kind", "upload", "learner")
    assert list(reads) == [("PREVIEW", upload.pk, record.learner_id), ("DOWNLOAD", upload.pk, record.learner_id)]
    assert as_supervisor.get(f"/sign-offs/{record.pk}/evidence/1.png?sheet={upload.pk + 1}").status_code == 404
    assert as_supervisor.get("/sign-offs/4711/evidence/").status_code == 404


def test_e6_a_correcting_sheet_stands_before_the_original(as_supervisor: Client, finalized: Session) -> None:
    record = CompetencyRecord.objects.get()
    original = EvidenceUpload.objects.get()
    corrected = EvidenceUploadFactory(session=finalized, corrects=original, reason="Page 2 was missing")

    page = as_supervisor.get(QUEUE).text

    assert page.index("Page 2 was missing") < page.index("The original")
    first, second = (f"/sign-offs/{record.pk}/evidence/1.png?sheet={sheet.pk}" for sheet in (corrected, original))
    assert page.index(first) < page.index(second)


def test_v1_earlier_attempts_are_told_with_remarks_and_reasons(as_supervisor: Client, finalized: Session) -> None:
    record = CompetencyRecord.objects.get()
    failed = CompetencyRecordFactory(
        learner=record.learner, session=finalized, attempt=2, status="NOT_COMPETENT", **assessed()
    )

    page = as_supervisor.get(QUEUE).context["desk"]

    assert page.opened.record == record
    assert page.opened.earlier == [failed]


def test_l1_a_blocked_worker_is_shown_in_red(as_supervisor: Client) -> None:
    waiting(learner=LearnerFactory(status=Learner.Status.BLACKLISTED))

    assert "Blocked. The sign-off counts, but this worker may not work here." in as_supervisor.get(QUEUE).text


def test_an_auditor_reads_the_queue_and_signs_nothing(as_auditor: Client) -> None:
    record = waiting()

    page = as_auditor.get(QUEUE).text

    assert record.learner.last_name in page
    # The list leaves as a file, which signs nothing.
    assert "<form" not in fragment(page, "verify").replace('<form class="export-entry"', "")


def test_v1_one_that_was_signed_off_meanwhile_says_by_whom_and_opens_the_next(
    as_supervisor: Client, supervisor: User
) -> None:
    done, following = waiting("done"), waiting("next")
    assessment = Assessment(result=Status.NOT_COMPETENT, remarks="No")
    sign_off(record_ids=[done.pk], assessment=assessment, by=supervisor, now=timezone.now())

    page = as_supervisor.get(f"{QUEUE}?record={done.pk}")

    assert "signed off already as not competent" in page.text
    assert page.context["desk"].opened.record == following
    assert as_supervisor.get(f"{QUEUE}?record=4711").status_code == 404


# Signing off one


def test_v1_signing_off_opens_the_next_by_itself(as_supervisor: Client, method: AssessmentMethod) -> None:
    records = [waiting(f"n{number}") for number in range(3)]

    response = as_supervisor.post(f"{QUEUE}{records[1].pk}/?q=n", said(method))

    assert response["Location"] == f"{QUEUE}?q=n&record={records[2].pk}"
    assert "is signed off as competent" in str(next(iter(get_messages(response.wsgi_request))))
    assert TrainingRecord.objects.get().learner == records[1].learner
    response = as_supervisor.post(f"{QUEUE}{records[2].pk}/", said(method))
    assert response["Location"] == f"{QUEUE}?record={records[0].pk}", "after the last one the first"
    assert as_supervisor.post(f"{QUEUE}{records[0].pk}/", said(method))["Location"] == QUEUE


def test_htmx_gets_the_next_one_the_number_of_the_bar_and_a_toast(
    as_supervisor: Client, method: AssessmentMethod
) -> None:
    first, second = waiting("first"), waiting("second")

    response = as_supervisor.post(f"{QUEUE}{first.pk}/", said(method), headers=HTMX)

    assert response.status_code == 200
    assert response["HX-Replace-Url"] == f"{QUEUE}?record={second.pk}"
    assert response.context["desk"].opened.record == second
    assert '<span class="n" id="nav-verify" hx-swap-oob="true">1</span>' in response.text
    assert "is signed off as competent" in response.text
    assert "autofocus" in response.text, "the keyboard goes on with the next row"


def test_v1_not_competent_needs_no_method_but_remarks(as_supervisor: Client) -> None:
    record = waiting()

    refused = as_supervisor.post(f"{QUEUE}{record.pk}/", {"result": "NOT_COMPETENT"})
    assert refused.status_code == 422
    assert 'id="id_remarks_error"' in refused.text
    assert 'id="id_method_error"' not in refused.text
    as_supervisor.post(f"{QUEUE}{record.pk}/", {"result": "NOT_COMPETENT", "remarks": "Forks too high"})

    record.refresh_from_db()
    assert (record.status, record.remarks) == ("NOT_COMPETENT", "Forks too high")


def test_what_is_refused_stands_at_its_field_and_what_was_typed_stays(
    as_supervisor: Client, method: AssessmentMethod
) -> None:
    record = waiting()
    typed = said(method, assessed_on="2026-02-28", remarks="Two lifts")

    page = as_supervisor.post(f"{QUEUE}{record.pk}/", typed)
    part = as_supervisor.post(f"{QUEUE}{record.pk}/", typed, headers=HTMX)

    for response in (page, part):
        assert response.status_code == 422
        assert 'id="id_assessed_on_error"' in response.text
        assert "cannot lie before the training" in response.text
        assert "Two lifts" in response.text
    assert part["HX-Retarget"] == "#verify-fields", "a chosen file stays chosen"
    assert fragment(page.text, "verify-fields") == fragment(part.text, "verify-fields")


def test_v1_another_proof_is_sent_along_and_a_wrong_one_is_refused_beside_it(
    as_supervisor: Client, method: AssessmentMethod, evidence_dir: Path
) -> None:
    record = waiting()

    refused = as_supervisor.post(f"{QUEUE}{record.pk}/", said(method, file=files.upload(files.web_page(), "x.pdf")))
    assert refused.status_code == 422
    assert "is not a PDF, JPEG or PNG file" in fragment(refused.text, "verify-fields")
    as_supervisor.post(f"{QUEUE}{record.pk}/", said(method, file=files.upload(files.pdf(), "form.pdf")))

    made = TrainingRecord.objects.get()
    assert EvidenceUpload.objects.get(record=made).original_name == "form.pdf"


def test_v1_who_was_slower_is_told_by_whom_and_goes_on_with_the_next(
    as_supervisor: Client, supervisor: User, method: AssessmentMethod
) -> None:
    record, following = waiting("first"), waiting("second")
    assessment = Assessment(result=Status.NOT_COMPETENT, remarks="No")
    sign_off(record_ids=[record.pk], assessment=assessment, by=supervisor, now=timezone.now())

    response = as_supervisor.post(f"{QUEUE}{record.pk}/", said(method), headers=HTMX)

    assert response.status_code == 409
    assert "signed off already as not competent" in response.text
    assert response.context["desk"].opened.record == following


def test_the_next_form_proposes_method_and_day_of_the_one_before(
    as_supervisor: Client, method: AssessmentMethod
) -> None:
    AssessmentMethodFactory(name="Another")
    first, second = waiting("first"), waiting("second", on=date(2026, 3, 4))
    as_supervisor.post(f"{QUEUE}{first.pk}/", said(method, assessed_on="2026-03-04"))

    form = as_supervisor.get(f"{QUEUE}?record={second.pk}").context["form"]
    assert form.initial == {"method": method.pk, "assessed_on": date(2026, 3, 4)}
    waiting("trained after that day", on=date(2026, 3, 5))
    later = as_supervisor.get(f"{QUEUE}?q=trained").context["form"]
    assert later.initial == {"method": method.pk, "assessed_on": timezone.localdate()}


# Several at once


def test_v1_ticked_rows_are_signed_off_alike(as_supervisor: Client, method: AssessmentMethod) -> None:
    records = [waiting(f"n{number}") for number in range(4)]
    ticked = [record.pk for record in records[:3]]

    response = as_supervisor.post(f"{QUEUE}many/?record={records[3].pk}", said(method, records=ticked))

    assert response["Location"] == f"{QUEUE}?record={records[3].pk}"
    assert "3 workers are signed off as competent." in str(next(iter(get_messages(response.wsgi_request))))
    assert set(TrainingRecord.objects.values_list("competency_record", flat=True)) == set(ticked)


def test_v1_one_that_cannot_be_keeps_all_waiting_and_the_ticks_stay(
    as_supervisor: Client, supervisor: User, method: AssessmentMethod
) -> None:
    records = [waiting(f"n{number}") for number in range(3)]
    assessment = Assessment(result=Status.NOT_COMPETENT, remarks="No")
    sign_off(record_ids=[records[1].pk], assessment=assessment, by=supervisor, now=timezone.now())

    response = as_supervisor.post(f"{QUEUE}many/", said(method, records=[each.pk for each in records]), headers=HTMX)

    assert response.status_code == 409
    assert f"Nobody was signed off. {records[1].learner.name}" in response.text
    assert response.text.count("data-select checked") == 2
    assert not TrainingRecord.objects.exists()


def test_v1_nobody_ticked_or_no_method_is_refused_in_the_list(as_supervisor: Client, method: AssessmentMethod) -> None:
    record = waiting()

    nobody = as_supervisor.post(f"{QUEUE}many/", said(method, records=["nonsense", "9" * 40]))
    no_method = as_supervisor.post(f"{QUEUE}many/", {"records": [record.pk], "assessed_on": "2026-03-02"})

    assert (nobody.status_code, no_method.status_code) == (422, 422)
    assert "Tick the workers who are signed off." in nobody.text
    assert 'id="many_method_error"' in no_method.text
    assert "data-select checked" in no_method.text


def test_v1_ticked_rows_are_not_competent_together_with_one_remark(as_supervisor: Client) -> None:
    records = [waiting(f"n{number}") for number in range(3)]
    failed = {"result": "NOT_COMPETENT", "records": [each.pk for each in records]}

    wordless = as_supervisor.post(f"{QUEUE}many/", failed, headers=HTMX)
    response = as_supervisor.post(f"{QUEUE}many/", {**failed, "remarks": "Forks too high"}, headers=HTMX)

    assert (wordless.status_code, "a worker who is not competent needs remarks" in wordless.text) == (422, True)
    assert 'id="many_remarks_error"' in wordless.text
    assert wordless.text.count("data-select checked") == 3
    assert "3 workers are not competent. The attempts are kept." in response.text
    assert set(CompetencyRecord.objects.values_list("status", "remarks")) == {(Status.NOT_COMPETENT, "Forks too high")}
    assert not TrainingRecord.objects.exists()


# What was failed or revoked


def test_v1_v2_failed_attempts_and_revoked_sign_offs_are_listed_with_why(
    as_auditor: Client, supervisor: User, superuser: User
) -> None:
    waiting("waits")
    failed, revoked = waiting("failed"), waiting("revoked")
    assessment = Assessment(result=Status.NOT_COMPETENT, remarks="Forks too high")
    sign_off(record_ids=[failed.pk], assessment=assessment, by=supervisor, now=timezone.now())
    revoke_sign_off(record_id=revoked.pk, reason="Slept through it", by=superuser, now=timezone.now())

    page = as_auditor.get(f"{QUEUE}history/")

    assert [each.learner.first_name for each in page.context["records"]] == ["revoked", "failed"]
    assert "Forks too high" in page.text
    assert "Slept through it" in page.text
    narrowed = as_auditor.get(f"{QUEUE}history/?q=failed", headers=HTMX | {"HX-Target": "history"})
    assert [each.learner.first_name for each in narrowed.context["records"]] == ["failed"]
    assert fragment(as_auditor.get(f"{QUEUE}history/?q=failed").text, "history") == fragment(narrowed.text, "history")
    assert "Nothing matches." in as_auditor.get(f"{QUEUE}history/?q=nobody").text


@pytest.mark.parametrize("number", [1, 3])
def test_the_history_takes_the_same_queries_for_any_number(
    as_auditor: Client, number: int, django_assert_num_queries: Any
) -> None:
    for each in range(number):
        waiting(f"n{each}", status="NOT_COMPETENT", **assessed())

    with django_assert_num_queries(8):
        as_auditor.get(f"{QUEUE}history/")
