import gzip
from collections.abc import Callable
from contextlib import closing
from io import BytesIO

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory, override_settings

from config.middleware import CompressionMiddleware

pytestmark = pytest.mark.django_db  # an answer that is closed looks after the connection

GZIP = {"Accept-Encoding": "gzip, br"}


def test_content_security_policy_allows_nothing_inline_and_nobody_else(client: Client) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_other_security_headers(client: Client) -> None:
    headers = client.get("/healthz").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_nobody_keeps_an_answer_of_the_api_whoever_asks(client: Client, as_supervisor: Client) -> None:
    addresses = ("/api/v1/training/sessions", "/api/nowhere", "/api/openapi.json", "/api/v1/training/sessions/1")
    for each in (client, as_supervisor):
        for address in addresses:
            for method in (each.get, each.post, each.delete):
                answer = method(address)
                assert answer["Cache-Control"] == "no-store", (address, answer.status_code)
                assert "HX-Request" in answer["Vary"]


@override_settings(WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True)
def test_static_files_are_kept() -> None:
    with closing(Client().get("/static/css/base.css")) as answer:
        b"".join(answer)
    assert answer.status_code == 200
    assert "max-age" in answer["Cache-Control"]
    assert "HX-Request" not in answer.get("Vary", "")


# Compression


def test_pages_are_compressed_for_who_takes_it(as_supervisor: Client) -> None:
    plain = as_supervisor.get("/")
    small = as_supervisor.get("/", headers=GZIP)
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert gzip.decompress(small.content).decode().count("<tr") == plain.text.count("<tr")
    assert len(small.content) < 0.5 * len(plain.content)


def test_a_problem_of_the_api_is_what_its_headers_say(as_supervisor: Client) -> None:
    answer = as_supervisor.get("/api/nowhere", headers=GZIP)
    text = gzip.decompress(answer.content) if "Content-Encoding" in answer else answer.content
    assert b"There is nothing at this address" in text
    assert int(answer["Content-Length"]) == len(answer.content)


def test_the_length_of_a_page_tells_nothing_of_its_token(as_supervisor: Client) -> None:
    """Each answer masks the token anew, and is as long as chance will have it."""
    answers = [as_supervisor.get("/", headers=GZIP) for _ in range(8)]
    assert len({len(answer.content) for answer in answers}) > 1
    tokens = {str(answer.context["csrf_token"]) for answer in answers}
    assert len(tokens) == len(answers)


@pytest.mark.parametrize(
    "make",
    [
        lambda: HttpResponse(b"\x89PNG" * 100, content_type="image/png"),
        lambda: HttpResponse(b"%PDF" * 100, content_type="application/pdf"),
        lambda: StreamingHttpResponse([b"PK" * 200], content_type="application/zip"),
        lambda: FileResponse(BytesIO(b"text" * 100), content_type="text/plain"),
    ],
)
def test_files_are_handed_out_as_they_are(rf: RequestFactory, make: Callable[[], HttpResponseBase]) -> None:
    with closing(make()) as response:
        CompressionMiddleware(lambda _request: response).process_response(rf.get("/", headers=GZIP), response)
        assert "Content-Encoding" not in response
