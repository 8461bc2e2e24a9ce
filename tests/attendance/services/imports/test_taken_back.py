"""A register that comes again and takes back what it said before, from the check to the record (I7)."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import DiffersNow, NotConfirmed, do_import
from learners.models import Revocation, TrainingRecord
from learners.services.registers import revoke_records
from tests.factories.imports import checked, workbook
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.html import text_of, texts
from training.core.transactions import acting
from training.models import Import

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

HEAD = ("Badge", "Course", "Completed on", "Provider")
FIRST, EARLIER = date(2026, 1, 5), date(2025, 12, 1)
JANA, ADA = ("00417", "HSE-001", FIRST, "Rescue Academy"), ("00418", "HSE-001", FIRST, "Rescue Academy")


@pytest.fixture(autouse=True)
def register(superuser: User) -> None:
    CourseVersionFactory(course__code="HSE-001", validity_months=24)
    CompanyFactory(name="Rescue Academy")
    LearnerFactory(badge_id="00417")
    LearnerFactory(badge_id="00418")
    one = again(JANA, ADA, by=superuser)
    do(one, by=superuser)
    assert TrainingRecord.objects.count() == 2


def again(*rows: Any, by: User) -> Import:
    return checked(workbook(HEAD, *rows, file_name="register.xlsx"), "records", by=by)


def do(one: Import, *, by: User, take_back: bool = False) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, take_back=take_back, by=by, now=timezone.now())


def test_i7_what_is_taken_back_is_listed_and_done_only_when_confirmed(superuser: User) -> None:
    one = again(("00417", "HSE-001", EARLIER, "Rescue Academy"), by=superuser)
    assert one.counts == {"rows": 1, "new": 1, "taken_back": 2}
    assert one.report["taken_back"] == [
        {"what": "00417 · HSE-001", "said": "2026-01-05", "says": "2025-12-01"},
        {"what": "00418 · HSE-001", "said": "2026-01-05", "says": None},
    ]

    with pytest.raises(NotConfirmed):
        do(one, by=superuser)
    assert not Revocation.objects.exists()
    do(one, by=superuser, take_back=True)

    assert Revocation.objects.count() == 2
    new = TrainingRecord.objects.get(revocation=None)
    old = TrainingRecord.objects.get(learner__badge_id="00417", completion_date=FIRST)
    assert (new.completion_date, new.supersedes) == (EARLIER, old)


def test_i7_it_is_taken_back_also_where_no_row_is_new(superuser: User) -> None:
    one = again(JANA, by=superuser)
    assert one.counts == {"rows": 1, "same": 1, "taken_back": 1}

    do(one, by=superuser, take_back=True)

    assert Revocation.objects.get().record == TrainingRecord.objects.get(learner__badge_id="00418")


def test_i7_what_is_taken_back_is_part_of_what_was_shown(superuser: User) -> None:
    one = again(JANA, by=superuser)
    gone = TrainingRecord.objects.get(learner__badge_id="00418")
    assert again(JANA, ADA, by=superuser).fingerprint != one.fingerprint
    with acting(superuser):
        revoke_records([gone.pk], reason="Forged", by=superuser, now=timezone.now())

    with pytest.raises(DiffersNow):
        do(one, by=superuser, take_back=True)

    assert check_import(import_id=one.pk, by=superuser, now=timezone.now()).counts == {"rows": 1, "same": 1}


def test_i7_a_row_of_which_it_is_asked_who_is_meant_takes_nobody_s_record_back(superuser: User) -> None:
    head = ("Badge", "First name", "Last name", "Course", "Completed on", "Provider")
    other_name = ("00418", "Somebody", "Else", "HSE-001", FIRST, "Rescue Academy")
    own = ("00417", "", "", "HSE-001", FIRST, "Rescue Academy")
    file = workbook(head, own, other_name, file_name="register.xlsx")
    one = checked(file, "records", by=superuser)
    assert one.counts == {"rows": 2, "same": 1, "asked": 1}


def test_i7_the_page_shows_the_list_and_asks_for_one_tick(as_superuser: Client, superuser: User) -> None:
    one = again(JANA, by=superuser)
    page = as_superuser.get(reverse("attendance:import", args=[one.pk]))

    assert texts(page, "//section[@aria-labelledby='taken-heading']//tbody//*[self::th or self::td]") == [
        "00418 · HSE-001",
        "5 Jan 2026",
        "gone, or struck out",
    ]
    sent = as_superuser.post(reverse("attendance:import_do", args=[one.pk]), {"fingerprint": one.fingerprint})
    assert sent.status_code == 422
    assert "The register takes 1 record back." in text_of(sent, "//form[@id='do']")
    said = {"fingerprint": one.fingerprint, "take_back": "on"}
    assert as_superuser.post(reverse("attendance:import_do", args=[one.pk]), said).status_code == 302


def test_i7_a_program_confirms_it_too(as_superuser: Client, superuser: User) -> None:
    one = again(JANA, by=superuser)
    where = f"/api/v1/imports/{one.pk}"
    assert as_superuser.get(where).json()["takenBack"] == [
        {"what": "00418 · HSE-001", "said": "2026-01-05", "says": None}
    ]
    body = {"fingerprint": one.fingerprint}
    refused = as_superuser.post(f"{where}/confirm", body, content_type="application/json")
    assert refused.status_code == 400
    taken = as_superuser.post(f"{where}/confirm", {**body, "takeBack": True}, content_type="application/json")
    assert taken.status_code == 202


def test_i7_the_command_refuses_without_it(superuser: User, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "register.xlsx"
    file.write_bytes(workbook(HEAD, JANA, file_name="register.xlsx").read())
    said = ["import", "records", str(file), "--by", superuser.username]
    with pytest.raises(SystemExit):
        call_command(*said)
    assert "Taken back: 00418 · HSE-001, 2026-01-05 before, now gone, or struck out." in capsys.readouterr().out
    assert not Revocation.objects.exists()

    call_command(*said, "--take-back")

    assert Revocation.objects.count() == 1
