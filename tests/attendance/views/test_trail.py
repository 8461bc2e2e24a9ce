"""The audit trail on the pages of a worker and of a session."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.services.attendees import add_attendees
from attendance.services.finalize import finalize_session
from attendance.services.marking import Mark, save_marks
from config.models import LoggedLook
from learners.models import EvidenceRead, Learner
from learners.services.records import revoke_record
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import LearnerAreaFactory, LearnerFactory
from tests.factories.training import TrainerFactory, scheduled_session
from tests.html import source_of, texts
from training.models import Session, Trainer

pytestmark = pytest.mark.django_db


def of_worker(client: Client, learner: Learner, address: str = "", **headers: str):
    return client.get(reverse("attendance:worker_trail", args=[learner.pk]) + address, headers=headers)


def of_session(client: Client, session: Session, address: str = "", **headers: str):
    return client.get(reverse("attendance:session_trail", args=[session.pk]) + address, headers=headers)


def titles(response) -> list[str]:
    return [entry.title for entry in response.context["trail"].entries]


def lines(response) -> list[str]:
    """Return the lines with their changes, such as the number of the line on the list, which tells them apart."""
    return [f"{entry.title} {entry.changes}" for entry in response.context["trail"].entries]


@pytest.fixture
def finalized(supervisor) -> tuple[Session, Learner]:
    """A finalized session and one of its workers."""
    session, attendees = session_ready_to_finalize()
    finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())
    session.refresh_from_db()
    return session, attendees[0].learner


def test_a_workers_trail_tells_facts_places_lists_records_and_answers(as_supervisor: Client, finalized, superuser):
    session, learner = finalized
    LearnerAreaFactory(learner=learner, area__name="Unit 3").delete()
    record = learner.records.get()
    revoke_record(record_id=record.pk, reason="Wrong person", by=superuser, now=timezone.now())

    told = titles(of_worker(as_supervisor, learner))

    assert "Worker added" in told
    assert {"Area of a worker Unit 3 added", "Area of a worker Unit 3 removed"} <= set(told)
    assert {f"Attendee {session.reference} added", f"Attendee {session.reference} changed"} <= set(told)
    assert f"Training record {record.course} added" in told
    assert f"Revocation {record} added" in told


def test_a_sessions_trail_tells_plan_list_evidence_and_records(as_supervisor: Client, finalized):
    session, learner = finalized

    response = of_session(as_supervisor, session)

    assert {"Session added", "Session changed", "Evidence upload added"} <= set(titles(response))
    assert {f"Attendee {learner} added", f"Training record {learner} added"} <= set(titles(response))
    assert texts(response, '//*[@class="told"]')[0].startswith("Session changed · Status: Scheduled → Finalized · ")


def test_n6_who_opened_the_sheet_is_told_to_superusers_and_each_look_is_written_down(
    as_supervisor: Client, as_superuser: Client, superuser: User, finalized, supervisor
):
    session, learner = finalized
    upload = session.evidence_uploads.get()
    EvidenceRead.objects.create(
        upload=upload, learner=learner, kind="PREVIEW", read_by=supervisor, read_at=timezone.now()
    )

    for trail_of, thing in ((of_worker, learner), (of_session, session)):
        reads = [entry for entry in trail_of(as_superuser, thing).context["trail"].entries if entry.action == "log"]
        assert [(entry.title, entry.who) for entry in reads] == [
            (f"Evidence read {upload.original_name}", supervisor.get_full_name())
        ]
        told = trail_of(as_supervisor, thing).context["trail"].entries
        assert "log" not in {entry.action for entry in told}
    assert list(LoggedLook.objects.values_list("by", "path")) == [
        (superuser.pk, reverse("attendance:session_trail", args=[session.pk])),
        (superuser.pk, reverse("attendance:worker_trail", args=[learner.pk])),
    ]


def test_one_workers_trail_says_nothing_about_another(as_supervisor: Client, finalized):
    session, learner = finalized
    other = session.attendees.exclude(learner=learner).get().learner

    page = of_worker(as_supervisor, learner).content.decode()

    assert other.badge_id not in page


def test_a_change_through_a_page_is_told_with_its_address(as_supervisor: Client, supervisor):
    learner, session = LearnerFactory(), scheduled_session()
    address = reverse("attendance:session_add", args=[session.pk])
    as_supervisor.post(address, {"learner": learner.pk})

    entry = next(
        entry for entry in of_session(as_supervisor, session).context["trail"].entries if "Attendee" in entry.title
    )

    assert (entry.who, entry.door, entry.path) == (supervisor.get_full_name(), "page", address)
    assert entry.address == "127.0.0.1"


def test_who_was_only_put_on_the_list_has_neither_passed_nor_been_absent(as_supervisor: Client, supervisor):
    session = scheduled_session(start_time=timezone.now() - timedelta(hours=1))
    learners = LearnerFactory.create_batch(2)
    keys = [learner.pk for learner in learners]
    who = {"session_id": session.pk, "by": supervisor, "now": timezone.now()}
    add_attendees(learner_ids=keys, **who)
    marks = [Mark(keys[0], is_present=True, has_passed=True), Mark(keys[1], is_present=False, has_passed=False)]
    save_marks(marks=marks, **who)

    for learner, present, passed in ((learners[0], ("–", "yes"), [("–", "yes")]), (learners[1], ("–", "no"), [])):
        entries = of_worker(as_supervisor, learner).context["trail"].entries
        marked, listed = [entry for entry in entries if entry.title.startswith(f"Attendee {session.reference}")]
        assert {"Present", "Passed"} & {change.label for change in listed.changes} == set()
        assert [(each.before, each.after) for each in marked.changes if each.label == "Present"] == [present]
        assert [(each.before, each.after) for each in marked.changes if each.label == "Passed"] == passed


def test_htmx_gets_the_lines_alone_and_more_of_them_on_demand(as_supervisor: Client, supervisor):
    session = scheduled_session()
    learners = LearnerFactory.create_batch(55)
    add_attendees(
        session_id=session.pk, learner_ids=[learner.pk for learner in learners], by=supervisor, now=timezone.now()
    )

    whole = source_of(of_session(as_supervisor, session))
    first = of_session(as_supervisor, session, **{"HX-Request": "true"})
    (address,) = re.findall(r'hx-get="([^"]+)"', first.content.decode())
    second = as_supervisor.get(unescape(address), headers={"HX-Request": "true"})

    assert "<html" not in source_of(first)
    assert source_of(first) in whole
    assert len(titles(first)) == 50
    assert len(set(lines(first) + lines(second))) == 58  # each worker, the session, its version, and the act as one


def test_a_trainer_reads_the_trail_of_own_sessions_and_of_no_worker(as_trainer: Client, trainer: Trainer):
    assert of_session(as_trainer, scheduled_session(trainer=trainer)).status_code == 200
    assert of_session(as_trainer, scheduled_session(trainer=TrainerFactory())).status_code == 403
    assert of_worker(as_trainer, LearnerFactory()).status_code == 403


def test_an_auditor_reads_both(as_auditor: Client):
    assert of_session(as_auditor, scheduled_session()).status_code == 200
    assert of_worker(as_auditor, LearnerFactory()).status_code == 200


def test_hostile_text_in_a_line_runs_nothing(as_supervisor: Client):
    learner = LearnerFactory(first_name="<script>alert(1)</script>")

    page = of_worker(as_supervisor, learner).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("size", [1, 3])
def test_a_sessions_trail_costs_the_same_queries_however_many_lines(as_supervisor: Client, supervisor, size: int):
    session, _attendees = session_ready_to_finalize(size=size)
    finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())

    with CaptureQueriesContext(connection) as queries:
        of_session(as_supervisor, session)

    assert len(queries) == 15
