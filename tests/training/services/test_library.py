"""Companies, venues, trainers and qualifications, written by services."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.factories.training import CompanyFactory, CourseFactory, TrainerFactory, VenueFactory, scheduled_session
from training.core.refusals import Conflict, Invalid, NotFound, NotPermitted
from training.models import Company, Trainer, TrainerQualification, Venue
from training.services import names
from training.services.companies import CompanyFacts, create_company, edit_company
from training.services.trainers import (
    QualificationFacts,
    TrainerFacts,
    create_qualification,
    create_trainer,
    edit_qualification,
    edit_trainer,
    remove_qualification,
)
from training.services.venues import VenueFacts, create_venue, edit_venue

pytestmark = pytest.mark.django_db

JOHN = TrainerFacts(first_name="John", last_name="Smith", kind="INTERNAL")


def events(row: Any) -> list[str]:
    return list(row.pgh_event_model.objects.filter(pgh_obj_id=row.pk).values_list("pgh_label", flat=True))


def test_a_company_gets_its_prefix_from_its_name_and_keeps_it(supervisor: User, superuser: User):
    company = create_company(facts=CompanyFacts(name="Åse & Søn"), by=supervisor)
    assert (company.class_code_prefix, company.code, company.created_by) == ("ASE", None, supervisor)
    edit_company(company_id=company.pk, facts=CompanyFacts(name="Kestrel", code="KES"), by=superuser)
    company.refresh_from_db()
    assert (company.class_code_prefix, company.code, company.updated_by) == ("ASE", "KES", superuser)
    edit_company(company_id=company.pk, facts=CompanyFacts(class_code_prefix=""), by=superuser)
    assert Company.objects.get().class_code_prefix == "KES"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (CompanyFacts(name=""), "name"),
        (CompanyFacts(name="Taken"), "name"),
        (CompanyFacts(name="New", code="TK"), "code"),
        (CompanyFacts(name="New", code="x"), "code"),
        (CompanyFacts(name="New", class_code_prefix="K1"), "class_code_prefix"),
    ],
)
def test_a_company_that_breaks_a_rule_is_refused_at_the_field(supervisor: User, facts: CompanyFacts, field: str):
    CompanyFactory(name="Taken", code="TK")
    with pytest.raises(Invalid) as caught:
        create_company(facts=facts, by=supervisor)
    assert field in caught.value.errors
    assert Company.objects.count() == 1


def test_what_somebody_else_saved_at_the_same_moment_is_a_conflict(supervisor: User, monkeypatch: pytest.MonkeyPatch):
    CompanyFactory(name="Taken")
    monkeypatch.setattr(Company, "validate_unique", lambda self, exclude=None: None)
    monkeypatch.setattr(Company, "validate_constraints", lambda self, exclude=None: None)
    monkeypatch.setattr(names, "things_named", lambda others, typed: {})
    monkeypatch.setattr(names, "near_things", lambda others, typed: {})
    with pytest.raises(Conflict, match="Company with this Name already exists"):
        create_company(facts=CompanyFacts(name="Taken"), by=supervisor)


def test_a_venue_is_kept_and_what_does_not_change_leaves_no_event(supervisor: User):
    venue = create_venue(facts=VenueFacts(name="Room B", capacity=12), by=supervisor)
    edit_venue(venue_id=venue.pk, facts=VenueFacts(name="Room B", capacity=12), by=supervisor)
    assert events(venue) == ["insert"]
    edit_venue(venue_id=venue.pk, facts=VenueFacts(is_active=False), by=supervisor)
    assert events(venue) == ["insert", "update"]
    assert not Venue.objects.get().is_active
    for facts in (VenueFacts(name="B"), VenueFacts(capacity=0), VenueFacts(capacity=501)):
        with pytest.raises(Invalid) as caught:
            edit_venue(venue_id=venue.pk, facts=facts, by=supervisor)
        assert set(caught.value.errors) == set(facts)


def test_an_external_trainer_needs_a_company_and_says_so_there(supervisor: User):
    trainer = create_trainer(facts=JOHN, by=supervisor)
    with pytest.raises(Invalid) as caught:
        edit_trainer(trainer_id=trainer.pk, facts=TrainerFacts(kind="EXTERNAL"), by=supervisor)
    assert caught.value.errors == {"company": ["An external trainer needs a company."]}
    company = CompanyFactory()
    edit_trainer(trainer_id=trainer.pk, facts=TrainerFacts(kind="EXTERNAL", company_id=company.pk), by=supervisor)
    assert Trainer.objects.get().company == company


def test_a_login_belongs_to_one_trainer(supervisor: User, trainer: Trainer):
    assert trainer.user_id is not None
    with pytest.raises(Invalid) as caught:
        create_trainer(facts=TrainerFacts(**{**JOHN, "user_id": trainer.user_id}), by=supervisor)
    assert set(caught.value.errors) == {"user"}


def test_a_qualification_is_added_once_per_course_and_its_days_are_in_order(supervisor: User):
    trainer, course = TrainerFactory(), CourseFactory()
    facts = QualificationFacts(certificate_number="C-1", valid_from=date(2026, 1, 1))
    held = create_qualification(trainer_id=trainer.pk, course_id=course.pk, facts=facts, by=supervisor)
    assert (held.created_by, held.valid_from) == (supervisor, date(2026, 1, 1))
    with pytest.raises(Invalid, match="has a qualification for that course already"):
        create_qualification(trainer_id=trainer.pk, course_id=course.pk, facts=facts, by=supervisor)
    with pytest.raises(Invalid) as caught:
        edit_qualification(
            qualification_id=held.pk, facts=QualificationFacts(valid_until=date(2025, 12, 31)), by=supervisor
        )
    assert caught.value.errors == {"valid_until": ["A qualification cannot end before it begins."]}
    edit_qualification(qualification_id=held.pk, facts=QualificationFacts(valid_until=date(2026, 1, 1)), by=supervisor)
    assert TrainerQualification.objects.get().valid_until == date(2026, 1, 1)


def test_a_qualification_goes_although_a_session_relies_on_it_and_the_session_stays(supervisor: User):
    session = scheduled_session()
    held = TrainerQualification.objects.get(trainer=session.trainer)
    assert remove_qualification(qualification_id=held.pk, by=supervisor) == session.trainer
    session.refresh_from_db()
    assert session.status == "SCHEDULED"
    assert not TrainerQualification.objects.exists()
    with pytest.raises(NotFound):
        remove_qualification(qualification_id=held.pk, by=supervisor)


def test_what_is_not_there_is_said(supervisor: User):
    with pytest.raises(NotFound):
        edit_company(company_id=1, facts=CompanyFacts(), by=supervisor)
    with pytest.raises(NotFound):
        edit_venue(venue_id=1, facts=VenueFacts(), by=supervisor)
    with pytest.raises(NotFound):
        edit_trainer(trainer_id=1, facts=TrainerFacts(), by=supervisor)
    with pytest.raises(NotFound):
        create_qualification(trainer_id=1, course_id=CourseFactory().pk, facts=QualificationFacts(), by=supervisor)


def test_only_who_keeps_the_library_may(auditor: User):
    venue, company, trainer = VenueFactory(), CompanyFactory(), TrainerFactory()
    for refused in (
        lambda: create_company(facts=CompanyFacts(name="New"), by=auditor),
        lambda: edit_company(company_id=company.pk, facts=CompanyFacts(name="New"), by=auditor),
        lambda: create_venue(facts=VenueFacts(name="New"), by=auditor),
        lambda: edit_venue(venue_id=venue.pk, facts=VenueFacts(name="New"), by=auditor),
        lambda: create_trainer(facts=JOHN, by=auditor),
        lambda: edit_trainer(trainer_id=trainer.pk, facts=JOHN, by=auditor),
        lambda: create_qualification(trainer_id=trainer.pk, course_id=1, facts=QualificationFacts(), by=auditor),
        lambda: edit_qualification(qualification_id=1, facts=QualificationFacts(), by=auditor),
        lambda: remove_qualification(qualification_id=1, by=auditor),
    ):
        with pytest.raises(NotPermitted):
            refused()
