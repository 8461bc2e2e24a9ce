"""Decisions are numbered without gaps, dated, in the index, and what cites one cites one that is there."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from config.environment import CHECKOUT

ADRS = CHECKOUT / "docs" / "adr"
PAGES = sorted(path for path in ADRS.glob("*.md") if path.name != "README.md")
NUMBERS = {int(path.name[:4]): path.name for path in PAGES}
# ADR 7; ADRs 7, 8 and 9; ADRs 7-9
CITED = re.compile(r"\bADRs? (\d+(?:(?:, | and |-|–)\d+)*)(?:\]\(([^)]*)\))?")
LINK = r"\[ADR \d+\]\(\d{4}-[a-z-]+\.md\)"
HEAD = re.compile(
    r"\A# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"Date: (?P<date>\d{4}-\d\d-\d\d) · "
    rf"Status: (?P<status>Accepted(?:, amended by {LINK}(?:, {LINK})*)?|Superseded by {LINK})\n\n"
)


def _texts() -> dict[str, str]:
    """Return what is in the checkout, by path; not the lock file, and no file that is no text."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    texts = {}
    for name in listed:
        path = CHECKOUT / name
        if name == "uv.lock" or not path.is_file():
            continue
        try:
            texts[name] = path.read_text()
        except UnicodeDecodeError:
            continue
    return texts


def test_numbers_have_no_gaps() -> None:
    assert [path.name[:5] for path in PAGES] == [f"{number:04d}-" for number in range(1, len(PAGES) + 1)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name[:4])
def test_each_says_when_it_was_decided_and_whether_it_holds(path: Path) -> None:
    head = HEAD.match(path.read_text())
    assert head, "the page begins with `# number. Title` and a line `Date: … · Status: …`"
    assert head["number"] == str(int(path.name[:4]))
    assert date.fromisoformat(head["date"])


def test_the_index_has_each_with_title_date_status_and_a_line() -> None:
    index = re.findall(r"^\| (\d.*) \|$", (ADRS / "README.md").read_text(), re.MULTILINE)
    heads = [(path.name, HEAD.match(path.read_text())) for path in PAGES]
    expected = [
        f"{head['number']} | [{head['title']}]({name}) | {head['date']} | {head['status']} | "
        for name, head in heads
        if head
    ]
    assert [row[: len(start)] for row, start in zip(index, expected, strict=True)] == expected
    assert [row for row, start in zip(index, expected, strict=True) if not row[len(start) :].strip()] == []


def test_what_is_cited_is_there_and_a_link_leads_to_it() -> None:
    wrong = []
    found = 0
    for name, text in _texts().items():
        if name == "tests/test_adrs.py":
            continue
        for numbers, target in CITED.findall(text):
            found += 1
            cited = [int(number) for number in re.findall(r"\d+", numbers)]
            is_there = all(number in NUMBERS for number in cited)
            if not is_there or (target and NUMBERS[cited[0]] != target.rpartition("/")[2]):
                wrong.append(f"{name}: ADR {numbers} {target}")
        for file in re.findall(r"\badr/(\d{4}-[a-z-]+\.md)", text):
            if file not in NUMBERS.values():
                wrong.append(f"{name}: {file}")
    assert found, "the pattern no longer finds what cites a decision"
    assert wrong == []
