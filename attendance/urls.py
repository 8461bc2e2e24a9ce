from datetime import date

from django.urls import URLPattern, URLResolver, path, register_converter

from attendance.views import (
    capture,
    certificate,
    classes,
    corrections,
    evidence,
    finalize,
    imports,
    matrix,
    pack,
    progression,
    search,
    sessions,
    sheet,
    sign_offs,
    today,
    trail,
    verify,
    worker,
    worker_session,
    workers,
    workspace,
)
from training.core.keys import day_of_text


class DayConverter:
    """A day in an address, such as 2026-03-02. A date that does not exist matches no address."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return day_of_text(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "attendance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("classes/", classes.classes, name="classes"),
    path("classes/<int:pk>/", classes.class_page, name="class"),
    path("classes/<int:pk>/<day:day>/", capture.class_meeting, name="class_meeting"),
    path("classes/<int:pk>/<day:day>/capture/", capture.class_capture, name="class_capture"),
    path("classes/<int:pk>/<day:day>/exception/", capture.class_exception, name="class_exception"),
    path("classes/<int:pk>/<day:day>/void/", capture.class_void, name="class_void"),
    path("classes/<int:pk>/learners/", progression.class_learners, name="class_learners"),
    path("classes/captures/", classes.class_captures, name="class_captures"),
    path("classes/hours/", classes.class_hours, name="class_hours"),
    path("import/", imports.imports, name="imports"),
    path("import/start/", imports.import_start, name="import_start"),
    path("import/names/", imports.aliases, name="aliases"),
    path("import/names/<int:pk>/revoke/", imports.alias_revoke, name="alias_revoke"),
    path("import/templates/<slug:kind>.xlsx", imports.import_template, name="import_template"),
    path("import/<int:pk>/", imports.import_page, name="import"),
    path("import/<int:pk>/agree/", imports.import_agree, name="import_agree"),
    path("import/<int:pk>/answer/", imports.import_answer, name="import_answer"),
    path("import/<int:pk>/check/", imports.import_check, name="import_check"),
    path("import/<int:pk>/do/", imports.import_do, name="import_do"),
    path("import/<int:pk>/drop/", imports.import_drop, name="import_drop"),
    path("import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("import/<int:pk>/files/<int:number>/", imports.import_file, name="import_file"),
    path("import/<int:pk>/refused.xlsx", imports.import_refused, name="import_refused"),
    path("matrix/", matrix.training_matrix, name="matrix"),
    path("matrix/courses/<int:pk>/", matrix.matrix_course, name="matrix_course"),
    path("matrix/pack/", pack.matrix_pack, name="matrix_pack"),
    path("matrix/workers/<int:pk>/courses/<int:course_id>/", matrix.matrix_cell, name="matrix_cell"),
    path("progressions/<int:pk>/complete/", progression.progression_complete, name="progression_complete"),
    path("progressions/<int:pk>/hold/", progression.progression_hold, name="progression_hold"),
    path("progressions/<int:pk>/hours/", progression.progression_hours, name="progression_hours"),
    path("progressions/<int:pk>/resume/", progression.progression_resume, name="progression_resume"),
    path("records/<int:pk>/", certificate.record, name="record"),
    path("records/<int:pk>/certificate.pdf", certificate.record_certificate, name="record_certificate"),
    path("records/<int:pk>/evidence/", evidence.record_evidence, name="record_evidence"),
    path("records/<int:pk>/evidence/<int:page>.png", evidence.record_evidence_page, name="record_evidence_page"),
    path("records/<int:pk>/evidence/check/", evidence.record_evidence_check, name="record_evidence_check"),
    path("records/<int:pk>/evidence/view/", evidence.record_evidence_view, name="record_evidence_view"),
    path("records/<int:pk>/revoke/", corrections.record_revoke, name="record_revoke"),
    path("search/", search.search, name="search"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:pk>/", workspace.session, name="session"),
    path("sessions/<int:pk>/add/", workspace.session_add, name="session_add"),
    path("sessions/<int:pk>/candidates/", workspace.session_candidates, name="session_candidates"),
    path("sessions/<int:pk>/correct/", corrections.session_correct, name="session_correct"),
    path("sessions/<int:pk>/duplicate/", workspace.session_duplicate, name="session_duplicate"),
    path("sessions/<int:pk>/evidence/", evidence.session_evidence, name="session_evidence"),
    path("sessions/<int:pk>/evidence/<int:page>.png", evidence.session_evidence_page, name="session_evidence_page"),
    path("sessions/<int:pk>/evidence/check/", evidence.session_evidence_check, name="session_evidence_check"),
    path("sessions/<int:pk>/evidence/correct/", corrections.session_correct_sheet, name="session_correct_sheet"),
    path("sessions/<int:pk>/evidence/view/", evidence.session_evidence_view, name="session_evidence_view"),
    path("sessions/<int:pk>/finalize/", finalize.session_finalize, name="session_finalize"),
    path("sessions/<int:pk>/marks/", workspace.session_marks, name="session_marks"),
    path("sessions/<int:pk>/marks/<int:learner_id>/", workspace.session_mark, name="session_mark"),
    path("sessions/<int:pk>/remove/", workspace.session_remove, name="session_remove"),
    path("sessions/<int:pk>/certificates/", certificate.session_certificates, name="session_certificates"),
    path("sessions/<int:pk>/repeat/", workspace.session_repeat, name="session_repeat"),
    path("sessions/<int:pk>/sheet.pdf", sheet.session_sheet, name="session_sheet"),
    path("sessions/<int:pk>/undo/", workspace.session_undo, name="session_undo"),
    path("sessions/<int:pk>/trail/", trail.session_trail, name="session_trail"),
    path("sessions/week/", sessions.sessions_week, name="sessions_week"),
    path("sign-offs/<int:pk>/attempt/", sign_offs.sign_off_attempt, name="sign_off_attempt"),
    path("sign-offs/<int:pk>/evidence/", evidence.sign_off_evidence, name="sign_off_evidence"),
    path("sign-offs/<int:pk>/evidence/<int:page>.png", evidence.sign_off_evidence_page, name="sign_off_evidence_page"),
    path("sign-offs/<int:pk>/evidence/view/", evidence.sign_off_evidence_view, name="sign_off_evidence_view"),
    path("sign-offs/<int:pk>/revoke/", sign_offs.sign_off_revoke, name="sign_off_revoke"),
    path("verify/", verify.verify, name="verify"),
    path("verify/<int:pk>/", verify.verify_one, name="verify_one"),
    path("verify/history/", verify.verify_history, name="verify_history"),
    path("verify/many/", verify.verify_many, name="verify_many"),
    path("workers/", workers.workers, name="workers"),
    path("workers/<int:pk>/", worker.worker, name="worker"),
    path("workers/<int:pk>/data/", pack.worker_data, name="worker_data"),
    path("workers/<int:pk>/pack.zip", pack.worker_pack, name="worker_pack"),
    path("workers/<int:pk>/sessions/new/", worker_session.worker_session_new, name="worker_session_new"),
    path("workers/<int:pk>/trail/", trail.worker_trail, name="worker_trail"),
]
