"""X6: workers from HR systems, by badge: refused as the form and the import refuse, and the same again is nothing."""

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.api_tokens import create_token
from config.models import ApiToken
from learners.models import BadgePeriod, Learner
from learners.services.learners import replace_badge
from learners.services.merging import merge_workers
from learners.services.statuses import set_status
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from training.models import Company

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture(autouse=True)
def site() -> None:
    CompanyFactory(name="Nordwind Scaffolding", code="NWS")
    RoleFactory(title="Rigger", code="RIG")


def body(**others: Any) -> dict[str, Any]:
    return {
        "firstName": "Jana",
        "lastName": "Weiß",
        "company": "Nordwind Scaffolding",
        "role": "Rigger",
        "startDate": "2026-03-02",
        **others,
    }


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def put(program: Client, badge: str, facts: dict[str, Any]) -> Any:
    return program.put(f"/api/v1/learners/by-badge/{quote(badge, safe='')}", facts, JSON)


def events() -> int:
    count: int = apps.get_model("learners", "LearnerEvent").objects.count()
    return count


def test_x6_a_worker_is_made_changed_and_left_alone(as_planner: Client) -> None:
    made = put(as_planner, "00417", body())

    assert made.status_code == 201, made.json()
    jana = Learner.objects.get()
    assert made.json()["id"] == jana.pk
    assert (jana.badge_id, jana.name, jana.company.name, jana.role.code) == (
        "00417",
        "Jana Weiß",
        "Nordwind Scaffolding",
        "RIG",
    )
    assert (jana.start_date, jana.role_assigned_at) == (date(2026, 3, 2), date(2026, 3, 2))
    assert jana.compliance_updated_at is not None

    written, row = events(), Learner.objects.values().get()
    again = put(as_planner, "00417", body())
    assert (again.status_code, again.json()) == (200, made.json())
    assert (events(), Learner.objects.values().get()) == (written, row)

    changed = put(as_planner, "00417", {"lastName": "Winter", "phone": "+49 171 1"})
    assert (changed.status_code, changed.json()["lastName"], changed.json()["firstName"]) == (200, "Winter", "Jana")
    assert Learner.objects.get().phone == "+49 171 1"
    assert events() == written + 1
    put(as_planner, "00417", {"phone": ""})
    assert Learner.objects.get().phone == ""


@pytest.mark.parametrize("spelled", ["ab-17", "AB\u201317", "AB 17", " AB-17 ", "\uff21\uff22-17"])
def test_x6_l4_a_badge_is_found_in_every_spelling_and_keeps_its_own(as_planner: Client, spelled: str) -> None:
    worker = LearnerFactory(badge_id="AB-17", last_name="Novak")

    answer = put(as_planner, spelled, {"lastName": "Nowak"})

    assert (answer.status_code, answer.json()["id"], answer.json()["badgeId"]) == (200, worker.pk, "AB-17")
    assert Learner.objects.get().last_name == "Nowak"


def test_x6_l3_an_old_badge_means_the_worker_who_had_it(as_planner: Client, supervisor: User, now: datetime) -> None:
    worker = LearnerFactory(badge_id="00417")
    replace_badge(learner_id=worker.pk, badge_id="00999", by=supervisor, now=now)

    answer = put(as_planner, "00417", {"lastName": "Winter"})

    assert (answer.status_code, answer.json()["badgeId"]) == (200, "00999")
    assert Learner.objects.get().last_name == "Winter"


def test_x6_a_badge_may_hold_what_addresses_are_made_of(as_planner: Client) -> None:
    for badge in ("A/417", "merge/1", "50%", "progressions"):
        assert put(as_planner, badge, body(lastName=f"Of {badge}")).status_code == 201
        assert put(as_planner, badge, body(lastName=f"Of {badge}")).status_code == 200
        assert Learner.objects.filter(badge_id=badge).count() == 1


def test_x6_l4_what_looks_like_another_worker_is_asked(as_planner: Client) -> None:
    LearnerFactory(badge_id="417", first_name="Omar", last_name="Said")

    asked = put(as_planner, "00417", body())

    assert (asked.status_code, asked.json()["conflict"]["kind"]) == (409, "QUESTION")
    assert "looks like 417 (Omar Said)" in asked.json()["detail"]
    assert Learner.objects.count() == 1
    assert put(as_planner, "00417", body(confirmed="yes")).status_code == 409
    word = asked.json()["conflict"]["confirm"]
    assert put(as_planner, "00417", body(confirmed=word)).status_code == 201
    assert put(as_planner, "00417", body()).status_code == 200, "it is there, so nothing is asked any more"
    same_name = put(as_planner, "00500", body())
    assert same_name.status_code == 409
    assert "has the same name" in same_name.json()["detail"]


def test_x6_what_a_new_worker_lacks_is_said_in_the_words_of_the_form(as_planner: Client) -> None:
    answer = put(as_planner, "00417", {"firstName": "Jana", "lastName": "Weiß"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "company": ["Choose the employer."],
        "role": ["Choose the role."],
        "startDate": ["Enter the first day on the site."],
    }
    assert not Learner.objects.exists()


@pytest.mark.parametrize(
    ("badge", "said", "field", "sentence"),
    [
        ("00417", {"company": "Nordwind"}, "company", "Nothing is known by this name."),
        ("00417", {"role": "Cook"}, "role", "Nothing is known by this name."),
        ("00417", {"supervisorBadge": "00418"}, "supervisorBadge", "Nobody has the badge 00418."),
        ("00417", {"endDate": "2026-03-01"}, "__all__", "The end date cannot be before the start date."),
        ("00417", {"firstName": "\u200b", "lastName": "\u200b"}, "firstName", ""),
        ("00417", {"email": "nobody"}, "email", "Enter a valid email address."),
        ("17", {}, "badgeId", ""),
        ("00417", {"numbers": {"union": "43"}}, "numbers.union", "Numbers of this kind are not kept here."),
        ("00417", {"height": 180}, "height", "There is no such field."),
        ("00417", {"startDate": "2 March"}, "startDate", "Send the date as in 2026-03-01."),
    ],
)
def test_x6_what_is_wrong_is_named_and_nothing_is_written(
    as_planner: Client, badge: str, said: dict[str, Any], field: str, sentence: str
) -> None:
    answer = put(as_planner, badge, body(**said))

    assert answer.status_code == 400, answer.json()
    assert field in answer.json()["errors"], answer.json()
    assert sentence in " ".join(answer.json()["errors"][field])
    assert not Learner.objects.exists()


def test_x6_a_supervisor_and_the_last_day_are_set_and_taken_away(as_planner: Client) -> None:
    boss = LearnerFactory(badge_id="00300")
    put(as_planner, "00417", body(supervisorBadge="00300", endDate="2199-01-01"))
    jana = Learner.objects.get(badge_id="00417")
    assert (jana.supervisor_id, jana.end_date) == (boss.pk, date(2199, 1, 1))

    put(as_planner, "00417", {"lastName": "Winter"})
    jana.refresh_from_db()
    assert (jana.supervisor_id, jana.end_date) == (boss.pk, date(2199, 1, 1))
    put(as_planner, "00417", {"supervisorBadge": None, "endDate": None})
    jana.refresh_from_db()
    assert (jana.supervisor_id, jana.end_date) == (None, None)


def test_x6_l3_who_has_left_is_not_active_and_comes_back_with_a_new_start(as_planner: Client) -> None:
    put(as_planner, "00417", body())
    left = body(endDate="2026-03-20")
    assert put(as_planner, "00417", left).json()["status"] == "INACTIVE"
    written = events()
    assert put(as_planner, "00417", left).status_code == 200
    assert events() == written

    back = body(startDate="2026-04-01", endDate=None, lastName="Winter")
    answer = put(as_planner, "00417", back)

    assert answer.status_code == 200, answer.json()
    assert {name: answer.json()[name] for name in ("status", "startDate", "endDate", "lastName")} == {
        "status": "ACTIVE",
        "startDate": "2026-04-01",
        "endDate": None,
        "lastName": "Winter",
    }
    written = events()
    assert put(as_planner, "00417", back).status_code == 200
    assert events() == written


def test_x6_a_merged_badge_is_refused_and_says_into_whom(as_planner: Client, superuser: User, now: datetime) -> None:
    merged, survivor = LearnerFactory(badge_id="00417"), LearnerFactory(badge_id="00418")
    merge_workers(duplicate_id=merged.pk, survivor_id=survivor.pk, reason="Same person", by=superuser, now=now)
    rows = list(Learner.objects.order_by("pk").values())

    answer = put(as_planner, "00417", {"lastName": "Winter"})

    assert answer.status_code == 409
    assert "was merged into" in answer.json()["detail"]
    assert "00418" in answer.json()["detail"]
    assert list(Learner.objects.order_by("pk").values()) == rows


def test_x6_a_blocked_worker_is_left_alone(as_planner: Client, supervisor: User, now: datetime) -> None:
    put(as_planner, "00417", body())
    jana = Learner.objects.get()
    set_status(learner_id=jana.pk, status="BLACKLISTED", reason="Drunk", by=supervisor, now=now)
    row = Learner.objects.values().get()

    answer = put(as_planner, "00417", body(lastName="Winter"))

    assert answer.status_code == 409
    assert "is blocked" in answer.json()["detail"]
    assert put(as_planner, "00417", body()).status_code == 200, "nothing would change"
    assert Learner.objects.values().get() == row


def test_x6_names_are_those_of_the_import_and_ids_are_taken_too(as_planner: Client) -> None:
    company = Company.objects.get()
    ways: list[dict[str, Any]] = [
        {"company": "NORDWIND-scaffolding"},
        {"company": "nws"},
        {"companyId": company.pk, "company": None},
    ]
    for number, said in enumerate(ways, start=1):
        facts = body(lastName=f"Weiß {'I' * number}", role="rig", **said)
        assert put(as_planner, f"0041{number}", facts).status_code == 201
    assert Learner.objects.filter(company=company).count() == 3


def test_x6_needs_a_login_that_keeps_workers_and_a_token_that_writes(
    as_planner: Client, supervisor: User, superuser: User, auditor: User, trainer_user: User, now: datetime
) -> None:
    for login, scope in (
        (auditor, ApiToken.Scope.WRITE),
        (trainer_user, ApiToken.Scope.WRITE),
        (supervisor, ApiToken.Scope.READ),
    ):
        token = create_token(user=login, name="HR", by=superuser, now=now, scope=scope)[1]
        answer = put(Client(headers={"Authorization": f"Bearer {token}"}), "00417", body())
        assert answer.status_code == 403, answer.json()
    assert put(Client(), "00417", body()).status_code == 401
    assert not Learner.objects.exists()
    assert not BadgePeriod.objects.exists()


def test_x6_too_many_are_told_to_wait(as_planner: Client, settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    answers = [put(as_planner, "00417", body()) for _each in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert int(answers[1]["Retry-After"]) > 0
