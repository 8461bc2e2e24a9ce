"""What is known about a worker is declared once, and every door shows it."""

import datetime as dt

import pytest
from django.test import Client

from learners.admin.workers import LearnerAdmin
from learners.forms.workers import WorkerForm
from learners.models import Learner
from learners.pages.worker_facts import worker_facts
from learners.policies.worker_fields import WORKER_FIELDS, ProfilePlace, attribute_of
from learners.services.learners import LearnerFacts
from tests.factories.learners import LearnerFactory

KEPT_BY_US = {
    *("id", "created_at", "created_by", "updated_at", "updated_by", "merged_into"),
    *("compliance_status", "compliance_holds_until", "compliance_updated_at", "not_cleared_since", "next_expiry"),
    *("sort_key", "badge_key", "name_key", "search_key", "twin_key"),
}
DECLARED = {field.name for field in WORKER_FIELDS}
PHONE, E_MAIL = "+966 5 1234567", "lina@example.com"


def test_every_field_of_a_worker_is_declared():
    stored = {field.name for field in Learner._meta.concrete_fields}

    assert stored - KEPT_BY_US == DECLARED


def test_what_is_declared_is_what_the_services_take():
    assert {attribute_of(field) for field in WORKER_FIELDS} == LearnerFacts.__annotations__.keys()


@pytest.mark.django_db
def test_the_form_asks_for_what_has_a_card():
    form = WorkerForm(today=dt.date(2026, 3, 2))
    shown = {field.name for card in (form.person, form.work) for row in card for field in row}

    assert shown == {field.name for field in WORKER_FIELDS if field.card}
    assert form.fields["company"].error_messages["required"] == "Choose the employer."
    assert form["email"].label == "E-mail"
    assert form.fields["start_date"].required
    assert not form.fields["end_date"].required


def test_admin_shows_what_is_declared():
    flat = {name for row in LearnerAdmin.fields for name in ((row,) if isinstance(row, str) else row)}

    assert flat - KEPT_BY_US == DECLARED


@pytest.mark.django_db
def test_the_facts_leave_out_what_the_heading_says_and_what_is_empty():
    boss = LearnerFactory(first_name="Omar", last_name="Haddad")
    learner = LearnerFactory(supervisor=boss, email=E_MAIL, phone="", start_date=dt.date(2026, 1, 5))

    facts = {fact.label: fact for fact in worker_facts(learner, shows_contact=True)}

    assert facts.keys() == {"E-mail", "Supervisor", "Role counts from", "Start date"}
    assert facts["E-mail"].link == f"mailto:{E_MAIL}"
    assert facts["Supervisor"].worker == boss
    assert facts["Start date"].value == "5 Jan 2026"
    assert "E-mail" not in {fact.label for fact in worker_facts(learner, shows_contact=False)}
    assert {field.name for field in WORKER_FIELDS if field.shown is ProfilePlace.CONTACT} == {"email", "phone"}


@pytest.mark.django_db
def test_who_keeps_workers_reaches_them_from_the_profile(as_supervisor: Client):
    learner = LearnerFactory(email=E_MAIL, phone=PHONE)

    page = as_supervisor.get(f"/workers/{learner.pk}/").content.decode()

    assert f'<a href="tel:{PHONE}">{PHONE}</a>' in page
    assert f'<a href="mailto:{E_MAIL}">{E_MAIL}</a>' in page


@pytest.mark.django_db
def test_an_auditor_is_not_told_how_to_reach_a_worker(as_auditor: Client):
    learner = LearnerFactory(email=E_MAIL, phone=PHONE)

    page = as_auditor.get(f"/workers/{learner.pk}/").content.decode()

    assert "<dt>Start date</dt>" in page
    assert PHONE not in page
    assert E_MAIL not in page


@pytest.mark.django_db
def test_only_who_keeps_workers_reads_their_contact_in_the_audit_log(as_supervisor: Client, as_auditor: Client):
    learner = LearnerFactory(email=E_MAIL, phone=PHONE, end_date=None)
    Learner.objects.filter(pk=learner.pk).update(phone=f"{PHONE} 89", status_reason="Moved to another site")

    kept, audited = (
        client.get(f"/workers/{learner.pk}/trail/").content.decode() for client in (as_supervisor, as_auditor)
    )

    assert PHONE in kept
    assert E_MAIL in kept
    assert "Moved to another site" in audited
    assert PHONE not in audited
    assert E_MAIL not in audited
