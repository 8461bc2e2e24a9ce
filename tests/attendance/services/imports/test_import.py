"""An import from the file to what it wrote (I2 to I6), and back (I8)."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
import xlsxwriter
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from attendance.forms.imports import ImportColumnsForm
from attendance.services.imports.agreeing import agree_columns, answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from learners.models import Learner
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from training.core.imports.registry import kind_of
from training.models import Import, ImportAlias, ImportedRow, ImportRow
from training.services.imports.contract import serve
from learners.services.imports.workers import WorkerRows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

State = Import.State


@pytest.fixture(autouse=True)
def services() -> None:
    class Adapted(WorkerRows):
        table = "learners_learner"
        def lock(self, workers, terms):
            from learners.services.locks import lock_people
            from learners.services.requirements import lock_rules_to_apply
            lock_rules_to_apply(); lock_people(workers)
    serve("workers", Adapted())


def workbook(*rows: tuple[object, ...], name: str = "Workers") -> SimpleUploadedFile:
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
    return SimpleUploadedFile("crew.xlsx", file.getvalue())


def agreed(one: Import, kind: str, *, by: User) -> Import:
    declared = kind_of(kind)
    form = ImportColumnsForm(one, declared, by=by)
    data = {name: form[name].value() for name in form.fields if form[name].value()}
    form = ImportColumnsForm(one, declared, by=by, data=data)
    assert form.is_valid(), form.errors
    return agree_columns(
        import_id=one.pk, kind=kind, layout=form.layout(), sender="Nordwind", seen=one.changed_at, by=by, now=timezone.now()
    )


def test_workers_come_in_as_they_were_shown(supervisor: User) -> None:
    now = timezone.now()
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    file = workbook(
        ("Badge", "First name", "Last name", "Employer", "Role", "Start date"),
        ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", date(2026, 3, 2)),
        ("00418", "Ada", "Novak", "Nordwind Scafolding", "Rigger", date(2026, 3, 2)),
    )
    one = start_import(files=[file], by=supervisor, now=now)
    read_import(import_id=one.pk, by=supervisor, now=now)
    one.refresh_from_db()
    print(one.outline)
    one = agreed(one, "workers", by=supervisor)
    clear = stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one.refresh_from_db()
    print(one.questions)
    assert not clear
    (text,) = [each for each in one.questions["things"]["company"] if each["key"] is None]
    answer_questions(
        import_id=one.pk,
        answers={"things": {"company": {text["text"]: text["proposals"][0]["key"]}}},
        seen=one.changed_at,
        by=supervisor,
        now=timezone.now(),
    )
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())
    print(one.counts, one.report, list(ImportRow.objects.values("outcome", "identity", "after", "problems")))
    assert one.counts["new"] == 2
    one = do_import(import_id=one.pk, fingerprint=one.fingerprint, by=supervisor, now=timezone.now())
    assert one.state == State.DONE
    assert list(Learner.objects.order_by("badge_id").values_list("badge_id", "first_name", "last_name")) == [
        ("00417", "Jana", "Weiß"),
        ("00418", "Ada", "Novak"),
    ]
    assert ImportedRow.objects.filter(of=one).count() == 2
    assert ImportAlias.objects.get().written == "Nordwind Scafolding"
