"""deploy/nginx.conf in a real nginx before the real site: TLS, buffering, limits, and who it says is asking."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import pytest

from config.attempts import CountedBy
from config.models import Attempts
from tests.faults.web_site import CHECKOUT, free_port, page, running

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
HOST = "training.example.com"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not NGINX and not os.environ.get("CI"), reason="nginx is missing: apt install nginx-light"),
]


class Proxy:
    """The site behind nginx: `port` is nginx's, over TLS; `behind` is gunicorn's."""

    def __init__(self, port: int, plain: int, behind: int) -> None:
        self.port, self.plain, self.behind = port, plain, behind

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Any:
        browser = HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self._trusting())
        try:
            browser.request(method, path, body or None, {"Host": HOST, **headers})
            answer = browser.getresponse()
            answer.read()
            return answer
        finally:
            browser.close()

    def half(self, sending: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        secret = self._trusting().wrap_socket(client, server_hostname=HOST)
        secret.sendall(sending)
        return secret

    @staticmethod
    def _trusting() -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def _configuration(directory: Path, port: int, plain: int, behind: int) -> Path:
    """The file of the repository, with ports and certificate of this test; nothing else in it changes."""
    ours = (CHECKOUT / "deploy" / "nginx.conf").read_text()
    replaced = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
        "/etc/ssl/siteproof": str(directory),
    }
    for old, new in replaced.items():
        assert old in ours
        ours = ours.replace(old, new)
    (directory / "site.conf").write_text(ours)
    kinds = "client_body", "proxy", "fastcgi", "uwsgi", "scgi"
    places = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in kinds)
    main = directory / "nginx.conf"
    main.write_text(
        f"daemon off; pid {directory}/pid; error_log {directory}/error.log;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off;\n{places}include {directory}/site.conf; }}\n"
    )
    return main


@pytest.fixture(scope="module")
def proxy(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    assert NGINX, "nginx is missing, and CI must run these tests: apt install nginx-light"
    directory = tmp_path_factory.mktemp("nginx")
    directory.chmod(0o755)
    key, certificate = directory / "key.pem", directory / "fullchain.pem"
    subject = ["-subj", f"/CN={HOST}", "-days", "2"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *subject, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    with running(HTTPS="1", TRUSTED_PROXY_COUNT="1", ALLOWED_HOSTS=f"{HOST},127.0.0.1") as behind:
        port, plain = free_port(), free_port()
        main = _configuration(directory, port, plain, behind)
        subprocess.run([NGINX, "-t", "-q", "-p", directory, "-c", main], check=True)
        with subprocess.Popen([NGINX, "-p", directory, "-c", main]) as server:
            try:
                _wait_for(port)
                yield Proxy(port, plain, behind)
            finally:
                server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError("nginx did not start")


def test_plain_http_leads_to_https(proxy: Proxy) -> None:
    browser = HTTPConnection("127.0.0.1", proxy.plain, timeout=30)
    browser.request("GET", "/matrix/", headers={"Host": HOST})
    answer = browser.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{HOST}/matrix/")
    browser.close()


def test_the_login_page_comes_over_tls_with_cookies_of_this_host_only(proxy: Proxy) -> None:
    answer = proxy.ask("GET", "/login/", **{"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.getheader("Strict-Transport-Security")
    assert answer.getheader("Content-Encoding") == "gzip"
    cookie = answer.getheader("Set-Cookie")
    assert cookie.startswith("__Host-csrftoken=")
    assert "Path=/" in cookie
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_half_a_form_stays_in_the_proxy(proxy: Proxy) -> None:
    half = f"POST /login/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 500\r\n\r\nusername=".encode()
    waiting = [proxy.half(half) for _ in range(24)]
    assert median(page(proxy.behind, "/healthz")[1] for _ in range(5)) < 1
    assert proxy.ask("GET", "/login/").status == 200
    began = time.monotonic()
    while waiting[-1].recv(65_536):
        pass
    assert time.monotonic() - began < 30
    for each in waiting:
        each.close()


def test_what_a_client_says_of_its_address_is_dropped_and_many_logins_are_refused(proxy: Proxy) -> None:
    """nginx lets some through at once, then one every two seconds; the site sees one address."""
    token = "a" * 32
    statuses = []
    time.sleep(4.5)  # the tests before this one have used up some of what is let through at once
    for number in range(40):
        form = urlencode({"username": f"name{number}", "password": "x", "csrfmiddlewaretoken": token})
        answer = proxy.ask(
            "POST",
            "/login/",
            form,
            **{
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"__Host-csrftoken={token}",
                "Referer": f"https://{HOST}/login/",
                "X-Forwarded-For": f"203.0.113.{number}",
                "Forwarded": f"for=203.0.113.{number}",
            },
        )
        statuses.append(answer.status)
    assert statuses[:2] == [200] * 2
    assert 429 in statuses
    assert Attempts.objects.filter(kind=CountedBy.ADDRESS).count() == 1


def test_what_is_too_large_is_refused_before_the_site(proxy: Proxy) -> None:
    answer = proxy.ask("POST", "/login/", **{"Content-Length": str(200 * 1024 * 1024)})
    assert answer.status == 413
