"""Keeping workers in the browser: new, edit, status, badge, return, merge and undo."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import BadgePeriod, Learner, LearnerArea
from learners.policies.worker_fields import WORKER_FIELDS
from learners.services.effective import effective_on
from learners.services.learners import edit_learner, replace_badge
from learners.services.merging import merge_workers
from learners.services.statuses import set_status
from tests.factories.learners import (
    AreaFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory
from tests.html import VERDICT, fragment, text_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def url(page: str, learner: Learner | None = None) -> str:
    return reverse(f"learners:worker_{page}", args=[learner.pk] if learner else [])


def profile(learner: Learner) -> str:
    return reverse("attendance:worker", args=[learner.pk])


def typed(**others: Any) -> dict[str, Any]:
    return {
        "badge_id": "20001",
        "first_name": "Amina",
        "last_name": "El Idrissi",
        "company": CompanyFactory().pk,
        "role": RoleFactory().pk,
        "start_date": "2026-03-02",
        **others,
    }


def as_loaded(learner: Learner, **others: Any) -> dict[str, Any]:
    """Return what the edit form of a worker posts when nothing was touched, but for `others`."""
    learner.refresh_from_db()
    return {
        "first_name": learner.first_name,
        "last_name": learner.last_name,
        "company": learner.company_id,
        "role": learner.role_id,
        "role_assigned_at": f"{learner.role_assigned_at}",
        "start_date": f"{learner.start_date}",
        "areas": list(LearnerArea.objects.filter(learner=learner).values_list("area", flat=True)),
        "loaded": learner.updated_at.isoformat(),
        **others,
    }


# New and edit


def test_a_new_worker_is_added_with_all_that_is_known(as_supervisor: Client) -> None:
    boss, area = LearnerFactory(badge_id="BOSS-1"), AreaFactory()
    response = as_supervisor.post(
        url("new"), typed(supervisor="boss-1", areas=[area.pk], end_date="2099-01-01", phone="0660", email="a@b.org")
    )
    learner = Learner.objects.get(badge_id="20001")
    assert response["Location"] == profile(learner)
    assert (learner.supervisor, learner.end_date, learner.phone, learner.email) == (
        boss,
        date(2099, 1, 1),
        "0660",
        "a@b.org",
    )
    assert learner.role_assigned_at == date(2026, 3, 2)
    assert LearnerArea.objects.get(learner=learner).assigned_at == date(2026, 3, 2)


def test_the_form_asks_for_every_field_that_is_declared(as_supervisor: Client) -> None:
    form = fragment(as_supervisor.get(url("new")).content.decode(), "worker-form")

    assert {field.name for field in WORKER_FIELDS if field.card} <= set(re.findall(r' name="(\w+)"', form))


def test_what_cannot_be_is_said_at_its_field_and_stays_typed(as_supervisor: Client) -> None:
    LearnerFactory(badge_id="20001", last_name="Haddad")
    response = as_supervisor.post(url("new"), typed(supervisor="NOBODY"), headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Nobody has the badge NOBODY." in page
    assert 'value="El Idrissi"' in page
    response = as_supervisor.post(url("new"), typed(), headers=HTMX)
    assert (response.status_code, "This badge belongs to Oksana Haddad" in response.content.decode()) == (422, True)
    assert Learner.objects.count() == 1


def test_an_untouched_edit_changes_nothing(as_supervisor: Client) -> None:
    learner = LearnerAreaFactory(learner__role_assigned_at=date(2025, 2, 2)).learner
    response = as_supervisor.get(url("edit", learner))
    assert response.context["form"]["areas"].value() == [learner.areas.get().pk]
    before = Learner.objects.filter(pk=learner.pk).values().get()
    assert as_supervisor.post(url("edit", learner), as_loaded(learner)).status_code == 302
    after = Learner.objects.filter(pk=learner.pk).values().get()
    written = {"updated_at", "updated_by_id", "compliance_updated_at"}
    assert {key: value for key, value in after.items() if key not in written} == {
        key: value for key, value in before.items() if key not in written
    }
    assert LearnerArea.objects.get().assigned_at == date(2025, 1, 1)


def test_another_role_counts_from_today_unless_another_day_is_typed(as_supervisor: Client) -> None:
    learner = LearnerFactory()
    as_supervisor.post(url("edit", learner), as_loaded(learner, role=RoleFactory().pk))
    learner.refresh_from_db()
    assert learner.role_assigned_at == timezone.localdate()
    as_supervisor.post(url("edit", learner), as_loaded(learner, role=RoleFactory().pk, role_assigned_at="2026-02-02"))
    learner.refresh_from_db()
    assert learner.role_assigned_at == date(2026, 2, 2)


def test_a_new_area_counts_from_today_and_the_others_keep_their_day(as_supervisor: Client) -> None:
    link, area = LearnerAreaFactory(), AreaFactory()
    as_supervisor.post(url("edit", link.learner), as_loaded(link.learner, areas=[link.area_id, area.pk]))
    days = dict(LearnerArea.objects.values_list("area", "assigned_at"))
    assert days == {link.area_id: date(2025, 1, 1), area.pk: timezone.localdate()}


def test_an_edit_of_what_was_changed_meanwhile_is_refused_and_goes_through_the_second_time(
    as_supervisor: Client, superuser: User
) -> None:
    learner = LearnerFactory()
    loaded = as_loaded(learner, phone="0770")
    edit_learner(learner_id=learner.pk, facts={"phone": "0660"}, by=superuser, now=timezone.now())
    response = as_supervisor.post(url("edit", learner), loaded, headers=HTMX)
    page = response.content.decode()
    assert (response.status_code, "changed this worker on" in page, 'value="0770"' in page) == (409, True, True)
    again = loaded | {"loaded": response.context["form"]["loaded"].value()}
    assert as_supervisor.post(url("edit", learner), again, headers=HTMX).status_code == 200
    learner.refresh_from_db()
    assert learner.phone == "0770"


# Dialogs


@pytest.mark.parametrize("page", ["status", "badge"])
def test_a_dialog_is_a_page_without_javascript(page: str, as_supervisor: Client) -> None:
    learner = LearnerFactory()
    assert "<dialog" in as_supervisor.get(url(page, learner), headers=HTMX).content.decode()
    assert "<html" in as_supervisor.get(url(page, learner)).content.decode()


def test_l1_a_worker_is_blocked_with_a_reason_that_the_profile_tells(as_supervisor: Client) -> None:
    learner = LearnerFactory()
    response = as_supervisor.post(url("status", learner), {"status": "BLACKLISTED"}, headers=HTMX)
    assert (response.status_code, "Enter the reason." in response.content.decode()) == (422, True)
    as_supervisor.post(url("status", learner), {"status": "BLACKLISTED", "reason": "Fight at the gate"})
    verdict = text_of(as_supervisor.get(profile(learner)), VERDICT)
    assert verdict.startswith("Blocked Blocked from the site, whatever the training says. Reason: Fight at the gate ")


def test_l1_what_is_not_possible_is_said_in_the_dialog(as_supervisor: Client) -> None:
    learner = LearnerFactory(status="INACTIVE", end_date=date(2026, 1, 1))
    response = as_supervisor.post(url("status", learner), {"status": "ACTIVE", "reason": "Back"}, headers=HTMX)
    assert (response.status_code, "Enter the return" in response.content.decode()) == (409, True)


def test_l3_a_badge_is_replaced_and_both_find_the_worker(as_supervisor: Client) -> None:
    learner = LearnerFactory(badge_id="OLD-1")
    as_supervisor.post(url("badge", learner), {"badge_id": "NEW-1", "was_mistyped": "replaced"})
    for badge in ("NEW-1", "OLD-1"):
        assert as_supervisor.get(reverse("attendance:search"), {"q": badge})["Location"] == profile(learner)
    assert "OLD-1" in text_of(as_supervisor.get(profile(learner)), "//main")


def test_l3_a_mistyped_badge_is_forgotten(as_supervisor: Client) -> None:
    learner = LearnerFactory(badge_id="OLD-1")
    as_supervisor.post(url("badge", learner), {"badge_id": "NEW-1", "was_mistyped": "mistyped"})
    assert list(BadgePeriod.objects.standing().values_list("badge_id", flat=True)) == ["NEW-1"]


def test_l3_a_badge_that_was_somebody_else_s_is_refused_at_its_field(as_supervisor: Client, superuser: User) -> None:
    learner = LearnerFactory(badge_id="OLD-1", last_name="Haddad")
    replace_badge(learner_id=learner.pk, badge_id="NEW-1", by=superuser, now=timezone.now())
    response = as_supervisor.post(
        url("badge", LearnerFactory()), {"badge_id": "old-1", "was_mistyped": "replaced"}, headers=HTMX
    )
    assert (response.status_code, "belonged to Oksana Haddad" in response.content.decode()) == (422, True)


def test_l3_somebody_returns(as_supervisor: Client) -> None:
    learner = LearnerFactory(status="INACTIVE", end_date=date(2026, 1, 1))
    assert url("return", learner) in as_supervisor.get(profile(learner)).content.decode()
    facts = {"company": learner.company_id, "role": learner.role_id}
    response = as_supervisor.post(url("return", learner), {"start_date": "2025-12-31", **facts}, headers=HTMX)
    assert (response.status_code, "Enter a later day" in response.content.decode()) == (422, True)
    as_supervisor.post(url("return", learner), {"start_date": "2026-02-01", **facts})
    learner.refresh_from_db()
    assert (learner.status, learner.start_date, learner.end_date) == ("ACTIVE", date(2026, 2, 1), None)


def let_go_after_a_block(by: User) -> Learner:
    """Blocked on 1 February, not active since today."""
    learner = LearnerFactory(start_date=date(2025, 1, 1))
    with effective_on(date(2026, 2, 1)):
        Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    set_status(learner_id=learner.pk, status="INACTIVE", reason="Contract ended", by=by, now=timezone.now())
    return learner


def test_c8_a_return_from_before_the_last_change_of_status_is_refused_at_its_field(
    as_supervisor: Client, as_superuser: Client, superuser: User
) -> None:
    learner = let_go_after_a_block(superuser)
    data = {"start_date": "2026-01-15", "company": learner.company_id, "role": learner.role_id}

    asked = as_supervisor.get(url("return", learner), headers=HTMX).content.decode()
    assert "The status last changed on" in asked
    response = as_supervisor.post(url("return", learner), data | {"reason": "A mistake"}, headers=HTMX)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["start_date"]
    assert "only a superuser may go back past it" in response.content.decode()
    assert 'value="2026-01-15"' in response.content.decode()

    response = as_superuser.post(url("return", learner), data, headers=HTMX)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["reason"])
    assert Learner.objects.get(pk=learner.pk).status == "INACTIVE"

    as_superuser.post(url("return", learner), data | {"reason": "Somebody else's fight"})
    assert Learner.objects.get(pk=learner.pk).status == "ACTIVE"
    page = as_superuser.get(profile(learner), {"on": "2026-02-10"})
    assert text_of(page, VERDICT).startswith("Cleared ")
    assert "Entered later, by" in text_of(page)


def test_c8_an_end_date_before_the_last_change_of_status_is_refused_at_its_field(
    as_supervisor: Client, as_superuser: Client
) -> None:
    learner = LearnerFactory(start_date=date(2025, 1, 1))
    for day, status in ((date(2026, 2, 1), "BLACKLISTED"), (date(2026, 2, 10), "ACTIVE")):
        with effective_on(day):
            Learner.objects.filter(pk=learner.pk).update(status=status)

    response = as_supervisor.post(url("edit", learner), as_loaded(learner, end_date="2026-01-20"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["end_date"])
    assert "reason" not in response.context["form"].fields

    response = as_superuser.post(url("edit", learner), as_loaded(learner, end_date="2026-01-20"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["reason"])
    as_superuser.post(url("edit", learner), as_loaded(learner, end_date="2026-01-20", reason="He left"))
    assert Learner.objects.get(pk=learner.pk).status == "INACTIVE"


def test_l3_who_is_active_does_not_return(as_supervisor: Client) -> None:
    learner = LearnerFactory()
    assert as_supervisor.get(url("return", learner)).status_code == 409
    assert url("return", learner) not in as_supervisor.get(profile(learner)).content.decode()


# Merging


def test_l2_two_badges_are_found_compared_merged_and_taken_apart(as_superuser: Client) -> None:
    survivor = LearnerFactory(badge_id="10231", last_name="Haddad")
    duplicate = LearnerFactory(badge_id="10544", last_name="Haddad")
    TrainingRecordFactory(learner=duplicate)
    found = as_superuser.get(url("merge", survivor), {"q": "hadd"}).content.decode()
    assert f"?with={duplicate.pk}" in found
    assert f"?with={survivor.pk}" not in found

    sides = as_superuser.get(url("merge", survivor), {"with": duplicate.pk}).context["sides"]
    assert [(side.learner, side.records) for side in sides] == [(survivor, 0), (duplicate, 1)]

    refused = as_superuser.post(f"{url('merge', survivor)}?with={duplicate.pk}", {"reason": ""}, headers=HTMX)
    assert (refused.status_code, "Enter the reason." in refused.content.decode()) == (422, True)
    merged = as_superuser.post(f"{url('merge', survivor)}?with={duplicate.pk}", {"reason": "Lost card"})
    assert merged["Location"] == profile(survivor)

    assert as_superuser.get(profile(duplicate))["Location"] == profile(survivor)
    assert as_superuser.get(reverse("attendance:search"), {"q": "10544"})["Location"] == profile(survivor)
    page = as_superuser.get(profile(survivor)).content.decode()
    assert url("unmerge", duplicate) in page
    assert "Lost card" in page

    apart = as_superuser.post(url("unmerge", duplicate), {"reason": "Two brothers"})
    assert apart["Location"] == profile(duplicate)
    assert as_superuser.get(profile(duplicate)).status_code == 200
    trail = as_superuser.get(reverse("attendance:worker_trail", args=[duplicate.pk])).content.decode()
    assert "Two brothers" in trail


def test_l2_a_merge_that_cannot_be_says_why_beside_what_was_typed(as_superuser: Client) -> None:
    survivor, blocked = LearnerFactory(), LearnerFactory(status="BLACKLISTED")
    response = as_superuser.post(f"{url('merge', survivor)}?with={blocked.pk}", {"reason": "Lost card"}, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 409
    assert "is blocked and" in page
    assert "Lost card" in page


def test_l2_the_same_badge_is_no_other_one(as_superuser: Client) -> None:
    learner = LearnerFactory()
    page = as_superuser.get(url("merge", learner), {"with": learner.pk}).content.decode()
    assert "This is the same badge" in page


def test_l2_pages_of_a_merged_badge_refuse_and_name_the_survivor(as_superuser: Client, superuser: User) -> None:
    survivor, duplicate = LearnerFactory(last_name="Survivor"), LearnerFactory()
    merge_workers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Lost", by=superuser, now=timezone.now())
    for page in ("edit", "status", "badge", "merge"):
        response = as_superuser.get(url(page, duplicate))
        assert (response.status_code, "Survivor" in response.content.decode()) == (409, True), page


@pytest.mark.parametrize("size", [1, 3])
def test_l2_comparing_costs_the_same_queries_however_much_there_is(
    size: int, as_superuser: Client, django_assert_num_queries: Any
) -> None:
    survivor, duplicate = LearnerFactory(), LearnerFactory()
    for learner in (survivor, duplicate):
        TrainingRecordFactory.create_batch(size, learner=learner)
        LearnerAreaFactory.create_batch(size, learner=learner)
    with django_assert_num_queries(12):
        as_superuser.get(url("merge", survivor), {"with": duplicate.pk})


def test_only_those_who_may_are_offered_it(as_supervisor: Client, as_auditor: Client, as_superuser: Client) -> None:
    learner = LearnerFactory(end_date=timezone.localdate() + timedelta(days=3))
    offered = {
        who: [
            page in client.get(profile(learner)).content.decode()
            for page in (url("edit", learner), url("merge", learner))
        ]
        for who, client in (("supervisor", as_supervisor), ("auditor", as_auditor), ("superuser", as_superuser))
    }
    assert offered == {"supervisor": [True, False], "auditor": [False, False], "superuser": [True, True]}
