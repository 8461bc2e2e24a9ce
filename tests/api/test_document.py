"""Generated requests against the API's own document: no failure, nothing undocumented, whoever asks."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as profile
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.api import api
from config.wsgi import application
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import TrainingRecordFactory
from training.models import Trainer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("evidence_dir", "site", "_one_connection"),
    # The requests of schemathesis do not close their answers, as a server does, and with them what was uploaded.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LOGINS = ("supervisor", "auditor", "trainer_user", "anonymous")
SHORT, LONG = 2, 110  # requests of each operation and login; 25 operations and 4 logins make 11,000
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def site(trainer: Trainer) -> None:
    session_ready_to_finalize(trainer=trainer)
    TrainingRecordFactory()


@pytest.fixture
def _one_connection(db: None) -> Iterator[None]:
    """Requests stay within the transaction of the test, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _operations() -> list[tuple[str, str]]:
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return [(path, method.upper()) for path, methods in paths.items() for method in methods]


@cache
def _schema() -> Any:
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/"))
    schema.app = application
    return schema


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize(("path", "method"), _operations())
def test_every_answer_is_as_documented(
    path: str,
    method: str,
    login: str,
    token_of: Callable[[User], str],
    request: pytest.FixtureRequest,
    long: bool,
):
    headers = {}
    if login != "anonymous":
        headers["Authorization"] = f"Bearer {token_of(request.getfixturevalue(login))}"
    schema = _schema()

    @profile(
        max_examples=LONG if long else SHORT,
        deadline=None,
        database=None,
        derandomize=not long,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy())
    def ask(case: Any) -> None:
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)

    with override_settings(API_REQUESTS_PER_MINUTE=1_000_000, ALLOWED_HOSTS=["*"]):
        ask()
