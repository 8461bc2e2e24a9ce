"""The command that photographs every page forgets none, and sees what is wrong with one."""

import pytest
from playwright.sync_api import Page

from tests.journeys.photograph.camera import MEASURE
from tests.journeys.photograph.pages import (
    ADMIN_KINDS,
    NOT_IN_THE_DEMO,
    NOT_PAGES,
    all_photos,
    kinds_of_admin_not_known,
)
from tests.test_access import ACCESS


def test_every_address_that_is_a_page_is_photographed() -> None:
    photographed = {photo.name for photo in all_photos()}

    assert {name for name, access in ACCESS.items() if "GET" in access} - photographed == NOT_PAGES | NOT_IN_THE_DEMO
    assert set(ACCESS) >= NOT_PAGES
    assert kinds_of_admin_not_known() == set()
    assert set(ADMIN_KINDS) <= {photo.name.rpartition("_")[2] for photo in all_photos()}


def test_no_two_photographs_have_one_name() -> None:
    titles = [photo.title for photo in all_photos()]

    assert len(titles) == len(set(titles))


FAULTY = """
<style>
  p { margin: 0; font: 16px monospace }
  .cut { width: 60px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  .region { overflow-x: auto }
  .wide { width: 900px }
  .narrow { display: inline-block; width: 16px; overflow-wrap: anywhere }
  .vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
  td.full { min-width: 60px; max-width: 60px }
  .end { display: flex; justify-content: flex-end; white-space: nowrap }
  button { height: 30px; width: 90px }
  label { display: inline-block; height: 44px; width: 44px }
</style>
<p class="cut">Maximilian Oberhauser</p>
<p class="region"><span class="cut wide">Wide, in a region that scrolls</span></p>
<div class="region"><div class="wide">The same</div></div>
<p>A sentence with <a href="/">a link</a> in it, <span class="narrow mono">BLU1037</span>.</p>
<label><input type="checkbox"></label>
"""


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", ["cut"]),
        ("<div class='wide'>A page that scrolls</div>", ["scroll", "cut"]),
        ("<button>Low</button>", ["cut", "target"]),
        ("<p class='narrow'>who</p>", ["cut", "squeezed"]),
        (
            "<table><td class='full'>State <span class='vh'>of a worker in words</span>"
            "<td class='full'><div class='end'>Enter hours</div></table>",
            ["cut", "cut"],
        ),
    ],
    ids=["cut", "scroll", "target", "squeezed", "left"],
)
def test_what_is_wrong_with_a_page_is_seen_and_nothing_else(page: Page, more: str, found: list[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(FAULTY + more)

    assert [fault["kind"] for fault in page.evaluate(MEASURE, True)] == found
