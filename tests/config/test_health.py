from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config import health
from tests.factories.learners import LearnerFactory

ALL_WELL = dict.fromkeys(health.CHECKS, "ok")


def test_healthz_needs_neither_login_nor_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_that_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, ALL_WELL)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_names_the_part_that_fails_but_tells_no_details(client: Client) -> None:
    failure = OperationalError("connection to db.internal as siteproof failed")
    with mock.patch("config.health.connection.cursor", side_effect=failure):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "failed, see the log"
    assert "db.internal" not in answer.content.decode()


@pytest.mark.django_db
def test_readyz_complains_about_migrations_that_are_not_applied(client: Client) -> None:
    with mock.patch("config.health.MigrationExecutor.migration_plan", return_value=[object(), object()]):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == ALL_WELL | {"migrations": "2 migrations are not applied; run `manage.py migrate`"}


@pytest.mark.django_db
def test_readyz_complains_about_an_evidence_store_that_takes_no_files(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(tmp_path / "file" / "below")}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == ALL_WELL | {"evidence": "the evidence directory is not writable"}


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "status"), [(1, 200), (2, 503)])
def test_c7_readyz_complains_when_the_nightly_run_was_missed(client: Client, days: int, status: int) -> None:
    """An answer that ended yesterday waits for tonight's run; one that ended before that was missed."""
    held_until = timezone.localdate() - timedelta(days=days)
    LearnerFactory(compliance_holds_until=held_until)
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert (answer.json() == ALL_WELL) is (status == 200)
    assert (str(held_until) in answer.json()["compliance"]) is (status == 503)
