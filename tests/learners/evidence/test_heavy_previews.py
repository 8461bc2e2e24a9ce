"""E3: whoever opens many heavy pages waits, or is told to come again; the others' pages are answered meanwhile."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from config.pytest_database import TEST_ENVIRONMENT
from tests.factories import files
from tests.factories.learners import EvidenceUploadFactory
from tests.factories.training import scheduled_session
from tests.fixtures import client_of
from training.core.confined.limited import CHECKOUT

AT_ONCE = 24


@contextmanager
def _site(tmp_path: Path) -> Iterator[str]:
    """Serve the database of the test with one web process of gunicorn."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = connection.settings_dict
    host, user, password = (str(database.get(key) or "") for key in ("HOST", "USER", "PASSWORD"))
    environment = {
        **{name: value for name, value in os.environ.items() if name not in TEST_ENVIRONMENT},
        "DATABASE_URL": f"postgres://{user}:{password}@{'/' if host.startswith('/') else ''}{host}/{database['NAME']}",
        "SECRET_KEY": settings.SECRET_KEY,
        "EVIDENCE_DIR": str(tmp_path / "evidence"),
        "PAGE_IMAGE_DIR": str(tmp_path / "pages"),
        "STATIC_HASHED_NAMES": "0",
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.web_server", "config.wsgi"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _asked(address: str, cookie: str) -> tuple[int, float, str]:
    """Return status, seconds, and what the answer says about coming again."""
    started = time.monotonic()
    request = urllib.request.Request(address, headers={"Cookie": f"sessionid={cookie}"})  # noqa: S310  # our own
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
            answer.read()
            return answer.status, time.monotonic() - started, ""
    except urllib.error.HTTPError as error:
        error.read()
        return error.code, time.monotonic() - started, error.headers.get("Retry-After", "")


def _wait_until_it_answers(site: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{site}/healthz", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("The site does not answer.")


@pytest.mark.django_db(transaction=True)
def test_e3_a_page_answers_while_somebody_opens_many_heavy_previews(supervisor: User, tmp_path: Path) -> None:
    content = files.endless_pdf(pages=AT_ONCE)
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{sha256[:2]}/{sha256}.pdf"
    (tmp_path / "evidence" / sha256[:2]).mkdir(parents=True)
    (tmp_path / "evidence" / key).write_bytes(content)
    session = scheduled_session()
    EvidenceUploadFactory(
        session=session, key=key, sha256=sha256, size=len(content), content_type="application/pdf", pages=AT_ONCE
    )
    type(session).objects.filter(pk=session.pk).update(attendance_file_key=key, attendance_file_hash=sha256)
    cookie = client_of(supervisor).cookies["sessionid"].value
    heavy = [reverse("attendance:session_evidence_page", args=[session.pk, page]) for page in range(1, AT_ONCE + 1)]

    with _site(tmp_path) as site, ThreadPoolExecutor(AT_ONCE) as others:
        _wait_until_it_answers(site)
        assert _asked(f"{site}/", cookie)[0] == 200
        previews = [others.submit(_asked, site + address, cookie) for address in heavy]
        time.sleep(2)  # by now, those that are not in line have been told so
        pages = [_asked(f"{site}/", cookie) for _ in range(9)]
        waiting = sum(not each.done() for each in previews)
        answers = [each.result() for each in previews]
        first = next(number for number, answer in enumerate(answers) if answer[0] == 422)
        again = _asked(site + heavy[first], cookie)

    assert {status for status, _seconds, _retry in pages} == {200}
    assert sorted(seconds for _status, seconds, _retry in pages)[4] < 1
    assert waiting >= 1  # the pages above were answered while previews were drawn
    assert {(status, retry) for status, _seconds, retry in answers} == {(422, ""), (503, "5")}
    assert again[0] == 422
    assert again[1] < 1  # remembered
