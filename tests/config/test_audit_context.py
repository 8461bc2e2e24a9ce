import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from pghistory.models import Context

from config import urls
from tests.factories.training import CompanyFactory
from training.permissions import signed_in


@signed_in
def _add_company(request: HttpRequest) -> HttpResponse:
    CompanyFactory()
    return HttpResponse()


urlpatterns = [path("add", _add_company), path("api/v1/add", _add_company), *urls.urlpatterns]


@pytest.mark.parametrize(("address", "door"), [("/add", "page"), ("/api/v1/add", "api")])
@override_settings(ROOT_URLCONF=__name__)
def test_an_event_knows_who_made_it_and_from_where(client: Client, superuser: User, address: str, door: str) -> None:
    client.force_login(superuser)
    client.post(f"{address}?q=search", REMOTE_ADDR="192.0.2.7")
    assert Context.objects.get().metadata == {"user": superuser.pk, "url": address, "door": door, "ip": "192.0.2.7"}
