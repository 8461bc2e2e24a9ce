"""Takes the pictures of docs/moving-in.md: python -m tests.journeys.photograph.moving_in BOOKS DIR

It starts an empty site, brings the workbooks of BOOKS in as a person does (`manage.py demo_workbooks BOOKS` writes
them), and leaves pictures of the steps in DIR.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import django

from config import embedded_postgres, environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
if environment.IS_LOCAL:
    embedded_postgres.join()
django.setup()

from PIL import Image  # noqa: E402  # after the models
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from config.demo.workbooks.writing import FILES, Workbook  # noqa: E402
from tests.conftest import CHROMIUM_ARGUMENTS, chromium  # noqa: E402
from tests.journeys.moving_in import MovingIn  # noqa: E402
from tests.made_database import made_database  # noqa: E402  # after the models
from tests.own_site import free_port, new_environment, running_demo  # noqa: E402

WIDTH, HEIGHT = 1200, 750
COLOURS = 256
LAST = "10 External certificates.csv"  # with them everybody has an answer
SAID: Mapping[str, Mapping[str, str]] = {
    "05 Required training.xlsx": {"What does “M” mean": "Before site access", "Required from": "2020-12-01"},
    "09 Training matrix.xlsx": {
        "What are the days": "Completed on",
        "Provider of all records": "Northgate Refinery Operations",
        "Records without a certificate": "count",
    },
    LAST: {"Records without a certificate": "count"},
}


class Pictures:
    """Somebody who moves in and takes pictures of it."""

    def __init__(self, page: Page, directory: Path) -> None:
        self.page, self.directory = page, directory

    def take(self, name: str) -> None:
        """Keep what is on the screen, in few colours."""
        self.page.wait_for_load_state("networkidle")
        shot = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        shot.quantize(COLOURS).save(self.directory / f"moving-in-{name}.png", optimize=True)

    def bring_in(self, book: Workbook) -> None:
        """Bring a workbook in, with a picture of each step of those that show it best."""
        moving = MovingIn(self.page, work=lambda: None)
        moving.read(book.path)
        if book.kind == "courses":
            self.take("columns")
        moving.agree(book)
        if book.kind == "requirements":
            self.take("questions")
        moving.answer(book, SAID.get(book.path.name, {}))
        if book.kind == "workers":
            self.take("check")
        self.page.get_by_role("button", name=re.compile(r"^Bring in")).click()
        expect(self.page.locator("dl.facts")).to_be_visible(timeout=120_000)
        if book.kind == "workers":
            self.take("done")


def main(arguments: Sequence[str]) -> int:
    """Take the pictures and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("books", type=Path, help="where manage.py demo_workbooks has written")
    parser.add_argument("directory", type=Path, help="where the pictures go")
    options = parser.parse_args(arguments)
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as files,
        new_environment(Path(files), name="moving_in", like=made_database()) as made,
        running_demo(made, port, "--empty") as (_process, said),
        sync_playwright() as playwright,
    ):
        password = re.search(r"admin +(\S+)", said)
        assert password is not None  # it serves only after telling it
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"http://localhost:{port}/login/")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password[1])
        page.get_by_role("button", name="Sign in", exact=True).click()
        pictures = Pictures(page, options.directory)
        expect(page.get_by_role("link", name="Bring in your workbooks")).to_be_visible()
        pictures.take("start")
        for name, kind, _write in FILES:
            pictures.bring_in(Workbook(options.books / name, kind))
            if name == LAST:
                break
        page.get_by_role("link", name="Import", exact=True).first.click()
        pictures.take("list")
        page.get_by_role("link", name="Today", exact=True).click()
        pictures.take("today")
        browser.close()
    return 0


sys.exit(main(sys.argv[1:]))
