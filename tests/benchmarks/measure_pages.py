"""Measures the pages of a running demo over HTTP, as a browser asks for them.

    .venv/bin/python manage.py demo                                                   # in one shell
    .venv/bin/python -m tests.benchmarks.measure_pages http://localhost:8000 <password of supervisor>     # in another

Prints by page the median and the fastest of 15 warm answers, from the request to the last byte, and the size as a proxy
sends it. Exit status 1 when a median is over 100 ms or a page over 20 KB.
"""

import gzip
import re
import statistics
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import date, timedelta
from http.cookiejar import CookieJar
from time import perf_counter

LOGIN = "supervisor"
WARM_UPS, ROUNDS = 3, 15
MOST_MILLISECONDS = 100
MOST_KILOBYTES = 20

Get = Callable[[str], bytes]


def signed_in(site: str, password: str) -> Get:
    """Return what asks for a page of the site as the supervisor of the demo."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(address: str) -> bytes:
        headers = {"HX-Request": "true"} if "/candidates/" in address else {}
        with browser.open(urllib.request.Request(site + address, headers=headers)) as answer:  # noqa: S310  # the site
            content: bytes = answer.read()
            return content

    token = _first(r'name="csrfmiddlewaretoken" value="([^"]+)"', get("/login/"))
    form = urllib.parse.urlencode({"username": LOGIN, "password": password, "csrfmiddlewaretoken": token}).encode()
    browser.open(urllib.request.Request(f"{site}/login/", form, {"Referer": f"{site}/login/"})).close()  # noqa: S310
    return get


def pages(get: Get) -> dict[str, str]:
    """Return addresses by what they show: the worker longest not cleared, and the fullest of the first sessions."""
    worker = _first(r"/workers/(\d+)/", get("/"))
    sessions = set(re.findall(rb'href="/sessions/(\d+)/"', get("/sessions/")))
    session = max(sessions, key=lambda key: len(get(f"/sessions/{key.decode()}/"))).decode()
    on = date.today() - timedelta(days=200)  # noqa: DTZ011  # any day will do
    return {
        "Today": "/",
        "Sessions": "/sessions/",
        "Week": "/sessions/week/",
        "New session": "/sessions/new/",
        "Workspace": f"/sessions/{session}/",
        "Picker with search": f"/sessions/{session}/candidates/?q=an",
        "Workers": "/workers/",
        "Workers with search": "/workers/?q=no",
        "Matrix": "/matrix/",
        "Matrix, all courses": "/matrix/?columns=all",
        "Matrix, deep": f"/matrix/?after=3-{worker}",
        "Matrix of another day": f"/matrix/?on={on}",
        "Profile": f"/workers/{worker}/",
        "Profile of another day": f"/workers/{worker}/?on={on}",
        "Search": "/search/?q=an",
        "Verify": "/verify/",
        "Classes": "/classes/",
        "Courses": "/library/courses/",
        "Areas": "/library/areas/",
    }


def measure(get: Get, address: str) -> tuple[float, float, float]:
    """Return the median and the shortest time of an answer in ms, and its compressed size in KB."""
    took = []
    content = b""
    for _ in range(WARM_UPS + ROUNDS):
        started = perf_counter()
        content = get(address)
        took.append((perf_counter() - started) * 1000)
    return statistics.median(took[WARM_UPS:]), min(took), len(gzip.compress(content)) / 1024


def main(site: str, password: str) -> int:
    get = signed_in(site, password)
    missed = False
    sys.stdout.write("| page | median, ms | fastest, ms | compressed, KB |\n|---|---|---|---|\n")
    for name, address in pages(get).items():
        median, fastest, weight = measure(get, address)
        missed |= median > MOST_MILLISECONDS or weight > MOST_KILOBYTES
        sys.stdout.write(f"| {name} | {median:.0f} | {fastest:.0f} | {weight:.1f} |\n")
    return int(missed)


def _first(pattern: str, content: bytes) -> str:
    found = re.search(pattern.encode(), content)
    assert found is not None, pattern
    return found[1].decode()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
