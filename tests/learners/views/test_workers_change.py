"""Bulk changes: workers are ticked in the list, or everybody that matches; a preview, then all of them or nobody."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learners.models import Learner, LearnerArea
from tests.factories.compliance import judge
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.html import TURNS, group, text_of, texts

pytestmark = pytest.mark.django_db

HX = {"HX-Request": "true"}
CHANGE = "/workers/change/"


def seen(answer: Any) -> str:
    return group(r'name="seen" value="(\w+)"', answer.content.decode())


def workers(count: int, **facts: Any) -> list[Learner]:
    made: list[Learner] = LearnerFactory.create_batch(count, **facts)
    judge(*made, on=timezone.localdate())
    return made


def chosen(*learners: Learner) -> str:
    return ",".join(str(learner.pk) for learner in learners)


def today() -> str:
    return timezone.localdate().isoformat()


def statuses(learners: list[Learner]) -> list[str]:
    return [Learner.objects.get(pk=learner.pk).compliance_status for learner in learners]


# The list


def test_rows_are_ticked_by_those_who_keep_workers_only(as_supervisor: Client, as_auditor: Client) -> None:
    (learner,) = workers(1)
    page = as_supervisor.get("/workers/?q=koval&role=" + str(learner.role_id)).content.decode()
    bulk = page.split('id="workers-bulk"')[1].split("</form>")[0]
    assert f'name="learner" value="{learner.pk}" form="workers-bulk"' in page
    assert f'name="role" value="{learner.role_id}"' in bulk
    assert 'name="q" value="koval"' in bulk
    assert "everyone" not in bulk, "one page holds everybody"
    assert "workers-bulk" not in as_auditor.get("/workers/").content.decode()


def test_all_that_match_are_offered_where_they_fill_more_than_a_page(
    as_supervisor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attendance.views.workers.ROWS_PER_PAGE", 2)
    role = RoleFactory()
    workers(3, role=role)
    workers(1)
    assert 'name="everyone" value="3"' in as_supervisor.get(f"/workers/?role={role.pk}").content.decode()


# Choosing


def test_the_page_names_who_was_ticked(as_supervisor: Client) -> None:
    first, second, other = workers(3)
    page = as_supervisor.get(f"{CHANGE}?deed=role&learner={first.pk}&learner={second.pk}")
    assert page.status_code == 200
    assert "Change the role of 2 workers" in text_of(page)
    assert first.last_name in text_of(page)
    assert other.last_name not in text_of(page)
    assert f'name="learner" value="{chosen(first, second)}"' in page.content.decode()


def test_everyone_that_matches_is_who_matches_now_and_a_changed_list_is_said(as_supervisor: Client) -> None:
    role = RoleFactory()
    learners = workers(12, role=role)
    workers(1)
    page = as_supervisor.get(f"{CHANGE}?deed=join&everyone=11&role={role.pk}&learner={learners[0].pk}")
    assert page.context["form"].learner_ids == [learner.pk for learner in learners]
    assert "11 matched when you saw it, now 12 do" in text_of(page)
    assert "and 2 more" in text_of(page)
    same = as_supervisor.get(f"{CHANGE}?deed=join&everyone=12&role={role.pk}")
    assert "The list has changed" not in text_of(same)


def test_nobody_chosen_leads_back_to_the_list_with_a_sentence(as_supervisor: Client) -> None:
    nobody = f"{CHANGE}?deed=role&everyone=3&q=nobodyhasthisname"
    for address in (nobody, f"{CHANGE}?deed=role", f"{CHANGE}?deed=role&learner=x", f"{CHANGE}?deed=burn&learner=1"):
        back = as_supervisor.get(address)
        assert (back.status_code, back["Location"]) == (302, reverse("attendance:workers"))
    assert "Nobody is chosen" in text_of(as_supervisor.get("/workers/"))
    assert as_supervisor.post(CHANGE, {"deed": "role"}, headers=HX)["HX-Redirect"] == reverse("attendance:workers")


# Changing


def test_c6_another_role_is_previewed_then_given_to_all(as_supervisor: Client) -> None:
    requirement = RoleRequirementFactory()
    learners = workers(2)
    typed = {"deed": "role", "learner": chosen(*learners), "role": requirement.role_id, "assigned_at": today()}
    preview = as_supervisor.post(CHANGE, {**typed, "action": "preview"}, headers=HX)
    assert texts(preview, TURNS)[:3] == ["2 turn red", "0 turn yellow", "0 turn green"]
    assert "Save for 2 workers" in text_of(preview)
    assert statuses(learners) == ["COMPLIANT"] * 2
    saved = as_supervisor.post(CHANGE, {**typed, "action": "save", "seen": seen(preview)}, headers=HX)
    assert saved["HX-Redirect"] == f"/workers/?role={requirement.role_id}"
    assert statuses(learners) == ["NON_COMPLIANT"] * 2
    page = text_of(as_supervisor.get(saved["HX-Redirect"]))
    assert "2 workers changed. Turned red: 2, yellow: 0, green: 0." in page


def test_c6_an_area_is_joined_and_left(as_supervisor: Client) -> None:
    requirement = AreaRequirementFactory(requirement_type="POST_MOB", grace_period_days=7)
    learners = workers(2)
    typed = {"deed": "join", "learner": chosen(*learners), "area": requirement.area_id, "assigned_at": today()}
    preview = as_supervisor.post(CHANGE, {**typed, "action": "preview"})
    assert texts(preview, TURNS)[:3] == ["0 turn red", "2 turn yellow", "0 turn green"]
    assert as_supervisor.post(CHANGE, {**typed, "action": "save", "seen": seen(preview)}).status_code == 302
    assert statuses(learners) == ["PENDING"] * 2

    elsewhere = AreaFactory()
    typed = {"deed": "leave", "learner": chosen(*learners), "area": requirement.area_id}
    form = as_supervisor.get(f"{CHANGE}?deed=leave&learner={typed['learner']}").context["form"]
    assert elsewhere.pk not in [pk for pk, _name in form.fields["area"].choices]
    preview = as_supervisor.post(CHANGE, {**typed, "action": "preview"})
    assert texts(preview, TURNS)[:3] == ["0 turn red", "0 turn yellow", "2 turn green"]
    assert as_supervisor.post(CHANGE, {**typed, "action": "save", "seen": seen(preview)})["Location"] == "/workers/"
    assert statuses(learners) == ["COMPLIANT"] * 2
    assert not LearnerArea.objects.exists()


def test_somebody_else_was_there_meanwhile_and_the_new_preview_says_so(as_supervisor: Client) -> None:
    requirement = RoleRequirementFactory()
    first, second = workers(2)
    typed = {
        "deed": "role",
        "learner": chosen(first, second),
        "role": requirement.role_id,
        "assigned_at": today(),
    }
    preview = as_supervisor.post(CHANGE, {**typed, "action": "preview"})
    Learner.objects.filter(pk=first.pk).update(role=requirement.role)
    judge(first, on=timezone.localdate())
    refused = as_supervisor.post(CHANGE, {**typed, "action": "save", "seen": seen(preview)}, headers=HX)
    assert refused.status_code == 409
    assert "Nothing is saved. Check the preview again." in text_of(refused)
    assert "1 turn red" in text_of(refused)
    second.refresh_from_db()
    assert second.role != requirement.role


def test_a_worker_who_was_merged_meanwhile_stops_it_for_all(as_supervisor: Client) -> None:
    role = RoleFactory()
    first, second = workers(2)
    typed = {"deed": "role", "learner": chosen(first, second), "role": role.pk, "assigned_at": today()}
    preview = as_supervisor.post(CHANGE, {**typed, "action": "preview"})
    Learner.objects.filter(pk=second.pk).update(status="INACTIVE", merged_into=first)
    refused = as_supervisor.post(CHANGE, {**typed, "action": "save", "seen": seen(preview)}, headers=HX)
    assert (refused.status_code, f"merged into others: {second.badge_id}" in text_of(refused)) == (422, True)
    assert not Learner.objects.filter(role=role).exists()


def test_what_is_missing_is_said_at_its_field(as_supervisor: Client) -> None:
    (learner,) = workers(1)
    for deed, fields in (("role", ["role", "assigned_at"]), ("join", ["area", "assigned_at"]), ("leave", ["area"])):
        refused = as_supervisor.post(CHANGE, {"deed": deed, "learner": learner.pk}, headers=HX)
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, fields)


@pytest.mark.parametrize("count", [1, 3])
def test_f8_the_preview_makes_the_same_queries_for_any_number(as_supervisor: Client, count: int) -> None:
    requirement = RoleRequirementFactory()
    learners = workers(count, role=RoleFactory())
    LearnerAreaFactory(learner=learners[0])
    typed = {"deed": "role", "learner": chosen(*learners), "role": requirement.role_id, "assigned_at": today()}
    with CaptureQueriesContext(connection) as queries:
        assert as_supervisor.post(CHANGE, typed).status_code == 200
    assert len(queries) == 27
