"""The library of assessment methods."""

import pytest
from django.contrib.auth.models import User

from learners.models import AssessmentMethod, CompetencyRecord
from learners.selectors.competency import list_methods, methods_on_offer
from learners.services.methods import MethodFacts, create_method, edit_method
from tests.factories.learners import AssessmentMethodFactory, CompetencyRecordFactory
from training.core.refusals import Invalid, NotFound, NotPermitted

pytestmark = pytest.mark.django_db


def test_a_method_is_added_and_changed(supervisor: User) -> None:
    method = create_method(facts=MethodFacts(name="Observation on the job", description="Two lifts"), by=supervisor)
    edit_method(method_id=method.pk, facts=MethodFacts(name="Observation"), by=supervisor)

    method.refresh_from_db()
    assert (method.name, method.description, method.is_active) == ("Observation", "Two lifts", True)
    assert method.created_by == method.updated_by == supervisor


def test_a_name_is_needed_and_given_once(supervisor: User) -> None:
    AssessmentMethodFactory(name="Simulation")

    for name in ("", "ab", "Simulation"):
        with pytest.raises(Invalid) as refusal:
            create_method(facts=MethodFacts(name=name), by=supervisor)
        assert list(refusal.value.errors) == ["name"]


def test_v1_an_inactive_method_is_offered_no_more_and_stays_on_old_sign_offs(supervisor: User) -> None:
    method = AssessmentMethodFactory()
    record = CompetencyRecordFactory(method=method)

    edit_method(method_id=method.pk, facts=MethodFacts(is_active=False), by=supervisor)

    assert method not in methods_on_offer()
    assert CompetencyRecord.objects.get(pk=record.pk).method == method
    assert [(each.pk, each.sign_offs) for each in list_methods()] == [(method.pk, 1)]  # type: ignore[attr-defined]


def test_only_who_keeps_the_library_may(auditor: User, trainer_user: User) -> None:
    method = AssessmentMethodFactory()
    for person in (auditor, trainer_user):
        with pytest.raises(NotPermitted):
            create_method(facts=MethodFacts(name="Simulation"), by=person)
        with pytest.raises(NotPermitted):
            edit_method(method_id=method.pk, facts=MethodFacts(is_active=False), by=person)
    assert AssessmentMethod.objects.count() == 1


def test_an_unknown_method_is_not_found(supervisor: User) -> None:
    with pytest.raises(NotFound):
        edit_method(method_id=4711, facts=MethodFacts(is_active=False), by=supervisor)
