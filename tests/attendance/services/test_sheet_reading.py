"""E8: what is said of an uploaded sheet, exactly; never refused, kept with the upload, asked about before finalize."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from attendance.models import SessionAttendee
from attendance.pages.finalize import finalize_preview
from attendance.pages.papers import papers
from attendance.policies.finalize import ChangedSinceAsked, SheetNotConfirmed
from attendance.policies.sheet_reading import reading_of
from attendance.selectors.finalize import list_state
from attendance.selectors.sheet_reading import sheet_told
from attendance.services.attendees import add_attendees, remove_attendee
from attendance.services.evidence import correct_sheet, upload_evidence
from attendance.services.finalize import finalize_session
from attendance.services.marking import Mark, save_marks
from learners.evidence import limited
from learners.evidence.kinds import UnacceptableError, UnfitReason
from learners.evidence.perspective import in_quad
from learners.models import EvidenceUpload, TrainingRecord
from tests.factories import files, sheets
from tests.factories.learners import LearnerFactory
from training.models import Session
from training.services.packs_made import write_log

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

Say = Callable[..., list[tuple[str, str]]]


def send(session: Session, by: User, *contents: bytes) -> EvidenceUpload:
    ending = "pdf" if contents[0].startswith(b"%PDF") else "jpg"
    sent = [files.upload(content, f"{number}.{ending}") for number, content in enumerate(contents)]
    upload_evidence(session_id=session.pk, files=sent, by=by, now=NOW)
    session.refresh_from_db()
    return EvidenceUpload.objects.filter(session=session).latest("pk")


@pytest.fixture
def said(supervisor: User) -> Say:
    """Upload a file and return what is said of it."""

    def say(session: Session, *contents: bytes) -> list[tuple[str, str]]:
        return told_of(session, send(session, supervisor, *contents))

    return say


def told_of(session: Session, upload: EvidenceUpload) -> list[tuple[str, str]]:
    session.refresh_from_db()
    return [(finding.kind, finding.text) for finding in sheet_told(session, upload).findings]


def own(session: Session, pages: str, version: int | str | None = None) -> tuple[str, str]:
    return ("ok", f"This is the sheet of {session.reference}, {pages}, list version {version or session.version}.")


def test_the_right_sheet_is_said_to_be_it(said: Say) -> None:
    session = sheets.session_of(20)
    assert said(session, sheets.printed(session)) == [own(session, "pages 1, 2 of 2")]


def test_pages_in_another_order_photographed_and_turned_are_the_same_sheet(said: Say) -> None:
    session = sheets.session_of(20)
    write_log()  # so that its newest checkpoint stands between the lower corner marks
    content = sheets.printed(session)
    second = sheets.as_jpeg(sheets.turned(sheets.picture(content, 2), 180)[0])
    first = sheets.as_jpeg(sheets.photographed(sheets.picture(content, 1), 3)[0])
    assert said(session, second, first) == [own(session, "pages 1, 2 of 2")]


def test_a_page_of_another_session_is_said_at_once(said: Say) -> None:
    session, other = sheets.session_of(2), sheets.session_of(40)
    assert said(session, sheets.pages_of((sheets.printed(other), 1))) == [
        (
            "bad",
            f"This is the sheet of another session: {other.reference}, page 1 of 3. This session is "
            f"{session.reference}.",
        )
    ]


def test_a_page_of_another_session_among_the_own_is_said(said: Say) -> None:
    session, other = sheets.session_of(2), sheets.session_of(2)
    mixed = sheets.pages_of((sheets.printed(session), 1), (sheets.printed(other), 1))
    assert said(session, mixed) == [
        ("bad", f"It holds page 1 of 1 of the sheet of another session, {other.reference}."),
        own(session, "page 1 of 1"),
    ]


def test_missing_pages_and_pages_that_are_there_twice_are_said(said: Say) -> None:
    session = sheets.session_of(40)
    content = sheets.printed(session)
    assert said(session, sheets.pages_of((content, 1), (content, 1))) == [
        own(session, "page 1 of 3"),
        ("bad", "Pages 2, 3 of 3 are missing."),
        ("warn", "Page 1 is in it more than once."),
    ]


def test_a_list_that_changed_since_is_said_with_who_was_added_and_removed(said: Say, supervisor: User) -> None:
    session = sheets.session_of(3)
    old = sheets.printed(session)
    gone = session.attendees.get(line=2)
    before = datetime(2026, 3, 1, tzinfo=UTC)
    remove_attendee(session_id=session.pk, learner_id=gone.learner_id, by=supervisor, now=before)
    new = LearnerFactory.create_batch(3)
    add_attendees(session_id=session.pk, learner_ids=[each.pk for each in new], by=supervisor, now=before)
    printed_from = session.version
    assert said(session, old) == [
        own(session, "page 1 of 1", printed_from),
        ("none", f"On its lines for walk-ins: {new[0].name} (line 4), {new[1].name} (line 5)."),
        (
            "warn",
            f"The sheet was printed from list version {printed_from}; the list is now version {printed_from + 2}. "
            f"Added since, and not on the sheet: {new[2].name} (line 6). "
            f"Removed since, and still on the sheet: {gone.learner.name} (line 2).",
        ),
    ]


def test_walk_ins_on_their_lines_are_no_reason_to_ask(said: Say, supervisor: User) -> None:
    session = sheets.session_of(3)
    old, printed_from = sheets.printed(session), session.version
    walk_in = LearnerFactory()
    add_attendees(session_id=session.pk, learner_ids=[walk_in.pk], by=supervisor, now=NOW)
    assert said(session, old) == [
        own(session, "page 1 of 1", printed_from),
        ("none", f"On its lines for walk-ins: {walk_in.name} (line 4)."),
    ]


def test_a_plan_that_changed_since_is_said(said: Say) -> None:
    session = sheets.session_of(3)
    old, printed_from = sheets.printed(session), session.version
    Session.objects.filter(pk=session.pk).update(version=printed_from + 1)
    assert said(session, old)[1:] == [
        (
            "warn",
            f"The sheet was printed from list version {printed_from}; the list is now version {printed_from + 1}. "
            "On its pages nobody was added or removed. Compare trainer, venue and time.",
        )
    ]


def test_a_file_without_a_code_is_said_calmly(said: Say, supervisor: User) -> None:
    session = sheets.session_of(1)
    ((kind, text),) = said(session, files.pdf(2))
    assert (kind, text.split(":")[0]) == ("none", "No code of a sign-in sheet was found in this file")
    assert not sheet_told(session, EvidenceUpload.objects.get(session=session)).warnings


@pytest.mark.parametrize(
    "text",
    [
        "SITEPROOF1/S-2026-0001/1/1-1/1-3/AAAAAAAAAAAAA",
        "SITEPROOF1/" + "9" * 300,
        "SITEPROOF/<script>alert(1)</script>",
        "SITEPROOF1/S-2026-0001/1/1-1/1-3/../../etc",
    ],
)
def test_a_forged_or_hostile_code_is_said_and_never_shown(said: Say, text: str) -> None:
    session = sheets.session_of(1)
    assert said(session, sheets.page_with_code(text, size=600)) == [
        ("bad", "The code on page 1 of the file was not issued by this site.")
    ]
    upload = EvidenceUpload.objects.get(session=session)
    assert text not in str(upload.reading)


def test_a_code_of_before_is_read_and_cannot_vouch_for_itself(said: Say) -> None:
    session = sheets.session_of(1)
    before = sheets.page_with_code(f"SITEPROOF/{session.reference}/V{session.version}/P1-1")
    assert said(session, before) == [
        own(session, "page 1 of 1"),
        (
            "warn",
            "Its code comes from an earlier release, which anybody could have printed. Compare it with the list.",
        ),
    ]


@pytest.mark.parametrize("failure", [UnacceptableError(UnfitReason.EFFORT), limited.ReaderUnavailable("busy")])
def test_a_reader_that_fails_refuses_nothing(said: Say, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    run = limited.run

    def failing(task: str, *arguments: object, **options: object) -> object:
        if task == "codes":
            raise failure
        return run(task, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(limited, "run", failing)
    session = sheets.session_of(1)
    assert [kind for kind, _text in said(session, sheets.printed(session))] == ["none"]
    assert session.has_evidence


def test_the_reading_is_kept_and_an_upload_of_before_tells_nothing(supervisor: User) -> None:
    session = sheets.session_of(1)
    upload = send(session, supervisor, sheets.printed(session))
    assert upload.reading
    assert upload.reading["reader"] == 1
    reading = reading_of(upload)
    assert reading is not None
    (page,) = reading.pages
    assert page.code is not None
    assert (page.at, page.code.reference, page.code.lines) == (1, session.reference, [1, 2, 3])
    upload.reading = None
    assert told_of(session, upload) == []


# Finalize


@pytest.fixture
def ready(supervisor: User) -> Session:
    """A session that took place, everybody present, with a page of another session as its sheet."""
    session, other = sheets.session_of(2), sheets.session_of(40)
    marks = [Mark(each.learner_id, is_present=True, has_passed=True) for each in session.attendees.all()]
    save_marks(session_id=session.pk, marks=marks, by=supervisor, now=NOW)
    send(session, supervisor, sheets.pages_of((sheets.printed(other), 1)))
    return Session.objects.select_related("course_version", "venue").get(pk=session.pk)


def test_e8_a_page_of_another_session_makes_no_record_before_somebody_says_that_they_looked(
    ready: Session, supervisor: User
) -> None:
    with pytest.raises(SheetNotConfirmed, match="Look at the signed sheet"):
        finalize_session(session_id=ready.pk, by=supervisor, now=NOW, confirmed=list_state(ready), sheet_confirmed="")
    assert not TrainingRecord.objects.exists()
    preview = finalize_preview(ready, now=NOW)
    assert preview.sheet_state
    finalize_session(
        session_id=ready.pk,
        by=supervisor,
        now=NOW,
        confirmed=list_state(ready),
        sheet_confirmed=preview.sheet_state,
    )
    assert TrainingRecord.objects.count() == 2


def test_who_said_yes_to_other_warnings_is_asked_again(ready: Session, supervisor: User) -> None:
    """Compared under the lock: another file of the same session brings other warnings."""
    seen = finalize_preview(ready, now=NOW).sheet_state
    other = sheets.session_of(40)
    send(ready, supervisor, sheets.pages_of((sheets.printed(other), 2)))
    with pytest.raises(ChangedSinceAsked):
        finalize_session(session_id=ready.pk, by=supervisor, now=NOW, sheet_confirmed=seen)
    assert not TrainingRecord.objects.exists()


def test_where_nobody_was_asked_the_sheet_does_not_stand_in_the_way(ready: Session, supervisor: User) -> None:
    assert finalize_session(session_id=ready.pk, by=supervisor, now=NOW).training_records == 2


def test_the_right_sheet_asks_for_nothing(ready: Session, supervisor: User) -> None:
    send(ready, supervisor, sheets.printed(ready))
    assert finalize_preview(ready, now=NOW).sheet_state == ""
    finalize_session(session_id=ready.pk, by=supervisor, now=NOW, confirmed=list_state(ready), sheet_confirmed="")
    assert TrainingRecord.objects.filter(session=ready).count() == 2


def test_e6_a_correcting_sheet_is_read_as_well(ready: Session, supervisor: User, superuser: User) -> None:
    finalize_session(session_id=ready.pk, by=supervisor, now=NOW)
    content = sheets.printed(ready)
    wrong = EvidenceUpload.objects.get(session=ready)
    right = correct_sheet(
        session_id=ready.pk,
        files=[files.upload(content)],
        corrects_id=wrong.pk,
        reason="Wrong file",
        by=superuser,
        now=NOW,
    )
    assert told_of(ready, right) == [own(ready, "page 1 of 1")]


# E3: where the line stands


def places(session: Session, upload: EvidenceUpload, line: int) -> tuple[Sequence[int], str, str]:
    (paper,) = papers([upload], session=session, line=line)
    return [page.number for page in paper.pages], paper.pages[0].band, paper.where


def test_e3_a_sheet_opens_at_the_page_with_the_workers_line_which_is_banded(supervisor: User) -> None:
    session = sheets.session_of(40)
    SessionAttendee.objects.filter(session=session, line__in=(2, 5)).delete()
    content = sheets.printed(session)
    upload = send(session, supervisor, sheets.pages_of((content, 3), (content, 1), (content, 2)))
    numbers, band, where = places(session, upload, 21)
    assert numbers == [3, 1, 2]
    assert where == "The line is on page 2 of 3, page 3 of the file, which is shown first."
    points = [tuple(map(int, point.split(","))) for point in band.split()]
    row = 0  # 18 people stand on page 1, two of the first twenty lines are gone: 21 is the first of page 2
    top, bottom = (1000 * (59 + 9.8 * each) / 297 for each in (row, row + 1))
    assert [y for _x, y in points] == pytest.approx([top, top, bottom, bottom], abs=3)
    assert [x for x, _y in points] == pytest.approx([86, 914, 914, 86], abs=3)


def test_e3_a_walk_ins_line_is_found_on_the_free_lines(supervisor: User) -> None:
    session = sheets.session_of(3)
    content = sheets.printed(session)
    add_attendees(session_id=session.pk, learner_ids=[LearnerFactory().pk], by=supervisor, now=NOW)
    upload = send(session, supervisor, content)
    assert places(session, upload, 4)[1]
    assert places(session, upload, 6)[1:] == (
        "",
        "This line was not found on the pages that could be read, so the file opens at its first page.",
    )


def test_e3_a_photograph_is_banded_where_the_row_is(supervisor: User) -> None:
    session = sheets.session_of(10)
    image, truth = sheets.photographed(sheets.picture(sheets.printed(session)), 3)
    upload = send(session, supervisor, sheets.as_jpeg(image))
    _numbers, band, _where = places(session, upload, 7)
    points = [tuple(map(int, point.split(","))) for point in band.split()]
    from_truth = [
        in_quad(truth, x / 210, y / 297)
        for x, y in ((18, 59 + 6 * 9.8), (192, 59 + 6 * 9.8), (192, 59 + 7 * 9.8), (18, 59 + 7 * 9.8))
    ]
    for (x, y), (true_x, true_y) in zip(points, from_truth, strict=True):
        assert (x, y) == pytest.approx((1000 * true_x / image.width, 1000 * true_y / image.height), abs=6)


def test_e3_files_without_our_code_open_at_page_1_and_say_so(supervisor: User) -> None:
    session = sheets.session_of(2)
    elsewhere = send(session, supervisor, files.pdf(2))
    assert places(session, elsewhere, 1) == (
        [1, 2],
        "",
        "No code of this session’s sheet was found in the file, so it opens at its first page.",
    )
    elsewhere.reading = None
    assert places(session, elsewhere, 1)[2].startswith("This file was not checked for codes when it was stored")


def test_e3_the_line_of_another_session_is_never_banded(supervisor: User) -> None:
    session, other = sheets.session_of(2), sheets.session_of(2)
    assert places(session, send(session, supervisor, sheets.printed(other)), 1)[1] == ""
