"""Every table whose rows are sealed (T1). Whoever adds a column finds it here, or its reason for being left out."""

from config.ledger.declaration import TIMESTAMP, SealedTable

LAST_WRITTEN = {
    "updated_at": "says when the row was last written, whatever was changed",
    "updated_by_id": "says who last wrote the row, whatever was changed",
}
WORKER = "LEFT JOIN learners_learner w ON w.id = r.learner_id"
WORKER_NAMES = ("w.badge_id", "trim(w.first_name || ' ' || w.last_name)")


def _login(column: str) -> str:
    return f"LEFT JOIN auth_user u ON u.id = r.{column}"


def _seal_of(kind: str, column: str) -> str:
    """Return SQL of the leaf hash of the newest seal of another row, as JSON."""
    return (
        "coalesce(to_json((SELECT encode(s.leaf_hash, 'hex') FROM training_seal s "  # noqa: S608  # words of this module
        f"WHERE s.kind = '{kind}' AND s.row_id = r.{column} ORDER BY s.id DESC LIMIT 1))::text, 'null')"
    )


PERIOD = {
    "valid_from": "from",
    "valid_to": "until",
    "entered_at": "at",
    "entered_by_id": "user",
    "ended_by_id": "ended_by",
    "overruled_by_id": "overruled_by",
}

PERIOD_ENDS = ("until", "ended_at", "ended_by", "overruled_at", "overruled_by")

# A line of a session's list. What was remarked about somebody is a digest with a salt of its own.
LINES = f"""
(SELECT coalesce('[' || string_agg(concat('[', a.id, ',', a.line, ',', a.learner_id, ',"', a.status, '",',
          to_json(a.is_present), ',', to_json(a.has_passed), ',', coalesce(a.company_id::text, 'null'), ',',
          coalesce(a.role_id::text, 'null'), ',', coalesce(a.marked_by_id::text, 'null'), ',',
          coalesce({TIMESTAMP.format(column="a.marked_at")}::text, 'null'), ',"',
          CASE WHEN a.remarks <> '' THEN encode(sha256(sha256(salt || int8send(a.id)) || convert_to(a.remarks, 'UTF8')),
                                                'hex') END, '"]'), E',\\n' ORDER BY a.line, a.id) || ']', '[]')
   FROM public.session_attendees a WHERE a.session_id = r.id)"""  # noqa: S608  # words of this module

SEALED_TABLES = (
    SealedTable(
        kind="record",
        model="learners.TrainingRecord",
        names={
            "learner_id": "worker",
            "course_version_id": "version",
            "completion_date": "completed",
            "expiry_date": "expires",
            "evidence_file_key": "file",
            "evidence_hash": "evidence",
            "register_import_id": "register",
            "is_calculated": "calculated",
            "course_title": "title",
            "company_name": "employer",
            "role_title": "role",
            "created_at": "at",
            "created_by_id": "user",
        },
        person=WORKER_NAMES,
        comments=("r.comments",),
        staff=("r.trainer_name", "u.username"),
        then={
            "code": "to_json(c.code)",
            "number": "v.number",
            "superseded": _seal_of("record", "supersedes_id"),
        },
        joins=f"{WORKER} {_login('created_by_id')} LEFT JOIN training_course c ON c.id = r.course_id"
        " LEFT JOIN training_courseversion v ON v.id = r.course_version_id",
    ),
    SealedTable(
        kind="revocation",
        model="learners.Revocation",
        names={
            "competency_record_id": "sign_off",
            "revoked_at": "at",
            "revoked_on": "on",
            "revoked_by_id": "user",
        },
        comments=("r.reason",),
        staff=("u.username",),
        then={
            "revoked": _seal_of("record", "record_id"),
            "revoked_sign_off": _seal_of("sign-off", "competency_record_id"),
        },
        joins=_login("revoked_by_id"),
    ),
    SealedTable(
        kind="sign-off",
        model="learners.CompetencyRecord",
        names={
            "learner_id": "worker",
            "course_version_id": "version",
            "training_date": "trained",
            "company_name": "employer",
            "role_title": "role",
            "assessed_by_id": "assessor",
            "evidence_file_key": "file",
            "evidence_hash": "evidence",
            "training_record_id": "record",
            "created_at": "at",
            "created_by_id": "user",
        },
        person=WORKER_NAMES,
        comments=("r.remarks",),
        staff=("r.trainer_name", "u.username"),
        joins=f"{WORKER} {_login('assessed_by_id')}",
        changes="statement",
        fills=("revoked_at",),
        free_while=("status", "PENDING_VERIFICATION"),
    ),
    SealedTable(
        kind="upload",
        model="learners.EvidenceUpload",
        names={"sha256": "evidence", "key": "file", "uploaded_at": "at", "uploaded_by_id": "user"},
        comments=("r.original_name", "r.reason"),
        staff=("u.username",),
        joins=_login("uploaded_by_id"),
    ),
    SealedTable(
        kind="session",
        model="training.Session",
        names={
            "course_version_id": "version",
            "version": "revision",
            "start_time": "starts",
            "end_time": "ends",
            "attendance_file_key": "file",
            "attendance_file_hash": "evidence",
            "finalized_at": "at",
            "finalized_by_id": "user",
        },
        comments=("r.cancellation_reason", "r.change_reason"),
        staff=("trim(t.first_name || ' ' || t.last_name)", "u.username"),
        joins=f"{_login('finalized_by_id')} LEFT JOIN training_trainer t ON t.id = r.trainer_id",
        left_out={**LAST_WRITTEN, "last_line": "counts lines; the list is sealed with its lines"},
        when="r.finalized_at IS NOT NULL",
        changes="row",
        once="OLD.finalized_at IS NULL AND NEW.finalized_at IS NOT NULL",
        listed=LINES,
    ),
    SealedTable(
        kind="meeting",
        model="training.ClassAttendanceSession",
        names={
            "class_id": "class",
            "session_date": "on",
            "scheduled_hours": "hours",
            "captured_by": "user",
            "captured_at": "at",
        },
        comments=("r.notes",),
        left_out={
            "updated_at": LAST_WRITTEN["updated_at"],
            "created_at": "says when the meeting was planned; it is sealed since it was recorded",
        },
        when="r.status <> 'pending'",
        changes="row",
        once="OLD.status IS DISTINCT FROM NEW.status",
        fills=None,
    ),
    SealedTable(
        kind="void",
        model="attendance.CaptureVoid",
        names={
            "class_session_id": "meeting",
            "voided_status": "status",
            "voided_by_id": "user",
            "voided_at": "at",
        },
        comments=("r.reason",),
        staff=("u.username",),
        joins=_login("voided_by_id"),
    ),
    SealedTable(
        kind="hours",
        model="learners.LearnerHoursLog",
        names={
            "tracking_id": "progression",
            "learner_id": "worker",
            "class_type_subject_id": "course",
            "log_date": "on",
            "hours_trained": "trained",
            "hours_present": "present",
            "session_id": "meeting",
            "created_by": "user",
            "reversal_of": "reverses",
            "created_at": "at",
        },
        comments=("r.notes",),
    ),
    SealedTable(
        kind="progression",
        model="learners.ProgressionEvent",
        names={"kind": "step", "effective_date": "on", "created_by_id": "user", "created_at": "at"},
        comments=("r.reason",),
    ),
    SealedTable(
        kind="worker",
        model="learners.Learner",
        names={"created_at": "at", "created_by_id": "user"},
        person=("r.badge_id", "trim(r.first_name || ' ' || r.last_name)", "r.other_name"),
        left_out={
            **LAST_WRITTEN,
            **dict.fromkeys(("email", "phone"), "says how somebody is reached, and proves nothing"),
            **dict.fromkeys(
                ("status", "start_date", "end_date", "company_id", "role_id", "role_assigned_at"),
                "is sealed as a period, with the days for which it holds",
            ),
            "status_reason": "explains a status, and proves nothing",
            "supervisor_id": "says who asks for whom, and proves nothing",
            **dict.fromkeys(
                (
                    "compliance_status",
                    "compliance_holds_until",
                    "compliance_updated_at",
                    "not_cleared_since",
                    "next_expiry",
                    "badge_key",
                    "name_key",
                    "search_key",
                    "twin_key",
                    "sort_key",
                ),
                "is worked out from what is sealed",
            ),
        },
        changes="row",
        once="(OLD.badge_id, OLD.first_name, OLD.last_name, OLD.other_name, OLD.merged_into_id, OLD.created_at,"
        " OLD.created_by_id) IS DISTINCT FROM (NEW.badge_id, NEW.first_name, NEW.last_name, NEW.other_name,"
        " NEW.merged_into_id, NEW.created_at, NEW.created_by_id)",
        fills=None,
    ),
    SealedTable(
        kind="merge",
        model="learners.Merge",
        names={"kind": "step", "effective_on": "on", "created_by_id": "user", "created_at": "at"},
        comments=("r.reason", "r.reason_before"),
        staff=("u.username",),
        joins=_login("created_by_id"),
    ),
    SealedTable(
        kind="worker-period",
        model="learners.LearnerPeriod",
        names={
            **PERIOD,
            "learner_id": "worker",
            "role_assigned_at": "role_since",
            "start_date": "starts",
            "end_date": "ends",
        },
        changes="statement",
        fills=PERIOD_ENDS,
    ),
    SealedTable(
        kind="badge-period",
        model="learners.BadgePeriod",
        names={**PERIOD, "learner_id": "worker", "is_known_twin": "twin"},
        person=("r.badge_id",),
        changes="statement",
        fills=PERIOD_ENDS,
    ),
    SealedTable(
        kind="area-of-worker-period",
        model="learners.LearnerAreaPeriod",
        names={**PERIOD, "learner_id": "worker", "assigned_at": "since"},
        changes="statement",
        fills=PERIOD_ENDS,
    ),
    SealedTable(kind="area-period", model="learners.AreaPeriod", names=PERIOD, changes="statement"),
    SealedTable(
        kind="requirement-period",
        model="learners.RequirementPeriod",
        names={**PERIOD, "requirement_type": "type", "grace_period_days": "grace", "starts_on": "starts"},
        changes="statement",
        fills=PERIOD_ENDS,
    ),
    SealedTable(
        kind="register",
        model="learners.RegisterImport",
        names={"register": "name", "import_number": "import", "brought_by_id": "user", "brought_at": "at"},
    ),
    SealedTable(
        kind="register-standing",
        model="learners.RegisterStanding",
        names={
            "register_import_id": "register",
            "counts_until": "until",
            "decided_by_id": "user",
            "decided_at": "at",
            "decided_on": "on",
        },
        comments=("r.reason",),
    ),
    SealedTable(
        kind="register-extract",
        model="learners.RegisterExtract",
        names={"register_import_id": "register"},
        comments=("r.content",),
    ),
    SealedTable(
        kind="import",
        model="training.Import",
        names={
            "kind": "what",
            "is_unattended": "unattended",
            "started_by_id": "starter",
            "started_at": "started",
            "done_by_id": "user",
            "done_at": "at",
        },
        comments=("r.title", "r.sender", "r.undo_reason"),
        then={
            "files": "(SELECT coalesce(json_agg(f.sha256 ORDER BY f.number), '[]')::text"
            " FROM training_importfile f WHERE f.of_id = r.id)"
        },
        left_out={
            "changed_at": LAST_WRITTEN["updated_at"],
            "job_id": "is work under way, and removed after some days",
            "failure": "tells why the last try did not go through",
            **dict.fromkeys(
                ("outline", "layout", "questions", "answers", "choices", "counts", "report", "certificates"),
                "tells how the file was read; what came of it is sealed row by row",
            ),
        },
        when="r.done_at IS NOT NULL",
        changes="row",
        once="NEW.done_at IS NOT NULL AND (OLD.done_at, OLD.undone_at) IS DISTINCT FROM (NEW.done_at, NEW.undone_at)",
        fills=None,
    ),
    SealedTable(
        kind="comparison",
        model="attendance.RegisterComparison",
        names={"of_id": "import", "compared_by_id": "user", "compared_at": "at"},
    ),
    SealedTable(
        kind="difference-explained",
        model="attendance.DifferenceExplained",
        names={"explained_by_id": "user", "explained_at": "at"},
        comments=("r.reason",),
    ),
    SealedTable(
        kind="sample",
        model="attendance.RegisterSample",
        names={"drawn_by_id": "user", "drawn_at": "at"},
    ),
    SealedTable(kind="sampled-record", model="attendance.SampledRecord"),
    SealedTable(
        kind="sample-check",
        model="attendance.SampleCheck",
        names={"checked_by_id": "user", "checked_at": "at"},
        comments=("r.note",),
    ),
    SealedTable(
        kind="take-over",
        model="attendance.TakeOver",
        names={"is_trial": "trial", "signed_by_id": "user", "signed_at": "at"},
        comments=("r.content",),
    ),
    SealedTable(
        kind="take-over-withdrawal",
        model="attendance.TakeOverWithdrawal",
        names={"withdrawn_by_id": "user", "withdrawn_at": "at"},
        comments=("r.reason",),
    ),
    SealedTable(
        kind="pack",
        model="training.PackMade",
        names={"files_sha256": "list", "made_by_id": "user", "made_at": "at"},
        comments=("r.subject",),
        staff=("u.username",),
        joins=_login("made_by_id"),
    ),
    SealedTable(
        kind="log",
        model="training.Log",
        names={"begins_at": "begins", "started_at": "at"},
        when="r.follows <> ''",  # the first log follows nothing, and its name stands in every checkpoint
    ),
    SealedTable(kind="erasure", model="training.Erasure", names={"erased_by": "user", "erased_at": "at"}),
)

BY_KIND = {each.kind: each for each in SEALED_TABLES}
BY_TABLE = {each.table: each for each in SEALED_TABLES}
