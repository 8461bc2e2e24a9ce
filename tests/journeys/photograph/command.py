"""The command: which site, which pages, and what is told in the end."""

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM_ARGUMENTS, chromium
from tests.journeys.photograph.camera import Camera, Fault
from tests.journeys.photograph.pages import ADMIN, FIRST_RUN, Guide, Photo, all_photos
from tests.made_database import made_database
from tests.own_site import free_port, new_environment, running_demo, running_empty

ADMIN_USER = "first"
WORKERS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the photographs and return the exit status."""
    options = _options(arguments)
    options.directory.mkdir(parents=True, exist_ok=True)
    faults: list[Fault] = []
    photos = _wanted(all_photos(), options)
    first_run = [] if options.base_url else _wanted(list(FIRST_RUN), options)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        if photos:
            with _site_with_people(options) as (site, logins):
                camera = Camera(browser, site, directory=options.directory)
                for login, password in logins.items():
                    camera.sign_in(login, password)
                faults += _take(camera, photos, options)
        if first_run:
            with _empty_site() as (site, password):
                camera = Camera(browser, site, directory=options.directory)
                camera.sign_in(ADMIN, password, username=ADMIN_USER)
                faults += _take(camera, first_run, options)
        browser.close()
    return _tell(faults, len(photos) + len(first_run))


def _wanted(photos: list[Photo], options: argparse.Namespace) -> list[Photo]:
    return [photo for photo in photos if not options.only or any(word in photo.title for word in options.only)]


def _take(camera: Camera, photos: list[Photo], options: argparse.Namespace) -> list[Fault]:
    faults = []
    guide = Guide(camera.read)
    for photo in photos:
        began = time.monotonic()
        path = guide.path_of(photo)
        if path is None:
            found = [Fault(photo.title, "", "missing", "nothing leads to it")]
        else:
            found = camera.take(photo, path, widths=options.widths, themes=options.themes, prints=not options.no_print)
        faults += found
        _table(found)
        _say(f"{photo.title}: {len(found)} ({time.monotonic() - began:.0f} s)", sys.stderr)
    return faults


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.journeys.photograph",
        description="Photograph every page of ours, and say what is wrong with it.",
    )
    parser.add_argument("directory", type=Path, help="for the pictures; made if it is not there")
    parser.add_argument("--base-url", default="", help="a demo that runs already, instead of one of its own")
    parser.add_argument(
        "--login", action="append", default=[], metavar="NAME=PASSWORD", help="of that demo; once for each login"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="pages with one of these in their names")
    parser.add_argument("--widths", nargs="+", type=int, default=[1440, 820, 390, 320], metavar="PIXELS")
    parser.add_argument("--themes", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--no-print", action="store_true", help="leave out the paper")
    return parser.parse_args(arguments)


@contextmanager
def _site_with_people(options: argparse.Namespace) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the address of a demo, and the passwords of its logins by their names."""
    if options.base_url:
        yield options.base_url.rstrip("/"), dict(each.split("=", 1) for each in options.login)
        return
    with (
        tempfile.TemporaryDirectory() as directory,
        new_environment(Path(directory), name="photograph", like=made_database()) as environment,
    ):
        port = free_port()
        with running_demo(environment, port, workers=WORKERS) as (_process, said):
            logins = dict(re.findall(r"^  (\w+) +(\w{4}-\w{4}-\w{4}) ", said, re.MULTILINE))
            yield f"http://localhost:{port}", logins


@contextmanager
def _empty_site() -> Iterator[tuple[str, str]]:
    """Give the address of a site with nothing on it, and the password of its superuser."""
    with (
        tempfile.TemporaryDirectory() as directory,
        new_environment(Path(directory), name="first_run", like=made_database()) as environment,
    ):
        port, password = free_port(), "a long passphrase for photographs"
        with running_empty(environment, port, username=ADMIN_USER, password=password):
            yield f"http://localhost:{port}", password


def _table(faults: list[Fault]) -> None:
    """Print a line for each thing that is wrong with one page; what a list repeats stands there once."""
    lines = Counter((fault.title, fault.width, fault.kind, _alike(fault.what)) for fault in faults)
    first = {(fault.title, fault.width, fault.kind, _alike(fault.what)): fault.what for fault in reversed(faults)}
    for line, number in lines.items():
        title, width, kind, _what = line
        _say(f"{title:<48} {width:<11} {kind:<8} {f'{number} × ' if number > 1 else ''}{first[line]}")


def _alike(what: str) -> str:
    """Return what faults of the rows of a list have in common: the place without its numbers, words and sizes."""
    return re.sub(r"\d+", "0", what.split(":", maxsplit=1)[0])


def _tell(faults: list[Fault], taken: int) -> int:
    """Print the sums, and return the exit status. Admin's stock pages are reported, not counted."""
    ours = [fault for fault in faults if not fault.title.startswith("admin.")]
    kinds = Counter(fault.kind for fault in ours)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common()) or "nothing is wrong"
    _say(f"{taken} pages: {told}; Admin's stock pages: {len(faults) - len(ours)} (reported only)")
    return 1 if ours else 0


def _say(line: str, stream: TextIO = sys.stdout) -> None:
    stream.write(line + "\n")
    stream.flush()
