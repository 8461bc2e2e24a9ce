"""Rows that were there before the seals are sealed late, and say so (T4)."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.utils import timezone

from config.ledger import triggers
from config.ledger.anchors import Anchored
from config.ledger.log import grow
from config.ledger.report import Wrong
from config.ledger.sealed_tables import SEALED_TABLES
from config.ledger.verify import verify_ledger
from tests.config.ledger.world import make_world
from tests.factories.learners import LearnerFactory
from training.models import LogCheckpoint, Seal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

LEDGER = (
    "training_logentry",
    "training_logcheckpoint",
    "training_log",
    "training_sealpending",
    "training_sealopening",
    "training_seal",
)


def sql(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


def log() -> None:
    with connection.cursor() as cursor:
        grow(cursor, key=KEY, name="training.example.com/log")


def outside() -> list[Anchored]:
    return [Anchored(note, timezone.now(), "anchor") for note in LogCheckpoint.objects.values_list("note", flat=True)]


def test_t4_rows_of_before_are_sealed_late_once_and_say_so() -> None:
    make_world()
    for table in LEDGER:
        sql(f"SET LOCAL session_replication_role = replica; DELETE FROM {table}")
    sql("SET LOCAL session_replication_role = origin")
    LearnerFactory()
    log()
    early = Seal.objects.count()

    for _again in range(2):
        for sealed in SEALED_TABLES:
            sql(triggers.seal_late(sealed))
    log()

    late = [json.loads(leaf) for leaf in Seal.objects.order_by("pk").values_list("leaf", flat=True)][early:]
    assert len(late) > 50
    assert all(told["late"] is True for told in late)
    # The checkpoint of before lacks them, and their rows are older: that is what late means.
    assert verify_ledger(anchored=outside()).findings == []


def test_t4_a_row_without_a_seal_is_found_and_never_sealed_afterwards() -> None:
    sql("SET LOCAL session_replication_role = replica")
    worker = LearnerFactory()
    sql("SET LOCAL session_replication_role = origin")
    log()
    assert (Wrong.ROW_UNSEALED, "worker", worker.pk) in {
        (each.wrong, each.kind, each.row) for each in verify_ledger(anchored=outside()).findings
    }
