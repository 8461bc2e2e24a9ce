"""A site with files of evidence, sessions that can be finalized, and a place for backups."""

import hashlib
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command

from learners.models import Learner
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import EvidenceUploadFactory
from tests.factories.training import UserFactory, scheduled_session
from training.models import Session


def session_with_sheet(evidence: Path, learners: list[Learner], *, number: int, **fields: Any) -> Session:
    """Return a session that can be finalized, whose signed sheet lies in the store."""
    content = files.pdf() + b"%" * number + b"\n"
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{sha256[:2]}/{sha256}.pdf"
    (evidence / key).parent.mkdir(parents=True, exist_ok=True)
    (evidence / key).write_bytes(content)
    session = scheduled_session(attendance_file_key=key, attendance_file_hash=sha256, **fields)
    EvidenceUploadFactory(session=session, key=key, sha256=sha256, size=len(content))
    by = UserFactory()
    for learner in learners:
        SessionAttendeeFactory(session=session, learner=learner, present=True, marked_by=by)
    return session


def run(command: str, *arguments: object, **options: Any) -> tuple[str, str]:
    """Run a command, and return what it said and complained of."""
    out, err = io.StringIO(), io.StringIO()
    with suppress(SystemExit):  # of a command that complains
        call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
        assert err.getvalue() == ""
    return out.getvalue(), err.getvalue()
