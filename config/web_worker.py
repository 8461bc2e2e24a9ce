"""The web server's worker: its threads are given whole requests only, so that no slow client holds one (ADR 28).

Gunicorn's own threads read heads and bodies while the client sends them, for as long as it likes: two dozen half-sent
forms stop the site. Here the loop that accepts connections receives as well, as a proxy in front would: for hundreds of
clients at once, with a deadline for each, and a thread is taken when the last byte is there.
"""

import errno
import json
import re
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from io import BytesIO
from itertools import islice
from selectors import EVENT_READ
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import IO, Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from config.environment import env

HEAD_SECONDS = 10
BODY_SECONDS = 20  # for the whole of a form; also the longest silence in the middle of an upload
FORM_BYTES = 64 * 1024
SLOWEST = 16 * 1024  # bytes a second beyond that, in both directions: a phone with bad reception, 20 MiB in 21 minutes
SEND_SECONDS = 20
LINGER_SECONDS = 2  # for the client to read our last words before the connection is torn down

HEAD_BYTES = 64 * 1024
# Beyond the limit of evidence, so that the site itself can say how much too large a file is.
BODY_BYTES = 4 * env.int("EVIDENCE_MAX_BYTES", default=20 * 1024 * 1024)
# Workbooks, with a ZIP of certificates beside them (I7).
IMPORT_BYTES = env.int("IMPORT_MAX_BYTES", default=50 * 1024**2) + env.int(
    "IMPORT_CERTIFICATES_MAX_BYTES", default=2 * 1024**3
)
IMPORT_BODY_BYTES = max(BODY_BYTES, IMPORT_BYTES + 1024**2)
KEPT_BYTES = 1024**3 + IMPORT_BODY_BYTES  # of all bodies of a process together
IN_MEMORY = 256 * 1024
RECEIVE = 64 * 1024

END_OF_HEAD = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
API = re.compile(rb"[A-Z]+ /api/")
IMPORT = re.compile(rb"POST (/import/start/|/api/v1/imports)[ ?]")

SENTENCES = {
    HTTPStatus.REQUEST_TIMEOUT: "What you sent took too long to arrive, and was not saved. Try again.",
    HTTPStatus.LENGTH_REQUIRED: "Send the header Content-Length; bodies in chunks are not accepted.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The head of the request is too large.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The site is busy. Try again in a few seconds.",
}


class DeclinedError(Exception):
    """The request is not received any further; the status says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class Arrival:
    """A request that is arriving. It knows how much has come and by when the rest must come; it does not ask the clock.

    Here the head only tells how much to wait for. What it means is for gunicorn's parser, which reads it afterwards.
    """

    def __init__(self, now: float) -> None:
        self.began = self.last = now
        self.head = b""
        self.length: int | None = None  # bytes of the body; None until the head has come
        self.kept = 0  # bytes of the body that have come
        self.rest = b""  # bytes that came after the request
        self._received = bytearray()
        self._body: IO[bytes] = BytesIO()

    @property
    def is_whole(self) -> bool:
        return self.length == self.kept

    @property
    def is_silent(self) -> bool:
        """Whether nothing came at all, as from a browser that connects in advance."""
        return self.length is None and not self._received

    @property
    def is_expected(self) -> bool:
        """Whether the client waits for "100 Continue" before it sends the body."""
        return self.length is not None and not self.kept and bool(EXPECT.search(self.head))

    @property
    def wants(self) -> int:
        """How many bytes to read next; never past the end of a body."""
        return RECEIVE if self.length is None else min(RECEIVE, self.length - self.kept)

    def feed(self, data: bytes, *, now: float) -> None:
        """Take what was received.

        Raises:
            DeclinedError: the request is too large or sent in chunks, or the disk is full; the status says which.
        """
        self.last = now
        if self.length is not None:
            self._keep(data)
            return
        searched = max(0, len(self._received) - len(END_OF_HEAD))
        self._received += data
        end = self._received.find(END_OF_HEAD, searched)
        if end < 0:
            if len(self._received) > HEAD_BYTES:
                raise DeclinedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self.head = bytes(self._received[: end + len(END_OF_HEAD)])
        behind = bytes(self._received[len(self.head) :])
        self._begin_body()
        assert self.length is not None  # noqa: S101  # for the types
        self._keep(behind[: self.length])
        self.rest = behind[self.length :]

    def is_overdue(self, now: float) -> bool:
        if self.length is None:
            return now > self.began + HEAD_SECONDS
        allowed = BODY_SECONDS + max(0, self.length - FORM_BYTES) / SLOWEST
        return now > min(self.began + allowed, self.last + BODY_SECONDS)

    def whole(self) -> Callable[[int], bytes]:
        """Return a function that reads it from its first byte, without the header Expect, which is answered already."""
        self._body.seek(0)
        head = BytesIO(EXPECT.sub(b"", self.head))
        return lambda size: head.read(size) or self._body.read(size)

    def close(self) -> None:
        self._body.close()

    def _begin_body(self) -> None:
        if TRANSFER_ENCODING.search(self.head):
            raise DeclinedError(HTTPStatus.LENGTH_REQUIRED)
        found = CONTENT_LENGTH.search(self.head)
        self.length = int(found[1]) if found else 0
        if self.length > (IMPORT_BODY_BYTES if IMPORT.match(self.head) else BODY_BYTES):
            raise DeclinedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self.length > IN_MEMORY:
            self._body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed with the request

    def _keep(self, data: bytes) -> None:
        try:
            self._body.write(data)
        except OSError as error:  # the disk is full
            raise DeclinedError(HTTPStatus.SERVICE_UNAVAILABLE) from error
        self.kept += len(data)


class ClientSocket(socket.socket):
    """The connection as a thread sees it: it reads what has come already, and the client must take answers in time."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        self._read: Callable[[int], bytes] | None = None
        self._sent = 0
        self._waited = 0.0

    def begin(self, read: Callable[[int], bytes]) -> None:
        """Let a thread read the request that `read` returns, and answer it."""
        self._read, self._sent, self._waited = read, 0, 0.0

    def end(self) -> None:
        """Read from the client again from now on."""
        self._read = None

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        return self._read(size) if self._read else super().recv(size, flags)

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send within the time that an answer of this size may take; a client that does not read is given up.

        Raises:
            BrokenPipeError: the time is over; the same error as when the client has gone.
        """
        self._sent += len(data)
        began = monotonic()
        self.settimeout(max(SEND_SECONDS + self._sent / SLOWEST - self._waited, 0.001))
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise BrokenPipeError(errno.EPIPE, "the client does not read") from error
        finally:
            self._waited += monotonic() - began


def _address(conn: TConn) -> str:
    return str(conn.client[0]) if isinstance(conn.client, tuple) else ""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Receives in its loop, answers in its threads.

    `enqueue_req`, `finish_request`, `accept`, `murder_pending` and `_keepalive_after` are gunicorn's own, called by its
    loop; tests/faults/test_slow_clients.py says whether a newer gunicorn still calls them.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.arrivals: dict[TConn, Arrival] = {}  # not yet given to a thread
        self.answering: dict[TConn, Arrival] = {}
        self.closing: dict[TConn, float] = {}  # until when the client may read our last words
        self.kept = 0

    # Receiving

    def accept(self, listener: socket.socket) -> None:
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._make_room()

    def enqueue_req(self, conn: TConn) -> None:
        """Receive a request; a thread is taken once it is there. Called for new connections and for kept ones."""
        if not isinstance(conn.sock, ClientSocket):
            conn.sock = ClientSocket(conn.sock)
        conn.sock.setblocking(False)
        self.arrivals[conn] = arrival = Arrival(monotonic())
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))
        if ahead := conn.parser.unreader.take_buffered() if conn.parser else b"":
            self._take(conn, arrival, ahead)
        if conn in self.arrivals:
            self._receive(conn)

    def _receive(self, conn: TConn, _socket: object = None) -> None:
        arrival = self.arrivals.get(conn)
        if arrival is None:  # something else in this turn of the loop closed it
            return
        try:
            data = conn.sock.recv(arrival.wants)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, arrival, data)
        else:
            self._close(conn)

    def _take(self, conn: TConn, arrival: Arrival, data: bytes) -> None:
        before = arrival.kept
        try:
            arrival.feed(data, now=monotonic())
            self.kept += arrival.kept - before
            if self.kept > KEPT_BYTES and arrival.kept > IN_MEMORY:
                raise DeclinedError(HTTPStatus.SERVICE_UNAVAILABLE)
        except DeclinedError as declined:
            self._decline(conn, declined.status)
            return
        if arrival.is_whole:
            self._answer(conn)
        elif arrival.is_expected:
            self._say(conn, b"HTTP/1.1 100 Continue\r\n\r\n")

    def murder_pending(self) -> None:
        """Part with clients that are late; gunicorn's loop calls this at least once a second."""
        super().murder_pending()
        now = monotonic()
        for conn, arrival in list(self.arrivals.items()):
            if arrival.is_silent and (not self.alive or arrival.is_overdue(now)):
                self._close(conn)
            elif arrival.is_overdue(now):
                self._decline(conn, HTTPStatus.REQUEST_TIMEOUT)
        for conn in [each for each, until in self.closing.items() if now > until]:
            self._close(conn)
        if self.nr_conns >= self.worker_connections:
            self._make_room()

    def _make_room(self) -> None:
        """Close slow requests of the address with most of them, a tenth of all connections at most; else idle ones."""
        now = monotonic()
        slow = [conn for conn, arrival in self.arrivals.items() if now > arrival.began + 1]
        addresses = Counter(_address(conn) for conn in slow)
        for most, _count in addresses.most_common(1):
            theirs = [conn for conn in slow if _address(conn) == most]
            for conn in theirs[: self.worker_connections // 10]:
                self._close(conn)
        if not slow:
            for conn in islice(self.keepalived_conns, self.worker_connections // 10):
                conn.timeout = now

    # Answering

    def _answer(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.answering[conn] = arrival = self.arrivals.pop(conn)
        conn.sock.begin(arrival.whole())
        conn.data_ready = True
        super().enqueue_req(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """Tell whether the connection serves another request; bytes that came after this one are its beginning."""
        keeps = bool(super()._keepalive_after(conn, keepalive))
        if keeps:
            conn.parser.unreader.unread(conn.parser.unreader.take_buffered() + self.answering[conn].rest)
        return keeps

    def finish_request(self, conn: TConn, done: Future) -> None:
        arrival = self.answering.pop(conn)
        arrival.close()
        self.kept -= arrival.kept
        conn.sock.end()
        if not done.cancelled() and not done.exception() and done.result():
            super().finish_request(conn, done)
        else:
            self._part(conn)

    def _decline(self, conn: TConn, status: HTTPStatus) -> None:
        """Tell the client why, here in the loop: an incomplete request never reaches the site."""
        arrival = self.arrivals[conn]
        sentence = SENTENCES[status]
        if API.match(arrival.head):
            kind = "application/problem+json"
            problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": sentence}
            body = json.dumps(problem).encode()
        else:
            kind, body = "text/plain; charset=utf-8", f"{sentence}\n".encode()
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "Connection: close",
            *(["Retry-After: 5"] if status == HTTPStatus.SERVICE_UNAVAILABLE else []),
        ]
        self.log.info("Declined a request while it was received: %d", status)
        self._say(conn, "\r\n".join(lines).encode() + END_OF_HEAD + body)
        self._part(conn)

    # Parting

    @staticmethod
    def _say(conn: TConn, words: bytes) -> None:
        """Send a few words, which fit into an empty buffer, without waiting; a client that has gone is no error."""
        try:
            conn.sock.send(words)
        except OSError:
            return

    def _part(self, conn: TConn) -> None:
        """Send no more, but read and discard for a moment: closing at once could lose our last words."""
        self._forget(conn)
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        self.closing[conn] = monotonic() + LINGER_SECONDS
        self.poller.register(conn.sock, EVENT_READ, partial(self._discard, conn))

    def _discard(self, conn: TConn, _socket: object) -> None:
        try:
            if conn not in self.closing or conn.sock.recv(RECEIVE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: TConn) -> None:
        """Stop receiving from this connection, and drop what has come of its request."""
        if conn in self.arrivals or conn in self.closing:
            self.poller.unregister(conn.sock)
        self.closing.pop(conn, None)
        if arrival := self.arrivals.pop(conn, None):
            arrival.close()
            self.kept -= arrival.kept
