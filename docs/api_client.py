"""An example client of SiteProof's JSON API, with nothing but Python's standard library.

It does the whole main job: plan a session, book it, fill its list, mark attendance, upload the signed sheet, finalize.
It also enters certificates of other providers, gives practical sign-offs and captures the hours of classes.

    site = SiteProof("https://training.example.com", token="sp_…")
    session = site.create_draft(course_id=1)
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypedDict, cast
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SESSIONS = "/api/v1/training/sessions"
TIMEOUT_SECONDS = 60


class Session(TypedDict):
    """Some of the fields of a session; the document of the API names all."""

    id: int
    reference: str
    status: str
    version: int
    attendeeCount: int
    allowedActions: list[str]


class Mark(TypedDict):
    learnerId: int
    isPresent: bool
    hasPassed: bool


class Finalized(TypedDict):
    finalizedAt: str
    trainingRecords: int
    passed: int
    failed: int
    competencyRecords: int


class ProblemError(Exception):
    """The site declined: `detail` is a sentence for people, `errors` are by field, `conflict` is what is in the way."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.status: int = problem["status"]
        self.detail: str = problem["detail"]
        self.errors: Mapping[str, Sequence[str]] = problem.get("errors") or {}
        self.conflict: Mapping[str, Any] = problem.get("conflict") or {}


@dataclass(frozen=True)
class SiteProof:
    """Asks one site with one token, of the scope `write` for all that is below."""

    address: str
    token: str

    def create_draft(self, *, course_id: int) -> Session:
        return cast(Session, self._send("POST", f"{SESSIONS}/draft", {"courseId": course_id}))

    def schedule(
        self, session_id: int, *, trainer_id: int, venue_id: int, start_time: datetime, end_time: datetime
    ) -> Session:
        """Book a draft; the times carry their offset."""
        plan = {
            "trainerId": trainer_id,
            "venueId": venue_id,
            "startTime": start_time.isoformat(),
            "endTime": end_time.isoformat(),
        }
        return cast(Session, self._send("PATCH", f"{SESSIONS}/{session_id}/schedule", plan))

    def session(self, session_id: int) -> Session:
        return cast(Session, self._send("GET", f"{SESSIONS}/{session_id}"))

    def suggestions(self, session_id: int) -> Iterator[Mapping[str, Any]]:
        """Yield who could be put on the list, the most urgent first."""
        return self._pages(f"{SESSIONS}/{session_id}/attendee-suggestions")

    def add_attendees(self, session_id: int, learner_ids: Sequence[int]) -> Mapping[str, Any]:
        return self._send("POST", f"{SESSIONS}/{session_id}/attendees", {"learnerIds": list(learner_ids)})

    def mark(self, session_id: int, marks: Sequence[Mark]) -> Mapping[str, Any]:
        return self._send("PATCH", f"{SESSIONS}/{session_id}/attendance", {"attendees": list(marks)})

    def upload_sheet(self, session_id: int, sheet: Path) -> Mapping[str, Any]:
        """Upload the signed attendance sheet; a PDF, JPEG or PNG."""
        return self._upload(f"{SESSIONS}/{session_id}/evidence", sheet)

    def finalize(self, session_id: int) -> Finalized:
        """Turn attendance into records; there is no way back."""
        return cast(Finalized, self._send("POST", f"{SESSIONS}/{session_id}/finalize"))

    def compliance(self, learner_id: int) -> Mapping[str, Any]:
        """Return whether somebody is cleared, and why."""
        return self._send("GET", f"/api/v1/compliance/{learner_id}")

    def record_external(
        self,
        certificate: Path,
        *,
        learner_id: int,
        course_id: int,
        provider_id: int,
        completion_date: date,
        expiry_date: date | None,
    ) -> Mapping[str, Any]:
        """Enter a certificate that another provider gave; without `expiry_date` it does not expire."""
        facts = {
            "learnerId": learner_id,
            "courseId": course_id,
            "providerId": provider_id,
            "completionDate": completion_date.isoformat(),
            "expiryDate": expiry_date.isoformat() if expiry_date else None,
        }
        return self._upload("/api/v1/training/records", certificate, facts)

    def pending_sign_offs(self) -> Iterator[Mapping[str, Any]]:
        """Yield the practical sign-offs that are owed, the oldest first."""
        return self._pages("/api/v1/competency/pending")

    def sign_off(self, record_id: int, *, method_id: int, assessed_on: date) -> Mapping[str, Any]:
        """Say that somebody is competent, which makes the training record."""
        result = {"status": "COMPETENT", "methodId": method_id, "assessedOn": assessed_on.isoformat()}
        return self._send("PATCH", f"/api/v1/competency/{record_id}/verify", result)

    def capture(self, class_id: int, day: date, hours_present: Mapping[int, float]) -> Mapping[str, Any]:
        """Log the hours of a meeting by learner; whoever is not named was there all the time."""
        learners = [{"learnerId": each, "hoursPresent": hours} for each, hours in hours_present.items()]
        return self._send("POST", f"/api/v1/classes/{class_id}/sessions/{day}/capture", {"learners": learners})

    def _pages(self, path: str, limit: int = 100) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while items := self._send("GET", f"{path}?{urlencode({'limit': limit, 'offset': offset})}")["items"]:
            yield from items
            offset += limit

    def _send(self, method: str, path: str, values: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        body = None if values is None else json.dumps(values).encode()
        return self._ask(method, path, body, "application/json")

    def _upload(self, path: str, file: Path, data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        boundary = secrets.token_hex(16)
        begin, end = f"--{boundary}\r\nContent-Disposition: form-data; name=", f"\r\n--{boundary}--\r\n"
        facts = f'{begin}"data"\r\n\r\n{json.dumps(data)}\r\n' if data else ""
        head = f'{facts}{begin}"file"; filename="{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + end.encode()
        return self._ask("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def _ask(self, method: str, path: str, body: bytes | None, content_type: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        request = Request(self.address + path, data=body, method=method, headers=headers)  # noqa: S310  # our own site
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # as above
                return cast(Mapping[str, Any], json.load(answer))
        except HTTPError as error:
            with error:
                raise ProblemError(json.load(error)) from error
