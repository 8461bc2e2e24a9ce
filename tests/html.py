"""Parts of answered pages, for tests that compare a fragment with the page it belongs to."""

import re

VOID = {"input", "img", "br", "hr"}


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
    return re.sub(r"\s+", " ", part.replace(' hx-swap-oob="true"', ""))


def group(pattern: str, text: str) -> str:
    """Return what the first group of `pattern` finds in `text`, which must match."""
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]
