"""Each kind's template, as it is downloaded, comes in without a correction, a question or a refusal (I1)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.forms.imports import ImportColumnsForm
from attendance.pages.import_rows import group_lines
from attendance.pages.imports import likeliest_kind
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.choices import lacking
from attendance.services.imports.staging import stage_import
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.imports import agreed, read
from tests.factories.learners import AreaFactory, LearnerFactory, LearnerProgressionFactory, RoleFactory
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.core.imports.declaration import ImportKind, Reads
from training.core.imports.registry import kinds
from training.models import CourseVersion, Session
from training.policies.schedules import Frequency, Interval, Schedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

TUESDAYS = Schedule(Frequency.WEEKLY, {2: (Interval(time(8), time(12)),)})
FIRST_ROWS = {"companies", "roles", "areas", "courses", "venues"}  # of an empty site


def make_site(kind: ImportKind) -> None:
    """Make a site that knows what the examples of a kind name."""
    if kind.name in FIRST_ROWS:
        return
    companies = [CompanyFactory(name=name) for name in ("Halloran Mechanical", "Nordwind Scaffolding")]
    CompanyFactory(name="Falkenberg Training")
    welder, scaffolder = RoleFactory(code="WELDER"), RoleFactory(code="SCAFFOLDER")
    for name in ("Tank farm", "Jetty"):
        AreaFactory(name=name)
    versions = [
        CourseVersionFactory(course=CourseFactory(code=code), title=f"About {code}")
        for code in ("HSE-001", "HSE-004", "HSE-010")
    ]
    venues = [VenueFactory(name=name) for name in ("Training room 1", "Fire ground")]
    names = {"Marta": "Lindqvist", "Tarek": "Haddad"}
    trainers = [TrainerFactory(first_name=first, last_name=last) for first, last in names.items()]
    for trainer in trainers if kind.name != "trainers" else ():
        for version in versions:
            TrainerQualificationFactory(trainer=trainer, course=version.course)
    if kind.name in {"records", "marks", "hours"}:
        jana = LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß", company=companies[0], role=welder)
        tarek = LearnerFactory(
            badge_id="PB-1041", first_name="Tarek", last_name="Al-Masri", company=companies[1], role=scaffolder
        )
    born = datetime(2026, 1, 5, 12, tzinfo=UTC)  # the year is a part of the reference
    match kind.name:
        case "sessions":
            SessionFactory(
                pk=104,
                course=versions[1].course,
                trainer=trainers[1],
                venue=venues[1],
                start_time=datetime(2026, 4, 15, 11, tzinfo=UTC),
                end_time=datetime(2026, 4, 15, 15, tzinfo=UTC),
            )
            Session.objects.filter(pk=104).update(created_at=born)
        case "marks":
            begun = timezone.now() - timedelta(hours=2)
            session = scheduled_session(pk=104, start_time=begun, end_time=begun + timedelta(hours=4))
            Session.objects.filter(pk=104).update(created_at=born)
            for worker in (jana, tarek):
                SessionAttendeeFactory(session=session, learner=worker)
        case "hours":
            held = active_class(class_code="HAL1001", start_date=date(2026, 2, 2), schedule=TUESDAYS)
            LearnerProgressionFactory(learner=tarek, training_class=held)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_i1_a_template_comes_in_as_it_is_downloaded(kind: ImportKind, as_superuser: Client, superuser: User) -> None:
    make_site(kind)
    versions = list(CourseVersion.objects.values_list("pk", flat=True))
    response = as_superuser.get(reverse("attendance:import_template", args=[kind.name]))
    file = SimpleUploadedFile("template.xlsx", response.getvalue())
    response.close()

    one = read(file, by=superuser)

    assert likeliest_kind(one) == kind.name
    form = ImportColumnsForm(one, kind, by=superuser)
    taken = [sheet for sheet, take, _columns in form.parts if take.value()]
    assert [sheet["index"] for sheet in taken] == [0]  # not the one that says what each column takes
    written = [each for each in kind.columns if each.reads is not Reads.FULL_NAME]
    filled = {each.name for each in written if any(each.examples)}
    guessed = {form[f"column-0-{column['index']}"].value() for column in taken[0]["columns"]}
    assert filled <= guessed <= {each.name for each in written}
    one = agreed(one, kind.name, by=superuser)
    choices = {each.name: "no" for each in lacking(one)}
    one = answer_questions(
        import_id=one.pk, answers={"choices": choices}, seen=one.changed_at, by=superuser, now=timezone.now()
    )
    is_clear = stage_import(import_id=one.pk, by=superuser, now=timezone.now())
    one.refresh_from_db()
    assert is_clear, one.questions
    one = check_import(import_id=one.pk, by=superuser, now=timezone.now())
    assert one.counts["rows"] == sum(one.counts.get(each, 0) for each in ("new", "changed", "same")), [
        (group.sentence, group.cells) for group in group_lines(one)
    ]
    assert one.counts["rows"] == max(len(each.examples) for each in written)
    assert list(CourseVersion.objects.values_list("pk", flat=True)) == versions
