"""A refusal that a view lets through becomes a sentence with its status."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import RefusalMiddleware
from training.core.refusals import Conflict, Invalid, Refusal, Unavailable


def answer(refusal: Exception, *, htmx: bool, method: str = "POST") -> Any:
    request: Any = RequestFactory().generic(method, "/sessions/1/finalize/")
    request.user = AnonymousUser()
    request.htmx = htmx
    return RefusalMiddleware(lambda request: HttpResponse()).process_exception(request, refusal)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "status"),
    [(Invalid("No such day."), 422), (Conflict("It is over."), 409), (Unavailable("The store is down."), 503)],
)
def test_refusal_is_told_in_its_own_words(refusal: Refusal, status: int) -> None:
    page, fragment = answer(refusal, htmx=False), answer(refusal, htmx=True)

    assert page.status_code == fragment.status_code == status
    assert refusal.message in page.content.decode()
    assert fragment.content.decode() == refusal.message
    assert fragment["HX-Reswap"] == "none"


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "title"), [("POST", "This was not done"), ("GET", "This cannot be shown")])
def test_who_only_wanted_to_read_is_not_told_that_nothing_was_changed(method: str, title: str) -> None:
    page = answer(Conflict("It is over."), htmx=False, method=method).content.decode()

    assert title in page
    assert ("Nothing was changed" in page) is (method == "POST")


@pytest.mark.django_db
def test_sentence_is_escaped() -> None:
    page = answer(Conflict("<script>alert(1)</script>"), htmx=False)

    assert "<script>alert(1)" not in page.content.decode()


def test_other_exceptions_are_not_answered() -> None:
    assert answer(ValueError("a defect"), htmx=False) is None
