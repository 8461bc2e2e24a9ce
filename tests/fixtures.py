"""Logins of every kind, clients that are logged in as them, and a place for files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from learners.evidence import asking
from learners.evidence.store import MARK
from tests.factories.training import SessionFactory, TrainerFactory, UserFactory
from tests.site import IDENTITY
from training.core.groups import AUDITORS, SUPERVISORS, TRAINERS
from training.models import Trainer


@pytest.fixture
def supervisor(db: None) -> User:
    return UserFactory(groups=[SUPERVISORS])


@pytest.fixture
def auditor(db: None) -> User:
    return UserFactory(groups=[AUDITORS])


@pytest.fixture
def trainer_user(db: None) -> User:
    """The login of the trainer in the fixture `trainer`."""
    return UserFactory(groups=[TRAINERS])


@pytest.fixture
def trainer(trainer_user: User) -> Trainer:
    return TrainerFactory(user=trainer_user)


@pytest.fixture
def superuser(db: None) -> User:
    return UserFactory(is_superuser=True, is_staff=True)


def client_of(user: User) -> Client:
    """Return a test client logged in as `user`."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_supervisor(supervisor: User) -> Client:
    return client_of(supervisor)


@pytest.fixture
def as_auditor(auditor: User) -> Client:
    return client_of(auditor)


@pytest.fixture
def as_trainer(trainer: Trainer, trainer_user: User) -> Client:
    return client_of(trainer_user)


@pytest.fixture
def as_superuser(superuser: User) -> Client:
    return client_of(superuser)


def _files_under(directory: Path) -> dict[str, Any]:
    """Return the settings that keep files under `directory`, with an evidence store that bears the site's mark."""
    mark = directory / "evidence" / MARK
    for made in (mark.parent.parent, mark.parent):
        made.mkdir(mode=0o700)
    mark.write_text(str(IDENTITY))
    options = {"location": str(directory / "evidence"), "base_url": None}
    backend = "learners.evidence.directory.EvidenceDirectory"
    return {
        "STORAGES": {
            **settings.STORAGES,
            "evidence": {"BACKEND": backend, "OPTIONS": options},
            "waiting": {"BACKEND": backend, "OPTIONS": {**options, "location": str(directory / "waiting")}},
        },
        "CACHES": {
            **settings.CACHES,
            "page_images": {**settings.CACHES["page_images"], "LOCATION": str(directory / "page-images")},
        },
    }


@pytest.fixture(scope="session", autouse=True)
def _files_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests never write into the evidence of the checkout."""
    with override_settings(**_files_under(tmp_path_factory.mktemp("files"))):
        yield


@pytest.fixture(autouse=True)
def _no_store_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store of one test was like says nothing of the next one's."""
    monkeypatch.setattr(asking, "_breaker", asking._Breaker())


@pytest.fixture(autouse=True)
def _sessions_begin_with_the_same_morning() -> None:
    """Otherwise the days of a test's sessions depend on how many sessions were made before it, up to the future."""
    SessionFactory.reset_sequence(0)


@pytest.fixture
def evidence_dir(tmp_path: Path) -> Iterator[Path]:
    """The directory of an evidence store that belongs to this test alone."""
    with override_settings(**_files_under(tmp_path)):
        yield tmp_path / "evidence"
