"""Putting a finalized session right through the browser (R2, F6, F9, E6)."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.pages.corrections import corrections_of
from attendance.selectors.corrections import standing_of
from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import CompetencyRecord, EvidenceUpload, Learner, Revocation, TrainingRecord
from tests.factories import files
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import LearnerFactory, RevocationFactory, TrainingRecordFactory
from tests.factories.training import CourseVersionFactory, UserFactory, scheduled_session
from training.core.groups import SUPERVISORS
from training.models import Session, Trainer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

HTMX = {"HX-Request": "true"}
Ask = Callable[..., Any]


def finalized(*, is_stored: bool = False, trainer: Trainer | None = None, **version: Any) -> Session:
    """Return a finalized session of this morning with two who passed; its sheet is a row, or a file as well."""
    by = UserFactory(groups=[SUPERVISORS])
    taught = CourseVersionFactory(**version)
    start = timezone.now() - timedelta(hours=5)
    given: dict[str, Any] = {"trainer": trainer} if trainer else {}
    session, _ = session_ready_to_finalize(
        course=taught.course, course_version=taught, start_time=start, end_time=start + timedelta(hours=4), **given
    )
    if is_stored:
        upload_evidence(session_id=session.pk, files=[files.upload(files.pdf())], by=by, now=timezone.now())
    finalize_session(session_id=session.pk, by=by, now=timezone.now())
    return Session.objects.get(pk=session.pk)


def first_of(session: Session) -> Learner:
    learner: Learner = session.attendees.order_by("line")[0].learner
    return learner


def correct_url(session: Session, learner: Learner | None = None) -> str:
    url = reverse("attendance:session_correct", args=[session.pk])
    return f"{url}?worker={learner.pk}" if learner else url


def seen(session: Session, learner: Learner) -> dict[str, int]:
    """Return what the hidden fields of the question say."""
    standing = standing_of(session, learner.pk).seen
    said = {"record": standing.record_id, "sign_off": standing.sign_off_id}
    return {name: key for name, key in said.items() if key}


# F9, F6: a worker of a session


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_f9_one_question_revokes_and_corrects(as_superuser: Client, headers: dict[str, str]) -> None:
    session = finalized()
    learner = first_of(session)
    question = as_superuser.get(correct_url(session, learner), headers=headers)
    assert "Record now" in question.text
    assert [value for value, _ in question.context["form"].fields["outcome"].choices] == ["FAILED", "REVOKE"]
    assert ("<html" in question.text) is not bool(headers)

    typed = {"outcome": "FAILED", "reason": "Left at noon", **seen(session, learner)}
    answer = as_superuser.post(correct_url(session, learner), typed, headers=headers)

    assert [each.result for each in learner.records.order_by("pk")] == ["PASSED", "FAILED"]
    workspace = reverse("attendance:session", args=[session.pk])
    if headers:
        assert answer["HX-Refresh"] == "true"
    else:
        assert answer["Location"] == workspace
    page = unescape(as_superuser.get(workspace).text)
    assert f"The record of {learner.name} is corrected; compliance is up to date." in page
    assert "<s>Passed</s> revoked" in page
    assert "<b>Failed</b> entered" in page
    assert "Left at noon" in page


def test_f6_what_stands_can_be_revoked_alone(as_superuser: Client) -> None:
    session = finalized(requires_verification=True)
    learner = first_of(session)
    typed = {"outcome": "REVOKE", "reason": "Was not there", **seen(session, learner)}
    as_superuser.post(correct_url(session, learner), typed)
    assert CompetencyRecord.objects.get(learner=learner).revocation.reason == "Was not there"
    assert not learner.records.exists()
    page = as_superuser.get(reverse("attendance:session", args=[session.pk]))
    assert page.context["rows"][0].outcome.word == "Revoked"
    assert "<s>Passed, to verify</s> revoked" in page.text


def test_f9_after_a_revocation_the_question_offers_both_results(as_superuser: Client) -> None:
    session = finalized()
    learner = first_of(session)
    RevocationFactory(record=learner.records.get(), reason="Wrong person")
    question = as_superuser.get(correct_url(session, learner))
    assert [value for value, _ in question.context["form"].fields["outcome"].choices] == ["PASSED", "FAILED"]
    assert "Wrong person" in question.text


def test_f9_a_pass_that_needs_the_practical_part_says_so(as_superuser: Client) -> None:
    session = finalized(requires_verification=True)
    outsider = LearnerFactory()
    assert "Passed, practical sign-off still needed" in as_superuser.get(correct_url(session, outsider)).text
    as_superuser.post(correct_url(session, outsider), {"outcome": "PASSED", "reason": "Signed on the back"})
    assert CompetencyRecord.objects.get(learner=outsider).status == "PENDING_VERIFICATION"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_f9_what_is_missing_is_said_and_what_was_typed_stays(as_superuser: Client, headers: dict[str, str]) -> None:
    session = finalized()
    learner = first_of(session)
    answer = as_superuser.post(correct_url(session, learner), {"reason": "Left at noon"}, headers=headers)
    assert answer.status_code == 422
    assert "Choose the correct result." in answer.text
    assert "Left at noon" in answer.text
    answer = as_superuser.post(correct_url(session, learner), {"outcome": "FAILED", "reason": " "}, headers=headers)
    assert answer.status_code == 422
    assert not Revocation.objects.exists()


def test_f9_somebody_elses_correction_is_shown_and_the_question_asked_anew(as_superuser: Client) -> None:
    session = finalized()
    learner = first_of(session)
    before = seen(session, learner)
    typed = {"outcome": "FAILED", "reason": "Left at noon", **before}
    as_superuser.post(correct_url(session, learner), typed)

    answer = as_superuser.post(correct_url(session, learner), {**typed, "reason": "Me too"}, headers=HTMX)

    assert answer.status_code == 409
    assert "Somebody else has corrected this in the meantime. The record now says: Failed." in answer.text
    assert "Me too" in answer.text
    assert answer.context["form"]["record"].value() == seen(session, learner)["record"] != before["record"]
    assert [value for value, _ in answer.context["form"].fields["outcome"].choices] == ["PASSED", "REVOKE"]
    assert TrainingRecord.objects.filter(learner=learner).count() == 2


def test_f9_revoking_what_was_revoked_meanwhile_is_told(as_superuser: Client) -> None:
    session = finalized()
    learner = first_of(session)
    typed = {"outcome": "REVOKE", "reason": "Wrong person", **seen(session, learner)}
    as_superuser.post(correct_url(session, learner), typed)
    answer = as_superuser.post(correct_url(session, learner), typed)
    assert answer.status_code == 409
    assert "This record was revoked already" in answer.text


def test_f9_who_was_not_listed_is_looked_for_by_badge_or_name(as_superuser: Client) -> None:
    session = finalized()
    outsider = LearnerFactory(first_name="José", last_name="Nuñez", badge_id="N-77")
    LearnerFactory(merged_into=outsider, status="INACTIVE", first_name="Jose", last_name="Nunez")
    url = correct_url(session)
    for text in ("n-77", "nunez jos"):
        assert list(as_superuser.get(url, {"q": text}).context["found"]) == [outsider]
    assert list(as_superuser.get(url, {"q": "n"}).context["found"]) == []
    part = as_superuser.get(url, {"q": "nunez"}, headers={**HTMX, "HX-Target": "correction-candidates"})
    assert correct_url(session, outsider) in part.text
    assert "<dialog" not in part.text
    assert "<dialog" in as_superuser.get(url, headers=HTMX).text
    assert "Nobody has that name or badge." in as_superuser.get(url, {"q": "zzz"}).text


def test_f9_only_a_finalized_session_is_corrected(as_superuser: Client) -> None:
    session = scheduled_session()
    for url in (correct_url(session), reverse("attendance:session_correct_sheet", args=[session.pk])):
        answer = as_superuser.get(url)
        assert answer.status_code == 409
        assert "This session is not finalized" in answer.text


def test_f9_only_superusers_are_offered_to_put_right(as_superuser: Client, as_supervisor: Client) -> None:
    session = finalized()
    learner = first_of(session)
    pages = [reverse("attendance:session", args=[session.pk]), reverse("attendance:worker", args=[learner.pk])]
    for page in pages:
        assert correct_url(session, learner) in as_superuser.get(page).text
        assert correct_url(session) not in as_supervisor.get(page).text
    assert reverse("attendance:session_correct_sheet", args=[session.pk]) in as_superuser.get(pages[0]).text
    assert reverse("attendance:session_correct_sheet", args=[session.pk]) not in as_supervisor.get(pages[0]).text


def test_f9_a_trainer_sees_what_was_put_right_of_own_sessions_without_the_workers_pages(
    as_trainer: Client, as_superuser: Client, trainer: Trainer
) -> None:
    session = finalized(trainer=trainer)
    learner = first_of(session)
    typed = {"outcome": "FAILED", "reason": "Left at noon", **seen(session, learner)}
    as_superuser.post(correct_url(session, learner), typed)
    page = as_trainer.get(reverse("attendance:session", args=[session.pk])).text
    assert "Left at noon" in page
    assert reverse("attendance:worker", args=[learner.pk]) not in page
    assert correct_url(session) not in page


@pytest.mark.parametrize("count", [1, 3])
def test_f9_what_was_put_right_is_two_queries_however_much(count: int) -> None:
    session = finalized()
    for _ in range(count):
        record = TrainingRecordFactory(
            session=session,
            provider=None,
            course=session.course,
            course_version=session.course_version,
            created_at=timezone.now(),
        )
        RevocationFactory(record=record)
    with CaptureQueriesContext(connection) as queries:
        lines = [(line.learner.name, line.by.username) for line in corrections_of(session)]
    assert len(lines) == 2 * count
    assert len(queries) == 2


# R2: a record of a provider


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_r2_an_external_record_is_revoked_with_a_reason_and_stays(
    as_superuser: Client, headers: dict[str, str]
) -> None:
    record = TrainingRecordFactory()
    url = reverse("attendance:record_revoke", args=[record.pk])
    worker = reverse("attendance:worker", args=[record.learner_id])
    assert url in as_superuser.get(worker).text
    question = as_superuser.get(url, headers=headers)
    assert "It stays visible, struck through, with the reason." in question.text
    refused = as_superuser.post(url, {"reason": " "}, headers=headers)
    assert refused.status_code == 422
    assert not Revocation.objects.exists()

    answer = as_superuser.post(url, {"reason": "A forged certificate"}, headers=headers)

    assert (answer.get("HX-Refresh"), answer.get("Location")) == (("true", None) if headers else (None, worker))
    page = as_superuser.get(worker).text
    assert "A forged certificate" in page
    assert url not in page


def test_r2_a_record_is_revoked_once(as_superuser: Client) -> None:
    record = RevocationFactory().record
    answer = as_superuser.get(reverse("attendance:record_revoke", args=[record.pk]))
    assert answer.status_code == 409
    assert "This record was revoked already, by" in answer.text
    assert as_superuser.get(reverse("attendance:record_revoke", args=[0])).status_code == 404


# E6: the sheet of a session


@pytest.fixture
def store(as_superuser: Client) -> Ask:
    """Sends a correcting sheet for the one that is shown, but for what is said otherwise."""

    def run(session: Session, content: bytes | None = files.jpeg(), *, headers: Any = None, **other: Any) -> Any:
        newest = EvidenceUpload.objects.filter(session=session).order_by("-pk")[0]
        typed = {"reason": "The wrong paper", "corrects": newest.pk, **other}
        proof = {"file": files.upload(content, "right.jpg")} if content else {}
        url = reverse("attendance:session_correct_sheet", args=[session.pk])
        return as_superuser.post(url, {**typed, **proof}, headers=headers)

    return run


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_e6_the_correcting_sheet_is_shown_first_and_the_original_beside_it(
    as_superuser: Client, store: Ask, headers: dict[str, str]
) -> None:
    session = finalized(is_stored=True)
    record = first_of(session).records.get()
    original = session.evidence_uploads.latest("pk")

    answer = store(session, headers=headers)

    assert answer.get("HX-Refresh") == "true" if headers else answer.status_code == 302
    correction = session.evidence_uploads.get(corrects=original)
    card = as_superuser.get(reverse("attendance:session", args=[session.pk]))
    assert card.context["evidence"].sheets == [correction, original]
    assert "The wrong paper" in card.text
    profile = unescape(as_superuser.get(reverse("attendance:worker", args=[record.learner_id])).text)
    page = reverse("attendance:record_evidence_page", args=[record.pk, 1])
    assert profile.index(f"{page}?sheet={correction.pk}") < profile.index(f"{page}?sheet={original.pk}")
    assert "The sheet that it corrects" in profile
    for name, pk in (("attendance:record_evidence", record.pk), ("attendance:session_evidence", session.pk)):
        url = reverse(name, args=[pk])
        assert b"".join(as_superuser.get(url)) == files.jpeg()
        assert b"".join(as_superuser.get(url, {"sheet": original.pk})) == files.pdf()
        assert as_superuser.get(url, {"sheet": 0}).status_code == 404
    assert as_superuser.get(page)["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("content", "other", "status", "sentence"),
    [
        (None, {}, 422, "No file was chosen."),
        (b"Hello", {}, 422, "is not a PDF, JPEG or PNG file"),
        (files.pdf(), {}, 409, "This file is the sheet that is already stored."),
        (files.jpeg(), {"reason": ""}, 422, "Enter the reason."),
        (files.jpeg(), {"corrects": 1_000_000}, 409, "Somebody else has added a correcting sheet in the meantime."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_e6_what_is_wrong_is_said_and_nothing_is_stored(
    store: Ask, content: bytes | None, other: dict[str, Any], status: int, sentence: str, headers: dict[str, str]
) -> None:
    session = finalized(is_stored=True)
    answer = store(session, content, headers=headers, **other)
    assert answer.status_code == status
    assert sentence in unescape(answer.text)
    assert ("The wrong paper" in answer.text) is not ("reason" in other)
    assert not session.evidence_uploads.exclude(corrects=None).exists()
