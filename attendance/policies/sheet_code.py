"""The code on a printed sign-in sheet: which page of which list it is, and that this site printed it (S11, E8).

A code reads `SITEPROOF1/S-2026-0412/3/1-2/1-18/K5XW6RTBMNQPA`: layout, session, list version, page and number of
pages, the lines on this page, and a key over all of it. The lines are named because line numbers have gaps: with them
the sheet alone tells where a line stands, and whom the list has gained or lost since it was printed. Codes of the first
kind, such as `SITEPROOF/S-2026-0412/V3/P1-2`, stay readable; they name no lines and have no key.

Only capital letters, digits and few signs are used, which keeps the QR code small.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from attendance.policies.sheet_layout import OF_UNKEYED_CODES

KEYED = re.compile(
    r"SITEPROOF(?P<layout>[1-9]\d?)/(?P<reference>S-\d{4}-\d{4,18})/(?P<version>\d{1,9})"
    r"/(?P<page>\d{1,4})-(?P<pages>\d{1,4})/(?P<lines>\d{1,9}(?:[-.]\d{1,9}){0,60})/(?P<key>[A-Z2-7]{13})",
    re.ASCII,
)
UNKEYED = re.compile(
    r"SITEPROOF/(?P<reference>S-\d{4}-\d{4,18})/V(?P<version>\d{1,9})/P(?P<page>\d{1,4})-(?P<pages>\d{1,4})", re.ASCII
)
KEY_BYTES = 8
SALT = "attendance.policies.sheet_code"


@dataclass(frozen=True)
class SheetCode:
    """What a code says.

    Attributes:
        reference: the reference of the session.
        version: the version of the list that was printed.
        page, pages: this is page `page` of `pages`.
        lines: the lines printed on this page from top to bottom, free lines for walk-ins included; None in codes of
            the first kind.
    """

    layout: int
    reference: str
    version: int
    page: int
    pages: int
    lines: Sequence[int] | None

    @property
    def is_keyed(self) -> bool:
        """Whether a key proves that this site printed the code; codes of the first kind have none."""
        return self.lines is not None


class NotIssuedHereError(Exception):
    """The text looks like a code of a sheet, but this site never printed it."""


def code_text(code: SheetCode) -> str:
    """Return the text that the QR code holds and the sheet prints beside it."""
    said = "/".join(
        (
            f"SITEPROOF{code.layout}",
            code.reference,
            str(code.version),
            f"{code.page}-{code.pages}",
            _runs(code.lines or ()),
        )
    )
    return f"{said}/{_key(said, settings.SECRET_KEY)}"


def sheet_code(text: str) -> SheetCode:
    """Return what a code that was found on paper says.

    Raises:
        NotIssuedHereError: the text is no code of this site.
    """
    if keyed := KEYED.fullmatch(text):
        said = text.rpartition("/")[0]
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        if not any(constant_time_compare(keyed["key"], _key(said, secret)) for secret in secrets):
            raise NotIssuedHereError
        return _code(keyed, layout=int(keyed["layout"]), lines=tuple(_lines(keyed["lines"])))
    if unkeyed := UNKEYED.fullmatch(text):
        code = _code(unkeyed, layout=OF_UNKEYED_CODES, lines=None)
        if 1 <= code.page <= code.pages:
            return code
    raise NotIssuedHereError


def _code(match: re.Match[str], *, layout: int, lines: Sequence[int] | None) -> SheetCode:
    return SheetCode(layout, match["reference"], int(match["version"]), int(match["page"]), int(match["pages"]), lines)


def _key(said: str, secret: str) -> str:
    digest = salted_hmac(SALT, said, secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest[:KEY_BYTES]).decode().rstrip("=")


def _runs(lines: Iterable[int]) -> str:
    """Return line numbers in short: 1, 2, 3, 5 becomes `1-3.5`."""
    numbers = list(lines)
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    return ".".join(f"{start}-{end}" if end > start else f"{start}" for start, end in zip(starts, ends, strict=True))


def _lines(runs: str) -> Iterable[int]:
    """Return the line numbers that `_runs` wrote. The key has proved that this site wrote them."""
    for run in runs.split("."):
        start, _to, end = run.partition("-")
        yield from range(int(start), int(end or start) + 1)
