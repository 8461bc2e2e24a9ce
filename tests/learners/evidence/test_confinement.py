"""E1: whoever takes over the reader by a hostile file has no file, no network, no other process."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from config import web_server
from learners.evidence import limited
from tests.factories import files
from training.core.confined import confinement
from training.core.confined.limited import CHECKOUT

GET_DUMPABLE = 3
NEVER = "another open file of the web process"


def _intrusion(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, free: bool) -> tuple[list[str], bytes]:
    """Return what an intruder reached, and the file afterwards."""
    monkeypatch.setattr(limited, "PROGRAM", "tests.learners.evidence.intruder")
    (tmp_path / "secret-key").write_text("secret")
    host = connection.settings_dict["HOST"] or "127.0.0.1"
    words: dict[str, Any] = {
        "secret": str(tmp_path / "secret-key"),
        "settings": str(CHECKOUT / "config" / "settings.py"),
        "directory": str(tmp_path),
        "database": [host, int(connection.settings_dict["PORT"] or 5432)],
        "free": free,
    }
    with tempfile.TemporaryFile() as file, (tmp_path / "open").open("w") as other:
        os.set_inheritable(other.fileno(), True)
        words["descriptor"] = other.fileno()
        file.write(files.pdf())
        file.flush()
        with limited.run("intrude", [file], **words) as answer:
            reached = json.load(answer)
        file.seek(0)
        return reached, file.read()


@pytest.mark.django_db
def test_an_intruder_in_the_reader_reaches_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reached, content = _intrusion(monkeypatch, tmp_path, free=False)
    assert reached == []
    assert content == files.pdf()


@pytest.mark.django_db
def test_control_without_confinement_the_intruder_reaches_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reached, content = _intrusion(monkeypatch, tmp_path, free=True)
    assert len(reached) == 14
    assert NEVER not in reached
    assert content != files.pdf()


def test_without_landlock_nothing_can_be_opened_at_all() -> None:
    """As on a kernel that has none: the filter alone."""
    calls = confinement.CALLS["x86_64"]
    number = next(int(each.split("=")[1]) for each in calls.split() if each.startswith("openat="))
    opening = (confinement.EQUAL, 0, 1, number)
    assert opening in confinement._program(calls, 0, may_open=True)
    assert opening not in confinement._program(calls, 0, may_open=False)


def test_the_web_process_hides_its_environment_from_its_account() -> None:
    child = os.fork()
    if child == 0:
        web_server.post_fork(None, None)
        os._exit(confinement._libc.prctl(GET_DUMPABLE, 0, 0, 0, 0))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert confinement._libc.prctl(GET_DUMPABLE, 0, 0, 0, 0) == 1  # the control: this process does not


def test_check_names_what_the_machine_does_not_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [each for each in run_checks() if each.id == "siteproof.W010"]
    monkeypatch.setattr(confinement, "_landlock_version", lambda: -1)
    (warning,) = [each for each in run_checks() if each.id == "siteproof.W010"]
    assert "Landlock" in warning.msg
    assert "seccomp" not in warning.msg
