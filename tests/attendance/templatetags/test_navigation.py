import pytest
from django.contrib.auth.models import User
from django.template import Context
from django.test import Client, RequestFactory

from attendance.templatetags import navigation
from attendance.templatetags.navigation import NavigationEntry
from learners.models import CompetencyRecord
from tests.factories.learners import CompetencyRecordFactory
from training.core.permissions import Permission

SHORT = (
    ("healthz", "Everybody's page", Permission.READ_SESSION),
    ("password_change", "Office page", Permission.READ_SITE),
)


@pytest.fixture
def two_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "NAVIGATION", SHORT)


def entries(user: User, path: str = "/", **options: bool) -> list[NavigationEntry]:
    request = RequestFactory().get(path)
    request.user = user
    return navigation.navigation(Context({"request": request}), **options)


@pytest.mark.usefixtures("two_entries")
def test_navigation_shows_what_the_person_may_open(supervisor: User, trainer_user: User) -> None:
    assert [entry.word for entry in entries(supervisor)] == ["Everybody's page", "Office page"]
    assert [entry.word for entry in entries(trainer_user)] == ["Everybody's page"]


@pytest.mark.usefixtures("two_entries")
def test_navigation_marks_the_section_of_the_page(supervisor: User) -> None:
    found = entries(supervisor, "/password/done/")
    assert [entry.word for entry in found if entry.is_current] == ["Office page"]


def test_sign_offs_that_are_owed_stand_beside_their_entry_and_not_in_admin(
    supervisor: User, admin_client: Client
) -> None:
    CompetencyRecordFactory(status=CompetencyRecord.Status.PENDING_VERIFICATION)
    numbers = {entry.name: entry.number for entry in entries(supervisor)}
    assert numbers == {**dict.fromkeys(numbers), "verify": 1}
    assert {entry.number for entry in entries(supervisor, without_numbers=True)} == {None}
    page = admin_client.get("/admin/").content.decode()
    assert ('id="nav-verify"' in page, "Verify</a>" in page) == (False, True)
