"""Logins of every kind, and clients that are logged in as them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories.training import TrainerFactory, UserFactory
from training.groups import AUDITORS, SUPERVISORS, TRAINERS
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
