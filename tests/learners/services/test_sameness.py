"""L4: a badge is one person's in every spelling; what looks like another one is asked about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import BadgePeriod, Learner, WorkerNumber
from learners.selectors.sameness import near_badges, workers_by_badge, workers_by_number, workers_named
from learners.services.identity import BadgeTaken, NumberNotAsked, NumberTaken
from learners.services.learners import LearnerFacts, create_learner, edit_learner, replace_badge
from learners.services.merging import merge_workers
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from training.core.questions import ConfirmationNeeded
from training.core.refusals import Invalid
from training.core.sameness import near_name, near_text, same_text
from training.policies.names import NameUnseen

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def facts(**others: object) -> LearnerFacts:
    return {
        "badge_id": "20001",
        "first_name": "Amina",
        "last_name": "El Idrissi",
        "start_date": date(2026, 3, 2),
        "company_id": CompanyFactory().pk,
        "role_id": RoleFactory().pk,
        **others,  # type: ignore[typeddict-item]  # wrong ones too
    }


@pytest.fixture
def jana() -> Learner:
    worker: Learner = LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß")
    return worker


# Badges


@pytest.mark.parametrize("twin", ["00417\u00a0", "\u200b00417", "004\u00ad17", "\uff10\uff10\uff14\uff11\uff17"])
def test_l4_the_same_badge_is_refused_with_the_name_of_who_has_it(jana: Learner, supervisor: User, twin: str) -> None:
    for change in (
        lambda: create_learner(facts=facts(badge_id=twin), confirmed=None, by=supervisor, now=NOW),
        lambda: replace_badge(learner_id=LearnerFactory().pk, badge_id=twin, confirmed=None, by=supervisor, now=NOW),
    ):
        with pytest.raises(BadgeTaken, match=r"This badge belongs to Jana Weiß \(00417\)") as refused:
            change()
        assert list(refused.value.errors) == ["badge_id"]
    assert not Learner.objects.filter(badge_id=twin).exists()


@pytest.mark.parametrize("twin", ["pb-1", "PB\u20131", "PB 1"])
def test_l4_hyphens_blanks_and_case_make_no_other_badge(supervisor: User, twin: str) -> None:
    LearnerFactory(badge_id="PB-1", last_name="Haddad")
    with pytest.raises(BadgeTaken, match="Haddad"):
        create_learner(facts=facts(badge_id=twin), by=supervisor, now=NOW)


def test_l3_l4_an_old_badge_is_refused_in_every_spelling(jana: Learner, supervisor: User) -> None:
    replace_badge(learner_id=jana.pk, badge_id="NEW-1", by=supervisor, now=NOW)
    with pytest.raises(BadgeTaken, match="belonged to Jana Weiß"):
        create_learner(facts=facts(badge_id="\u200b00417"), by=supervisor, now=NOW)


@pytest.mark.parametrize("near", ["417", "00 417", "0-0417", "04-17"])
def test_l4_a_badge_that_looks_like_another_one_is_asked_about(jana: Learner, supervisor: User, near: str) -> None:
    new = facts(badge_id=near)
    with pytest.raises(ConfirmationNeeded, match=rf"The badge {near} looks like 00417 \(Jana Weiß\)") as asked:
        create_learner(facts=new, by=supervisor, now=NOW)
    assert not Learner.objects.filter(badge_id=near).exists()
    assert asked.value.conflict == {"kind": "QUESTION", "confirm": asked.value.word}
    with pytest.raises(ConfirmationNeeded):
        create_learner(facts=new, confirmed="something else", by=supervisor, now=NOW)
    made = create_learner(facts=new, confirmed=asked.value.word, by=supervisor, now=NOW)
    assert (made.badge_id, Learner.objects.count()) == (near, 2)


def test_l4_1_23_and_12_3_are_two_people_if_somebody_says_so(supervisor: User) -> None:
    LearnerFactory(badge_id="1-23")
    with pytest.raises(ConfirmationNeeded) as asked:
        create_learner(facts=facts(badge_id="12-3"), by=supervisor, now=NOW)
    create_learner(facts=facts(badge_id="12-3"), confirmed=asked.value.word, by=supervisor, now=NOW)
    assert sorted(Learner.objects.values_list("badge_id", flat=True)) == ["1-23", "12-3"]


def test_l4_who_is_asked_about_another_question_has_not_confirmed_this_one(jana: Learner, supervisor: User) -> None:
    with pytest.raises(ConfirmationNeeded) as asked:
        create_learner(facts=facts(badge_id="417"), by=supervisor, now=NOW)
    LearnerFactory(badge_id="0417", first_name="Omar", last_name="Said")
    with pytest.raises(ConfirmationNeeded, match="Omar Said"):
        create_learner(facts=facts(badge_id="417"), confirmed=asked.value.word, by=supervisor, now=NOW)


def test_l4_where_nobody_can_be_asked_nothing_is(jana: Learner, supervisor: User) -> None:
    assert create_learner(facts=facts(badge_id="417"), confirmed=None, by=supervisor, now=NOW).pk


def test_l4_a_new_badge_that_looks_like_another_one_is_asked_about(jana: Learner, supervisor: User) -> None:
    other = LearnerFactory(badge_id="PB-1")
    with pytest.raises(ConfirmationNeeded, match="00417") as asked:
        replace_badge(learner_id=other.pk, badge_id="417", by=supervisor, now=NOW)
    with pytest.raises(ConfirmationNeeded):
        edit_learner(learner_id=other.pk, facts={"badge_id": "417"}, by=supervisor, now=NOW)
    other.refresh_from_db()
    assert other.badge_id == "PB-1"
    replace_badge(learner_id=other.pk, badge_id="417", confirmed=asked.value.word, by=supervisor, now=NOW)
    other.refresh_from_db()
    assert other.badge_id == "417"


def test_l4_nobody_is_asked_about_their_own_badges(jana: Learner, superuser: User) -> None:
    merged = LearnerFactory(badge_id="0-417")
    merge_workers(duplicate_id=merged.pk, survivor_id=jana.pk, reason="Lost card", by=superuser, now=NOW)
    assert replace_badge(learner_id=jana.pk, badge_id="417", by=superuser, now=NOW).badge_id == "417"
    assert replace_badge(learner_id=jana.pk, badge_id="00417", by=superuser, now=NOW).badge_id == "00417"


def test_l4_the_own_badge_may_be_spelled_in_another_way(supervisor: User) -> None:
    worker = LearnerFactory(badge_id="pb 1")
    assert replace_badge(learner_id=worker.pk, badge_id="PB-1", by=supervisor, now=NOW).badge_id == "PB-1"


@pytest.mark.parametrize(
    ("there", "typed"), [("PB-1", "P\u0412-1"), ("XYZ", "P\u0412-1"), ("PB-1", "\u0420\u0412-1"), ("PB-1", "\u03a1B-1")]
)
def test_l4_letters_that_look_latin_are_told(supervisor: User, there: str, typed: str) -> None:
    """Of two alphabets in one word, whether or not somebody has PB-1; of one alphabet only where somebody has."""
    LearnerFactory(badge_id=there)
    with pytest.raises(ConfirmationNeeded, match=r"only look Latin: .*\((Cyrillic|Greek)\)"):
        create_learner(facts=facts(badge_id=typed), by=supervisor, now=NOW)


def test_l4_a_badge_of_another_alphabet_is_a_badge(supervisor: User) -> None:
    assert create_learner(facts=facts(badge_id="\u0412\u0420-1"), by=supervisor, now=NOW).pk


def test_l4_a_badge_is_stored_without_what_cannot_be_seen(supervisor: User) -> None:
    made = create_learner(facts=facts(badge_id="\u200b 004\u00ad17\u00a0"), by=supervisor, now=NOW)
    made.refresh_from_db()
    assert (made.badge_id, BadgePeriod.objects.get(learner=made).badge_id) == ("00417", "00417")
    with pytest.raises(Invalid):
        create_learner(facts=facts(badge_id="\u200b\u200b7"), by=supervisor, now=NOW)


# Names


@pytest.mark.parametrize("nothing", ["\u200b", "\u3164", "\u2800"])
@pytest.mark.parametrize("field", ["first_name", "last_name", "other_name"])
def test_l4_a_name_of_nothing_is_refused(supervisor: User, nothing: str, field: str) -> None:
    with pytest.raises(NameUnseen) as refused:
        create_learner(facts=facts(**{field: nothing}), by=supervisor, now=NOW)
    assert list(refused.value.errors) == [field]
    assert not Learner.objects.exists()


@pytest.mark.parametrize(("first", "last"), [("", "X"), ("玉", ""), ("", "Sukarno"), ("A" * 45, "B" * 45)])
def test_l4_a_name_of_one_character_is_a_name(supervisor: User, first: str, last: str) -> None:
    made = create_learner(facts=facts(first_name=first, last_name=last), by=supervisor, now=NOW)
    made.refresh_from_db()
    assert (made.first_name, made.last_name) == (first, last)


@pytest.mark.parametrize(("first", "last"), [("", ""), ("'", ""), ("-", " ")])
def test_l4_no_name_is_refused(supervisor: User, first: str, last: str) -> None:
    with pytest.raises(Invalid, match="Enter a first or a last name"):
        create_learner(facts=facts(first_name=first, last_name=last), by=supervisor, now=NOW)


@pytest.mark.parametrize(
    ("first", "last"),
    [("Jana", "Weiß"), ("jana", "WEISS"), ("Weiss", "Jana"), ("Jana\u200b", "Weiß"), ("", "Jana Weiß")],
)
def test_l4_a_new_worker_of_the_same_name_and_employer_is_asked_about(
    jana: Learner, supervisor: User, first: str, last: str
) -> None:
    new = facts(first_name=first, last_name=last, company_id=jana.company_id)
    with pytest.raises(ConfirmationNeeded, match=r"Jana Weiß \(00417\) of .* has the same name") as asked:
        create_learner(facts=new, by=supervisor, now=NOW)
    assert Learner.objects.count() == 1
    create_learner(facts=new, confirmed=asked.value.word, by=supervisor, now=NOW)
    assert Learner.objects.count() == 2


def test_l4_the_same_name_elsewhere_is_another_person(jana: Learner, supervisor: User) -> None:
    assert create_learner(facts=facts(first_name="Jana", last_name="Weiß"), by=supervisor, now=NOW).pk


# Other numbers


def numbers_of(learner: Learner) -> Mapping[str, str]:
    return dict(WorkerNumber.objects.filter(learner=learner).values_list("kind", "value"))


def test_l4_numbers_are_written_changed_and_removed(supervisor: User) -> None:
    made = create_learner(facts=facts(), numbers={"Passport": " C01X00T47 ", "National ID": ""}, by=supervisor, now=NOW)
    assert numbers_of(made) == {"Passport": "C01X00T47"}
    edit_learner(
        learner_id=made.pk, facts={}, numbers={"Passport": "C99", "National ID": "784-1"}, by=supervisor, now=NOW
    )
    assert numbers_of(made) == {"Passport": "C99", "National ID": "784-1"}
    edit_learner(learner_id=made.pk, facts={}, numbers={"Passport": ""}, by=supervisor, now=NOW)
    assert numbers_of(made) == {"National ID": "784-1"}
    row = WorkerNumber.objects.get()
    assert (row.created_by, row.updated_by) == (supervisor, supervisor)
    assert list(WorkerNumber.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "kind", "value")) == [  # type: ignore[attr-defined]  # set by pghistory
        ("insert", "Passport", "C01X00T47"),
        ("insert", "National ID", "784-1"),
        ("update", "Passport", "C99"),
        ("delete", "Passport", "C99"),
    ]


def test_l4_a_number_belongs_to_one_worker_of_its_kind(jana: Learner, supervisor: User) -> None:
    WorkerNumber.objects.create(learner=jana, kind="Passport", value="C01-X00")
    new = facts(badge_id="PB-7")
    with pytest.raises(NumberTaken, match="This number belongs to Jana Weiß") as refused:
        create_learner(facts=new, numbers={"Passport": "c01 x00"}, by=supervisor, now=NOW)
    assert list(refused.value.errors) == ["numbers.Passport"]
    assert Learner.objects.count() == 1
    made = create_learner(facts=new, numbers={"National ID": "C01-X00"}, by=supervisor, now=NOW)
    assert numbers_of(made) == {"National ID": "C01-X00"}


@pytest.mark.parametrize("wrong", ["12", "nothing", "1" * 51, "\u200b\u200b1"])
def test_l4_what_is_no_number_is_refused_at_its_field(supervisor: User, wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_learner(facts=facts(), numbers={"Passport": wrong}, by=supervisor, now=NOW)
    assert list(refused.value.errors) == ["numbers.Passport"]
    assert not Learner.objects.exists()


def test_l4_a_number_of_a_kind_that_is_not_kept_can_only_be_removed(jana: Learner, supervisor: User) -> None:
    with pytest.raises(NumberNotAsked):
        edit_learner(learner_id=jana.pk, facts={}, numbers={"Shoe size": "423"}, by=supervisor, now=NOW)
    WorkerNumber.objects.create(learner=jana, kind="Shoe size", value="423")
    edit_learner(learner_id=jana.pk, facts={}, numbers={"Shoe size": "423"}, by=supervisor, now=NOW)
    assert numbers_of(jana) == {"Shoe size": "423"}
    edit_learner(learner_id=jana.pk, facts={}, numbers={"Shoe size": ""}, by=supervisor, now=NOW)
    assert numbers_of(jana) == {}


def test_l4_a_number_is_masked() -> None:
    assert WorkerNumber(value="784-1990-1234567-1").masked == "•••7-1"
    assert WorkerNumber(value="123456").masked == "•••"


# Many at once, for imports


@pytest.mark.parametrize("many", [1, 3, 2000])
def test_l4_many_are_looked_up_in_one_statement_each(jana: Learner, superuser: User, many: int) -> None:
    merged = LearnerFactory(badge_id="OLD-1")
    merge_workers(duplicate_id=merged.pk, survivor_id=jana.pk, reason="Lost card", by=superuser, now=NOW)
    WorkerNumber.objects.create(learner=jana, kind="Passport", value="C01-X00")
    badges = ["\u200b00417", "old–1", *(f"N-{number}" for number in range(many))]
    people = [("WEISS", "Jana", jana.company_id), *(("No", f"{number}", 0) for number in range(many))]
    numbers = [("Passport", "c01 x00"), *(("Passport", f"{number}-1") for number in range(many))]
    with CaptureQueriesContext(connection) as queries:
        same, near = workers_by_badge(badges), near_badges(["417", "old1", "no"])
        named, numbered = workers_named(people), workers_by_number(numbers)
    assert len(queries) == 4
    assert {key: [each.person_id for each in worn] for key, worn in same.items()} == {
        same_text("00417"): [jana.pk],
        same_text("OLD-1"): [jana.pk],
    }
    assert {key: [each.badge_id for each in worn] for key, worn in near.items()} == {
        near_text("00417"): ["00417"],
        near_text("OLD-1"): ["OLD-1"],
    }
    assert named == {(near_name("WEISS Jana"), jana.company_id): [jana]}
    assert numbered == {("Passport", same_text("C01-X00")): jana.pk}
