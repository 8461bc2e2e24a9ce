"""`manage.py demo_workbooks`: what it refuses."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories.learners import LearnerFactory

pytestmark = pytest.mark.django_db


def test_there_are_no_workbooks_of_a_demo_that_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not loaded"):
        call_command("demo_workbooks", tmp_path / "books")
    assert not (tmp_path / "books").exists()


def test_workers_of_somebody_else_are_not_handed_out(tmp_path: Path) -> None:
    LearnerFactory()
    with pytest.raises(CommandError, match="not the demo"):
        call_command("demo_workbooks", tmp_path / "books")
    assert not (tmp_path / "books").exists()
