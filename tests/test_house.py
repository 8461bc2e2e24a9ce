"""One way for each thing, where a linter does not see it: how services write, and how they say no."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = ("training", "learners", "attendance", "config")
# A job is written down in steps of its own, so that what a worker has begun stays known when it is killed.
STEPS_OF_THEIR_OWN = {"training/services/jobs.py", "training/services/job_runs.py"}
OPENS = re.compile(r"transaction\.atomic\(|with database_refusals\(\)|as_person\(")


def services() -> list[str]:
    rooms = [CHECKOUT / app / "services" for app in APPS] + [CHECKOUT / "learners" / "evidence"]
    found = [path for room in rooms for path in room.glob("*.py")]
    return sorted(str(path.relative_to(CHECKOUT)) for path in found)


def test_there_are_services() -> None:
    assert len(services()) > 20


@pytest.mark.parametrize("path", services())
def test_a_service_opens_its_transaction_by_acting(path: str) -> None:
    text = (CHECKOUT / path).read_text()
    assert bool(OPENS.search(text)) == (path in STEPS_OF_THEIR_OWN)


def test_what_is_not_there_is_one_refusal() -> None:
    said = [
        str(path.relative_to(CHECKOUT))
        for app in APPS
        for path in (CHECKOUT / app).rglob("*.py")
        if re.search(r"^    status = 404$", path.read_text(), re.MULTILINE)
    ]
    # A file that is missing in the store is told apart by whoever verifies the store.
    assert sorted(said) == ["learners/evidence/store.py", "training/core/refusals.py"]
