"""The cells of the matrix. A page has thousands of them, so each is short, and each text is made only once."""

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from attendance.pages.matrix import MatrixCell
from training.core.kinds import StatusKind
from training.core.words import day

register = template.Library()

LETTERS = {StatusKind.BAD: "r", StatusKind.WARN: "w", StatusKind.WAIT: "v", StatusKind.OK: "o"}
NOTHING = mark_safe("<td></td>")  # texts of this site only, nothing that somebody typed


@register.simple_tag
def matrix_cells(cells: Sequence[MatrixCell | None]) -> SafeString:
    """Return the cells of a row as HTML. matrix.css draws their shapes; the word in each is for screen readers."""
    return mark_safe("".join(NOTHING if cell is None else _cell(cell) for cell in cells))  # noqa: S308  # every part is escaped


@register.simple_tag
def matrix_cell(cell: MatrixCell, learner_id: int, course_id: int) -> SafeString:
    """Return one cell as HTML that replaces the same cell in the page (hx-swap-oob)."""
    in_place = format_html('id="cell-{}-{}" hx-swap-oob="true" tabindex="-1"', learner_id, course_id)
    return _cell(cell, in_place)


def _cell(cell: MatrixCell, in_place: str = "") -> SafeString:
    letters = LETTERS[cell.standing.kind] + (" n" if cell.is_missing else "") + (" v" if cell.is_to_verify else "")
    word = cell.standing.word
    if cell.is_to_verify:
        word = _("%(word)s, to verify") % {"word": word}
    if cell.is_from_register:
        word = _("%(word)s, from the old register") % {"word": word}
    booked = day(cell.booked) if cell.booked else ""
    return _drawn(letters, word, cell.text, booked, in_place, is_from_register=cell.is_from_register)


@lru_cache(maxsize=4096)  # a site has few different words, days left and months, and every page shows them
def _drawn(letters: str, word: str, text: str, booked: str, in_place: str, *, is_from_register: bool) -> SafeString:
    start = format_html('<td {} class="{}"', in_place, letters) if in_place else format_html('<td class="{}"', letters)
    mark = format_html(' data-b="{}"', booked) if booked else ""
    after = format_html('<span class="old" title="{}"></span>', _("from the old register")) if is_from_register else ""
    return format_html("{}{}><i>{} </i>{}{}</td>", start, mark, word, text, after)
