"""Which columns are which: what was agreed on before, several sheets and files, letters, styles (I2, I3, I5)."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from attendance.forms.imports import ImportColumnsForm
from attendance.pages.import_rows import group_lines
from attendance.pages.imports import likeliest_kind
from attendance.services.imports.agreeing import agree_columns, answer_questions, layout_known, revoke_headings
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from learners.models import Learner
from tests.factories.imports import HEAD, agreed, read, workbook
from tests.factories.learners import RoleFactory
from tests.factories.training import CompanyFactory
from training.core.imports.registry import kind_of
from training.models import Import, ImportAlias, ImportHeadings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)
JANA = ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger")
ADA = ("00418", "Ada", "Novak", "Nordwind Scaffolding", "Rigger")


@pytest.fixture(autouse=True)
def site() -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")


def staged(one: Import, *, by: User) -> bool:
    is_clear = stage_import(import_id=one.pk, by=by, now=timezone.now())
    one.refresh_from_db()
    return is_clear


def answered(one: Import, by: User, **answers: Any) -> Import:
    return answer_questions(import_id=one.pk, answers=answers, seen=one.changed_at, by=by, now=timezone.now())


def done(one: Import, *, by: User) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())


def proposed(one: Import, kind: str, *, by: User) -> dict[str, str]:
    """Return by heading which column is proposed."""
    form = ImportColumnsForm(one, kind_of(kind), by=by)
    return {
        column["heading"]: form[f"column-{sheet['index']}-{column['index']}"].value()
        for sheet in form.sheets
        for column in sheet["columns"]
    }


def agree(one: Import, kind: str, columns: dict[int, str], *, by: User, sender: str = "") -> Import:
    uses = {str(index): [name, ""] for index, name in columns.items()}
    layout = {"0": {"layout": "list", "columns": uses, "constants": {}, "side_lines": []}}
    return agree_columns(
        import_id=one.pk, kind=kind, layout=layout, sender=sender, seen=one.changed_at, by=by, now=timezone.now()
    )


def csv(text: str, encoding: str = "utf-8", name: str = "crew.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding))


def test_i3_what_was_agreed_on_is_proposed_for_the_same_headings_in_any_order(supervisor: User) -> None:
    one = read(csv("Cod,Who,Firma,What\n00417,Weiß,Nordwind Scaffolding,Rigger\n"), by=supervisor)
    agree(one, "workers", {0: "badge_id", 1: "last_name", 2: "company", 3: "role"}, by=supervisor)

    again = read(csv("What,Firma,Cod,Who\nRigger,Nordwind Scaffolding,00418,Novak\n"), by=supervisor)

    assert likeliest_kind(again) == "workers"
    assert proposed(again, "workers", by=supervisor) == {
        "What": "role",
        "Firma": "company",
        "Cod": "badge_id",
        "Who": "last_name",
    }
    (sheet,) = ImportColumnsForm(again, kind_of("workers"), by=supervisor).sheets
    assert sheet["agreed"].by == supervisor
    other = read(csv("What,Firma,Cod,Who,More\nRigger,Nordwind Scaffolding,00418,Novak,x\n"), by=supervisor)
    assert proposed(other, "workers", by=supervisor)["Cod"] != "badge_id"

    revoke_headings(headings_id=ImportHeadings.objects.get().pk, by=supervisor)
    after = read(csv("What,Firma,Cod,Who\nRigger,Nordwind Scaffolding,00418,Novak\n"), by=supervisor)
    assert proposed(after, "workers", by=supervisor)["Cod"] != "badge_id"


def test_i3_what_stands_above_a_table_is_of_its_sheet_though_the_headings_come_again(supervisor: User) -> None:
    CompanyFactory(name="Ostwind Cranes")
    book = BytesIO()
    with xlsxwriter.Workbook(book) as made:
        for employer, (badge, first, last, _employer, role) in zip(
            ("Nordwind Scaffolding", "Ostwind Cranes"), (JANA, ADA), strict=True
        ):
            sheet = made.add_worksheet(employer)
            lines: tuple[list[str], ...] = (
                ["Employer:", employer],
                [],
                ["Badge", "First name", "Last name", "Role"],
                [badge, first, last, role],
            )
            for number, values in enumerate(lines):
                sheet.write_row(number, 0, values)

    def sent() -> SimpleUploadedFile:
        return SimpleUploadedFile("crews.xlsx", book.getvalue())

    for _time in ("first", "again"):
        one = agreed(read(sent(), by=supervisor), "workers", by=supervisor)
        assert not staged(one, by=supervisor)
        assert [each["text"].partition(" stands")[0] for each in one.questions["columns"]] == [
            "“Nordwind Scaffolding”",
            "“Ostwind Cranes”",
        ]
    nightly = start_import(files=[sent()], kind="workers", by=supervisor, now=timezone.now())
    nightly = read_import(import_id=nightly.pk, by=supervisor, now=timezone.now())
    assert {index: each["constants"] for index, each in layout_known(nightly).items()} == {
        "0": {"company": "Nordwind Scaffolding"},
        "1": {"company": "Ostwind Cranes"},
    }


def test_i3_i4_how_columns_are_read_is_remembered_for_their_sender_alone(supervisor: User) -> None:
    head, row = (*HEAD[:5], "Start date"), (*JANA, "03/04/2026")
    one = agreed(read(workbook(head, row), by=supervisor), "workers", by=supervisor, sender="Nordwind")
    assert not staged(one, by=supervisor)
    (asked,) = one.questions["columns"]
    answered(one, supervisor, columns={asked["key"]: "month day year"})

    turned = (row[5], *row[:5])
    same = agreed(read(workbook((head[5], *head[:5]), turned), by=supervisor), "workers", by=supervisor)
    assert not staged(same, by=supervisor)  # a person looks at it once more
    assert [(each["proposal"], each["is_agreed"]) for each in same.questions["columns"]] == [("month day year", True)]

    other = agreed(read(workbook(head, row), by=supervisor), "workers", by=supervisor, sender="Ostwind")
    assert not staged(other, by=supervisor)
    assert [each["is_agreed"] for each in other.questions["columns"]] == [False]

    nightly = start_import(
        files=[workbook(head, row)], sender="Nordwind", kind="workers", by=supervisor, now=timezone.now()
    )
    nightly = agreed(read_import(import_id=nightly.pk, by=supervisor, now=timezone.now()), "workers", by=supervisor)
    assert staged(nightly, by=supervisor)
    checked = check_import(import_id=nightly.pk, by=supervisor, now=timezone.now())
    assert checked.rows.get().after["start_date"] == "2026-03-04"


def test_i3_letters_that_can_be_read_in_two_ways_are_asked_about(supervisor: User) -> None:
    ambiguous = "Badge,First name,Last name,Employer,Role\n7,Jos\xe8,Kova\xe8,Nordwind Scaffolding,Rigger\n"
    one = read(SimpleUploadedFile("crew.csv", ambiguous.encode("latin-1")), by=supervisor)
    one = agreed(one, "workers", by=supervisor)
    assert not staged(one, by=supervisor)
    (asked,) = [each for each in one.questions["columns"] if each["kind"] == "encoding"]
    shown = {each["value"]: each["label"] for each in asked["options"]}
    assert len(shown) > 1
    assert "Kovač" in " ".join(shown.values())
    assert "Kovaè" in " ".join(shown.values())
    assert asked["cells"]

    for encoding, label in shown.items():
        answered(one, supervisor, columns={asked["key"]: encoding})
        assert staged(one, by=supervisor)
        assert one.rows.get().values["last_name"] in label
        assert {each["value"] for each in one.questions["columns"][0]["options"]} == set(shown)


def test_i2_several_sheets_and_several_files_come_in_together_and_name_their_cells(supervisor: User) -> None:
    wrong = ("00419", "Uwe", "Ott", "Nordwind Scaffolding", "Rigger", "soon")
    files = [
        workbook(HEAD, (*JANA, START), name="May", file_name="north.xlsx"),
        workbook(HEAD, (*ADA, START), wrong, name="May", file_name="south.xlsx"),
    ]
    one = start_import(files=files, by=supervisor, now=timezone.now())
    one = agreed(read_import(import_id=one.pk, by=supervisor, now=timezone.now()), "workers", by=supervisor)
    assert staged(one, by=supervisor)

    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())

    assert one.counts == {"rows": 3, "new": 2, "refused": 1}
    (group,) = group_lines(one)
    assert group.cells == ["'[south.xlsx]May'!F3"]


def styled(rows: Sequence[Sequence[str]], *, hidden: int, grey: int, struck: int) -> SimpleUploadedFile:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Crew")
        looks = {grey: book.add_format({"bg_color": "#C0C0C0"}), struck: book.add_format({"font_strikeout": True})}
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, looks.get(number))
        sheet.set_row(hidden, None, None, {"hidden": True})
    return SimpleUploadedFile("styled.xlsx", file.getvalue())


def test_i2_hidden_grey_and_struck_rows_are_asked_about_once_each(supervisor: User) -> None:
    rows = [HEAD[:5], JANA, ADA, ("3", "Uwe", "Ott", *JANA[3:]), ("4", "Cem", "Kaya", *JANA[3:])]
    one = read(styled(rows, hidden=2, grey=3, struck=4), by=supervisor)
    one = agreed(one, "workers", by=supervisor)
    assert not staged(one, by=supervisor)
    asked = {each["kind"]: each for each in one.questions["columns"]}
    assert set(asked) == {"hidden rows", "colour", "struck"}

    answered(
        one,
        supervisor,
        columns={
            asked["hidden rows"]["key"]: "leave out",
            asked["colour"]["key"]: {"status": "INACTIVE"},
            asked["struck"]["key"]: "leave out",
        },
    )
    assert staged(one, by=supervisor)

    assert list(one.rows.values_list("values__badge_id", "values__status")) == [("00417", None), ("3", "INACTIVE")]


def test_i3_a_sheet_that_was_not_taken_stays_out_when_the_columns_are_looked_at_again(supervisor: User) -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, row in (("May", JANA), ("June", ADA)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEAD[:5])
            sheet.write_row(1, 0, row)
    one = read(SimpleUploadedFile("crew.xlsx", file.getvalue()), by=supervisor)
    form = ImportColumnsForm(one, kind_of("workers"), by=supervisor)
    assert (form["take-0"].value(), form["take-1"].value()) == (True, True)
    agree(one, "workers", {0: "badge_id", 2: "last_name", 3: "company", 4: "role"}, by=supervisor)

    one.refresh_from_db()
    form = ImportColumnsForm(one, kind_of("workers"), by=supervisor)
    assert (form["take-0"].value(), form["take-1"].value()) == (True, False)


def test_i4_a_name_that_another_one_of_the_file_may_be_is_proposed_as_that(supervisor: User) -> None:
    rows = [
        ("00417", "Jana", "Weiß", "Müller GmbH", "Rigger", START),
        ("00418", "Ada", "Novak", "Mueller GmbH", "Rigger", START),
    ]
    one = agreed(read(workbook(HEAD, *rows), by=supervisor), "workers", by=supervisor)
    assert not staged(one, by=supervisor)
    first, second = [each for each in one.questions["things"]["company"] if each["key"] is None]
    assert second["same_as"] == {"text": first["text"], "written": "Müller GmbH"}
    assert "same_as" not in first

    same = f"same as {first['text']}"
    answered(one, supervisor, things={"company": {second["text"]: same}})
    assert not staged(one, by=supervisor)  # what the first one is was not said yet
    answered(one, supervisor, things={"company": {first["text"]: "new", second["text"]: same}})
    assert staged(one, by=supervisor)
    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())
    done(one, by=supervisor)
    assert Learner.objects.values_list("company__name", flat=True).distinct().get() == "Müller GmbH"
    assert ImportAlias.objects.get().written == "Mueller GmbH"
    again = agreed(read(workbook(HEAD, *rows), by=supervisor), "workers", by=supervisor)
    assert staged(again, by=supervisor)
    assert check_import(import_id=again.pk, by=supervisor, now=timezone.now()).counts == {"rows": 2, "same": 2}


@pytest.mark.parametrize("answer", [True, "same as itself", "nothing", 10**9])
def test_i4_an_answer_that_means_nothing_is_none(supervisor: User, answer: Any) -> None:
    one = agreed(read(workbook(HEAD[:5], (*JANA[:3], "Elsewhere", "Rigger")), by=supervisor), "workers", by=supervisor)
    assert not staged(one, by=supervisor)
    (text,) = [each for each in one.questions["things"]["company"] if each["key"] is None]
    answered(one, supervisor, things={"company": {text["text"]: answer}})
    assert not staged(one, by=supervisor)
