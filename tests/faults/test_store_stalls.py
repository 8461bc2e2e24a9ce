"""E4: a store that stalls takes nobody along who does not need it."""

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from learners.models import EvidenceUpload
from tests.factories import files
from tests.factories.training import scheduled_session
from tests.faults.object_store import BUCKET, REGION, object_store
from tests.faults.web_site import at_once, page, running
from tests.fixtures import client_of

UPLOADS = 24
LONGEST_UPLOAD_SECONDS = 40  # a budget of eight, and 24 files to check on a machine that may be busy
TOKEN = "a" * 32
BOUNDARY = "evidence-of-a-test"


def upload(port: int, path: str, cookie: str) -> tuple[int, float]:
    """Send a sheet as the form of the session does; return the status and the seconds that the answer took."""
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="sheet.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode() + files.jpeg()
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    began = time.monotonic()
    browser = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        headers = {"Cookie": cookie, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        browser.request("POST", path, body, headers)
        answer = browser.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    finally:
        browser.close()


@pytest.mark.django_db(transaction=True)
def test_e4_pages_are_answered_while_24_uploads_ask_a_store_that_stalls(supervisor: User) -> None:
    sessions = [scheduled_session() for _ in range(UPLOADS)]
    cookie = f"sessionid={client_of(supervisor).cookies['sessionid'].value}; csrftoken={TOKEN}"
    with (
        object_store(lambda: None) as store,
        running(
            EVIDENCE_S3_BUCKET=BUCKET,
            EVIDENCE_S3_ENDPOINT=store.url,
            EVIDENCE_S3_REGION=REGION,
            EVIDENCE_S3_ACCESS_KEY="test",
            EVIDENCE_S3_SECRET_KEY="test",
        ) as port,
    ):
        in_time = at_once(port, "/", cookie)
        store.faults = dict.fromkeys(("GET", "HEAD", "PUT"), "stall")
        with ThreadPoolExecutor(UPLOADS) as people:
            paths = [reverse("attendance:session_evidence", args=[session.pk]) for session in sessions]
            sent = [people.submit(upload, port, path, cookie) for path in paths]
            while not store.requests:
                time.sleep(0.05)
            for path in ("/healthz", "/", "/healthz", "/"):
                status, seconds = page(port, path, cookie)
                assert (status, seconds < in_time) == (200, True), seconds
            answers = [each.result() for each in sent]
    assert {status for status, _seconds in answers} == {503}
    assert max(seconds for _status, seconds in answers) < LONGEST_UPLOAD_SECONDS
    assert not EvidenceUpload.objects.exists()
