"""Clients that send slowly, read slowly or not at all hold no thread, and each of them only for so long."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from statistics import median

import pytest
from django.conf import settings
from django.test import Client

from config.web_worker import (
    BODY_BYTES,
    BODY_SECONDS,
    FORM_BYTES,
    HEAD_BYTES,
    HEAD_SECONDS,
    IMPORT_BODY_BYTES,
    SLOWEST,
    Arrival,
)
from config.web_worker import DeclinedError as Declined
from tests.faults.web_site import THREADS, WORKERS, at_once, page, running

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HALF_A_FORM = HEAD + b"Content-Length: 500\r\n\r\nusername=haddad"


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with running() as port:
        yield port


@contextmanager
def clients(port: int, number: int, sending: bytes) -> Iterator[list[socket.socket]]:
    """Hold open that many connections, each of which has sent this and waits."""
    with ExitStack() as open_ones:
        found = []
        for _ in range(number):
            client = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            client.sendall(sending)
            found.append(client)
        time.sleep(0.3)  # for the server to take them all
        yield found


def answered(client: socket.socket) -> bytes:
    """Everything that the server still says."""
    said = b""
    while piece := client.recv(65_536):
        said += piece
    return said


@pytest.mark.parametrize("number", [24, 200])
@pytest.mark.parametrize(
    "sending",
    [
        pytest.param(HALF_A_FORM, id="half a form"),
        pytest.param(HEAD, id="half a head"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_page_answers_at_once_while_clients_have_sent(
    port: int, as_supervisor: Client, number: int, sending: bytes
) -> None:
    cookie = f"{settings.SESSION_COOKIE_NAME}={as_supervisor.cookies[settings.SESSION_COOKIE_NAME].value}"
    soon = at_once(port, "/", cookie)
    with clients(port, number, sending):
        pages = [page(port, "/", cookie) for _ in range(2 * WORKERS + 1)]
    assert {status for status, _seconds in pages} == {200}
    assert median(seconds for _status, seconds in pages) < soon


def test_a_page_answers_at_once_while_clients_do_not_read_to_the_end(port: int) -> None:
    """A closed answer lingers in the loop and holds neither a thread nor the loop itself."""
    soon = at_once(port, "/login/")
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with clients(port, 3 * WORKERS * THREADS, request):
        assert median(page(port)[1] for _ in range(2 * WORKERS + 1)) < soon


def test_half_a_form_is_answered_408_when_its_time_is_over(port: int) -> None:
    began = time.monotonic()
    with clients(port, 2, HALF_A_FORM) as (client, other):
        other.sendall(b"&password=")  # one byte now and then buys no time
        for each in (client, other):
            said = answered(each)
            assert said.startswith(b"HTTP/1.1 408 ")
            assert b"took too long" in said
    assert BODY_SECONDS - 1 < time.monotonic() - began < BODY_SECONDS + 5


def test_the_api_is_told_as_a_problem(port: int) -> None:
    with clients(port, 1, b"POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n") as [one]:
        said = answered(one)
    assert said.startswith(b"HTTP/1.1 411 ")
    assert b"application/problem+json" in said


def test_a_client_that_asks_for_leave_gets_it_and_its_body_arrives_whole(port: int) -> None:
    head = HEAD + b"Content-Length: 20\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with clients(port, 1, head) as [client]:
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"username=&password=x")
        said = answered(client)
    assert said.startswith(b"HTTP/1.1 403 ")  # without a token of ours
    assert said.count(b"HTTP/1.1") == 1


def test_requests_one_behind_the_other_are_all_answered(port: int) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    form = HEAD + b"Content-Length: 3\r\n\r\na=b"
    with clients(port, 1, one + form + one + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as [client]:
        said = answered(client)
    assert [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"200", b"403", b"200", b"200"]


def test_more_connections_than_places_leave_room_for_the_next(port: int) -> None:
    with clients(port, 520 * WORKERS, HALF_A_FORM):
        time.sleep(2)
        assert page(port)[0] == 200


# The rules, without a server


def test_a_request_is_whole_with_its_last_byte() -> None:
    arrival = Arrival(now=0)
    for number, byte in enumerate(HALF_A_FORM):
        assert not arrival.is_whole
        arrival.feed(bytes([byte]), now=number)
    arrival.feed(b"x" * (arrival.wants - 1), now=0)
    assert not arrival.is_whole
    arrival.feed(b"x", now=0)
    assert arrival.is_whole
    read = arrival.whole()
    assert read(100_000) == HALF_A_FORM[: HALF_A_FORM.index(b"username")]
    assert read(100_000) == b"username=haddad" + b"x" * 485
    assert read(100_000) == b""


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTPStatus.LENGTH_REQUIRED),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_BYTES + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"x" * (HEAD_BYTES + 1), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        *(
            (b"%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (line, size + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            for line, size in (
                (b"POST /import/start/", IMPORT_BODY_BYTES),
                (b"POST /import/start/x", BODY_BYTES),
                (b"GET /api/v1/imports", BODY_BYTES),
                (b"POST /api/v1/imports/7/confirm", BODY_BYTES),
            )
        ),
    ],
)
def test_what_is_not_received(head: bytes, status: HTTPStatus) -> None:
    with pytest.raises(Declined) as declined:
        Arrival(now=0).feed(head, now=0)
    assert declined.value.status == status


@pytest.mark.parametrize("line", [b"POST /import/start/", b"POST /api/v1/imports", b"POST /api/v1/imports?x=y"])
def test_i7_a_zip_of_certificates_is_received_where_imports_begin(line: bytes) -> None:
    arrival = Arrival(now=0)
    arrival.feed(b"%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (line, 2 * 1024**3), now=0)
    assert arrival.length == 2 * 1024**3
    arrival.close()


def test_an_upload_over_a_slow_line_has_the_time_that_it_needs() -> None:
    size = 20 * 1024 * 1024
    arrival = Arrival(now=0)
    assert not arrival.is_overdue(HEAD_SECONDS)
    assert arrival.is_overdue(HEAD_SECONDS + 1)
    arrival.feed(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size, now=1)
    allowed = BODY_SECONDS + (size - FORM_BYTES) / SLOWEST
    arrival.feed(b"x", now=allowed - 10)
    assert not arrival.is_overdue(allowed)
    assert arrival.is_overdue(allowed + 1)
    arrival.close()


def test_an_upload_that_stops_in_the_middle_is_over_soon() -> None:
    arrival = Arrival(now=0)
    arrival.feed(b"POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\nx", now=5)
    assert not arrival.is_overdue(5 + BODY_SECONDS)
    assert arrival.is_overdue(6 + BODY_SECONDS)
    arrival.close()
