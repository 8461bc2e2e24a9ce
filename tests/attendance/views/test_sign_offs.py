"""Sign-offs on the worker's page: revoked with a reason, and tried again (V2)."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import CompetencyRecord, Revocation
from learners.policies.sign_offs import Assessment, Status
from learners.services.competency import sign_off
from tests.factories.learners import AssessmentMethodFactory, CompetencyRecordFactory
from tests.html import fragment

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(supervisor: User) -> CompetencyRecord:
    """A practical sign-off that was given, with its record."""
    record = CompetencyRecordFactory()
    method = AssessmentMethodFactory().pk
    assessment = Assessment(result=Status.COMPETENT, method_id=method, assessed_on=timezone.localdate())
    (signed,) = sign_off(record_ids=[record.pk], assessment=assessment, by=supervisor, now=timezone.now())
    return signed


def lines(client: Client, record: CompetencyRecord) -> str:
    return fragment(client.get(reverse("attendance:worker", args=[record.learner_id])).text, "sign-offs")


def addresses(record: CompetencyRecord) -> dict[str, str]:
    return {
        "sign": f"/verify/?record={record.pk}",
        "revoke": f"/sign-offs/{record.pk}/revoke/",
        "repeat": f"/sign-offs/{record.pk}/attempt/",
    }


def offered(client: Client, record: CompetencyRecord) -> set[str]:
    """Return what the worker's page offers to do with a sign-off."""
    page = lines(client, record)
    return {name for name, address in addresses(record).items() if f'"{address}"' in page}


def test_v2_the_page_offers_what_each_person_may_do_in_each_state(
    as_superuser: Client, as_supervisor: Client, as_auditor: Client, superuser: User
) -> None:
    record = CompetencyRecordFactory()
    people = (as_superuser, as_supervisor, as_auditor)
    assert [offered(person, record) for person in people] == [{"sign", "revoke"}, {"sign"}, set()]
    failed = Assessment(result=Status.NOT_COMPETENT, remarks="Forks too high")
    sign_off(record_ids=[record.pk], assessment=failed, by=superuser, now=timezone.now())
    assert [offered(person, record) for person in people] == [{"repeat", "revoke"}, {"repeat"}, set()]
    assert "Forks too high" in lines(as_auditor, record)
    assert ["Actions" in lines(person, record) for person in people] == [True, True, False]
    as_superuser.post(addresses(record)["revoke"], {"reason": "Wrong person"})
    assert [offered(person, record) for person in people] == [{"repeat"}, {"repeat"}, set()]
    as_supervisor.post(addresses(record)["repeat"])
    assert offered(as_superuser, record) == set()
    assert offered(as_superuser, CompetencyRecord.objects.get(attempt=2)) == {"sign", "revoke"}


def test_v2_a_superuser_revokes_with_a_reason_and_both_stay_visible(
    as_superuser: Client, signed: CompetencyRecord
) -> None:
    address = addresses(signed)["revoke"]

    asked = as_superuser.get(address)
    assert "The sign-off and its training record no longer count" in asked.text
    response = as_superuser.post(address, {"reason": "Assessed the wrong person"})

    assert response["Location"] == f"/workers/{signed.learner_id}/#sign-offs"
    page = as_superuser.get(f"/workers/{signed.learner_id}/").text
    assert page.count("Assessed the wrong person") == 2
    assert Revocation.objects.count() == 2


def test_v2_no_reason_keeps_the_question_open(as_superuser: Client, signed: CompetencyRecord) -> None:
    address = addresses(signed)["revoke"]

    dialog = as_superuser.get(address, headers={"HX-Request": "true"}).text
    page = as_superuser.post(address, {"reason": "  "})
    part = as_superuser.post(address, {"reason": "  "}, headers={"HX-Request": "true"})

    assert "<dialog data-dialog-auto" in dialog
    assert page.status_code == part.status_code == 422
    assert 'id="id_reason_error"' in page.text
    assert part["HX-Retarget"] == "#revoke-form"
    assert not Revocation.objects.exists()


def test_v2_who_is_too_late_is_told_in_the_question(as_superuser: Client, signed: CompetencyRecord) -> None:
    address = addresses(signed)["revoke"]
    as_superuser.post(address, {"reason": "Wrong person"})

    response = as_superuser.post(address, {"reason": "Wrong person"})

    assert response.status_code == 409
    assert "was revoked already, by" in response.text


def test_v2_a_further_attempt_that_cannot_be_is_refused_with_the_reason(
    as_supervisor: Client, signed: CompetencyRecord
) -> None:
    response = as_supervisor.post(addresses(signed)["repeat"])

    assert response.status_code == 409
    assert "Attempt 1 is signed off as competent." in response.text
