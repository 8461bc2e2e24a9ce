"""The evidence store bears the mark of its site: after a migrate where that is certain, else on an operator's word."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from learners.evidence.mark import mark_after_migrate
from learners.evidence.store import MARK, mark_of_store, write_mark
from tests.factories.learners import EvidenceUploadFactory
from tests.factories.training import SessionFactory
from tests.site import IDENTITY

pytestmark = pytest.mark.django_db


@pytest.fixture
def unmarked(evidence_dir: Path) -> Path:
    (evidence_dir / MARK).unlink()
    return evidence_dir


def adopt(*arguments: str) -> str:
    out = io.StringIO()
    call_command("adopt_evidence_store", *arguments, stdout=out)
    return out.getvalue()


def test_migrate_marks_an_empty_store_of_a_new_site(unmarked: Path) -> None:
    mark_after_migrate(apps=apps)
    assert mark_of_store() == str(IDENTITY)


def test_migrate_marks_a_store_that_holds_a_file_of_the_site(unmarked: Path) -> None:
    EvidenceUploadFactory(session=SessionFactory())
    held = EvidenceUploadFactory(session=SessionFactory())
    (unmarked / held.key).parent.mkdir(parents=True, exist_ok=True)
    (unmarked / held.key).write_bytes(b"sheet")
    mark_after_migrate(apps=apps)
    assert mark_of_store() == str(IDENTITY)


def test_migrate_leaves_a_store_alone_that_holds_no_file_of_the_site(
    unmarked: Path, capsys: pytest.CaptureFixture
) -> None:
    EvidenceUploadFactory(session=SessionFactory())
    mark_after_migrate(apps=apps)
    assert mark_of_store() is None
    assert "See that its disk is mounted and migrate again" in capsys.readouterr().err


def test_migrate_leaves_the_store_of_another_site_alone(evidence_dir: Path, capsys: pytest.CaptureFixture) -> None:
    other = uuid4()
    write_mark(site=other)
    mark_after_migrate(apps=apps)
    assert mark_of_store() == str(other)
    assert "or another's" in capsys.readouterr().err


def test_an_operator_adopts_what_migrate_could_not_be_certain_of(unmarked: Path) -> None:
    EvidenceUploadFactory(session=SessionFactory())
    said = adopt()
    assert mark_of_store() == str(IDENTITY)
    assert "It holds 0 of the 1 newest files." in said
    assert "verify_evidence" in said


def test_the_store_of_another_site_is_adopted_only_when_that_is_said(evidence_dir: Path) -> None:
    other = uuid4()
    write_mark(site=other)
    with pytest.raises(CommandError, match=f"the mark of another site, {other}"):
        adopt()
    assert mark_of_store() == str(other)

    adopt("--from-another-site")

    assert mark_of_store() == str(IDENTITY)
