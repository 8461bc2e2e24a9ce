"""The figures of a journey count every act of a hand, let none go uncounted, and refuse more than they were told."""

import pytest
from playwright.sync_api import FilePayload, Page

from tests.journeys.figures import Figures, Stage

PAGE = """<button>Go</button><label>Sure<input type=checkbox></label><label>Name<input id=name></label>
<label>Course<select><option>A<option>B</select></label><input type=file>"""
SCAN: FilePayload = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}


@pytest.fixture
def form(page: Page) -> Page:
    page.set_content(PAGE)
    return page


def test_every_act_is_counted_once(form: Page) -> None:
    figures = Figures()
    with figures.stage("All of them", clicks=3, fields=4, keys=3) as stage:
        form.get_by_role("button", name="Go").click()
        form.mouse.click(1, 1)
        form.get_by_label("Sure").check()
        form.get_by_label("Name").fill("Amina")
        form.keyboard.type("more")
        form.get_by_label("Course").select_option("B")
        form.set_input_files("input[type=file]", SCAN)
        form.keyboard.press("Enter")
        form.press("#name", "Delete")
        form.get_by_label("Name").blur()
    assert (stage.clicks, stage.fields, stage.keys) == (3, 4, 3)
    assert stage.seconds > 0
    form.get_by_role("button", name="Go").click()
    assert stage.clicks == 3


@pytest.mark.parametrize("allowed", [{"clicks": 0, "fields": 1}, {"clicks": 1, "fields": 0}])
def test_a_step_more_than_allowed_fails(form: Page, allowed: dict[str, int]) -> None:
    def two_acts() -> None:
        with Figures().stage("Two acts", **allowed):
            form.get_by_role("button", name="Go").click()
            form.get_by_label("Name").fill("Amina")

    with pytest.raises(AssertionError, match="Two acts"):
        two_acts()


def test_what_takes_too_long_fails(form: Page) -> None:
    with pytest.raises(AssertionError, match="Slow"), Figures().stage("Slow", clicks=1, seconds=0.0001):
        form.get_by_role("button", name="Go").click()


def test_a_way_around_the_hands_is_refused(form: Page) -> None:
    with pytest.raises(AssertionError, match="“goto” is not counted"), Figures().stage("By address", clicks=9):
        form.goto("about:blank")


def test_what_a_test_looks_at_is_neither_time_nor_an_act(form: Page) -> None:
    figures = Figures()
    with figures.stage("One act", clicks=1) as stage:
        form.get_by_role("button", name="Go").click()
        with figures.aside():
            form.get_by_role("button", name="Go").click()
            form.wait_for_timeout(2000)
    assert stage.clicks == 1
    assert stage.seconds < 2
    assert str(figures).endswith(str(Stage("One act", 1, seconds=stage.seconds)))
