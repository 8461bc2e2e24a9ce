"""Every address × method × kind of login against one table. An address that is not in it fails the build."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import auth
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone
from pghistory.models import Event

from attendance.models import FilingRow, TakeOver
from config.api_tokens import create_token
from config.models import ApiToken
from learners.models import Area, CompetencyRecord, Learner, LearnerProgression, TrainingRecord
from tests.factories import files
from tests.factories.attendance import FilingRowFactory, SessionAttendeeFactory
from tests.factories.imports import DoneImportFactory, ImportAliasFactory, ImportFactory
from tests.factories.jobs import job_with_file
from tests.factories.learners import (
    AreaRequirementFactory,
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    EvidenceUploadFactory,
    LearnerProgressionFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.taking_over import take_over
from tests.factories.training import TrainerFactory, UserFactory, active_class, scheduled_session
from tests.fixtures import client_of
from training.core.groups import SUPERVISORS, TRAINERS
from training.core.permissions import PermissionMiddleware
from training.models import Import, ImportAlias, ImportFile, Job, Session, Trainer, TrainerQualification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

NOBODY = frozenset[str]()
SUPERUSER = frozenset({"superuser"})
PLANNERS = SUPERUSER | {"supervisor"}
READERS = PLANNERS | {"auditor"}
WHO_ASKED = frozenset({"supervisor"})
ITS_MARKERS = PLANNERS | {"its trainer"}
ITS_READERS = READERS | {"its trainer"}
WITH_A_ROLE = ITS_READERS | {"other trainer"}
CALENDARS = PLANNERS | {"its trainer", "other trainer"}
LOGINS = WITH_A_ROLE | {"login without a role"}
EVERYBODY = LOGINS | {"anonymous", "disabled supervisor"}

# Who is let in by which method; one that is not named does nothing for anybody. HEAD goes with GET.
ACCESS: dict[str, dict[str, frozenset[str]]] = {
    "healthz": {"GET": EVERYBODY},
    "readyz": {"GET": EVERYBODY},
    "monitor": {"GET": EVERYBODY},
    "metrics": {},  # opened by its secret alone: tests/config/test_metrics.py
    "sent": {"GET": LOGINS},
    "calendar_feed": {},  # opened by its secret alone: tests/config/test_calendar_feeds.py
    "login": {"GET": EVERYBODY, "POST": EVERYBODY, "PUT": EVERYBODY},
    "logout": {"POST": EVERYBODY},
    "password_change": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},
    "password_change_done": {"GET": LOGINS},
    "account_login": {"GET": EVERYBODY, "POST": EVERYBODY, "PUT": EVERYBODY},
    "account_logout": {"POST": EVERYBODY},
    "account_inactive": {"GET": EVERYBODY},
    "account_reauthenticate": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},
    "confirm_by_company": {},  # there is a provider in tests/config/test_company_accounts.py only
    "openid_connect_login": {},
    "openid_connect_callback": {},
    "socialaccount_login_cancelled": {"GET": EVERYBODY},
    "mfa_authenticate": {"GET": EVERYBODY, "POST": EVERYBODY},  # who gave no password is led to the page for it
    "mfa_login_webauthn": {"GET": EVERYBODY, "POST": EVERYBODY, "PUT": EVERYBODY},
    "mfa_reauthenticate": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},  # without a code: to the password
    "mfa_reauthenticate_webauthn": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},
    "mfa_index": {"GET": LOGINS},
    "mfa_activate_totp": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},
    "mfa_deactivate_totp": {},  # of one's own app, where there is one: tests/config/test_second_factor.py
    "mfa_list_webauthn": {"GET": LOGINS},
    "mfa_add_webauthn": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},
    "mfa_edit_webauthn": {},  # of one's own passkeys, as above
    "mfa_remove_webauthn": {},
    "mfa_view_recovery_codes": {},  # one's own, as above
    "mfa_generate_recovery_codes": {"GET": LOGINS, "POST": LOGINS, "PUT": LOGINS},
    "site_health": {"GET": SUPERUSER},
    "history": {"GET": SUPERUSER},
    "users": {"GET": SUPERUSER},
    "user": {"GET": SUPERUSER},
    "user_disable": {"GET": SUPERUSER, "POST": SUPERUSER},
    "user_edit": {"GET": SUPERUSER, "POST": SUPERUSER},
    "user_enable": {"POST": SUPERUSER},
    "user_invite": {"GET": SUPERUSER, "POST": SUPERUSER},
    "user_new": {"GET": SUPERUSER, "POST": SUPERUSER},
    "user_second_factor_reset": {"GET": SUPERUSER, "POST": SUPERUSER},
    "user_token_new": {"GET": SUPERUSER, "POST": SUPERUSER},
    "user_trail": {"GET": SUPERUSER},
    "token_revoke": {"GET": SUPERUSER, "POST": SUPERUSER},
    "invitation_accept": {},  # opened by its secret alone: tests/config/test_users.py
    "attendance:today": {"GET": WITH_A_ROLE},
    "attendance:search": {"GET": WITH_A_ROLE},
    "attendance:classes": {"GET": WITH_A_ROLE},
    "attendance:class": {"GET": ITS_READERS},
    "attendance:class_captures": {"GET": WITH_A_ROLE},
    "attendance:class_capture": {"GET": ITS_MARKERS, "POST": ITS_MARKERS},
    "attendance:class_exception": {"POST": ITS_MARKERS},
    "attendance:class_meeting": {"GET": ITS_READERS},
    "attendance:class_void": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:class_hours": {"GET": WITH_A_ROLE, "POST": WITH_A_ROLE},
    "attendance:class_learners": {"GET": PLANNERS, "POST": PLANNERS},
    "attendance:imports": {"GET": PLANNERS},
    "attendance:import": {"GET": WHO_ASKED},
    "attendance:import_start": {"POST": PLANNERS},
    "attendance:import_agree": {"POST": WHO_ASKED},
    "attendance:import_answer": {"POST": WHO_ASKED},
    "attendance:import_check": {"POST": WHO_ASKED},
    "attendance:import_do": {"POST": WHO_ASKED},
    "attendance:import_drop": {"POST": WHO_ASKED},
    "attendance:import_undo": {"POST": SUPERUSER},
    "attendance:import_undo_preview": {"POST": SUPERUSER},
    "attendance:import_refused": {"GET": WHO_ASKED},
    "attendance:import_file": {"GET": SUPERUSER},
    "attendance:import_template": {"GET": PLANNERS},
    "attendance:aliases": {"GET": PLANNERS},
    "attendance:alias_revoke": {"POST": PLANNERS},
    "attendance:headings_revoke": {"POST": PLANNERS},
    "attendance:filing": {"GET": PLANNERS},
    "attendance:filing_agree": {"POST": WHO_ASKED},
    "attendance:filing_drop": {"POST": PLANNERS},
    "attendance:filing_file": {"POST": PLANNERS},
    "attendance:filing_paste": {"POST": PLANNERS},
    "attendance:filing_remove": {"POST": PLANNERS},
    "attendance:filing_edit": {"GET": WHO_ASKED, "POST": WHO_ASKED},
    "attendance:comparison": {"GET": READERS},
    "attendance:comparison_explain": {"POST": PLANNERS},
    "attendance:import_compare": {"POST": WHO_ASKED},
    "attendance:taking_over": {"GET": READERS},
    "attendance:taking_over_check": {"POST": PLANNERS},
    "attendance:taking_over_sample": {"GET": READERS, "POST": PLANNERS},
    "attendance:taking_over_sign": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:take_over_report": {"GET": READERS},
    "attendance:take_over_withdraw": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:matrix": {"GET": READERS},
    "attendance:matrix_cell": {"GET": READERS, "POST": PLANNERS},
    "attendance:matrix_course": {"GET": READERS, "POST": PLANNERS},
    "attendance:matrix_pack": {"GET": READERS, "POST": READERS},
    "attendance:progression_complete": {"GET": PLANNERS, "POST": PLANNERS},
    "attendance:progression_hold": {"GET": PLANNERS, "POST": PLANNERS},
    "attendance:progression_hours": {"GET": ITS_MARKERS, "POST": ITS_MARKERS},
    "attendance:progression_resume": {"GET": PLANNERS, "POST": PLANNERS},
    "attendance:record": {"GET": ITS_READERS},
    "attendance:record_certificate": {"GET": ITS_READERS},
    "attendance:record_evidence": {"GET": ITS_READERS},
    "attendance:record_evidence_page": {"GET": ITS_READERS},
    "attendance:record_evidence_view": {"GET": ITS_READERS},
    "attendance:record_evidence_check": {"GET": ITS_READERS},
    "attendance:record_revoke": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:sessions": {"GET": WITH_A_ROLE},
    "attendance:sessions_week": {"GET": WITH_A_ROLE},
    "attendance:session": {"GET": ITS_READERS},
    "attendance:session_add": {"POST": ITS_MARKERS},
    "attendance:session_candidates": {"GET": ITS_MARKERS},
    "attendance:session_correct": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:session_correct_sheet": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:session_duplicate": {"POST": PLANNERS},
    "attendance:session_evidence": {"GET": ITS_READERS, "POST": ITS_MARKERS},
    "attendance:session_evidence_page": {"GET": ITS_READERS},
    "attendance:session_evidence_view": {"GET": ITS_READERS},
    "attendance:session_evidence_check": {"GET": ITS_READERS},
    "attendance:session_finalize": {"GET": PLANNERS, "POST": PLANNERS},
    "attendance:session_mark": {"GET": ITS_MARKERS},
    "attendance:session_marks": {"POST": ITS_MARKERS},
    "attendance:session_remove": {"POST": PLANNERS},
    "attendance:session_certificates": {"GET": ITS_READERS, "POST": ITS_READERS},
    "attendance:session_repeat": {"POST": PLANNERS},
    "attendance:session_sheet": {"GET": ITS_READERS},
    "attendance:session_trail": {"GET": ITS_READERS},
    "attendance:session_undo": {"POST": ITS_MARKERS},
    "attendance:sign_off_attempt": {"POST": PLANNERS},
    "attendance:sign_off_evidence": {"GET": ITS_READERS},
    "attendance:sign_off_evidence_page": {"GET": ITS_READERS},
    "attendance:sign_off_evidence_view": {"GET": ITS_READERS},
    "attendance:sign_off_revoke": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:verify": {"GET": READERS},
    "attendance:verify_history": {"GET": READERS},
    "attendance:verify_many": {"POST": PLANNERS},
    "attendance:verify_one": {"POST": PLANNERS},
    "attendance:workers": {"GET": READERS},
    "attendance:worker": {"GET": READERS},
    "attendance:worker_data": {"GET": SUPERUSER, "POST": SUPERUSER},
    "attendance:worker_pack": {"GET": READERS, "POST": READERS},
    "attendance:worker_session_new": {"GET": PLANNERS, "POST": PLANNERS},
    "attendance:worker_trail": {"GET": READERS},
    "learners:areas": {"GET": READERS},
    "learners:area": {"GET": READERS},
    "learners:area_delete": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:area_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:area_new": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:area_requirement": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:area_requirement_new": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:area_requirement_remove": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:area_trail": {"GET": READERS},
    "learners:records": {"GET": READERS},
    "learners:record_certificate_add": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:roles": {"GET": READERS},
    "learners:role": {"GET": READERS},
    "learners:role_delete": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:role_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:role_new": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:role_requirement": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:role_requirement_new": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:role_requirement_remove": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:role_trail": {"GET": READERS},
    "learners:workers_change": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:course_askers": {"GET": READERS},
    "learners:course_delete": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:methods": {"GET": READERS},
    "learners:method_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:method_new": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:worker_badge": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:worker_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:worker_merge": {"GET": SUPERUSER, "POST": SUPERUSER},
    "learners:worker_new": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:worker_return": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:worker_status": {"GET": PLANNERS, "POST": PLANNERS},
    "learners:worker_unmerge": {"GET": SUPERUSER, "POST": SUPERUSER},
    "learners:worker_record_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:class_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:class_days": {"GET": PLANNERS},
    "training:class_activate": {"POST": PLANNERS},
    "training:class_delete": {"GET": PLANNERS, "POST": PLANNERS},
    "training:class_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:class_restart": {"POST": PLANNERS},
    "training:class_stop": {"GET": PLANNERS, "POST": PLANNERS},
    "training:calendar": {"GET": CALENDARS},
    "training:trainer_feed_end": {"GET": ITS_MARKERS, "POST": ITS_MARKERS},
    "training:trainer_feed_renew": {"GET": ITS_MARKERS, "POST": ITS_MARKERS},
    "training:venue_feed_end": {"GET": PLANNERS, "POST": PLANNERS},
    "training:venue_feed_renew": {"GET": PLANNERS, "POST": PLANNERS},
    "training:list_export": {"GET": WITH_A_ROLE, "POST": WITH_A_ROLE},
    "training:jobs": {"GET": LOGINS},
    "training:job": {"GET": WHO_ASKED},
    "training:job_cancel": {"POST": WHO_ASKED},
    "training:job_file": {"GET": WHO_ASKED},
    "training:job_progress": {"GET": WHO_ASKED},
    "training:library": {"GET": READERS},
    "training:companies": {"GET": READERS},
    "training:company": {"GET": READERS},
    "training:company_activate": {"POST": PLANNERS},
    "training:company_deactivate": {"POST": PLANNERS},
    "training:company_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:company_trail": {"GET": READERS},
    "training:company_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:courses": {"GET": READERS},
    "training:course": {"GET": READERS},
    "training:course_trail": {"GET": READERS},
    "training:course_version_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:course_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:qualification_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:qualification_remove": {"GET": PLANNERS, "POST": PLANNERS},
    "training:trainers": {"GET": READERS},
    "training:trainer": {"GET": READERS},
    "training:trainer_activate": {"POST": PLANNERS},
    "training:trainer_deactivate": {"POST": PLANNERS},
    "training:trainer_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:trainer_qualification_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:trainer_trail": {"GET": READERS},
    "training:trainer_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:venues": {"GET": READERS},
    "training:venue": {"GET": READERS},
    "training:venue_activate": {"POST": PLANNERS},
    "training:venue_deactivate": {"POST": PLANNERS},
    "training:venue_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:venue_trail": {"GET": READERS},
    "training:venue_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:version_archive": {"GET": PLANNERS, "POST": PLANNERS},
    "training:version_delete": {"GET": PLANNERS, "POST": PLANNERS},
    "training:version_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:version_publish": {"GET": PLANNERS, "POST": PLANNERS},
    "training:session_new": {"GET": PLANNERS, "POST": PLANNERS},
    "training:session_findings": {"GET": PLANNERS},
    "training:session_trainers": {"GET": PLANNERS},
    "training:session_edit": {"GET": PLANNERS, "POST": PLANNERS},
    "training:session_schedule": {"POST": PLANNERS},
    "training:session_cancel": {"GET": PLANNERS, "POST": PLANNERS},
    "training:session_delete": {"GET": PLANNERS, "POST": PLANNERS},
    "training:verify_pack": {"GET": EVERYBODY},  # it reads nothing
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
REFUSED = {401, 403, 404}


@dataclass(frozen=True)
class Site:
    """One thing of each kind that an address can name."""

    session: Session
    learner: Learner
    record: TrainingRecord
    progression: LearnerProgression
    area: Area
    sign_off: CompetencyRecord
    job: Job
    waiting: Import
    done: Import
    alias: ImportAlias
    filing: FilingRow
    take_over: TakeOver
    token: ApiToken

    def address_of(self, name: str) -> str:
        """Return the address of that name, about these things."""
        about: dict[str, Any] = {
            "pk": self.record.pk if "record" in name else self.session.pk,
            "learner_id": self.learner.pk,
            "page": 1,
            "key": "k" * 22,
            "name": "sessions",  # the other lists: tests/attendance/papers/test_lists.py
        }
        if "worker" in name:
            about["pk"] = self.learner.pk
        if ":class" in name:
            about |= {"pk": self.progression.training_class_id, "day": self.progression.start_date}
        if ":sign_off" in name or ":verify" in name:
            about["pk"] = self.sign_off.pk
        if ":matrix" in name:
            is_cell = name.endswith("_cell")
            about |= {"pk": self.learner.pk if is_cell else self.session.course_id, "course_id": self.session.course_id}
        if name.startswith(("learners:role", "learners:area")):
            about |= {
                "pk": self.area.pk if ":area" in name else self.learner.role_id,
                "course_id": self.session.course_id,
            }
        about |= self._of_moving_in(name)
        if name.startswith("user"):
            about["pk"] = self.token.user_id
        if name.startswith("token"):
            about["pk"] = self.token.pk
        if ":job" in name:
            about["pk"] = self.job.pk
        if ":import" in name:
            about |= {
                "pk": (self.done if name.endswith(("_undo", "_undo_preview", "_file")) else self.waiting).pk,
                "kind": "workers",
                "number": 1,
            }
        if ":alias" in name:
            about["pk"] = self.alias.pk
        if ":method" in name:
            about["pk"] = self.sign_off.method_id
        if ":progression" in name:
            about["pk"] = self.progression.pk
        about["pk"] = self._in_library().get(name.partition(":")[2].partition("_")[0], about["pk"])
        wanted = _patterns()[name].pattern.converters
        return reverse(name, kwargs={key: about[key] for key in wanted})

    def _of_moving_in(self, name: str) -> dict[str, Any]:
        known = {
            "attendance:comparison": self.take_over.comparison_id,
            "attendance:comparison_explain": self.take_over.comparison_id,
            "attendance:filing_agree": self.filing.paste_id,
            "attendance:filing_edit": self.filing.pk,
            "attendance:take_over_report": self.take_over.pk,
            "attendance:take_over_withdraw": self.take_over.pk,
        }
        if name == "attendance:taking_over_check":
            return {"pk": self.take_over.sample.records.get().pk}
        return {"pk": known[name]} if name in known else {}

    def _in_library(self) -> dict[str, Any]:
        session, training_class = self.session, self.progression.training_class
        assert training_class is not None
        held = TrainerQualification.objects.values_list("pk", flat=True)
        return {
            "company": training_class.client_id,
            "course": session.course_id,
            "qualification": held.filter(trainer=session.trainer).first(),
            "trainer": session.trainer_id,
            "venue": session.venue_id,
            "version": session.course_version_id,
        }

    def body(self) -> dict[str, Any]:
        """Return what makes sense to one address or another, so that nobody is refused for bad input."""
        return {
            "learner": self.learner.pk,
            "course": self.session.course_id,
            "reason": "Storm",
            "deed": "role",
            "file": files.upload(files.pdf(2), "sheet.pdf"),
        }


@pytest.fixture
def people(trainer: Trainer, trainer_user: User, supervisor: User, auditor: User, superuser: User) -> dict[str, Client]:
    """A client of every kind of login."""
    other = UserFactory(groups=[TRAINERS])
    TrainerFactory(user=other)
    clients = {
        "anonymous": Client(),
        "disabled supervisor": client_of(UserFactory(groups=[SUPERVISORS])),
        "login without a role": client_of(UserFactory(is_staff=True)),
        "auditor": client_of(auditor),
        "its trainer": client_of(trainer_user),
        "other trainer": client_of(other),
        "supervisor": client_of(supervisor),
        "superuser": client_of(superuser),
    }
    disabled = clients["disabled supervisor"].session["_auth_user_id"]
    User.objects.filter(pk=disabled).update(is_active=False)
    assert set(clients) == EVERYBODY
    return clients


@pytest.fixture
def new_site(trainer: Trainer, supervisor: User, evidence_dir: Path) -> Callable[[], Site]:
    """Makes a site with a session of `trainer`, its list, its signed sheet and a record of it, and a class.

    A file waits for `supervisor`, and so does an import; another one is done.
    """
    content = files.pdf()
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"sha256/{sha256[:2]}/{sha256}.pdf"
    (evidence_dir / key).parent.mkdir(parents=True)
    (evidence_dir / key).write_bytes(content)

    def build() -> Site:
        session = scheduled_session(trainer=trainer, attendance_file_key=key, attendance_file_hash=sha256)
        EvidenceUploadFactory(session=session, key=key, sha256=sha256, size=len(content))
        learner = SessionAttendeeFactory(session=session).learner
        record = TrainingRecordFactory(
            learner=learner,
            course_version=session.course_version,
            session=session,
            provider=None,
            evidence_file_key=key,
            evidence_hash=sha256,
        )
        progression = LearnerProgressionFactory(training_class=active_class(agent=trainer))
        sign_off = CompetencyRecordFactory(
            session=session, evidence_file_key=key, evidence_hash=sha256, method=AssessmentMethodFactory()
        )
        RoleRequirementFactory(role=learner.role, course=session.course)
        area = AreaRequirementFactory(course=session.course).area
        done = DoneImportFactory()
        ImportFile.objects.create(
            of=done, number=1, name="crew.pdf", size=len(content), sha256=sha256, evidence_key=key
        )
        return Site(
            session=session,
            learner=learner,
            record=record,
            progression=progression,
            area=area,
            sign_off=sign_off,
            job=job_with_file(asked_by=supervisor),
            waiting=ImportFactory(started_by=supervisor),
            done=done,
            alias=ImportAliasFactory(),
            filing=FilingRowFactory(owner=supervisor),
            take_over=take_over(record),
            token=create_token(user=UserFactory(), name="Gate", by=UserFactory(is_superuser=True), now=timezone.now())[
                0
            ],
        )

    return build


@pytest.mark.parametrize("name", ACCESS)
def test_every_method_of_an_address_lets_in_whom_the_table_names(
    name: str, people: dict[str, Client], new_site: Callable[[], Site]
):
    access = ACCESS[name] | ({"HEAD": ACCESS[name]["GET"]} if "GET" in ACCESS[name] else {})
    site = new_site()
    before = _events()
    for method in METHODS:
        for person, client in people.items():
            is_let_in = person in access.get(method, NOBODY)
            may_change = is_let_in and method == "POST"
            if may_change:
                site = new_site()  # what one person changes must not decide about the next
            browser = _fresh(client) if may_change else client
            body = site.body() if method == "POST" else None
            response = getattr(browser, method.lower())(site.address_of(name), body)
            assert response["Cache-Control"] == "no-store", (method, person)
            assert "HX-Request" in response["Vary"], (method, person)
            answered = f"{method} {name} as {person}: {response.status_code}"
            _close(response)
            if is_let_in:
                assert _is_let_in(response), answered
            elif method in access:
                assert _is_refused(response), answered
            else:
                assert response.status_code in {302, *REFUSED, 405}, answered
            after = _events()
            assert may_change or after == before, f"{answered}, and business data changed"
            before = after


@pytest.mark.parametrize("name", ACCESS)
def test_every_change_needs_the_token_of_the_page(name: str, superuser: User, new_site: Callable[[], Site]):
    client = Client(enforce_csrf_checks=True)
    client.force_login(superuser)

    assert client.post(new_site().address_of(name)).status_code in {403, 405}


def test_every_address_is_in_the_table():
    elsewhere = ("admin:", "api:")  # below, and in tests/api/test_access.py
    names = {name for name in _patterns() if not name.startswith(elsewhere)}

    assert names == set(ACCESS)


@pytest.mark.parametrize("person", sorted(EVERYBODY - SUPERUSER))
def test_every_address_of_admin_is_for_superusers_only(person: str, people: dict[str, Client]):
    """Asks the one gate that every request passes, which is quick enough for hundreds of addresses."""
    gate = PermissionMiddleware(lambda request: HttpResponse())
    assert _is_refused(people[person].get("/admin/"))
    user = auth.get_user(people[person])
    for name, pattern in _patterns().items():
        if name.startswith("admin:"):
            for method in METHODS:
                request: Any = RequestFactory().generic(method, reverse(name, kwargs=_any(pattern)))
                request.user, request.resolver_match = user, resolve(request.path)
                try:
                    answer = gate.process_view(request, request.resolver_match.func, (), {})
                except PermissionDenied:
                    continue
                assert answer is not None, f"{method} {name} as {person}"
                assert _is_refused(answer), f"{method} {name} as {person}: {answer.status_code}"


def test_no_get_of_admin_changes_business_data(people: dict[str, Client], new_site: Callable[[], Site]):
    site = new_site()
    known = {"session": site.session, "learner": site.learner, "trainingrecord": site.record}
    before = _events()
    for name, pattern in _patterns().items():
        if name.startswith("admin:"):
            about = known.get(name.split("_")[1]) if "_" in name else None
            kwargs = {**_any(pattern), **({"object_id": about.pk} if about and "object_id" in _any(pattern) else {})}
            response = people["superuser"].get(reverse(name, kwargs=kwargs))
            assert response.status_code < 500, f"GET {name}: {response.status_code}"
    assert _events() == before


@cache
def _patterns() -> Mapping[str, URLPattern]:
    """Return every address of the site by its full name."""
    return dict(_walk(get_resolver().url_patterns, ()))


def _walk(patterns: Any, namespaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner)
        elif pattern.name:
            yield ":".join((*namespaces, pattern.name)), pattern
        else:
            # Admin's own: its redirect from addresses of an older form, and "page not found" for who is logged in.
            assert namespaces == ("admin",), f"{pattern} has no name, so no line in the table"


def _any(pattern: URLPattern) -> dict[str, Any]:
    """Return some value for each part of an address."""
    values = {"object_id": "1", "id": "1", "app_label": "training", "url": "x"}
    return {key: values[key] for key in pattern.pattern.regex.groupindex}


def _is_refused(response: Any) -> bool:
    """Tell whether a person was turned away: to the login page, as not permitted, or as if there were nothing."""
    if response.status_code == 302:
        return bool(response["Location"].startswith("/login/?next="))
    return response.status_code in REFUSED


def _is_let_in(response: Any) -> bool:
    return response.status_code < 500 and response.status_code != 405 and not _is_refused(response)


def _fresh(client: Client) -> Client:
    """Return a client of the same login, whom logging out the first one leaves logged in."""
    key = client.session.get("_auth_user_id") if client.cookies else None
    user = User.objects.filter(pk=key, is_active=True).first() if key else None
    return client_of(user) if user else Client()


def _close(response: Any) -> None:
    """Close the file of a download that nobody reads."""
    for close in response._resource_closers:
        close()


def _events() -> int:
    """Return how many changes of business data there have been."""
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, Event)]
    counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in tables if table != "pghistory_events")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        (count,) = cursor.fetchone()
    return int(count)
