"""Generated requests against the API's own document: no failure, nothing undocumented, whoever asks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from config.api import api
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import (
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    LearnerProgressionFactory,
    TrainingRecordFactory,
)
from tests.factories.training import active_class
from training.models import Trainer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir", "site")]

LOGINS = ("supervisor", "auditor", "trainer_user", "anonymous")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
SHORT = ("--phases=fuzzing", "--max-examples=1")
LONG = ("--phases=examples,coverage,fuzzing", "--max-examples=40")
AT_LEAST = 2_500  # requests of each of the four logins


@pytest.fixture
def site(trainer: Trainer) -> None:
    session_ready_to_finalize(trainer=trainer)
    TrainingRecordFactory()
    CompetencyRecordFactory()
    AssessmentMethodFactory()
    LearnerProgressionFactory(training_class=active_class(agent=trainer))


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The live document, which a login is needed to read."""
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    return file


@pytest.mark.parametrize("login", LOGINS)
def test_every_answer_is_as_documented(
    login: str,
    document: Path,
    live_server: LiveServer,
    token_of: Callable[[User], str],
    settings: Settings,
    request: pytest.FixtureRequest,
    long: bool,
):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    headers = []
    if login != "anonymous":
        headers = ["--header", f"Authorization: Bearer {token_of(request.getfixturevalue(login))}"]

    run = subprocess.run(
        [
            SCHEMATHESIS,
            f"--config-file={CONFIGURATION}",
            "run",
            document,
            f"--url={live_server.url}",
            "--checks=all",
            "--seed=1",
            "--no-color",
            "--continue-on-failure",
            *(LONG if long else SHORT),
            *headers,
        ],
        cwd=document.parent,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    generated = re.search(r"(\d+) generated", run.stdout)
    assert generated is not None, run.stdout
    assert int(generated[1]) >= (AT_LEAST if long else len(api.get_openapi_schema()["paths"]))
