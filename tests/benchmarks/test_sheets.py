"""How long reading the codes of a sheet takes, in the limited process as an upload does (E8).

`pytest tests/benchmarks/test_sheets.py --long -n0 -s` prints the table of docs/performance.md: by kind of page the
seconds for a file of one page, with the start of the process, and for each further page.
"""

import json
import sys
import tempfile
from time import perf_counter

import pytest

from attendance.policies.sheet_layout import layout
from learners.evidence import codes, limited
from tests.factories import files, sheets

PAGES = 6


def seconds(content: bytes, pages: int, *, rounds: int) -> float:
    """Return the fastest of some readings of a file, of which every page is looked at."""
    taken = []
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        for _ in range(rounds):
            began = perf_counter()
            with limited.run("codes", [file], frames={"SITEPROOF1/": layout(1).frame}, pages=pages) as answer:
                taken.append(perf_counter() - began)
                assert json.load(answer)["looked_at"] >= 1
    return min(taken)


@pytest.mark.django_db
def test_reading_a_sheet_takes_seconds_at_most(long: bool) -> None:
    sheet = sheets.printed(sheets.session_of(18))
    scan, photograph = sheets.picture(sheet), sheets.photographed(sheets.picture(sheet), 3)[0]
    askew = sheets.turned(scan, -7, (0, 0, 0))[0]
    kinds = {
        "as printed": [sheets.pages_of(*[(sheet, 1)] * pages) for pages in (1, PAGES)],
        "scan, 200 dpi": [sheets.as_pdf([scan] * pages) for pages in (1, PAGES)],
        "scan, askew on black": [sheets.as_pdf([askew] * pages) for pages in (1, PAGES)],
        "photograph": [sheets.as_pdf([photograph] * pages) for pages in (1, PAGES)],
        "no code": [files.pdf(pages) for pages in (1, PAGES)],
    }
    for kind, (one, several) in kinds.items() if long else [("photograph", kinds["photograph"])]:
        first = seconds(one, 1, rounds=5 if long else 1)
        assert first < 2 * codes.LAST_SECONDS
        if long:
            further = (seconds(several, PAGES, rounds=5) - first) / (PAGES - 1)
            sys.stdout.write(f"{kind:22} {first:6.2f} s, each further page {further:6.2f} s\n")
