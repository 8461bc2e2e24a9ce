"""Second factors in the browser: an app with the dialog that asks anew, and a passkey (N1, N4)."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.confirming import CONFIRMED_AT
from learners.models import Revocation
from tests.factories.learners import TrainingRecordFactory
from tests.journeys.accessibility import violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

PASSWORD = "correct horse battery"


@pytest.fixture
def owner(settings: Settings) -> User:
    """A superuser, who needs a second factor and has none yet."""
    settings.SECOND_FACTOR_FOR = ["superuser"]
    return User.objects.create_superuser("haddad", password=PASSWORD)


def give_password(page: Page, site: str) -> None:
    page.goto(f"{site}/login/")
    page.get_by_label("Username").fill("haddad")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def let_minutes_pass() -> None:
    for row in Session.objects.filter(expire_date__gt=timezone.now() - timedelta(days=1)):
        content = row.get_decoded()
        if CONFIRMED_AT in content:
            content[CONFIRMED_AT] -= 301
            row.session_data = Session.objects.encode(content)
            row.save()


def test_n1_an_app_is_set_up_and_n4_revoking_asks_for_the_password_when_the_dialog_opens(
    page: Page, live_server: LiveServer, owner: User
) -> None:
    record = TrainingRecordFactory()
    give_password(page, live_server.url)
    expect(page.get_by_text("Your account needs a second factor")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Set up an app").click()
    secret = page.get_by_label("If it cannot be scanned").input_value()
    page.get_by_label("Authenticator code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Set up the app").click()
    code = page.get_by_role("textbox", name="Recovery codes").input_value().splitlines()[0]

    page.goto(f"{live_server.url}/workers/{record.learner_id}/")
    page.locator(".who summary").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login/")
    give_password(page, live_server.url)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{live_server.url}/workers/{record.learner_id}/")
    let_minutes_pass()

    page.get_by_role("link", name="Correct the record").click()
    page.get_by_label("Your password").fill(PASSWORD)
    assert violations(page) == []
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"**/workers/{record.learner_id}/")
    page.get_by_role("link", name="Correct the record").click()
    page.get_by_label("Reason").fill("Sheet of another course")
    let_minutes_pass()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("This needs your password")).to_be_visible()
    assert not Revocation.objects.exists()
    expect(page.get_by_label("Reason")).to_have_value("Sheet of another course")


def test_n1_a_passkey_is_added_and_signs_in_without_a_name(
    page: Page, context: BrowserContext, live_server: LiveServer, owner: User
) -> None:
    site = live_server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to an address
    browser = context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})

    give_password(page, site)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/sign-in/codes/")
    assert Authenticator.objects.get(type="webauthn").user == owner
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Passkey 1")).to_be_visible()

    context.clear_cookies()
    page.goto(f"{site}/login/?next=/workers/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/workers/")

    context.clear_cookies()
    give_password(page, site)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/")
