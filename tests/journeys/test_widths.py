"""At any width no page scrolls sideways, cuts or breaks a word, or lays one on another, whatever names it shows."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from learners.models import Area, Learner, Role
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import SessionFactory
from tests.journeys.photograph.camera import MEASURE
from tests.journeys.photograph.pages import addresses_of_pages
from tests.test_access import ACCESS, Site, new_site  # noqa: F401  # a fixture
from training.models import Company, CourseVersion, Trainer, Venue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

TOUCHED = {True: (390, 320), False: (1440, 1341, 1340, 820, 781)}  # px; the style sheets turn at 1340 and 780
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän"


@pytest.fixture(params=[True, False], ids=["phone", "desk"])
def is_touched(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, is_touched: bool) -> Iterator[Page]:
    context = browser.new_context(has_touch=is_touched, viewport={"width": TOUCHED[is_touched][0], "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture
def context(page: Page):
    return page.context


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:  # noqa: F811  # the fixture
    """A site on which everything has a long name."""
    made = new_site()
    SessionAttendeeFactory(session=SessionFactory(course=made.session.course))
    SessionAttendeeFactory(session=made.session, present=True)
    Learner.objects.update(first_name="Maximiliano-Konstantin", last_name=LONG_WORD)
    Company.objects.filter(pk=made.learner.company_id).update(
        name=f"{LONG_WORD} Instandhaltung und Söhne GmbH & Co. KG"
    )
    CourseVersion.objects.update(title=f"Rescue from heights for {LONG_WORD} and deputies")
    Trainer.objects.update(first_name="Maximiliano-Konstantin", last_name=LONG_WORD)
    for number, venue in enumerate(Venue.objects.order_by("pk"), start=1):  # L4: no two are named alike
        Venue.objects.filter(pk=venue.pk).update(name=f"Training hall {number} behind the {LONG_WORD}")
    Role.objects.update(title=f"Deputy {LONG_WORD} for lifting and rigging")
    Area.objects.update(name=f"Storage north of {LONG_WORD}")
    return made


def test_no_page_scrolls_sideways_or_cuts_a_word(
    page: Page,
    live_server: LiveServer,
    supervisor: User,
    superuser: User,
    sign_in: Callable[[User], None],
    site: Site,
    is_touched: bool,
) -> None:
    found = []
    names = sorted(addresses_of_pages(), key=lambda name: "supervisor" not in ACCESS[name]["GET"])
    paths = {name: site.address_of(name) for name in names}
    sign_in(supervisor)
    for name in names:
        if "supervisor" not in ACCESS[name]["GET"]:
            sign_in(superuser)
        answer = page.goto(live_server.url + paths[name])
        assert answer is not None
        # What a rule refuses is a page too.
        assert answer.ok or answer.status == 409, f"{name} answered {answer.status}"
        for width in TOUCHED[is_touched]:
            page.set_viewport_size({"width": width, "height": 844})
            faults = page.evaluate(MEASURE, is_touched)
            found += [f"{name} at {width}: {fault['kind']} {fault['what']}" for fault in faults]
    assert "\n".join(found) == ""
