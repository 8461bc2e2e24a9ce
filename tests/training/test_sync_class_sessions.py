"""The command that brings meetings in step with schedules and holidays (H1)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories.training import TrainingClassFactory, active_class
from training.models import TrainingClass

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("sync_class_sessions", *words, stdout=out)
    return out.getvalue()


def test_h1_classes_follow_a_change_of_holidays(settings):
    settings.SITE_HOLIDAYS = ""
    first, second = active_class(), active_class()
    TrainingClassFactory()
    settings.SITE_HOLIDAYS = "DE"
    line = "0 added, 1 removed, 0 with other hours."
    assert run(str(first)) == f"{first}: {line}\nClasses: 1. Changed: 1.\n"
    assert run() == f"{second}: {line}\nClasses: 2. Changed: 1.\n"
    assert run() == "Classes: 2. Changed: 0.\n"


def test_h1_a_code_that_no_class_has_is_named():
    with pytest.raises(CommandError, match="NONE-1"):
        run("NONE-1")


def test_h1_a_schedule_that_cannot_be_read_keeps_no_other_class_back(settings):
    settings.SITE_HOLIDAYS = ""
    broken, sound = active_class(), active_class()
    TrainingClass.objects.filter(pk=broken.pk).update(schedule={"frequency": "sometimes"})  # as plain SQL could
    settings.SITE_HOLIDAYS = "DE"
    out = StringIO()
    with pytest.raises(CommandError, match=f"Not in step, for the reasons above: {broken}\\.$"):
        call_command("sync_class_sessions", stdout=out)
    assert f"{broken}: This schedule cannot be read." in out.getvalue()
    assert f"{sound}: 0 added, 1 removed" in out.getvalue()
