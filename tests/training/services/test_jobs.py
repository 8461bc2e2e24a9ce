"""Jobs in the process of the test: asked for, run, cancelled, handed out, found again, cleared away.

Real workers that are killed and databases that go away: `tests/faults/test_jobs.py`.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.http import QueryDict
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from procrastinate.exceptions import JobAborted

from attendance.tasks import PACK
from learners.evidence.directory import EvidenceDirectory
from learners.evidence.store import list_stored
from tests.factories.jobs import JobFactory, job_with_file
from tests.factories.learners import LearnerFactory
from tests.factories.training import UserFactory
from tests.faults.object_store import make_bucket, moto_store, s3_at
from tests.fixtures import client_of
from tests.html import texts
from tests.jobs import run_waiting
from training.core.refusals import NotFound, NotPermitted
from training.models import FileDownload, Job
from training.services import job_kinds, job_runs
from training.services.job_kinds import JobKind, Product, Tell, declare
from training.services.jobs import Ended, RunsAlready, ask, cancel, hand_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

Step = Callable[[Tell], object]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """A kind `test` that anybody may have; what it does between two steps of its work is for the test to add."""
    steps: list[Step] = []

    def make(query: QueryDict, *, by: User, now: Any, tell: Tell) -> Product:
        tell(0, 2)
        for step in steps:
            step(tell)
        return Product(
            name="test.txt", content_type="text/plain", file=io.BytesIO(f"{query['a']} for {by.pk}".encode())
        )

    monkeypatch.setattr(job_kinds, "_KINDS", dict(job_kinds._KINDS))
    monkeypatch.setattr(job_runs, "TOLD_EVERY_SECONDS", 0)
    declare(JobKind("test", "Test", lambda user: None, make))
    return steps


def asked(by: User, query: str = "a=1", kind: str = "test") -> Job:
    return ask(kind=kind, title="Test", query=query, by=by, now=timezone.now())


def waiting(directory: Path) -> list[str]:
    place = directory.with_name("waiting")
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


def test_what_was_asked_for_is_made_and_handed_out(kind: list[Step], auditor: User):
    job = asked(auditor)
    run_waiting()
    job.refresh_from_db()

    got, file = hand_out(job_id=job.pk, by=auditor, now=timezone.now())

    with file:
        assert file.read() == f"1 for {auditor.pk}".encode()
    assert (got.state, got.run, got.file_name, got.file_size) == ("DONE", 1, "test.txt", len(f"1 for {auditor.pk}"))
    taken = FileDownload.objects.get()
    assert (taken.job, taken.sha256, taken.taken_by) == (job.pk, job.file_sha256, auditor)


def test_procrastinate_learns_the_key_and_nothing_else(kind: list[Step], auditor: User):
    job = asked(auditor)

    with connection.cursor() as cursor:
        cursor.execute("SELECT args, queue_name FROM procrastinate_jobs WHERE id = %s", [job.task_id])
        assert cursor.fetchone() == (f'{{"job": {job.pk}}}', "jobs")


def test_one_of_a_kind_at_a_time_for_each_login(kind: list[Step], auditor: User, supervisor: User):
    first = asked(auditor)

    assert asked(auditor) == first  # asked twice: the same
    with pytest.raises(RunsAlready) as refused:
        asked(auditor, "a=2")
    assert refused.value.job == first
    assert asked(auditor, "", kind=PACK.name) != first
    assert asked(supervisor, "a=2") != first
    cancel(job_id=first.pk, by=auditor, now=timezone.now())
    assert asked(auditor, "a=2") != first


def test_who_may_not_have_it_cannot_ask(kind: list[Step], trainer_user: User):
    with pytest.raises(NotPermitted):
        asked(trainer_user, "", kind=PACK.name)
    assert not Job.objects.exists()


@pytest.mark.parametrize("withdraw", [{"is_active": False}, {"groups": []}], ids=["disabled", "no group"])
def test_permission_is_asked_again_before_it_is_made(auditor: User, withdraw: dict[str, Any]):
    LearnerFactory()
    job = asked(auditor, "", kind=PACK.name)
    if "groups" in withdraw:
        auditor.groups.clear()
    else:
        User.objects.filter(pk=auditor.pk).update(**withdraw)

    run_waiting()

    job.refresh_from_db()
    assert (job.state, job.failure) == ("FAILED", "You may not do this. Ask an HSE supervisor or an administrator.")


def test_permission_is_asked_again_before_it_is_handed_out(auditor: User):
    job = job_with_file(asked_by=auditor)
    auditor.groups.clear()

    with pytest.raises(NotPermitted):
        hand_out(job_id=job.pk, by=User.objects.get(pk=auditor.pk), now=timezone.now())
    assert not FileDownload.objects.exists()


def test_nobody_else_learns_of_it_or_gets_it(superuser: User, auditor: User):
    job = job_with_file(asked_by=auditor)

    for does in (hand_out, cancel):
        with pytest.raises(NotFound):
            does(job_id=job.pk, by=superuser, now=timezone.now())
    for page in ("job", "job_file", "job_progress"):
        assert client_of(superuser).get(reverse(f"training:{page}", args=[job.pk])).status_code == 404


def test_an_unknown_kind_is_a_sentence(auditor: User):
    with pytest.raises(NotFound):
        asked(auditor, kind="perpetual motion")
    job = JobFactory(kind="of another version", asked_by=auditor)

    run_waiting()

    job.refresh_from_db()
    assert (job.state, job.failure) == ("FAILED", "This version of the site cannot make this file.")


def test_a_defect_is_a_sentence_and_no_details(kind: list[Step], auditor: User):
    job = asked(auditor, "b=none")  # KeyError

    run_waiting()

    job.refresh_from_db()
    assert (job.state, job.failure) == (
        "FAILED",
        "It stopped because of an error. Your administrator can find the cause in the log.",
    )


def test_a_place_for_files_that_takes_none_is_a_sentence(
    kind: list[Step], auditor: User, monkeypatch: pytest.MonkeyPatch
):
    def full(*args: Any, **kwargs: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storages["waiting"], "save", full)
    job = asked(auditor)

    run_waiting()

    job.refresh_from_db()
    assert job.state == "FAILED"
    assert "Files cannot be stored at the moment" in job.failure


def test_progress_is_seen_and_a_cancelled_job_stops_and_leaves_nothing(
    kind: list[Step], auditor: User, evidence_dir: Path
):
    seen: list[tuple[str, int, int | None]] = []

    def look(tell: Tell) -> None:
        tell(1, 2)
        seen.extend(Job.objects.values_list("state", "done", "total"))
        cancel(job_id=job.pk, by=auditor, now=timezone.now())
        tell(2, 2)
        pytest.fail("It went on.")

    kind.append(look)
    job = asked(auditor)
    run_waiting()

    job.refresh_from_db()
    assert seen == [("RUNNING", 1, 2)]
    assert job.state == "CANCELLED"
    assert waiting(evidence_dir) == []
    with pytest.raises(Ended):
        cancel(job_id=job.pk, by=auditor, now=timezone.now())


def test_cancelled_in_the_last_moment_it_stays_cancelled(kind: list[Step], auditor: User, evidence_dir: Path):
    kind.append(lambda tell: cancel(job_id=job.pk, by=auditor, now=timezone.now()))
    job = asked(auditor)
    run_waiting()

    job.refresh_from_db()
    assert job.state == "CANCELLED"
    assert waiting(evidence_dir) == []


def test_of_two_runs_one_ends_the_job_and_only_its_file_is_there(kind: list[Step], auditor: User, evidence_dir: Path):
    """The first worker was slow and taken for dead: another one does the whole job in the middle of its work."""

    def second(tell: Tell) -> None:
        kind.clear()
        job_runs.run(job.pk)

    kind.append(second)
    job = asked(auditor)
    job_runs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.run) == ("DONE", 2)
    assert waiting(evidence_dir) == [job.file_key]


def test_a_job_that_has_ended_is_not_begun_again(kind: list[Step], auditor: User):
    job = asked(auditor)
    run_waiting()
    kind.append(lambda tell: pytest.fail("It was begun again."))
    before = list(Job.objects.values())

    job_runs.run(job.pk)
    job_runs.run(987_654)  # a job that was cleared away
    assert list(Job.objects.values()) == before


def test_a_database_that_goes_away_is_no_failure_of_the_job(kind: list[Step], auditor: User):
    def away(tell: Tell) -> None:
        raise OperationalError

    kind.append(away)
    job = asked(auditor)

    with pytest.raises(OperationalError):
        job_runs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "RUNNING"


def test_a_worker_that_has_to_leave_hands_the_job_back(kind: list[Step], auditor: User):
    job = asked(auditor)

    def leave() -> None:
        raise JobAborted

    with pytest.raises(JobAborted):
        job_runs.run(job.pk, check_stays=leave)
    job_runs.hand_back(job.pk)
    run_waiting()

    job.refresh_from_db()
    assert (job.state, job.run) == ("DONE", 2)


# What nobody works on any more


def take(job: Job) -> None:
    """As procrastinate does when a worker takes the task."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.task_id])


def status_of(job: Job) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job.task_id])
        (status,) = cursor.fetchone()
    return str(status)


@pytest.mark.parametrize("state", ["WAITING", "RUNNING"])
def test_a_job_whose_worker_was_lost_waits_again(kind: list[Step], auditor: User, state: str):
    now = timezone.now()
    job = asked(auditor)
    take(job)
    Job.objects.filter(pk=job.pk).update(state=state, seen_at=now if state == "RUNNING" else None)

    job_runs.recover(now=now + timedelta(seconds=14))
    assert status_of(job) == "doing"
    job_runs.recover(now=now + timedelta(seconds=16))

    job.refresh_from_db()
    assert (status_of(job), job.state, job.lost) == ("todo", "WAITING", 1)


def test_a_job_that_somebody_works_on_is_left_alone(kind: list[Step], auditor: User):
    now = timezone.now()
    job = asked(auditor)
    take(job)
    Job.objects.filter(pk=job.pk).update(state="RUNNING", seen_at=now)

    job_runs.say_alive({job.pk}, now=now + timedelta(seconds=14))
    job_runs.recover(now=now + timedelta(seconds=28))

    assert status_of(job) == "doing"


def test_a_job_that_takes_its_worker_along_again_and_again_has_failed(kind: list[Step], auditor: User):
    now = timezone.now()
    job = asked(auditor)
    for times in range(1, 5):
        take(job)
        job_runs.recover(now=now + timedelta(minutes=times))

    job.refresh_from_db()
    assert (job.state, job.lost) == ("FAILED", 3)
    assert "several times" in job.failure


def test_a_job_whose_task_is_gone_has_failed(kind: list[Step], auditor: User):
    job = asked(auditor)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.task_id])

    job_runs.recover(now=timezone.now() + timedelta(minutes=1))

    job.refresh_from_db()
    assert job.state == "FAILED"


# Clearing away


def test_after_seven_days_job_file_and_task_are_gone_and_the_log_stays(
    kind: list[Step], auditor: User, evidence_dir: Path
):
    now = timezone.now()
    job = asked(auditor)
    run_waiting()
    hand_out(job_id=job.pk, by=auditor, now=now)[1].close()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.task_id])

    assert job_runs.purge(now=now + timedelta(days=6, hours=23)) == 0
    assert len(waiting(evidence_dir)) == 1
    with pytest.raises(NotFound):  # even where the purge is late
        hand_out(job_id=job.pk, by=auditor, now=now + timedelta(days=8))
    assert job_runs.purge(now=now + timedelta(days=8)) == 1

    assert waiting(evidence_dir) == []
    assert not Job.objects.exists()
    assert FileDownload.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE id = %s", [job.task_id])
        assert cursor.fetchone() == (0,)


def test_files_that_no_job_names_go_after_a_day(evidence_dir: Path, auditor: User):
    named = job_with_file(asked_by=auditor)
    orphan = evidence_dir.with_name("waiting") / "1-of-a-killed-run.part"
    orphan.write_bytes(b"half")

    job_runs.purge(now=timezone.now() + timedelta(hours=23))
    assert orphan.exists()
    job_runs.purge(now=timezone.now() + timedelta(hours=25))
    assert waiting(evidence_dir) == [named.file_key]


# Pages


def test_a_second_pack_leads_to_the_one_that_is_being_made(as_auditor: Client):
    LearnerFactory()
    first = as_auditor.post(reverse("attendance:matrix_pack"))

    second = as_auditor.post(reverse("attendance:matrix_pack", query={"q": "somebody"}), follow=True)

    assert second.redirect_chain == [(first["Location"], 302)]
    assert "One is being made for you already: Audit pack: Active workers." in second.content.decode()
    assert Job.objects.count() == 1


def test_pages_of_others_ask_no_more_and_the_bar_of_whoever_asked_tells(as_auditor: Client, auditor: User):
    LearnerFactory()
    assert "/jobs/" not in bar(as_auditor)
    as_auditor.post(reverse("attendance:matrix_pack"))
    assert "1 file being made" in bar(as_auditor)

    run_waiting()

    assert texts(bar(as_auditor), '//a[@href="/jobs/"]') == ["1 file ready"]
    assert as_auditor.get(reverse("training:job_file", args=[Job.objects.get().pk])).getvalue()
    assert "/jobs/" not in bar(as_auditor)


def bar(client: Client) -> str:
    page = client.get("/password/").content.decode()
    return page[page.index('<header class="bar">') : page.index("menu-list")]


def test_polling_stops_when_it_has_ended(as_auditor: Client, auditor: User):
    LearnerFactory()
    address = as_auditor.post(reverse("attendance:matrix_pack"))["Location"]
    progress, htmx = f"{address}progress/", {"HX-Request": "true"}

    before = as_auditor.get(progress, headers=htmx).content.decode()
    run_waiting()
    after = as_auditor.get(progress, headers=htmx).content.decode()

    assert f'hx-get="{progress}" hx-trigger="every 2s"' in before
    assert "hx-trigger" not in after
    assert "is ready." in after
    assert as_auditor.get(progress)["Location"] == address


def test_the_place_in_the_queue_is_told_and_that_nobody_works(as_auditor: Client, auditor: User):
    now = timezone.now()
    JobFactory(task_id=1)
    mine = JobFactory(task_id=2, asked_by=auditor)
    page = as_auditor.get(reverse("training:job", args=[mine.pk])).content.decode()
    assert "1 other file is made before it." in page

    Job.objects.exclude(pk=mine.pk).update(state="CANCELLED", ended_at=now)

    page = as_auditor.get(reverse("training:job", args=[mine.pk])).content.decode()
    assert "Tell your administrator that the worker process is not running" in page


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_takes_as_many_queries_for_many_jobs(
    as_auditor: Client, auditor: User, size: int, django_assert_num_queries: Any
):
    for number in range(size):
        job_with_file(asked_by=auditor)
        JobFactory(asked_by=auditor, kind=f"{number}", task_id=number)

    with django_assert_num_queries(7):
        as_auditor.get(reverse("training:jobs"))


def test_the_plain_command_makes_the_same_file(auditor: User, tmp_path: Path):
    learner = LearnerFactory()
    call_command("make_file", "pack", f"worker={learner.pk}", by=auditor.username, to=str(tmp_path / "pack.zip"))

    assert (tmp_path / "pack.zip").read_bytes().startswith(b"PK")
    with pytest.raises(CommandError, match="You may not do this"):
        call_command("make_file", "pack", by=UserFactory().username, to=str(tmp_path / "other.zip"))
    assert not (tmp_path / "other.zip").exists()


def test_in_a_bucket_files_wait_apart_from_evidence(kind: list[Step], auditor: User):
    with moto_store() as url:
        evidence = s3_at(url)
        options = {**evidence["evidence"]["OPTIONS"], "location": settings.WAITING_PREFIX}
        waits = {"waiting": {"BACKEND": "learners.evidence.bucket.WaitingBucket", "OPTIONS": options}}
        with override_settings(STORAGES={**settings.STORAGES, **evidence, **waits}):
            make_bucket()
            job = asked(auditor)
            run_waiting()
            _job, file = hand_out(job_id=job.pk, by=auditor, now=timezone.now())
            with file:
                assert file.read() == f"1 for {auditor.pk}".encode()
            assert list(list_stored()) == []
            kept = storages["waiting"].listdir("")[1]

            job_runs.purge(now=timezone.now() + timedelta(days=8))

            assert (len(kept), storages["waiting"].listdir("")[1]) == (1, [])


@pytest.mark.parametrize(("shared", "modes"), [(False, (0o700, 0o600)), (True, (0o750, 0o640))])
def test_a_group_reads_files_only_where_the_settings_say_so(tmp_path: Path, shared: bool, modes: tuple[int, int]):
    place = EvidenceDirectory(location=str(tmp_path / "place"), base_url=None, group_reads=shared)

    place.save("ab/file", ContentFile(b"content"))

    directory, file = tmp_path / "place" / "ab", tmp_path / "place" / "ab" / "file"
    assert (directory.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == modes
