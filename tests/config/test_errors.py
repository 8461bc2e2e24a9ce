import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from psycopg_pool import PoolTimeout

from config import urls
from tests.html import text_of
from training.core.permissions import public


@public
def _find_no_connection(request: HttpRequest) -> HttpResponse:
    raise OperationalError("couldn't get a connection after 5.00 sec") from PoolTimeout()


@public
def _break_down(request: HttpRequest) -> HttpResponse:
    raise ValueError("secret detail")


urlpatterns = [path("busy", _find_no_connection), path("broken", _break_down), *urls.urlpatterns]
handler500 = urls.handler500


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@override_settings(ROOT_URLCONF=__name__)
def test_without_a_free_connection_the_site_says_that_it_is_busy(stranger: Client) -> None:
    answer = stranger.get("/busy")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "very busy" in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_defect_tells_the_visitor_nothing_about_itself(stranger: Client) -> None:
    answer = stranger.get("/broken")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


@pytest.mark.django_db
def test_an_unknown_address_has_a_page_of_its_own(client: Client) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert text_of(answer, "//h1") == "There is no such page"


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_advice(client: Client) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x", "password": "x"})
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


@pytest.mark.django_db
def test_htmx_with_the_token_of_an_earlier_login_is_answered_like_a_logout(supervisor: User) -> None:
    """401, not 403: the page takes over the new token and tries again, instead of saying that it is not permitted."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(supervisor)
    answer = client.post("/sessions/1/marks/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
