"""The objects of the document: every field, always there, under one name each."""

from typing import Any

import pytest
from ninja import Schema

from config.api import api
from training.core.api.objects import Problem

SPECIFIED = {
    "SessionObject": """
        id courseId courseCode courseTitle courseVersionId reference requiresVerification trainerId trainerName venueId
        venueName venueCapacity startTime endTime status attendeeCount markedCount capacityExceeded evidence finalizedAt
        finalizedBy cancellationReason allowedActions lastAct version createdAt updatedAt
    """,
    "ListActObject": "id kind workers doneBy doneAt",
    "UndoneObject": "kind restored left wasUndone",
    "EvidenceObject": "key sha256 size contentType uploadedAt uploadedBy sheet",
    "SheetObject": "pages told warnings",
    "SheetPageObject": "filePage issuedHere reference listVersion page pages",
    "Stored": "key sha256 size contentType",
    "AttendeeObject": """
        line learnerId badgeId name companyName learnerStatus status isPresent hasPassed remarks markedBy markedAt
        version
    """,
    "AddedObject": "added alreadyListed capacityWarning",
    "Finalized": "finalizedAt trainingRecords passed failed competencyRecords",
    "Suggestion": """
        learnerId badgeId name companyName roleTitle group status reason expiryDate dueDate clash alreadyBooked
        missingPrerequisites
    """,
    "Clash": "sessionId startTime endTime",
    "BookingObject": "sessionId startTime",
    "CourseObject": """
        id code title versionId versionNumber durationMinutes validityMonths requiresVerification minimumScore
    """,
    "TrainerObject": "id name kind companyName bookedMinutesThisWeek label",
    "VenueObject": "id name capacity location",
    "Availability": "trainerAvailable venueAvailable conflictingSession tentative",
    "LearnerObject": """
        id badgeId firstName lastName otherName status companyId companyName roleId roleTitle supervisorId startDate
        endDate numbers complianceStatus
    """,
    "ComplianceObject": "overallStatus cleared learnerStatus updatedAt items",
    "ItemObject": "courseCode courseTitle status reason expiryDate dueDate",
    "RecordObject": """
        id learnerId courseId courseCode courseTitle completionDate expiryDate result sessionId providerName evidence
        fromRegister calculated supersedes revoked createdAt
    """,
    "EvidenceKey": "key sha256",
    "Revoked": "reason at by",
    "CompetencyObject": """
        id learnerId courseId sessionId attempt status trainingDate assessedBy assessedAt methodId remarks
        trainingRecordId
    """,
    "ClassObject": "id classCode clientName courseCode agentName status startDate endDate",
    "MeetingObject": "sessionId sessionDate status scheduledHours blocked capturedBy capturedAt",
    "ProgressionObject": """
        id learnerId courseCode classId status startDate completionDate hoursTrained hoursPresent hoursAbsent
        progressPercent attendanceRate log
    """,
    "JobObject": "id kind title state progress failure result askedAt startedAt endedAt",
    "ProgressObject": "done total",
    "ResultObject": "name contentType size sha256 keptUntil",
}
APPS = {"attendance", "learners", "training"}
CONFLICT = ["kind", "sessionId", "startTime", "endTime", "learnerId", "theirs", "yours"]


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    found: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/")["components"]["schemas"]
    return found


@pytest.mark.parametrize("name", SPECIFIED)
def test_an_object_has_its_fields_and_none_is_ever_absent(parts: dict[str, Any], name: str):
    fields = SPECIFIED[name].split()

    assert list(parts[name]["properties"]) == fields
    assert sorted(parts[name]["required"]) == sorted(fields)


def test_a_conflict_has_its_fields(parts: dict[str, Any]):
    assert list(parts["ConflictObject"]["properties"]) == CONFLICT


def test_each_part_of_the_document_is_one_thing():
    """Parts go by the name of their class: of two with the same name the document would tell one for both."""
    names = [each.__name__ for each in _descendants(Schema) if each.__module__.split(".")[0] in APPS]

    assert Problem.__name__ in names
    assert sorted(names) == sorted(set(names))


def test_what_a_list_is_narrowed_to_is_told_with_its_own_words():
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]

    def offered(path: str) -> list[str]:
        (status,) = [each for each in paths[path]["get"]["parameters"] if each["name"] == "status"]
        words: list[str] = status["schema"]["anyOf"][0]["enum"]
        return words

    assert offered("/api/v1/training/sessions") == ["DRAFT", "SCHEDULED", "COMPLETED", "CANCELLED"]
    assert offered("/api/v1/learners") == ["ACTIVE", "INACTIVE", "BLACKLISTED"]
    assert offered("/api/v1/classes") == ["DRAFT", "ACTIVE", "STOPPED"]


def _descendants(kind: type) -> set[type]:
    children: list[type] = kind.__subclasses__()
    return {*children, *(each for child in children for each in _descendants(child))}
