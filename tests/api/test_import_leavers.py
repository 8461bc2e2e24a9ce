"""I9 through the API: who leaves by a file that holds everybody, who may say that many do, and what is refused."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.api_tokens import create_token
from config.models import ApiToken
from learners.models import Learner
from tests.attendance.views.test_imports import work
from tests.factories.imports import HEAD, workbook
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from training.models import Company, Import

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

ROOT = "/api/v1/imports"
START = date(2026, 3, 2)
BADGES = ("00417", "00418", "00419", "00420")
Program = Callable[[User], Client]


@pytest.fixture(autouse=True)
def site() -> None:
    role, company = RoleFactory(title="Rigger", code="RIG"), CompanyFactory(name="Nordwind")
    for badge in BADGES:
        LearnerFactory(
            badge_id=badge, first_name=f"F{badge}", last_name=f"L{badge}", company=company, role=role, start_date=START
        )
    LearnerFactory(badge_id="00900", company=CompanyFactory(name="Baltic Steel"))


def list_of(*badges: str) -> Any:
    return workbook(HEAD, *((each, f"F{each}", f"L{each}", "Nordwind", "Rigger", START) for each in badges))


def send(client: Client, *badges: str, **choices: Any) -> Any:
    """Send the list of HR, and return the answer."""
    said = {"sender": "HR", "choices": {"holds": "companies", "companies": [nordwind().pk], **choices}}
    return client.post(ROOT, {"file": list_of(*badges), "kind": "workers", "said": json.dumps(said)})


def checked(client: Client, *badges: str, **choices: Any) -> dict[str, Any]:
    answer = send(client, *badges, **choices)
    assert answer.status_code == 202, answer.content
    work()
    one: dict[str, Any] = client.get(f"{ROOT}/{answer.json()['id']}").json()
    assert one["state"] == "CHECKED", one
    return one


def confirm(client: Client, one: dict[str, Any], **said: Any) -> Any:
    body = {"fingerprint": one["fingerprint"], **said}
    return client.post(f"{ROOT}/{one['id']}/confirm", body, content_type="application/json")


def nordwind() -> Company:
    return Company.objects.get(name="Nordwind")


def who_has_left() -> list[str]:
    return sorted(Learner.objects.exclude(end_date=None).values_list("badge_id", flat=True))


def test_i9_a_program_is_told_who_leaves_and_brings_few_in_without_a_number(as_planner: Client) -> None:
    one = checked(as_planner, "00417", "00418")

    assert one["leavers"] == {
        "count": 2,
        "areMany": False,
        "whyNobody": "",
        "companies": [{"name": "Nordwind", "leaving": 2, "active": 4}],
        "badges": ["00419", "00420"],
    }
    assert one["counts"] == {"rows": 2, "same": 2, "leaving": 2}
    assert who_has_left() == []
    assert confirm(as_planner, one).status_code == 202
    work()
    assert who_has_left() == ["00419", "00420"]


def test_i9_a_list_of_changes_has_nobody_who_leaves(as_planner: Client) -> None:
    one = checked(as_planner, "00417", holds="changes", companies=None)
    assert one["leavers"] is None


def test_i9_many_leave_only_where_a_superuser_says_how_many(program_of: Program, superuser: User) -> None:
    program = program_of(superuser)
    one = checked(program, "00417")
    assert (one["leavers"]["count"], one["leavers"]["areMany"]) == (3, True)

    for said in ({}, {"acceptLeavers": None}, {"acceptLeavers": 2}, {"acceptLeavers": 0}):
        refused = confirm(program, one, **said)
        assert refused.status_code == 409, said
        assert "3 workers would leave" in refused.json()["detail"]
    work()
    assert who_has_left() == []

    assert confirm(program, one, acceptLeavers=3).status_code == 202
    work()
    assert who_has_left() == ["00418", "00419", "00420"]
    assert Import.objects.get().done_by == superuser


def test_i9_more_may_be_accepted_than_leave(program_of: Program, superuser: User) -> None:
    program = program_of(superuser)
    assert confirm(program, checked(program, "00417"), acceptLeavers=4).status_code == 202
    work()
    assert len(who_has_left()) == 3


def test_i9_a_supervisor_may_not_say_the_number(as_planner: Client) -> None:
    one = checked(as_planner, "00417")
    assert confirm(as_planner, one).status_code == 409
    assert confirm(as_planner, one, acceptLeavers=3).status_code == 403
    work()
    assert who_has_left() == []


def test_i9_a_superuser_says_it_by_a_token_of_the_scope_admin(program_of: Program, superuser: User) -> None:
    one = checked(program_of(superuser), "00417")
    weak = create_token(user=superuser, name="HR", by=superuser, now=timezone.now(), scope=ApiToken.Scope.WRITE)[1]
    assert confirm(Client(headers={"Authorization": f"Bearer {weak}"}), one, acceptLeavers=3).status_code == 403
    work()
    assert who_has_left() == []


def test_i9_nobody_confirms_the_list_of_somebody_else(
    as_planner: Client, program_of: Program, superuser: User, auditor: User
) -> None:
    one = checked(as_planner, "00417")
    assert confirm(program_of(superuser), one, acceptLeavers=3).status_code == 404
    assert confirm(program_of(auditor), one, acceptLeavers=3).status_code == 403
    assert send(program_of(auditor), "00417").status_code == 403
    assert who_has_left() == []


def test_i9_a_file_that_cannot_tell_lets_nobody_leave(program_of: Program, superuser: User) -> None:
    program = program_of(superuser)
    names = ("F00417", "L00417"), ("Somebody", "Else")  # under one badge: neither row is good
    file = workbook(HEAD, *(("00417", *each, "Nordwind", "Rigger", START) for each in names))
    said = {"choices": {"holds": "companies", "companies": [nordwind().pk]}}
    answer = program.post(ROOT, {"file": file, "kind": "workers", "said": json.dumps(said)})
    work()
    one = program.get(f"{ROOT}/{answer.json()['id']}").json()
    assert "No row of the file is good" in one["leavers"]["whyNobody"]
    assert confirm(program, one, onlyGood=True, acceptLeavers=4).status_code == 400
    work()
    assert who_has_left() == []


@pytest.mark.parametrize("none", [[], None, ""])
def test_i9_companies_have_to_be_named(as_planner: Client, none: object) -> None:
    answer = send(as_planner, "00417", companies=none)
    work()
    one = as_planner.get(f"{ROOT}/{answer.json()['id']}").json()
    assert one["state"] != "CHECKED"
    assert one["failure"] == "Say of which companies the file holds everybody."
    assert confirm(as_planner, {**one, "fingerprint": "f" * 64}).status_code == 409
    assert who_has_left() == []


@pytest.mark.parametrize("number", ["three", "", -1, 1.5, True, [3], {}, 2**63])
def test_i9_a_number_that_is_none_is_refused_with_its_field(
    program_of: Program, superuser: User, number: object
) -> None:
    program = program_of(superuser)
    one = checked(program, "00417")

    refused = confirm(program, one, acceptLeavers=number)

    assert refused.status_code == 400, refused.content
    assert list(refused.json()["errors"]) == ["acceptLeavers"]
    work()
    assert who_has_left() == []


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"holds": "everybody"}, "holds"),
        ({"holds": 1}, "holds"),
        ({"holds": ["site"]}, "holds"),
        ({"companies": "Nordwind"}, "companies"),
        ({"companies": [0]}, "companies"),
        ({"companies": [True]}, "companies"),
        ({"companies": [2**80]}, "companies"),
        ({"companies": {"name": "Nordwind"}}, "companies"),
        ({"file_date": "soon"}, "fileDate"),
        ({"file_date": 3}, "fileDate"),
        ({"file_date": ["2026-03-02"]}, "fileDate"),
        ({"nothing_of_the_kind": 1}, "nothingOfTheKind"),
    ],
)
def test_i9_what_a_file_holds_is_refused_with_its_field_where_it_is_wrong(
    as_planner: Client, choices: dict[str, Any], field: str
) -> None:
    refused = send(as_planner, "00417", **choices)

    assert refused.status_code == 400, refused.content
    assert list(refused.json()["errors"]) == [field]
    assert not Import.objects.exists()
