"""Workbooks as sites send them, and an import brought to a step of its way."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import factory
import xlsxwriter
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from attendance.forms.imports import ImportColumnsForm
from attendance.services.imports.agreeing import agree_columns, answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from tests.factories.training import UserFactory
from training.core.imports.registry import kind_of
from training.models import Import, ImportAlias

HEAD = ("Badge", "First name", "Last name", "Employer", "Role", "Start date")


class ImportFactory(factory.django.DjangoModelFactory[Import]):
    """An import that waits for its columns."""

    kind = "workers"
    title = "crew.xlsx"
    state = Import.State.ASKING
    started_by = factory.SubFactory(UserFactory)
    started_at = changed_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Import


class DoneImportFactory(ImportFactory):
    """An import that is done and wrote nothing."""

    state = Import.State.DONE
    done_by = factory.SubFactory(UserFactory)
    done_at = factory.LazyFunction(timezone.now)


class ImportAliasFactory(factory.django.DjangoModelFactory[ImportAlias]):
    """A name of a company on whose meaning somebody has agreed."""

    thing = "company"
    text = factory.Sequence(lambda number: f"nordwind {number}")
    written = factory.LazyAttribute(lambda alias: alias.text.title())
    agreed_by = factory.SubFactory(UserFactory)
    agreed_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = ImportAlias


def workbook(*rows: Sequence[object], name: str = "Workers", file_name: str = "crew.xlsx") -> SimpleUploadedFile:
    """Return an Excel file with one sheet; dates are true dates."""
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(name)
        day = book.add_format({"num_format": "d mmm yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)
    return SimpleUploadedFile(file_name, file.getvalue())


def read(file: SimpleUploadedFile, *, by: User) -> Import:
    """Send a file, and read it."""
    one = start_import(files=[file], by=by, now=timezone.now())
    return read_import(import_id=one.pk, by=by, now=timezone.now())


def agreed(one: Import, kind: str, *, by: User, sender: str = "Nordwind") -> Import:
    """Agree to what is proposed for the columns."""
    declared = kind_of(kind)
    proposed = ImportColumnsForm(one, declared, by=by)
    data = {name: value for name in proposed.fields if (value := proposed[name].value())}
    form = ImportColumnsForm(one, declared, by=by, data=data)
    assert form.is_valid(), form.errors
    return agree_columns(
        import_id=one.pk,
        kind=kind,
        layout=form.layout(),
        sender=sender,
        seen=one.changed_at,
        by=by,
        now=timezone.now(),
    )


def checked_as(file: SimpleUploadedFile, kind: str, *, by: User, answer: str) -> Import:
    """Bring a file to its check of which one thing is asked, and answer that."""
    one = agreed(read(file, by=by), kind, by=by)
    assert not stage_import(import_id=one.pk, by=by, now=timezone.now())
    one.refresh_from_db()
    answers = {"columns": {each["key"]: answer for each in one.questions["columns"]}}
    answer_questions(import_id=one.pk, answers=answers, seen=one.changed_at, by=by, now=timezone.now())
    assert stage_import(import_id=one.pk, by=by, now=timezone.now())
    return check_import(import_id=one.pk, by=by, now=timezone.now())


def checked(file: SimpleUploadedFile, kind: str, *, by: User) -> Import:
    """Bring a file of which nothing is asked to its check."""
    one = agreed(read(file, by=by), kind, by=by)
    is_clear = stage_import(import_id=one.pk, by=by, now=timezone.now())
    one.refresh_from_db()
    assert is_clear, one.questions
    return check_import(import_id=one.pk, by=by, now=timezone.now())
