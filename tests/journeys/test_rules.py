"""Requirements and bulk changes in a real browser: who turns is seen before it is saved, and then turns exactly so."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from learners.models import Area, Learner, RoleRequirement
from tests.factories.compliance import judge
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory
from tests.journeys.accessibility import violations
from tests.journeys.looks import LOOKS
from training.models import CourseVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]) -> Page:
    """The supervisor's browser."""
    sign_in(supervisor)
    return page


@pytest.fixture
def height() -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(course__code="WAH-001", title="Working at height")
    return version


@pytest.fixture
def riggers(height: CourseVersion) -> list[Learner]:
    """Four cleared riggers, the last of whom has passed working at height."""
    learners: list[Learner] = LearnerFactory.create_batch(4, role=RoleFactory(title="Rigger", code="RIG-1"))
    TrainingRecordFactory(learner=learners[-1], course_version=height)
    judge(*learners, on=timezone.localdate())
    return learners


def red(learners: list[Learner]) -> set[int]:
    found = Learner.objects.filter(pk__in=[learner.pk for learner in learners], compliance_status="NON_COMPLIANT")
    return set(found.values_list("pk", flat=True))


def test_a_requirement_is_added_after_looking_at_who_turns(
    desk: Page, live_server: LiveServer, riggers: list[Learner]
) -> None:
    desk.goto(f"{live_server.url}/library/roles/")
    desk.get_by_role("link", name="Rigger").click()
    desk.get_by_role("link", name="Add a requirement").first.click()
    desk.get_by_label("Course", exact=True).select_option(label="WAH-001 Working at height")
    desk.get_by_label("Within a grace period").check()
    desk.get_by_role("button", name="Preview").click()
    expect(desk.locator(".errorlist")).to_contain_text("Enter the number of days")
    expect(desk.get_by_label("Grace period (days)")).to_be_focused()

    desk.get_by_label("Before site access").check()
    desk.get_by_role("button", name="Preview").click()
    outcome = desk.locator("#outcome")
    expect(outcome).to_contain_text("3 turn red")
    expect(outcome.get_by_role("heading").first).to_be_focused()
    shown = outcome.locator("tbody tr", has_text="Not cleared").get_by_role("rowheader").all_inner_texts()
    assert shown == sorted(learner.name for learner in riggers[:3])
    assert red(riggers) == set()

    newcomer: Learner = LearnerFactory(role=riggers[0].role)
    judge(newcomer, on=timezone.localdate())
    outcome.get_by_role("button", name="Save the requirement").click()
    expect(outcome).to_contain_text("Something has changed since this preview")
    expect(outcome).to_contain_text("4 turn red")
    assert not RoleRequirement.objects.exists()

    outcome.get_by_role("button", name="Save the requirement").click()
    expect(desk.locator("#toasts")).to_contain_text("Turned red: 4, yellow: 0, green: 0.")
    assert red([*riggers, newcomer]) == {learner.pk for learner in [*riggers[:3], newcomer]}

    desk.get_by_role("link", name="Remove WAH-001").click()
    expect(outcome).to_contain_text("4 turn green")
    outcome.get_by_role("button", name="Remove the requirement").click()
    expect(desk.locator("#toasts")).to_contain_text("Turned red: 0, yellow: 0, green: 4.")
    assert red(riggers) == set()


def test_many_workers_get_another_role_after_looking_at_who_turns(
    desk: Page, live_server: LiveServer, riggers: list[Learner], height: CourseVersion
) -> None:
    RoleRequirementFactory(role__title="Scaffolder", course=height.course)
    LearnerFactory(role=RoleFactory(title="Cook"))
    desk.goto(f"{live_server.url}/workers/")
    bulk = desk.locator("#workers-bulk")
    expect(bulk).to_be_hidden()
    desk.get_by_label("Role", exact=True).select_option("Rigger")
    expect(desk.locator("#workers tbody tr")).to_have_count(4)
    desk.get_by_label("Choose all on this page").check()
    expect(bulk).to_contain_text("4 chosen")
    desk.get_by_label(f"Choose {riggers[0].name}").uncheck()
    expect(bulk).to_contain_text("3 chosen")
    bulk.get_by_role("button", name="Change role").click()

    expect(desk.get_by_role("heading", level=1)).to_contain_text("Change the role of 3 workers")
    desk.get_by_label("New role").select_option("Scaffolder")
    desk.get_by_role("button", name="Preview").click()
    expect(desk.locator("#outcome")).to_contain_text("2 turn red")
    desk.get_by_role("button", name="Save for 3 workers").click()
    expect(desk.locator("#toasts")).to_contain_text("3 workers changed. Turned red: 2")
    expect(desk.locator("#workers tbody tr")).to_have_count(3)
    assert red(riggers) == {learner.pk for learner in riggers[1:3]}


def test_rules_and_bulk_changes_work_without_javascript(
    browser, live_server: LiveServer, supervisor: User, riggers: list[Learner], sign_in: Callable[[User], None], context
) -> None:
    sign_in(supervisor)
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    area = AreaRequirementFactory(area=AreaFactory(name="Tank farm")).area
    page.goto(f"{live_server.url}/workers/")
    page.get_by_label(f"Choose {riggers[0].name}").check()
    page.get_by_role("button", name="Add to an area").click()
    page.locator("select[name=area]").select_option(str(area.pk))
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#outcome")).to_contain_text("1 turn red")
    page.get_by_role("button", name="Save for 1 worker").click()
    assert red(riggers) == {riggers[0].pk}
    plain.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_of_rules_are_accessible_and_never_scroll_sideways(
    desk: Page, live_server: LiveServer, riggers: list[Learner], width: int, scheme: str
) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
    role = riggers[0].role
    RoleRequirementFactory(role=role, course=CourseVersionFactory().course)
    judge(*riggers, on=timezone.localdate())
    area = LearnerAreaFactory(learner=riggers[0], area__parent=AreaRequirementFactory().area).area
    kept = RoleRequirement.objects.get()
    found: list[str] = []

    def check(path: str) -> None:
        found.extend(
            f"{path}: {violation['id']} {[node['target'] for node in violation['nodes']]}"
            for violation in violations(desk)
        )
        if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: scrolls sideways")

    for path in (
        "/library/roles/",
        "/library/roles/new/",
        f"/library/roles/{role.pk}/",
        f"/library/roles/{role.pk}/delete/",
        f"/library/roles/{role.pk}/requirements/{kept.course_id}/remove/",
        "/library/areas/",
        f"/library/areas/{area.pk}/",
        f"/workers/change/?deed=join&learner={riggers[0].pk}",
    ):
        desk.goto(live_server.url + path, wait_until="networkidle")
        check(path)
    desk.goto(f"{live_server.url}/workers/", wait_until="networkidle")
    desk.locator("[data-select]").first.check()
    check("ticked rows")
    desk.goto(f"{live_server.url}/library/areas/{area.pk}/edit/", wait_until="networkidle")
    desk.get_by_label("Part of").select_option("")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("#outcome")).to_contain_text("Whose colour changes")
    check("preview")
    assert Area.objects.get(pk=area.pk).parent is not None
    assert found == []
