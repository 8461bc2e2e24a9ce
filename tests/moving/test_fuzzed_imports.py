"""I10: whatever stands in a file, each of the three doors reads it or says why not, and nothing is stored.

The ordinary tables of `tables/` in every format, with hostile cells, rows and columns mixed up, and bytes damaged:
10,000 of them with `--long`, through page, API and command by turns.
"""

import io
import json
import random
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html as markup

from attendance.services.imports.dropping import drop_import
from config.api_tokens import create_token
from config.models import ApiToken
from tests.factories.imports import checked
from tests.factories.learners import RoleFactory
from tests.factories.training import CompanyFactory
from tests.moving.reading import TABLES, read_table
from tests.training.core.tables.test_fuzzed import _damaged, _damaged_within
from tests.training.core.tables.workbooks import (
    FIXTURES,
    ods_of,
    ods_table,
    wide,
    xlsb_cell,
    xlsb_of,
    xlsb_row,
    xlsx_of,
)
from training.core.imports.registry import kinds
from training.models import Import, ImportRow, Job
from training.services import job_runs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

MOST_GROWTH = 400 * 1024**2  # of this process over all files
KINDS = [kind.name for kind in kinds()]
STOPPED_BY_ERROR = "It stopped because of an error"
HOSTILE: Sequence[Any] = (
    "", " ", "\u200b", "\xa0", "\x00", "_x0000_", "_xD800_", "\ufeff", "\u202e0041", "0", "-0", "1e400", "NaN", "∞",
    "12E05", "1.2E+05", "=1+1", '=HYPERLINK("http://x","y")', "@SUM(A1)", "+1", "-1+1", "'00417", "{{ 7*7 }}",
    "%s %(x)s %%", "<script>alert(1)</script>", "'; DROP TABLE learners_learner; --", "\\", '"', "a" * 5_000,
    "م" * 300, "İıŞş", "👷🏽‍♀️" * 40, "٣/٤/٢٠٢٤", "00.01.1900", "29.02.1900", "31.12.9999", "32.13.2024", "0000-00-00",
    "2024-02-30", "for life", "n/a", "#REF!", "✓", "\n\n", "a\tb\r\nc", 0, -1, 1e308, 10012.0, 2**63, 60, 2958466,
    True, date(1, 1, 1), date(9999, 12, 31), datetime(2024, 2, 29, 23, 59, 59),  # noqa: DTZ001  # as tables have them
)  # fmt: skip


# The files


@cache
def _tables() -> list[list[tuple[Any, ...]]]:
    return [[row.cells for row in read_table(path)[1]] for path in sorted(TABLES.glob("*.txt"))]


def _mutated(rows: list[tuple[Any, ...]], chance: random.Random) -> list[list[Any]]:
    """Return a table with some cells that nobody expects, and with rows and columns where they do not belong."""
    grid = [list(row) for row in rows]
    for _ in range(chance.choice((1, 3, 10, 40))):
        row = chance.choice(grid)
        if not row:
            continue
        column = chance.randrange(len(row))
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                row[column] = chance.choice(HOSTILE)
            case 4:
                row.insert(column, chance.choice(HOSTILE))
            case 5:
                grid.insert(chance.randrange(len(grid)), list(chance.choice(grid)))
            case 6:
                for each in grid:
                    del each[column : column + 1]
            case _:
                other = chance.choice(grid)
                row[:], other[:] = list(other), list(row)
    return grid


def _csv(grid: list[list[Any]], chance: random.Random) -> bytes:
    separator = chance.choice(",;\t|")
    text = "\r\n".join(separator.join(_quoted(cell, separator, chance) for cell in row) for row in grid)
    encoding = chance.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1254", "gb18030"))
    return text.encode(encoding, "replace")


def _quoted(cell: Any, separator: str, chance: random.Random) -> str:
    text = "" if cell is None else str(cell)
    if chance.random() < 0.98 and any(sign in text for sign in (separator, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _xlsx(grid: list[list[Any]], chance: random.Random) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"nan_inf_to_errors": True, "strings_to_urls": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(grid):
            for column, value in enumerate(row):
                if isinstance(value, date | time) and not (isinstance(value, date) and value.year < 1900):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, bool | int | float):
                    sheet.write(number, column, value)
                elif isinstance(value, str) and value.startswith("=") and chance.random() < 0.5:
                    sheet.write_formula(number, column, value, value="2")
                elif value is not None:
                    sheet.write_string(number, column, str(value).replace("\x00", "_x0000_"))
    return file.getvalue()


def _xlsb(grid: list[list[Any]], chance: random.Random) -> bytes:
    rows = [
        xlsb_row(
            number,
            *(
                xlsb_cell(6, column, wide(str(value)[:30_000]))
                for column, value in enumerate(row)
                if value is not None and str(value).isascii()
            ),
        )
        for number, row in enumerate(grid, start=1)
    ]
    return xlsb_of(b"".join(rows))


def _ods(grid: list[list[Any]], chance: random.Random) -> bytes:
    texts = [["" if value is None else _of_xml(str(value)) for value in row] for row in grid]
    return ods_of(ods_table(texts))


def _of_xml(text: str) -> str:
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")


FORMATS: dict[str, Callable[[list[list[Any]], random.Random], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "xlsb": _xlsb,
    "ods": _ods,
}


def fuzzed(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield files with their names: two of three hold mutated tables, the others damaged bytes."""
    chance = random.Random("moving")  # noqa: S311  # the same files each time
    tables = _tables()
    for number in range(count):
        ending = list(FORMATS)[number // 3 % len(FORMATS)]
        content = FORMATS[ending](_mutated(chance.choice(tables), chance), chance)
        if chance.random() < 1 / 3:
            is_packed = ending != "csv" and chance.random() < 0.7
            content = _damaged_within(content, chance) if is_packed else _damaged(content, chance)
        if number % 25 == 0:
            ending, content = "xls", _damaged((FIXTURES / "crew.xls").read_bytes(), chance)
        yield f"{number}.{ending}", content or b"\x00"


# The doors


class Doors:
    """Page, API and command. Each takes a file as far as its check, and forgets it."""

    def __init__(self, page: Client, program: Client, by: User, place: Path) -> None:
        self.page, self.program, self.by, self.place = page, program, by, place
        self.states: dict[str, int] = {}

    def through(self, number: int, name: str, content: bytes) -> None:
        kind = KINDS[number % len(KINDS)]
        (self._page, self._api, self._command)[number % 3](name, content, kind)
        for one in Import.objects.all():
            self.states[one.state] = self.states.get(one.state, 0) + 1
            assert one.state != Import.State.DONE
            if one.is_waiting or one.state == Import.State.FAILED:
                drop_import(import_id=one.pk, by=self.by, now=timezone.now())
        assert not ImportRow.objects.exists()
        Job.objects.all().delete()
        Import.objects.all().delete()

    def _page(self, name: str, content: bytes, kind: str) -> None:
        sent = self.page.post(reverse("attendance:import_start"), {"file": SimpleUploadedFile(name, content)})
        assert sent.status_code in {302, 422}, sent.status_code
        one = Import.objects.first()
        if one is None:
            return
        self._work()
        where = reverse("attendance:import", args=[one.pk])
        page = self.page.get(where)
        assert page.status_code == 200
        one.refresh_from_db()
        if one.state != Import.State.ASKING:
            assert one.failure
            return
        (form, *_others) = markup.document_fromstring(page.content.decode()).xpath("//div[@id='import-step']//form")
        agreed = self.page.post(reverse("attendance:import_agree", args=[one.pk]), dict(form.form_values()))
        assert agreed.status_code in {302, 422}, agreed.status_code
        self._work()
        assert self.page.get(where).status_code == 200

    def _api(self, name: str, content: bytes, kind: str) -> None:
        file = SimpleUploadedFile(name, content)
        sent = self.program.post("/api/v1/imports", {"file": file, "kind": kind})
        assert sent.status_code in {202, 400, 413}, (sent.status_code, sent.content)
        if sent.status_code == 202:
            self._work()
            seen = self.program.get(f"/api/v1/imports/{sent.json()['id']}")
            assert seen.status_code == 200
            assert seen.json()["state"] in {"ASKING", "CHECKED", "FAILED"}
            assert seen.json()["failure"] or seen.json()["state"] != "FAILED"

    def _command(self, name: str, content: bytes, kind: str) -> None:
        path = self.place / name
        path.write_bytes(content)
        with suppress(CommandError, SystemExit):
            call_command("import", kind, str(path), "--by", self.by.username, "--check", stdout=io.StringIO())
        path.unlink()

    def _work(self) -> None:
        for job in Job.objects.filter(state__in=Job.OPEN):
            job_runs.run(job.pk)
            job.refresh_from_db()
            assert not job.failure.startswith(STOPPED_BY_ERROR), job.failure


@pytest.fixture
def doors(as_superuser: Client, superuser: User, tmp_path: Path) -> Doors:
    CompanyFactory(name="Nordwind"), RoleFactory(title="Rigger")
    scope = ApiToken.Scope.ADMIN
    _token, secret = create_token(user=superuser, name="Fuzz", by=superuser, now=timezone.now(), scope=scope)
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})
    return Doors(as_superuser, program, superuser, tmp_path)


def stored() -> dict[str, int]:
    """Return how many rows each table of the site has, but for those of imports and jobs themselves."""
    models = [
        each for label in ("training", "learners", "attendance") for each in apps.get_app_config(label).get_models()
    ]
    own = ("Import", "Job", "FileDownload")
    return {each._meta.label: each._default_manager.count() for each in models if not each.__name__.startswith(own)}


def test_i10_10000_fuzzed_files_are_read_or_refused_and_nothing_is_stored(doors: Doors, long: bool) -> None:
    before, memory = stored(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, (name, content) in enumerate(fuzzed(10_000 if long else 24)):
        doors.through(number, name, content)
    assert stored() == before
    assert waiting_files() == []
    assert len(doors.states) > 1, doors.states  # else nothing was ever read, or nothing refused
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024 < MOST_GROWTH


def waiting_files() -> list[str]:
    try:
        return list(storages["waiting"].listdir("imports")[1])
    except FileNotFoundError:
        return []


BOMBS: dict[str, Callable[[], bytes]] = {
    "XFD1048576": lambda: xlsx_of(
        '<sheetData><row r="1048576"><c r="XFD1048576" t="str"><v> </v></c></row></sheetData>'
    ),
    "entities": lambda: xlsx_of(
        "<sheetData/>", start='<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    ),
    "10 MB in a cell": lambda: b"Badge;Name\r\n1;" + b"x" * 10 * 1024**2,
    "an archive of zeros": lambda: xlsx_of("<sheetData/>" + " " * 200 * 1024**2),
    "formulas": lambda: xlsx_of(
        '<sheetData><row r="1"><c r="A1" t="str"><f>WEBSERVICE("http://x")</f><v>Badge</v></c></row></sheetData>'
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_i10_a_bomb_is_refused_by_every_door(doors: Doors, bomb: str) -> None:
    before, memory = stored(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = BOMBS[bomb]()
    for number in range(3):
        doors.through(number, "bomb.xlsx", content)
    assert stored() == before
    assert waiting_files() == []
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024 < 2 * MOST_GROWTH


def test_i10_100000_bad_rows_are_groups_and_no_list(supervisor: User, long: bool) -> None:
    count = 100_000 if long else 3_000
    CompanyFactory(name="Nordwind"), RoleFactory(title="Rigger")
    rows = "".join(f"{number};Ada;;Nordwind;Rigger;someday\r\n" for number in range(10_000, 10_000 + count))
    file = SimpleUploadedFile("bad.csv", f"Badge;First name;Last name;Employer;Role;Start date\r\n{rows}".encode())

    one = checked(file, "workers", by=supervisor)

    assert one.counts == {"rows": count, "refused": count}
    assert [group["count"] for group in one.report["groups"]] == [count]
    assert len(json.dumps(one.report)) < 20_000
