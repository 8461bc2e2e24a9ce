import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from config import urls
from training.core.permissions import public

CANARY = "Zyqwanda"


@public
def _fail(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"row of {CANARY}") from KeyError(CANARY)


urlpatterns = [path("fail", _fail), *urls.urlpatterns]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site's handler writes."""
    handler = next(handler for handler in logging.getLogger().handlers if handler.name == "stderr")
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def _lines(log: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_logged_with_its_id_and_without_its_query(client: Client, log: io.StringIO) -> None:
    client.get("/healthz", {"q": CANARY})
    finished = _lines(log)[-1]
    assert finished["event"] == "request_finished"
    assert finished["request"] == "GET /healthz"
    assert finished["request_id"]
    assert finished["milliseconds"] >= 0
    assert CANARY not in log.getvalue()


@pytest.mark.django_db
def test_users_appear_by_id_only(client: Client, log: io.StringIO) -> None:
    user = User.objects.create_user(CANARY, first_name=CANARY)
    client.force_login(user)
    client.get("/password/")
    assert _lines(log)[-1]["user_id"] == user.pk
    assert CANARY not in log.getvalue()


@pytest.mark.django_db
def test_a_failed_login_leaves_no_name_in_the_log(client: Client, log: io.StringIO) -> None:
    for _ in range(11):
        client.post("/login/", {"username": CANARY, "password": CANARY})
    assert log.getvalue()
    assert CANARY not in log.getvalue()


@override_settings(ROOT_URLCONF=__name__)
def test_exceptions_show_classes_and_lines_but_no_values(client: Client, log: io.StringIO) -> None:
    client.raise_request_exception = False
    client.get("/fail")
    failed = next(line for line in _lines(log) if line["event"] == "request_failed")
    assert "_fail" in failed["exception"]
    assert "ValueError\ncaused by\nKeyError" in failed["exception"]
    assert CANARY not in log.getvalue()


def test_plain_loggers_write_json_too(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("disk %s%% full", 91)
    assert _lines(log)[-1]["event"] == "disk 91% full"
    structlog.get_logger("ours").warning("sheet_stored", size=7)
    assert _lines(log)[-1] | {"timestamp": ""} == {
        "event": "sheet_stored",
        "size": 7,
        "level": "warning",
        "logger": "ours",
        "timestamp": "",
    }
