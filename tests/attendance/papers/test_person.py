"""All that is stored about one person as a ZIP file (X5): whole, readable, logged, and without other workers."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from attendance.models import SessionAttendee
from attendance.papers.masked_sheets import COVER, only
from attendance.policies.sheet_layout import layout
from attendance.policies.sheet_reading import WHOLE_PAGE
from attendance.selectors.person import OF_OTHERS, references, tables_of_person
from attendance.services.evidence import upload_evidence
from learners.evidence.reads import log_preview
from learners.models import EvidenceRead, EvidenceUpload, Learner, TrainingRecord
from learners.services.external_records import ExternalTraining, record_external
from learners.services.merging import merge_workers
from tests.factories import files, sheets
from tests.factories.learners import (
    CompetencyRecordFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RegisterRecordFactory,
    RevocationFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.html import texts
from tests.jobs import run_waiting
from training.models import FileDownload, Job, Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

NOW = timezone.now


def data_of(client: Client, learner: Learner) -> zipfile.ZipFile:
    """Ask for all data about a worker, let the job make it, and return it."""
    asked = client.post(reverse("attendance:worker_data", args=[learner.pk]))
    job = Job.objects.latest("pk")
    assert asked["Location"] == reverse("training:job", args=[job.pk])
    run_waiting()
    job.refresh_from_db()
    assert job.state == "DONE", job.failure
    response = client.get(reverse("training:job_file", args=[job.pk]))
    return zipfile.ZipFile(io.BytesIO(b"".join(response)))


def told(archive: zipfile.ZipFile, ending: str) -> str:
    (name,) = [name for name in archive.namelist() if name.endswith(ending)]
    return archive.read(name).decode()


def rows_of(archive: zipfile.ZipFile, table: str) -> list[dict[str, Any]]:
    found = json.loads(told(archive, "person.json"))["tables"].get(table, {"rows": []})
    rows: list[dict[str, Any]] = found["rows"]
    return rows


@pytest.fixture
def session(supervisor: User) -> Session:
    """A session of three workers whose printed sheet was uploaded."""
    session = sheets.session_of(3)
    file = SimpleUploadedFile("sheet.pdf", sheets.printed(session), "application/pdf")
    upload_evidence(session_id=session.pk, files=[file], by=supervisor, now=NOW())
    return session


def people_of(session: Session) -> list[Learner]:
    rows = SessionAttendee.objects.filter(session=session).select_related("learner").order_by("line")
    return [row.learner for row in rows]


# The file


def test_x5_a_superuser_gets_it_and_it_is_logged(as_superuser: Client, superuser: User, session: Session):
    learner = people_of(session)[1]

    archive = data_of(as_superuser, learner)

    assert {name.partition("/")[2].partition("/")[0] for name in archive.namelist()} == {
        "person.html",
        "person.json",
        "sheets",
    }
    taken = FileDownload.objects.get()
    assert (taken.kind, taken.taken_by, taken.query) == ("person", superuser, f"worker={learner.pk}")
    read = EvidenceRead.objects.get()
    assert (read.learner, read.read_by, read.kind) == (learner, superuser, "DOWNLOAD")


def test_x5_the_profile_offers_it_to_superusers_only(as_superuser: Client, as_supervisor: Client):
    learner = LearnerFactory()
    address = reverse("attendance:worker_data", args=[learner.pk])
    button = f'//form[@action="{address}"]/button'
    profile = reverse("attendance:worker", args=[learner.pk])

    assert texts(as_superuser.get(profile), button) == ["All data about this person"]
    assert texts(as_supervisor.get(profile), button) == []
    assert as_supervisor.post(address).status_code == 403
    assert not Job.objects.exists()
    assert as_superuser.get(address)["Location"] == profile


def test_x5_it_says_what_is_stored_and_who_read_it(
    as_superuser: Client, superuser: User, supervisor: User, auditor: User
):
    learner = LearnerFactory(first_name="Ada", last_name="Byron", email="ada@example.com", phone="+44 20 1")
    version = CourseVersionFactory(status="PUBLISHED", title="Gas test")
    record = record_external(
        learner_id=learner.pk,
        training=ExternalTraining(
            course_id=version.course_id,
            provider_id=CompanyFactory().pk,
            completion_date=timezone.localdate(),
            expiry_date=None,
            result="PASSED",
            comments="",
        ),
        files=[SimpleUploadedFile("card.pdf", files.pdf(), "application/pdf")],
        by=supervisor,
        now=NOW(),
    )
    log_preview(upload=EvidenceUpload.objects.get(), learner=learner, by=auditor, now=NOW())

    archive = data_of(as_superuser, learner)

    page = told(archive, "person.html")
    for text in ("Ada Byron", "ada@example.com", "+44 20 1", "Gas test", str(record.pk)):
        assert text in page, text
    assert auditor.get_full_name() in page, "who read it"
    (read,) = rows_of(archive, "learners_evidenceread")
    assert read["read_by_is"] == auditor.get_full_name()
    (stored,) = rows_of(archive, "learners_trainingrecord")
    assert stored["id"] == record.pk
    (certificate,) = [name for name in archive.namelist() if "/certificates/" in name]
    assert archive.read(certificate) == files.pdf()
    (created,) = rows_of(archive, "learners_trainingrecordevent")
    assert created["pgh_context_is"]["who"]


def test_x5_a_person_with_two_badges_is_one(as_superuser: Client, superuser: User):
    kept, merged = LearnerFactory(badge_id="KEPT-1"), LearnerFactory(badge_id="GONE-1")
    merge_workers(
        survivor_id=kept.pk,
        duplicate_id=merged.pk,
        reason="Same person",
        by=superuser,
        now=NOW(),
    )

    archive = data_of(as_superuser, merged)

    assert {row["badge_id"] for row in rows_of(archive, "learners_learner")} == {"KEPT-1", "GONE-1"}


def test_x5_what_was_typed_stays_text(as_superuser: Client):
    learner = LearnerFactory(first_name="<script>alert(1)</script>", last_name="&")
    page = told(data_of(as_superuser, learner), "person.html")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# Nobody else


def test_x5_of_a_signed_sheet_only_the_own_line_is_seen(as_superuser: Client, session: Session):
    me = people_of(session)[1]

    archive = data_of(as_superuser, me)

    (name,) = [name for name in archive.namelist() if "/sheets/" in name]
    assert name.endswith("-line-2.png")
    with Image.open(io.BytesIO(archive.read(name))) as opened:
        page = opened.convert("RGB")
    rows = [_row(page, number) for number in range(3)]
    assert [set(_colours(row)) == {COVER} for row in rows] == [True, False, True]
    assert len(_colours(rows[1])) > 2, "the name can be read"
    head = page.crop((0, 0, page.width, int(page.height * 50 / 297)))
    assert set(_colours(head)) == {COVER}


def _row(page: Image.Image, number: int) -> Image.Image:
    """Return the inside of a row of the printed table, without the lines around it."""
    (left, top), _second, (right, bottom), _last = layout(1).band(number, WHOLE_PAGE)
    inset = 0.002
    return page.crop(
        (
            int((left + inset) * page.width),
            int((top + inset) * page.height),
            int((right - inset) * page.width),
            int((bottom - inset) * page.height),
        )
    )


def _colours(image: Image.Image) -> list[Any]:
    return [colour for _count, colour in image.getcolors(1 << 24) or []]


def test_x5_a_turned_scan_shows_the_own_line_too(as_superuser: Client, supervisor: User):
    session = sheets.session_of(3)
    scan, _quad = sheets.turned(sheets.picture(sheets.printed(session)), 4)
    file = SimpleUploadedFile("scan.jpg", sheets.as_jpeg(scan, 90), "image/jpeg")
    upload_evidence(session_id=session.pk, files=[file], by=supervisor, now=NOW())

    archive = data_of(as_superuser, people_of(session)[0])

    (name,) = [name for name in archive.namelist() if "/sheets/" in name]
    with Image.open(io.BytesIO(archive.read(name))) as opened:
        page = opened.convert("RGB")
    covered = sum(count for count, colour in page.getcolors(1 << 24) or [] if colour == COVER)
    assert 0.02 < 1 - covered / (page.width * page.height) < 0.06, "one row of eighteen, and nothing else"


def test_x5_a_sheet_on_which_the_line_is_not_known_is_left_out_and_named(as_superuser: Client, supervisor: User):
    session = sheets.session_of(2)
    file = SimpleUploadedFile("other.pdf", files.pdf(), "application/pdf")
    upload_evidence(session_id=session.pk, files=[file], by=supervisor, now=NOW())

    archive = data_of(as_superuser, people_of(session)[0])

    assert not [name for name in archive.namelist() if "/sheets/" in name]
    left_out = texts(told(archive, "person.html"), '//h2[.="Left out"]/following-sibling::ul/li')
    assert len(left_out) == 1
    assert left_out[0].startswith(session.reference)
    assert left_out[0].endswith("where the line stands is not known on this scan")
    assert not EvidenceRead.objects.exists(), "nobody has read it"


def test_x5_a_file_that_is_not_as_it_was_uploaded_is_named(as_superuser: Client, session: Session, evidence_dir: Path):
    (evidence_dir / session.evidence_uploads.get().key).unlink()

    archive = data_of(as_superuser, people_of(session)[0])

    assert "the store does not hold it as it was uploaded" in told(archive, "person.html")


def test_x5_no_other_worker_is_named_anywhere_in_it(as_superuser: Client, superuser: User, session: Session):
    me, other = people_of(session)[:2]
    boss = LearnerFactory(first_name="Boss", last_name="Canary", badge_id="BOSS-77")
    Learner.objects.filter(pk=other.pk).update(
        first_name="Other", last_name="Canary", badge_id="OTHER-77", supervisor=me
    )
    Learner.objects.filter(pk=me.pk).update(supervisor=boss)

    archive = data_of(as_superuser, me)

    everything = told(archive, "person.html") + told(archive, "person.json")
    assert not [word for word in ("Canary", "BOSS-77", "OTHER-77", "Boss") if word in everything]
    mine = next(row for row in rows_of(archive, "learners_learner") if row["id"] == me.pk)
    assert (mine["supervisor_id"], mine["supervisor_is"]) == (None, "another worker")


# Whole


def test_x5_every_table_that_names_a_worker_is_told_or_named_with_its_reason():
    followed = {(model._meta.label, field.name) for model, field, _root in references()}
    naming = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in model._meta.concrete_fields
        if field.related_model in (Learner, TrainingRecord)
    }
    assert naming == followed & naming | set(OF_OTHERS)
    assert not followed & set(OF_OTHERS)


def test_x5_rows_of_rows_are_found():
    progression = LearnerProgressionFactory()
    learner = progression.learner
    sign_off = CompetencyRecordFactory(learner=learner)
    RevocationFactory(record=None, competency_record=sign_off)
    other = LearnerProgressionFactory()

    tables = {table.name: table.rows for table in tables_of_person(learner)}

    assert [row["competency_record_id"] for row in tables["learners_revocation"]] == [sign_off.pk]
    assert [row["learner_id"] for row in tables["learner_lp_tracking"]] == [learner.pk]
    assert other.learner_id not in {row["id"] for row in tables["learners_learner"]}


def test_x5_nothing_is_left_of_a_picture_but_what_is_asked_for():
    picture = io.BytesIO()
    Image.new("RGB", (100, 100), (1, 2, 3)).save(picture, "PNG")

    made = only(picture.getvalue(), ((0.1, 0.2), (0.9, 0.2), (0.9, 0.4), (0.1, 0.4)))

    with Image.open(io.BytesIO(made)) as image:
        assert image.getpixel((50, 30)) == (1, 2, 3)
        for place in ((50, 10), (50, 50), (5, 30), (95, 30), (0, 0), (99, 99)):
            assert image.getpixel(place) == COVER
        assert not image.info, "nothing about the original is left in it"


def test_x5_who_is_not_there_is_a_sentence(as_superuser: Client):
    assert as_superuser.post(reverse("attendance:worker_data", args=[99999999])).status_code == 404


def test_i7_what_an_old_register_said_about_the_person_is_among_it():
    record = RegisterRecordFactory()
    RegisterRecordFactory()
    [table] = [each for each in tables_of_person(record.learner) if each.name == "learners_registerextract"]
    assert [row["content"] for row in table.rows] == [record.extract.content]
