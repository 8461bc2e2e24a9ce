"""Programs that ask the API, with a token of each kind of login."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.api_tokens import create_token
from config.models import ApiToken


@pytest.fixture
def token_of(superuser: User) -> Callable[[User], str]:
    def token(user: User) -> str:
        scope = ApiToken.Scope.ADMIN if user.is_superuser else ApiToken.Scope.WRITE
        return create_token(user=user, name="Gate", by=superuser, now=timezone.now(), scope=scope)[1]

    return token


@pytest.fixture
def program_of(token_of: Callable[[User], str]) -> Callable[[User], Client]:
    """A client that sends a token of a login, and no cookie."""

    def program(user: User) -> Client:
        return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token_of(user)}"})

    return program


@pytest.fixture
def as_planner(program_of: Callable[[User], Client], supervisor: User) -> Client:
    return program_of(supervisor)
