"""Refused rows: a workbook to mend, one for each company, and in again (I5). What waits too long is removed (I3)."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.papers.import_mended import refused_by_company, refused_rows
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from learners.models import Learner
from tests.factories.imports import HEAD, agreed, checked, read, workbook
from tests.factories.learners import RoleFactory
from tests.factories.training import CompanyFactory
from training.core.csv_files import as_written, csv_lines
from training.core.tables.reading import read_book
from training.models import Import, ImportRow
from training.services.job_kinds import chores

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)
GOOD = ("00417", "Jana", "Weiß", "Nordwind", "Rigger", START)
LATE = ("00418", "Uwe", "Ott", "Nordwind", "Rigger", "soon")
NEVER = ("00419", "Cem", "Kaya", "Ostwind", "Rigger", "never")


@pytest.fixture(autouse=True)
def site() -> None:
    CompanyFactory(name="Nordwind")
    CompanyFactory(name="Ostwind")
    RoleFactory(title="Rigger", code="RIG")


def brought_in(one: Import, *, by: User) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, only_good=True, by=by, now=timezone.now())


def test_i5_a_mended_workbook_comes_in_again(supervisor: User) -> None:
    one = checked(workbook(("Crew of May",), HEAD, GOOD, LATE, NEVER), "workers", by=supervisor)
    with refused_rows(one) as file:
        book = openpyxl.load_workbook(file)
    brought_in(one, by=supervisor)
    sheet = book["Workers"]
    assert [cell.value for cell in sheet[1]] == [*HEAD, "What is wrong"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["00418", "00419"]
    for row in (2, 3):
        sheet.cell(row, 6).value = START
    mended = BytesIO()
    book.save(mended)

    again = checked(SimpleUploadedFile("mended.xlsx", mended.getvalue()), "workers", by=supervisor)

    assert again.counts == {"rows": 2, "new": 2}, again.report
    brought_in(again, by=supervisor)
    assert set(Learner.objects.values_list("badge_id", "start_date")) == {
        ("00417", START),
        ("00418", START),
        ("00419", START),
    }


def test_i5_what_was_said_for_a_whole_sheet_stands_in_each_mended_row(supervisor: User) -> None:
    head = tuple(each for each in HEAD if each != "Employer")
    row = ("00418", "Uwe", "Ott", "Rigger", "soon")
    one = read(workbook(("Employer:", "Nordwind"), (), head, row), by=supervisor)
    one = agreed(one, "workers", by=supervisor)
    assert not stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one.refresh_from_db()
    answers = {each["key"]: each["proposal"] for each in one.questions["columns"]}
    assert list(answers.values()) == ["Nordwind"]
    one = answer_questions(
        import_id=one.pk, answers={"columns": answers}, seen=one.changed_at, by=supervisor, now=timezone.now()
    )
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())

    with refused_rows(one) as file:
        rows = list(openpyxl.load_workbook(file)["Workers"].values)

    assert rows[0] == (*head, "Employer", "What is wrong")
    assert rows[1][:6] == (*row, "Nordwind")


def in_parts() -> SimpleUploadedFile:
    """Return a sheet whose rows stand in parts, with an employer that is merged over several rows, and styles."""
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Workers")
        day, month = (book.add_format({"num_format": pattern}) for pattern in ("d mmm yyyy", "mmm yyyy"))
        grey, struck = book.add_format({"bg_color": "#D9D9D9"}), book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, (*HEAD, "Phone"))
        number = 0

        def part(text: str) -> None:
            nonlocal number
            number += 1
            sheet.merge_range(number, 0, number, len(HEAD), text)

        def rows(employer: str, *people: tuple[str, object]) -> None:
            nonlocal number
            sheet.merge_range(number + 1, 3, number + len(people), 3, employer)
            for badge, start in people:
                number += 1
                sheet.write_row(number, 0, (badge, f"F{badge}", f"L{badge}"))
                sheet.write(number, 4, None if badge == "00427" else "Rigger")
                if isinstance(start, date):
                    sheet.write_datetime(number, 5, start, month if start.day == 1 else day)
                else:
                    sheet.write(number, 5, start)

        part("Contractor A")
        part("Crew of May")
        rows("Nordwind", ("00421", START), ("00422", "soon"), ("00423", "later"))
        sheet.write(number, 6, "+49 1", struck)
        part("Contractor B")
        rows("Ostwind", ("00424", START), ("00425", START))
        part("Contractor C")
        rows("Ostwind", ("00426", "never"), ("00427", date(2026, 4, 1)))
        sheet.write(number, 0, "00427", grey)
    return SimpleUploadedFile("crew.xlsx", content.getvalue())


def test_i5_parts_merged_cells_months_and_colours_of_refused_rows_are_kept(supervisor: User) -> None:
    one = check_with_answers(in_parts(), by=supervisor)
    assert (one.counts["rows"], one.counts["refused"]) == (7, 4), one.report

    with refused_rows(one) as file:
        content = file.read()
    sheet = openpyxl.load_workbook(BytesIO(content))["Workers"]
    assert [(row[0].value, row[3].value) for row in sheet.iter_rows(min_row=2)] == [
        ("Contractor A", None),
        ("Crew of May", None),
        ("00422", "Nordwind"),
        ("00423", "Nordwind"),
        ("Contractor C", None),
        ("00426", "Ostwind"),
        ("00427", "Ostwind"),
    ]
    assert {str(each) for each in sheet.merged_cells.ranges} == {"A2:H2", "A3:H3", "A6:H6"}

    again = check_with_answers(SimpleUploadedFile("mended.xlsx", content), by=supervisor)
    assert said_by(again) == said_by(one, only_refused=True)
    april, struck = said_by(again)[-1][0], said_by(again)[1][0]
    assert (april["start_date"], april["status"]) == ("2026-04-30", "INACTIVE")
    assert (struck["badge_id"], struck.get("phone")) == ("00423", None)
    with refused_rows(again) as file:
        once_more = openpyxl.load_workbook(file)["Workers"]
    assert list(once_more.values) == list(sheet.values)


ANSWERS = {"month": "last day", "colour": {"status": "INACTIVE"}, "struck": "leave out"}


def check_with_answers(file: SimpleUploadedFile, *, by: User) -> Import:
    one = agreed(read(file, by=by), "workers", by=by)
    if not stage_import(import_id=one.pk, by=by, now=timezone.now()):
        one.refresh_from_db()
        answers = {each["key"]: ANSWERS[each["kind"]] for each in one.questions["columns"]}
        one = answer_questions(
            import_id=one.pk, answers={"columns": answers}, seen=one.changed_at, by=by, now=timezone.now()
        )
        assert stage_import(import_id=one.pk, by=by, now=timezone.now()), one.questions
    return check_import(import_id=one.pk, by=by, now=timezone.now())


def said_by(one: Import, *, only_refused: bool = False) -> list[Any]:
    rows = ImportRow.objects.filter(of=one, **({"outcome": "refused"} if only_refused else {})).order_by("number")
    return list(rows.values_list("values", "problems"))


def test_i5_each_company_gets_its_own_workbook(supervisor: User, client: Client) -> None:
    one = checked(workbook(HEAD, GOOD, LATE, NEVER), "workers", by=supervisor)
    with refused_by_company(one) as file, ZipFile(file) as archive:
        assert archive.namelist() == ["Nordwind.xlsx", "Ostwind.xlsx"]
        badges = [
            openpyxl.load_workbook(BytesIO(archive.read(name)))["Workers"]["A2"].value for name in archive.namelist()
        ]
    assert badges == ["00418", "00419"]

    client.force_login(supervisor)
    page = client.get(reverse("attendance:import", args=[one.pk])).content.decode()
    where = reverse("attendance:import_refused", args=[one.pk])
    assert f'href="{where}?by=company"' in page
    answer = client.get(where, {"by": "company"})
    assert answer.getvalue().startswith(b"PK")
    answer.close()
    assert answer["Content-Disposition"].endswith('.zip"')


def test_i5_sheets_of_the_same_name_and_names_that_excel_refuses_are_kept_apart(supervisor: User) -> None:
    files = []
    for number in (1, 2):
        content = BytesIO()
        with xlsxwriter.Workbook(content) as book:
            sheet = book.add_worksheet("MAY" if number == 2 else "May")
            sheet.write_row(0, 0, HEAD)
            sheet.write_row(1, 0, (f"0042{number}", *LATE[1:]))
        files.append(SimpleUploadedFile(f"{number}.xlsx", content.getvalue()))
    files.append(SimpleUploadedFile("plain.csv", f"{','.join(HEAD)}\n00429,{','.join(LATE[1:])}\n".encode()))
    one = start_import(files=files, by=supervisor, now=timezone.now())
    one = agreed(read_import(import_id=one.pk, by=supervisor, now=timezone.now()), "workers", by=supervisor)
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())
    assert one.counts["refused"] == 3

    with refused_rows(one) as file:
        assert openpyxl.load_workbook(file).sheetnames == ["May", "MAY 2", "1"]


def test_i3_the_worker_drops_what_waits_too_long_and_removes_files_of_no_import(supervisor: User) -> None:
    one = checked(workbook(HEAD, GOOD), "workers", by=supervisor)
    Import.objects.filter(pk=one.pk).update(changed_at=timezone.now() - timedelta(days=8))
    store = storages["waiting"]
    lost = store.save("imports/lost.xlsx", ContentFile(b"of nobody"))

    for chore in chores():
        chore(timezone.now())
    one.refresh_from_db()
    assert one.state == Import.State.DROPPED
    assert store.listdir("imports")[1] == ["lost.xlsx"]

    for chore in chores():
        chore(timezone.now() + timedelta(days=2))
    assert not store.exists(lost)


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-", "@x", "'=1+1", "''=1", "'t Hooft", "'", "''", "\tx", "plain", "O'Neill", "\uff1d1"]
)
def test_x2_what_is_quoted_in_a_csv_file_is_read_as_it_was(text: str) -> None:
    lines = "".join(csv_lines(["Name", "More"], [[text, "x"], ["y", "z"]]))
    assert "\r\n=" not in lines.removeprefix("\ufeff").replace('"', "")
    with BytesIO(lines.encode()) as file, read_book(file, name="ours.csv") as book:
        assert [row.cells for row in book.rows(0)][1] == (text, "x")


def test_x2_a_quote_that_is_no_mark_of_ours_stays() -> None:
    assert [as_written(each) for each in ("'t Hooft", "'00417", "''", "'=x", "=x")] == [
        "'t Hooft",
        "'00417",
        "''",
        "=x",
        "=x",
    ]
