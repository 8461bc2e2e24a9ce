"""Errors that go to Sentry: what arrives there, at a real HTTP server, holds nobody's data (B5)."""

import gzip
import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import sentry_sdk
import structlog
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config import error_reports, urls
from training.core.permissions import public

CANARY = "Zyqwanda"


@public
def _fail(request: HttpRequest, who: str) -> HttpResponse:
    of_canary = {"name": CANARY, "who": who}
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [CANARY])
    logging.getLogger("somewhere").warning("about %s", CANARY)
    raise ValueError(f"row of {of_canary}") from KeyError(CANARY)


urlpatterns = [path("fail/<str:who>", _fail, name="fail"), *urls.urlpatterns]


class Sink:
    """A server that takes what is sent to it, as Sentry does."""

    def __init__(self) -> None:
        self.received: list[str] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                sink.received.append(f"{self.headers}\n{body.decode()}")
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server.server_port}/1"

    def events(self) -> list[dict[str, Any]]:
        """Return the events that have come, once everything was sent."""
        sentry_sdk.flush(10)
        lines = [line for one in self.received for line in one.splitlines() if line.startswith("{")]
        return [told for told in map(json.loads, lines) if "exception" in told]


@pytest.fixture
def sink() -> Iterator[Sink]:
    one = Sink()
    error_reports.start(one.dsn, release="1.2.3")
    yield one
    error_reports.stop()
    one.server.shutdown()
    one.server.server_close()


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_b5_an_error_of_a_page_arrives_without_anybodys_data(sink: Sink, client: Client) -> None:
    client.raise_request_exception = False
    client.force_login(User.objects.create_user(CANARY, email=f"{CANARY}@example.com"))
    answer = client.post(
        f"/fail/{CANARY}?q={CANARY}",
        {"name": CANARY},
        headers={"User-Agent": CANARY, "Referer": f"http://testserver/{CANARY}", "Cookie": f"seen={CANARY}"},
    )
    assert answer.status_code == 500

    (event,) = sink.events()
    assert [(each["type"], each["module"]) for each in event["exception"]["values"]] == [
        ("KeyError", None),
        ("ValueError", None),
    ]
    frame = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert frame["function"] == "_fail"
    assert set(frame) <= set(error_reports.KEPT_OF_FRAME)
    assert (event["tags"]["view"], event["release"]) == ("fail", "1.2.3")
    assert CANARY.lower() not in "".join(sink.received).lower()


def test_b5_an_error_that_the_log_tells_of_arrives_by_its_name_alone(sink: Sink) -> None:
    try:
        raise OSError(f"no file of {CANARY}")
    except OSError:
        structlog.get_logger("training.services.job_runs").exception("job_failed", worker=CANARY)
    (event,) = sink.events()
    assert event["tags"] == {"event": "job_failed", "logger": "training.services.job_runs"}
    assert event["exception"]["values"][0]["type"] == "OSError"
    assert CANARY not in "".join(sink.received)


def test_b5_what_is_no_exception_is_not_sent(sink: Sink) -> None:
    logging.getLogger("somewhere").error("about %s", CANARY)
    sentry_sdk.capture_message(CANARY)
    sentry_sdk.flush(10)
    assert sink.received == []
