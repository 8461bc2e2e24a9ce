"""Two S3 stores over real HTTP: one that misbehaves on demand and watches the database meanwhile, and moto's."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from learners.evidence.store import MARK, write_mark
from tests.site import IDENTITY

BUCKET = "evidence"
REGION = "eu-central-1"


class ObjectStore(ThreadingHTTPServer):
    """Keeps objects in memory. `faults` names by method (PUT, GET, HEAD) what goes wrong with the next requests."""

    daemon_threads = True

    def __init__(self, on_request: Callable[[], None], *, certificate: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "https" if certificate else "http"
        self.knows_no_trailers = certificate is not None  # over HTTP boto3 sends none
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.objects: dict[str, bytes] = {f"/{BUCKET}/{MARK}": str(IDENTITY).encode()}
        self.faults: dict[str, str] = {}
        self.requests: list[str] = []
        self.on_request = on_request
        self.let_go = threading.Event()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The faults break connections on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: ObjectStore
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        fault = self._begin()
        body = self._body(half=fault == "reset half-way")
        if self.server.knows_no_trailers and "x-amz-trailer" in self.headers:
            return self._answer(400, NO_TRAILERS, sent=len(NO_TRAILERS))
        if fault == "reset half-way":
            return self._reset()
        if fault in STATUSES:
            return self._answer(STATUSES[fault])
        if fault == "keeps half":
            body = body[: len(body) // 2]
        if fault == "changes a byte":
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.server.objects[self.path] = body
        if fault == "loses the answer":
            return self._reset()
        return self._answer(200, headers={"ETag": '"etag"'})

    def do_HEAD(self) -> None:
        self._give(with_body=False)

    def do_GET(self) -> None:
        self._give(with_body=True)

    def log_message(self, *arguments: object) -> None:
        """Tests read the answers, not the log."""

    def _give(self, *, with_body: bool) -> None:
        fault = self._begin()
        if fault in STATUSES:
            return self._answer(STATUSES[fault])
        body = self.server.objects.get(self.path)
        if body is None and fault == "reset half-way":
            return self._reset()
        if body is None:
            return self._answer(404)
        if fault == "changes a byte":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if fault == "keeps half":
            body = body[: len(body) // 2]
        if fault == "reset half-way":
            self._answer(200, body, sent=len(body) // 2)
            return self._reset()
        return self._answer(200, body, sent=len(body) if with_body else 0)

    def _begin(self) -> str:
        """Note the request and what the database is doing, and stall if that is the fault."""
        self.server.requests.append(self.command)
        self.server.on_request()
        self.path = self.path.split("?")[0]
        fault = self.server.faults.get(self.command, "")
        if fault == "stall":
            self.server.let_go.wait(30)
        return fault

    def _body(self, *, half: bool) -> bytes:
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            length = int(self.headers["Content-Length"])
            content = self.rfile.read(length // 2 if half else length)
            return content if half else self._decoded(content)
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
            if half:
                return content
        self.rfile.readline()
        return self._decoded(content)

    def _decoded(self, content: bytes) -> bytes:
        """Undo the SDK's own framing, which carries a checksum behind the object."""
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return content
        result = b""
        while True:
            line, content = content.split(b"\r\n", 1)
            size = int(line.split(b";")[0], 16)
            if not size:
                return result
            result, content = result + content[:size], content[size + 2 :]

    def _answer(self, status: int, body: bytes = b"", *, sent: int = 0, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {"ETag": '"etag"', "Last-Modified": "Mon, 02 Mar 2026 08:00:00 GMT"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent])

    def _reset(self) -> None:
        """Cut the connection so that the client sees a reset."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


NO_TRAILERS = b"<Error><Code>InvalidArgument</Code><Message>x-amz-trailer is not known here.</Message></Error>"
STATUSES = {"403": 403, "500": 500, "503": 503}


@contextmanager
def object_store(on_request: Callable[[], None], *, certificate: Path | None = None) -> Iterator[ObjectStore]:
    """Run a store; `on_request` is called in its thread while a request waits. With a certificate it speaks HTTPS."""
    store = ObjectStore(on_request, certificate=certificate)
    thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        store.let_go.set()
        store.shutdown()
        store.server_close()
        thread.join()


@contextmanager
def moto_store() -> Iterator[str]:
    """Run moto's store, without any bucket, and give its address.

    moto keeps its buckets in the process, for every server of it: they are forgotten at the end, or the next test of
    this process would find them.
    """
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        with closing(HTTPConnection(host, port)) as client:
            client.request("POST", "/moto-api/reset")
            assert client.getresponse().status == HTTPStatus.OK
        server.stop()


def make_bucket() -> None:
    """Make the bucket in the store that is in use, and let it bear the site's mark."""
    storage: Any = storages["evidence"]
    storage.connection.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    write_mark(site=IDENTITY)


def s3_at(url: str) -> dict[str, Any]:
    """Return the storage of evidence as settings: the bucket of the store at this address."""
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": url,
        "region_name": REGION,
        "access_key": "test",
        "secret_key": "test",
    }
    return {"evidence": {"BACKEND": "learners.evidence.bucket.EvidenceBucket", "OPTIONS": options}}
