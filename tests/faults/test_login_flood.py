"""Sixty logins with invented names at once: passwords are dear to look at, and the pages answer meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from tests.faults.web_site import at_once, page, running

pytestmark = pytest.mark.django_db(transaction=True)

LOGINS = 60
TOKEN = "a" * 32


def log_in(port: int, number: int) -> int:
    """Try an invented name, from an address of its own: the limit by address must not be what helps."""
    form = {"username": f"invented{number}", "password": "Summer2026!!", "csrfmiddlewaretoken": TOKEN}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-Forwarded-For": f"198.51.{number // 250}.{number % 250}",
    }
    browser = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        browser.request("POST", "/login/", urlencode(form), headers)
        answer = browser.getresponse()
        answer.read()
        return answer.status
    finally:
        browser.close()


def test_a_page_answers_at_once_while_sixty_sign_in(as_supervisor: Client) -> None:
    cookie = f"{settings.SESSION_COOKIE_NAME}={as_supervisor.cookies[settings.SESSION_COOKIE_NAME].value}"
    with running(TRUSTED_PROXY_COUNT="1") as port, ThreadPoolExecutor(LOGINS) as strangers:
        soon = at_once(port, "/", cookie)
        tries = [strangers.submit(log_in, port, number) for number in range(2 * LOGINS)]
        time.sleep(0.2)
        pages = []
        while not all(each.done() for each in tries):
            pages.append(page(port, "/", cookie))
        answers = [each.result() for each in tries]
    assert {status for status, _seconds in pages} == {200}
    assert median(seconds for _status, seconds in pages) < soon
    assert set(answers) <= {200, 503}
    assert 200 in answers
