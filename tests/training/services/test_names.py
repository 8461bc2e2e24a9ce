"""L4: companies and venues have one name in every spelling; trainers of one name are asked about."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.training import CompanyFactory, TrainerFactory, VenueFactory
from training.core.questions import ConfirmationNeeded
from training.core.refusals import Conflict, Invalid, database_refusals
from training.core.sameness import near_name, near_text, same_text
from training.models import Company, Trainer, Venue
from training.policies.names import NameTaken, NameUnseen
from training.selectors.sameness import near_things, things_named
from training.services.companies import create_company, edit_company
from training.services.trainers import create_trainer, edit_trainer
from training.services.venues import create_venue, edit_venue

pytestmark = pytest.mark.django_db

TWINS = ["Halloran  Mechanical", "halloran mechanical", "Halloran\u00a0Mechanical", "Halloran-Mechanical"]
KINDS: Any = [
    (CompanyFactory, create_company, edit_company, "company_id"),
    (VenueFactory, create_venue, edit_venue, "venue_id"),
]


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize(("factory", "create", "edit", "key"), KINDS)
def test_l4_the_same_name_is_refused_with_the_other_one(
    supervisor: User, factory: Any, create: Any, edit: Any, key: str, twin: str
) -> None:
    factory(name="Halloran Mechanical")
    other = factory(name="Somebody Else")
    for change in (
        lambda: create(facts={"name": twin}, by=supervisor),
        lambda: edit(**{key: other.pk}, facts={"name": twin}, by=supervisor),
    ):
        with pytest.raises(NameTaken, match="Halloran Mechanical, which is there already") as refused:
            change()
        assert list(refused.value.errors) == ["name"]
    assert sorted(type(other).objects.values_list("name", flat=True)) == ["Halloran Mechanical", "Somebody Else"]


@pytest.mark.parametrize(("factory", "create", "edit", "key"), KINDS)
def test_l4_nearly_the_same_name_is_asked_about(
    supervisor: User, factory: Any, create: Any, edit: Any, key: str
) -> None:
    factory(name="Room 12")
    for near in ("Room 012", "Room12", "R\u043e\u043em 12"):
        with pytest.raises(ConfirmationNeeded, match="Room 12 has the same name or nearly"):
            create(facts={"name": near}, by=supervisor)
    with pytest.raises(ConfirmationNeeded, match=r"only look Latin: \u043e \(Cyrillic\)") as asked:
        create(facts={"name": "R\u043e\u043em 12"}, by=supervisor)
    assert create(facts={"name": "R\u043e\u043em 12"}, confirmed=asked.value.word, by=supervisor).pk


@pytest.mark.parametrize(("factory", "create", "edit", "key"), KINDS)
def test_l4_a_name_of_nothing_is_refused(supervisor: User, factory: Any, create: Any, edit: Any, key: str) -> None:
    for nothing in ("\u200b\u200b\u200b", "\u3164\u3164\u3164", "\u2800\u2800\u2800"):
        with pytest.raises(NameUnseen):
            create(facts={"name": nothing}, by=supervisor)
        with pytest.raises(Invalid, match="Enter a name that can be seen"), database_refusals(), transaction.atomic():
            factory(name=nothing)


@pytest.mark.parametrize(("factory", "create", "edit", "key"), KINDS)
def test_l4_the_own_name_may_be_spelled_in_another_way(
    supervisor: User, factory: Any, create: Any, edit: Any, key: str
) -> None:
    thing = factory(name="halloran  mechanical")
    assert edit(**{key: thing.pk}, facts={"name": "Halloran Mechanical"}, by=supervisor).name == "Halloran Mechanical"


@pytest.mark.parametrize("factory", [CompanyFactory, VenueFactory])
def test_l4_the_database_refuses_twins_and_new_marks(factory: Any) -> None:
    thing = factory(name="Halloran Mechanical")
    with (
        pytest.raises(Conflict, match="of this name already, perhaps"),
        database_refusals(),
        transaction.atomic(),
    ):
        factory(name="HALLORAN\u00a0mechanical")
    with pytest.raises(Conflict, match="twins are those that were there"), database_refusals(), transaction.atomic():
        factory(name="halloran mechanical ", twin_key="halloran-mechanical")
    with pytest.raises(Conflict, match="twins are those that were there"), database_refusals(), transaction.atomic():
        type(thing).objects.filter(pk=thing.pk).update(twin_key="halloran-mechanical")


@pytest.mark.parametrize(("first", "last"), [("Liam", "O'Brien"), ("liam", "O’Brien"), ("Liam", "OBrien")])
def test_l4_a_trainer_of_the_same_name_is_asked_about(supervisor: User, first: str, last: str) -> None:
    TrainerFactory(first_name="Liam", last_name="O'Brien")
    named = {"first_name": first, "last_name": last}
    other = TrainerFactory(first_name="Somebody", last_name="Else")
    with pytest.raises(ConfirmationNeeded, match=r"Liam O'Brien \(.*\) has the same name") as asked:
        create_trainer(facts=named, by=supervisor)  # type: ignore[arg-type]  # a plain dict
    with pytest.raises(ConfirmationNeeded):
        edit_trainer(trainer_id=other.pk, facts=named, by=supervisor)  # type: ignore[arg-type]
    assert Trainer.objects.count() == 2
    create_trainer(facts=named, confirmed=asked.value.word, by=supervisor)  # type: ignore[arg-type]
    assert Trainer.objects.count() == 3
    edit_trainer(trainer_id=other.pk, facts={"phone": "0660"}, by=supervisor)  # the name stays, nobody is asked


def test_l4_a_trainers_name_of_nothing_is_refused(supervisor: User) -> None:
    with pytest.raises(NameUnseen) as refused:
        create_trainer(facts={"first_name": "\u200b\u200b", "last_name": "Berg"}, by=supervisor)
    assert list(refused.value.errors) == ["first_name"]


@pytest.mark.parametrize("many", [1, 3, 500])
def test_l4_many_names_are_looked_up_in_one_statement(many: int) -> None:
    company, venue = CompanyFactory(name="Halloran Mechanical"), VenueFactory(name="Room 12")
    trainer = TrainerFactory(first_name="Søren", last_name="Kjær")
    names = [f"Nobody {number}" for number in range(many)]
    found: Callable[..., Any] = things_named
    with CaptureQueriesContext(connection) as queries:
        companies = found(Company.objects.all(), ["halloran  mechanical", *names])
        venues = near_things(Venue.objects.all(), ["room 012", *names])
        trainers = found(Trainer.objects.all(), ["Soeren Kjaer", *names])
    assert len(queries) == 3
    assert companies == {same_text("Halloran Mechanical"): [company]}
    assert venues == {near_text("Room 12"): [venue]}
    assert trainers == {near_name("Søren Kjær"): [trainer]}
