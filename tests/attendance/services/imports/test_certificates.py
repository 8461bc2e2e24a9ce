"""Certificates that come along with a register, as a ZIP or as a folder (I7)."""

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import pikepdf
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.imports import archives
from attendance.services.imports.archives import ArchiveUnusable
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.filing import delete_filed
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import NoTable, TableTooLarge, start_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.working import keep_house
from learners.models import EvidenceUpload, RegisterExtract, TrainingRecord
from tests.factories.files import jpeg, locked_pdf, pdf, web_page
from tests.factories.imports import agreed, checked, workbook
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.html import text_of
from training.core.tables.reading import read_book
from training.models import FileDownload, Import
from training.services.job_kinds import chores

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

HEAD = ("Badge", "Course", "Completed on", "Provider", "Certificate")
ON = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def site() -> None:
    CourseVersionFactory(course__code="HSE-001", validity_months=24)
    CompanyFactory(name="Rescue Academy")
    LearnerFactory(badge_id="00417")
    LearnerFactory(badge_id="00418")


def row(badge: str, certificate: str, *, on: date = ON) -> tuple[Any, ...]:
    return badge, "HSE-001", on, "Rescue Academy", certificate


def _archive(files: dict[str, bytes], name: str = "certificates.zip") -> SimpleUploadedFile:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return SimpleUploadedFile(name, result.getvalue())


def brought(files: dict[str, bytes], *rows: Any, by: User) -> Import:
    one = start_import(files=[workbook(HEAD, *rows), _archive(files)], by=by, now=timezone.now())
    one = agreed(read_import(import_id=one.pk, by=by, now=timezone.now()), "records", by=by)
    assert stage_import(import_id=one.pk, by=by, now=timezone.now())
    return check_import(import_id=one.pk, by=by, now=timezone.now())


def wrong(one: Import) -> dict[str, list[str]]:
    return {group["sentence"]: [value for value, _count in group["values"]] for group in one.report["groups"]}


def done(one: Import, *, by: User, **said: Any) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now(), **said)


def test_i7_a_certificate_is_stored_and_proves_its_record(superuser: User) -> None:
    files = {"Scans/00417 HSE-001.pdf": pdf(text="Jana"), "left.pdf": pdf(text="Nobody"), "__MACOSX/x": b"x"}
    one = brought(files, row("00417", "00417 hse-001"), row("00418", ""), by=superuser)
    assert one.counts == {"rows": 2, "new": 2}
    assert one.report["leftover"] == {"count": 1, "names": ["left.pdf"]}
    assert not EvidenceUpload.objects.exists()

    done(one, by=superuser)

    proof = EvidenceUpload.objects.get()
    record = TrainingRecord.objects.get(learner__badge_id="00417")
    assert (proof.record, proof.original_name, proof.pages) == (record, "00417 hse-001", 1)
    with storages["evidence"].open(proof.key) as stored:
        assert stored.read() == pdf(text="Jana")
    assert record.evidence_hash == proof.sha256
    assert RegisterExtract.objects.count() == 1  # of the row without a certificate


def test_i7_of_a_scan_of_a_crew_each_gets_the_own_pages(superuser: User) -> None:
    one = brought(
        {"crew.pdf": pdf(4, text="Crew")},
        row("00417", "crew.pdf, pages 1-2"),
        row("00418", "crew.pdf, page 4"),
        by=superuser,
    )
    done(one, by=superuser)

    own = {badge: EvidenceUpload.objects.get(record__learner__badge_id=badge) for badge in ("00417", "00418")}
    assert {badge: each.pages for badge, each in own.items()} == {"00417": 2, "00418": 1}
    with storages["evidence"].open(own["00418"].key) as stored, pikepdf.open(io.BytesIO(stored.read())) as part:
        assert len(part.pages) == 1


def test_i7_a_scan_of_several_people_is_nobody_s_certificate_as_a_whole(superuser: User) -> None:
    files = {"crew.pdf": pdf(2), "list.jpg": jpeg()}
    one = brought(
        files,
        row("00417", "crew.pdf"),
        row("00418", "crew.pdf"),
        row("00417", "list.jpg", on=ON - timedelta(days=9)),
        row("00418", "list.jpg", on=ON - timedelta(days=9)),
        by=superuser,
    )
    assert one.counts == {"rows": 4, "new": 2, "refused": 2}
    assert list(wrong(one)) == [
        "Rows of several people name this file. Say which pages are whose, such as “crew.pdf, pages 12-13”."
    ]


def test_i7_what_cannot_be_a_certificate_is_refused_with_its_row(superuser: User, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 200_000
    days = [ON - timedelta(days=each) for each in range(9)]
    names = [
        "a/card.pdf",
        "card.pdf",
        "locked.pdf",
        "page.pdf",
        "bomb.pdf",
        "nobody.pdf",
        "two.pdf, pages 2-3",
        "good.pdf",
    ]
    files = {
        "a/card.pdf": pdf(text="a"),
        "b/card.pdf": pdf(text="b"),
        "locked.pdf": locked_pdf(),
        "page.pdf": web_page(),
        "bomb.pdf": b"\0" * 5_000_000,
        "two.pdf": pdf(2),
        "good.pdf": pdf(text="good"),
    }
    one = brought(files, *(row("00417", name, on=on) for name, on in zip(names, days, strict=False)), by=superuser)

    assert one.counts == {"rows": 8, "new": 2, "refused": 6}
    assert wrong(one) == {
        "Several files have this name: a/card.pdf, b/card.pdf. Write the folder too.": ["card.pdf"],
        "“locked.pdf” is protected by a password. Save it without one.": ["locked.pdf"],
        "“page.pdf” is not a PDF, JPEG or PNG file: its content looks like .html. Upload the scan or photo.": [
            "page.pdf"
        ],
        "“bomb.pdf” has 4.8\xa0MB, the limit is 195.3\xa0KB. Scan it in a lower resolution.": ["bomb.pdf"],
        "No such file came with the register.": ["nobody.pdf"],
        "“two.pdf” has 2 pages.": ["two.pdf, pages 2-3"],
    }


def test_i7_a_check_that_is_repeated_judges_nothing_again(superuser: User, monkeypatch: pytest.MonkeyPatch) -> None:
    one = brought({"good.pdf": pdf()}, row("00417", "good.pdf"), by=superuser)

    def judged(*args: Any) -> None:
        raise AssertionError("it was judged before")

    monkeypatch.setattr("attendance.services.imports.certificates._judged", judged)
    again = check_import(import_id=one.pk, by=superuser, now=timezone.now())
    assert (again.counts, again.fingerprint) == (one.counts, one.fingerprint)


def test_i7_names_of_old_zip_programs_are_read(superuser: User) -> None:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        info = zipfile.ZipInfo("M?ller.pdf")
        archive.writestr(info, pdf())
    content = result.getvalue().replace(b"M?ller", "Müller".encode("cp1252"))
    files = [workbook(HEAD, row("00417", "Müller.pdf")), SimpleUploadedFile("certificates.zip", content)]
    one = start_import(files=files, by=superuser, now=timezone.now())
    one = agreed(read_import(import_id=one.pk, by=superuser, now=timezone.now()), "records", by=superuser)
    assert stage_import(import_id=one.pk, by=superuser, now=timezone.now())
    assert check_import(import_id=one.pk, by=superuser, now=timezone.now()).counts == {"rows": 1, "new": 1}


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\3\4 and no more", b"x" * 100, _archive({"a": b"x"}).read()[:-30]],
    ids=["empty", "begun", "none", "cut off"],
)
def test_i7_a_zip_that_is_none_is_refused(content: bytes, superuser: User) -> None:
    if not content:
        with pytest.raises(NoTable):
            start_import(
                files=[workbook(HEAD), SimpleUploadedFile("empty.zip", content)], by=superuser, now=timezone.now()
            )
        return
    files = [workbook(HEAD, row("00417", "a.pdf")), SimpleUploadedFile("certificates.zip", content)]
    one = start_import(files=files, by=superuser, now=timezone.now())
    one = agreed(read_import(import_id=one.pk, by=superuser, now=timezone.now()), "records", by=superuser)
    assert stage_import(import_id=one.pk, by=superuser, now=timezone.now())
    with pytest.raises(ArchiveUnusable, match="is not a ZIP that can be read"):
        check_import(import_id=one.pk, by=superuser, now=timezone.now())


def test_i7_a_zip_of_too_many_files_is_refused(superuser: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    with pytest.raises(ArchiveUnusable, match="more than 2 files"):
        brought({f"{number}.pdf": b"x" for number in range(3)}, row("00417", "1.pdf"), by=superuser)


def test_i7_zips_have_a_limit_of_their_own_and_come_with_a_table(superuser: User, settings: Any) -> None:
    settings.IMPORT_CERTIFICATES_MAX_BYTES = 1024
    with pytest.raises(TableTooLarge, match="The certificates have"):
        start_import(files=[workbook(HEAD), _archive({"a.pdf": jpeg()})], by=superuser, now=timezone.now())
    with pytest.raises(NoTable):
        start_import(files=[_archive({})], by=superuser, now=timezone.now())


def test_i7_the_command_takes_a_folder(superuser: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "scans"
    (folder / "2025").mkdir(parents=True)
    (folder / "2025" / "card.pdf").write_bytes(pdf())
    (folder / "other.pdf").write_bytes(pdf(text="other"))
    file = tmp_path / "register.xlsx"
    file.write_bytes(workbook(HEAD, row("00417", "2025/card.pdf")).read())

    call_command("import", "records", str(file), "--by", superuser.username, "--certificates", str(folder))

    assert EvidenceUpload.objects.get(record__learner__badge_id="00417").pages == 1
    assert "Files that no row names: other.pdf" in capsys.readouterr().out


def test_i7_the_page_takes_the_zip_and_tells_what_is_left(as_superuser: Client, superuser: User) -> None:
    sent = as_superuser.post(
        reverse("attendance:import_start"),
        {"file": [workbook(HEAD, row("00417", "good.pdf")), _archive({"good.pdf": pdf(), "left.pdf": pdf()})]},
    )
    assert sent.status_code == 302
    one = Import.objects.get()
    assert one.title == "crew.xlsx"
    one = agreed(read_import(import_id=one.pk, by=superuser, now=timezone.now()), "records", by=superuser)
    assert stage_import(import_id=one.pk, by=superuser, now=timezone.now())
    check_import(import_id=one.pk, by=superuser, now=timezone.now())
    Import.objects.update(job=None)

    page = as_superuser.get(reverse("attendance:import", args=[one.pk]))

    assert "1 file of the certificates is named by no row, and is not kept: left.pdf" in text_of(page, "//main")


# The workbook itself


def test_i7_the_workbook_opens_for_superusers_only_and_that_is_logged(
    as_superuser: Client, as_supervisor: Client, superuser: User
) -> None:
    one = done(checked(workbook(HEAD[:4], row("00417", "")[:4]), "records", by=superuser), by=superuser)
    where = reverse("attendance:import_file", args=[one.pk, 1])

    assert as_supervisor.get(where).status_code == 403
    assert where not in as_supervisor.get(reverse("attendance:import", args=[one.pk])).content.decode()
    page = as_superuser.get(reverse("attendance:import", args=[one.pk]))
    assert where in page.content.decode()
    taken = as_superuser.get(where)
    assert taken.getvalue().startswith(b"PK")
    logged = FileDownload.objects.get()
    assert (logged.kind, logged.query, logged.file_name, logged.taken_by) == (
        "import",
        f"import={one.pk}",
        "crew.xlsx",
        superuser,
    )


def test_i7_columns_that_nobody_agreed_on_are_not_stored_if_so_chosen(superuser: User) -> None:
    head = (*HEAD[:4], "Salary")
    file = workbook(("Register of May",), (), head, (*row("00417", "")[:4], 48_000))
    one = checked(file, "records", by=superuser)
    one = done(one, by=superuser, only_agreed=True)

    stored = one.files.get()
    with storages["evidence"].open(stored.evidence_key) as kept, read_book(cast(BinaryIO, kept), name="a.xlsx") as book:
        rows = {each.number: each.cells for each in book.rows(0)}
    assert rows[4] == ("00417", "HSE-001", ON, "Rescue Academy")  # where it stood, as the extract says
    assert "Salary" not in str(rows)
    assert "48000" not in str(rows)


def test_i7_the_workbook_is_deleted_after_some_months(superuser: User, settings: Any) -> None:
    one = done(checked(workbook(HEAD[:4], row("00417", "")[:4]), "records", by=superuser), by=superuser)
    key = one.files.get().evidence_key
    later = timezone.now() + timedelta(days=100)
    assert delete_filed(now=later) == 0  # kept for good, unless somebody says otherwise
    settings.IMPORT_FILE_MONTHS = 3
    assert delete_filed(now=timezone.now() + timedelta(days=80)) == 0

    assert keep_house in chores()
    keep_house(later)

    file = one.files.get()
    assert (file.evidence_key, file.deleted_at) == ("", later)
    assert not storages["evidence"].exists(key)
    assert TrainingRecord.objects.count() == RegisterExtract.objects.count() == 1


def test_i7_a_workbook_that_came_again_stays_for_the_younger_import(superuser: User, settings: Any) -> None:
    settings.IMPORT_FILE_MONTHS = 3
    content = workbook(HEAD[:4], row("00417", "")[:4]).read()
    first, _second = (
        done(checked(SimpleUploadedFile("crew.xlsx", content), "records", by=superuser), by=superuser)
        for _time in range(2)
    )
    long_ago = timezone.now() - timedelta(days=200)
    Import.objects.filter(pk=first.pk).update(done_at=long_ago)

    assert delete_filed(now=timezone.now()) == 0
