"""Parts of answered pages: as markup, to compare a fragment with its page, and as what a person reads in them."""

import re
from typing import Any

from lxml import html as markup

VOID = {"input", "img", "br", "hr"}

# Places on pages that tests read, for `text_of` and `texts`.
ALERT = '//*[@role="alert"][contains(@class, "warnbox")]'
HEALTH = '//section[@aria-label="Site health"]/a[1]'
TOAST = "//*[@data-toast][not(ancestor::template)]/p"
TURNS = '//ul[@class="turns"]/li'
VERDICT = '//section[@aria-label="Verdict"]'

READ = ".//text()[not(ancestor::script or ancestor::style or ancestor::svg)]"


def source_of(page: Any) -> str:
    """Return the markup of an answer, with one space where a browser sees one."""
    return " ".join(_source(page).split())


def text_of(page: Any, path: str = "//body") -> str:
    """Return what a person reads in the one element that `path` names, an XPath. A page is an answer or its markup.

    Use it instead of looking for a word somewhere on the page: "Blocked" stands in the filter as well, and "1 added."
    in "11 added.".
    """
    found = texts(page, path)
    assert len(found) == 1, f"{path}: {found}"
    return found[0]


def texts(page: Any, path: str) -> list[str]:
    """Return what a person reads in each element that `path` names, in the order of the page."""
    found = markup.document_fromstring(_source(page)).xpath(path)
    return [" ".join(" ".join(element.xpath(READ)).split()) for element in found]


def _source(page: Any) -> str:
    return page if isinstance(page, str) else str(page.content.decode())


def fragment(html: str, element_id: str) -> str:
    """Return one element with everything in it; spaces, CSRF tokens and the mark of an out-of-band swap are left out.

    The end is found by counting tags of its name, because a page is not XML.
    """
    start = html.rindex("<", 0, html.index(f'id="{element_id}"'))
    part = html[start:]
    tag = re.split(r"[\s>]", part[1:], maxsplit=1)[0]
    depth = 0
    for found in re.finditer(rf"<(/?){tag}\b[^>]*>", part):
        depth += -1 if found[1] else 1
        if depth == 0 or tag in VOID:
            part = part[: found.end()]
            break
    return comparable(part)


def attendance_row(html: str, learner_id: int) -> str:
    """Return a worker's row of the attendance grid while it can be marked, as `fragment` does."""
    start = html.rindex("<tr", 0, html.index(f'name="remarks-{learner_id}"'))
    return comparable(html[start : html.index("</tr>", start)])


def comparable(part: str) -> str:
    """Return markup as it is compared: what differs from one rendering to the next is left out."""
    part = re.sub(r'name="(csrfmiddlewaretoken|form_key)" value="[\w-]+"', "", part)
    part = re.sub(r' hx-swap-oob="true"| data-read-at="[\d.]+"', "", part)
    return re.sub(r"\s+", " ", part)


def group(pattern: str, text: str) -> str:
    """Return what the first group of `pattern` finds in `text`, which must match."""
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]
