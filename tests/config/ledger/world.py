"""A small site in which a row of every sealed kind stands, written by the services that write them."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from attendance.services.capture import void_capture
from config.ledger.following import PLACE
from config.ledger.log import sign_checkpoint
from learners.models import BadgePeriod, RegisterStanding, RequirementPeriod
from learners.services.learners import edit_learner
from tests.concurrency.writers import WRITERS
from tests.factories.imports import DoneImportFactory
from tests.factories.learners import (
    AreaFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RegisterRecordFactory,
    RevocationFactory,
)
from tests.factories.taking_over import explained, withdrawal
from tests.factories.training import UserFactory
from training.models import ClassAttendanceSession, Erasure, Log, PackMade

LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_NAME = "training.example.com/log"
SERVICES = (
    "attendance.services.finalize",
    "attendance.services.corrections",
    "learners.services.certificates",
    "learners.services.competency",
    "learners.services.external_records",
    "learners.services.hours",
    "learners.services.merging",
    "learners.services.progression",
    "learners.services.records",
    "learners.services.registers",
    "learners.services.requirements",
    "attendance.services.capture",
)


def make_world() -> User:
    """Make the site, and return the superuser who made most of it."""
    by: User = UserFactory(is_superuser=True, username="ada")
    for module in SERVICES:
        call: Callable[[], Any] = WRITERS[module](by)
        call()
    meeting = ClassAttendanceSession.objects.exclude(status="pending").first()
    assert meeting is not None
    now = timezone.now()
    void_capture(
        class_id=meeting.training_class_id, session_date=meeting.session_date, reason="Wrong day", by=by, now=now
    )
    WRITERS["attendance.services.capture"](by)()
    worker = LearnerFactory(badge_id="B-1", first_name="Olha", last_name="Sydorenko")
    edit_learner(learner_id=worker.pk, facts={"first_name": "Olga"}, by=by, now=now)
    LearnerAreaFactory(learner=worker, area=AreaFactory(name="Tank farm"))
    RegisterRecordFactory(learner=worker)
    RevocationFactory()
    withdrawal()
    DoneImportFactory()
    explained()
    PackMade.objects.create(
        subject="Olga Sydorenko",
        files_sha256="ab" * 32,
        files=3,
        records=1,
        revocations=0,
        made_by=by,
        made_at=now,
    )
    _begin_log()
    Erasure.objects.create(seals=[], rows={}, reason="Retention of no-shows", erased_by="operator")
    assert BadgePeriod.objects.exists()
    assert RequirementPeriod.objects.exists()
    assert RegisterStanding.objects.exists()
    return by


def _begin_log() -> None:
    """Begin a log that follows another one, whose row is therefore sealed and its first leaf."""
    log = Log.objects.create(origin=LOG_NAME, follows="the log of a site before this one")
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [log.pk, 0])
        sign_checkpoint(cursor, log=log.pk, origin=LOG_NAME, size=1, key=LOG_KEY)
