"""Photographs one page: at every width, in both themes and on paper; and says what is wrong with it at each width."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.journeys.accessibility import COME_TO_REST, violations
from tests.journeys.photograph.pages import NOBODY, Photo

MEASURE = (Path(__file__).parent / "faults.js").read_text()
HEIGHTS = {1440: 900, 1280: 800, 820: 1180, 390: 844, 320: 640}
WIDTHS = tuple(HEIGHTS)
TOUCHED_UP_TO = 820  # tablets and phones are held in a hand
LOOKED_AT_BY_AXE = {1440, 390}  # which takes far longer than all the rest, and says little else in between
THEMES = ("light", "dark")
PAPER_DOTS_PER_POINT = 1.5
SHEETS = 3  # of a long print: the first ones


@dataclass(frozen=True)
class Fault:
    """Something wrong with a page at one width; `width` is in pixels, with the theme where that matters."""

    title: str
    width: str
    kind: str
    what: str


class Camera:
    """A browser in which people have signed in, with a mouse and, up to tablets, with a thumb.

    Args:
        site: address of the site, without a slash at the end.
        directory: for the pictures; None takes none, and only measures.
    """

    def __init__(self, browser: Browser, site: str, *, directory: Path | None) -> None:
        self.browser, self.site, self.directory = browser, site, directory
        self._pages: dict[tuple[str, bool], Page] = {}
        self._states: dict[str, Any] = {}

    def sign_in(self, login: str, password: str, *, username: str = "") -> None:
        """Sign in as a person does.

        Raises:
            BrowserError: these are not username and password of a login.
        """
        context = self.browser.new_context(base_url=self.site)
        page = context.new_page()
        page.goto(f"{self.site}/login/")
        page.locator("input[name=username]").fill(username or login)
        page.locator("input[name=password]").fill(password)
        page.locator("main button.pri").click()
        page.wait_for_url(f"{self.site}/")
        self._states[login] = context.storage_state()
        context.close()

    def read(self, login: str, path: str) -> str:
        """Return the text of a page, empty when there is none."""
        answer = self._page(login, is_touched=False).request.get(self.site + path)
        is_page = answer.ok and "text/html" in answer.headers.get("content-type", "")
        return answer.text() if is_page else ""

    def take(
        self,
        photo: Photo,
        path: str,
        *,
        widths: Sequence[int] = WIDTHS,
        themes: Sequence[str] = THEMES,
        prints: bool = True,
    ) -> list[Fault]:
        """Photograph the page and return what is wrong with it."""
        faults: list[Fault] = []
        for is_touched in (False, True):
            here = [width for width in widths if (width <= TOUCHED_UP_TO) is is_touched]
            if not here:
                continue
            page = self._page(photo.login, is_touched=is_touched)
            page.set_viewport_size({"width": here[0], "height": HEIGHTS[here[0]]})
            problem = self._open(page, photo, path)
            if problem:
                faults.append(Fault(photo.title, str(here[0]), "missing", problem))
                continue
            for width in here:
                faults += self._at(page, photo, width, themes, is_touched=is_touched)
            if prints and self.directory and not is_touched:
                self._on_paper(page, photo.title, self.directory)
        return faults

    def _open(self, page: Page, photo: Photo, path: str) -> str:
        """Open the page and press what is to be pressed; return what went wrong."""
        if photo.name.endswith(".html"):
            text = render_to_string(photo.name)
            page.route(self.site + path, lambda route: route.fulfill(body=text, content_type="text/html"))
        answer = page.goto(self.site + path, wait_until="networkidle")
        expected = {"/no/such/page/": 404}.get(photo.name, 403 if photo.state == "refused" and photo.login else 200)
        if answer is None or answer.status not in (expected, 409):  # what a rule refuses is a page as well
            return f"{path} answered {answer and answer.status}"
        try:
            for selector in photo.press:
                page.locator(selector).locator("visible=true").first.click(timeout=5_000)
                page.wait_for_load_state("networkidle")
        except BrowserError as error:
            return f"{path}: {error.message.splitlines()[0]}: {selector}"
        return ""

    def _at(self, page: Page, photo: Photo, width: int, themes: Sequence[str], *, is_touched: bool) -> list[Fault]:
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
        faults = []
        for theme in themes:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.evaluate(COME_TO_REST)
            found = violations(page) if width in LOOKED_AT_BY_AXE else []
            for violation in found:
                for node in violation["nodes"][:3]:
                    faults.append(Fault(photo.title, f"{width} {theme}", "axe", f"{violation['id']} {node['target']}"))
            if theme == themes[0]:
                faults += [
                    Fault(photo.title, str(width), each["kind"], each["what"])
                    for each in page.evaluate(MEASURE, is_touched)
                ]
            if self.directory:
                page.screenshot(path=self.directory / f"{photo.title}.{width}.{theme}.png", full_page=True)
        return faults

    def _on_paper(self, page: Page, title: str, directory: Path) -> None:
        page.emulate_media(color_scheme="light")
        sheets = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
        for number in range(min(len(sheets), SHEETS)):
            picture = sheets[number].render(scale=PAPER_DOTS_PER_POINT).to_pil()
            picture.save(directory / f"{title}.print-{number + 1}.png")

    def _page(self, login: str, *, is_touched: bool) -> Page:
        key = (login, is_touched)
        if key not in self._pages:
            state = self._states[login] if login != NOBODY else None
            context = self.browser.new_context(has_touch=is_touched, storage_state=state)
            self._pages[key] = context.new_page()
        return self._pages[key]
