import errno
import os
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from config import database_roles, health
from learners.evidence.store import PROBE, list_stored
from tests.factories.jobs import PeriodicRunFactory
from tests.factories.learners import LearnerFactory

ROLE = f"siteproof_app_of_health_{os.getpid()}"
ALL_WELL = dict.fromkeys(health.READINESS, "ok")


@pytest.fixture(autouse=True)
def _as_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """The role of the tests may do everything, wherever they run."""
    monkeypatch.setattr(health, "IS_LOCAL", True)


def test_healthz_needs_neither_login_nor_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_that_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, ALL_WELL)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_names_the_part_that_fails_but_tells_no_details(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("connection to db.internal as siteproof failed")

    monkeypatch.setattr(health, "READINESS", {**health.READINESS, "database": fail})
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == ALL_WELL | {"database": "failed, see the log"}
    assert "db.internal" not in answer.content.decode()


@pytest.mark.django_db
def test_readyz_does_not_wait_for_a_database_that_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = Event()
    monkeypatch.setattr(health, "READINESS", {**health.READINESS, "database": let_go.wait})
    begun = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - begun < 3
    assert answer.status_code == 503
    assert answer.json() == dict.fromkeys(ALL_WELL, "no answer")
    let_go.set()


@pytest.mark.django_db
def test_readyz_complains_about_migrations_that_are_not_applied(client: Client) -> None:
    with mock.patch("config.health.MigrationExecutor.migration_plan", return_value=[object(), object()]):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == ALL_WELL | {"migrations": "2 migrations are not applied; run `manage.py migrate`"}


@pytest.mark.django_db
def test_readyz_writes_and_reads_a_probe(client: Client, evidence_dir: Path) -> None:
    assert client.get("/readyz").json() == ALL_WELL
    assert datetime.fromisoformat((evidence_dir / PROBE).read_text()).date() == timezone.now().date()
    assert list(list_stored()) == []  # what is ours is no evidence


@pytest.mark.django_db
def test_readyz_complains_about_a_store_that_takes_no_files(
    client: Client, evidence_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["evidence"].startswith("The evidence store is full.")


@pytest.mark.django_db
def test_readyz_complains_about_an_evidence_volume_that_is_not_mounted(client: Client, evidence_dir: Path) -> None:
    shutil.rmtree(evidence_dir)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["evidence"].startswith("The evidence store is not there: its disk may not be mounted.")
    assert not evidence_dir.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("days", "status"), [(1, 200), (2, 503)])
def test_c7_monitor_complains_when_the_nightly_run_was_missed_and_readyz_does_not(
    client: Client, days: int, status: int
) -> None:
    """An answer that ended yesterday waits for tonight's run; one that ended before that was missed."""
    LearnerFactory(compliance_holds_until=timezone.localdate() - timedelta(days=days))
    answer = client.get("/monitor")
    assert answer.status_code == status
    assert answer.json() == {
        "compliance": "ok" if status == 200 else "out of date",
        "limits": "ok",
        "periodic": "ok",
        "jobs": "ok",
        "backup": "ok",
    }
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_b2_monitor_complains_when_a_periodic_run_failed_and_readyz_does_not(client: Client) -> None:
    PeriodicRunFactory(outcome="FAILED", failure="The store of Ada Novak is full.")
    answer = client.get("/monitor")
    assert answer.status_code == 503
    assert answer.json()["periodic"] == "did not run, failed or found something wrong: see /health/"
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_complains_about_a_role_that_is_the_owner(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "IS_LOCAL", False)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    sentence = "the database role may do more than it should; `manage.py check --deploy` says what"
    assert answer.json() == ALL_WELL | {"role": sentence}


@pytest.mark.django_db
def test_a_right_too_many_is_what_the_role_is_refused_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "IS_LOCAL", False)
    database_roles.set_up(ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {ROLE}")
        health.READINESS["role"]()
        cursor.execute("RESET SESSION AUTHORIZATION")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION refuse_change() TO {ROLE}")
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {ROLE}")
        with pytest.raises(health.NotReadyError, match="may do more than it should"):
            health.READINESS["role"]()
        cursor.execute("RESET SESSION AUTHORIZATION")
