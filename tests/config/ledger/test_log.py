"""The log: places, tiles, checkpoints; nothing lost, nothing twice, whatever stops it (T2)."""

import json
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings

from config.ledger.log import Grown, grow, grow_whole
from config.ledger.verify import verify_ledger
from tests.factories.learners import LearnerFactory
from training.core.seals.checkpoints import Checkpoint, read
from training.core.seals.tree import root_from_inclusion
from training.models import LogCheckpoint, LogEntry, LogKey, LogTile, Seal, SealPending
from training.selectors.seals import stored_tree

pytestmark = pytest.mark.django_db

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "training.example.com/log"
STEPS = ("take", "tiles", "sign", "commit")


def run(**options: Any) -> Grown | None:
    with transaction.atomic(), connection.cursor() as cursor:
        return grow(cursor, key=KEY, name=NAME, **options)


def newest() -> Checkpoint:
    keys = list(LogKey.objects.values_list("verifier", flat=True))
    return read(LogCheckpoint.objects.latest("size").note, known=keys)


def queue_rows(number: int) -> None:
    """Seal rows by the hundred, quickly."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO training_erasure (seals, rows, reason, erased_by)
               SELECT '[]', '{}', 'Row ' || n, 'operator' FROM generate_series(1, %s) n""",
            [number],
        )


def test_t2_seals_get_their_places_and_a_checkpoint() -> None:
    LearnerFactory.create_batch(3)
    seals = Seal.objects.count()

    assert run() == Grown(seals, newest())

    assert not SealPending.objects.exists()
    assert list(LogEntry.objects.order_by("position").values_list("position", flat=True)) == list(range(seals))
    assert newest().size == seals
    assert run() is None
    assert LogCheckpoint.objects.count() == 1


def test_t2_full_tiles_are_stored_and_every_entry_is_included() -> None:
    queue_rows(300)
    run(at_most=200)
    queue_rows(66_000)
    run()

    assert set(LogTile.objects.values_list("level", flat=True)) == {0, 1}
    checkpoint = newest()
    with connection.cursor() as cursor:
        tree = stored_tree(cursor)
        for entry in LogEntry.objects.filter(position__in=[0, 255, 256, 65_535, checkpoint.size - 1]):
            proof = tree.inclusion(entry.position, checkpoint.size)
            assert (
                root_from_inclusion(bytes(entry.leaf_hash), entry.position, checkpoint.size, proof) == checkpoint.root
            )
    assert verify_ledger(anchored=[]).findings == []


def test_t2_a_run_takes_no_more_than_it_may() -> None:
    queue_rows(25)
    told: list[tuple[int, int]] = []
    assert run(at_most=10) is not None
    assert SealPending.objects.count() == 15
    grown = grow_whole(using="default", key=KEY, name=NAME, tell=lambda done, total: told.append((done, total)))
    assert grown is not None
    assert (grown.taken, grown.checkpoint.size) == (15, 25)
    assert told == [(0, 15), (15, 15)]


@pytest.mark.parametrize("step", STEPS)
def test_t2_what_is_broken_off_leaves_the_log_as_it_was(step: str) -> None:
    queue_rows(10)
    run()
    queue_rows(300)

    def stop(name: str) -> None:
        if name == step:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        run(step=stop)
    assert (LogEntry.objects.count(), LogTile.objects.count(), LogCheckpoint.objects.count()) == (10, 0, 1)
    assert SealPending.objects.count() == 300
    grown = run()
    assert grown is not None
    assert grown.checkpoint.size == 310
    assert verify_ledger(anchored=[]).findings == []


def test_t2_keys_of_the_past_stay_listed() -> None:
    queue_rows(1)
    run()
    queue_rows(1)
    other = Ed25519PrivateKey.generate()
    with connection.cursor() as cursor:
        grow(cursor, key=other, name="another name is not taken")

    assert LogKey.objects.count() == 2
    assert newest().origin == NAME
    assert verify_ledger(anchored=[]).findings == []


@pytest.mark.django_db(transaction=True)
def test_t2_a_writer_that_is_killed_at_any_step_leaves_the_log_as_it_was_and_holds_nothing() -> None:
    queue_rows(10)
    run()
    queue_rows(300)

    def kill(name: str, *, at: str) -> None:
        if name == at:
            os.kill(os.getpid(), signal.SIGKILL)

    for step in STEPS:
        child = os.fork()
        if child == 0:  # another process, with a connection of its own
            connection.connection = None
            run(step=partial(kill, at=step))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, step
        assert (LogEntry.objects.count(), LogTile.objects.count(), LogCheckpoint.objects.count()) == (10, 0, 1), step
        assert SealPending.objects.count() == 300, step

    grown = None
    until = monotonic() + 20
    while grown is None and monotonic() < until:  # PostgreSQL notices at its next word that the last one is gone
        grown = run()
    assert grown is not None
    assert grown.checkpoint.size == 310
    assert verify_ledger(anchored=[]).findings == []


@pytest.mark.django_db(transaction=True)
def test_t2_a_late_commit_comes_in_the_next_run() -> None:
    is_written, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            queue_rows(1)
            is_written.set()
            may_commit.wait(20)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert is_written.wait(20)
    queue_rows(1)  # a later id, committed before
    grown = run()
    may_commit.set()
    writer.join(20)

    assert grown is not None
    assert grown.taken == 1
    later = run()
    assert later is not None
    assert later.taken == 1
    assert list(LogEntry.objects.order_by("position").values_list("position", flat=True)) == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_t2_many_writers_and_a_log_that_is_broken_off_lose_nothing_and_double_nothing(long: bool) -> None:
    """32 × 100 appends with `--long`; two runs of the log compete, and every other one is broken off at some step."""
    writers, each = (32, 100) if long else (8, 12)
    failures: list[BaseException] = []
    is_over = threading.Event()

    def guarded(work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        except BaseException as failure:  # told below
            failures.append(failure)
        finally:
            connection.close()

    def write(number: int) -> None:
        for place in range(each):
            with suppress(ZeroDivisionError), transaction.atomic():
                queue_rows(1)
                if place % 4 == 3:
                    raise ZeroDivisionError

    def keep_log(number: int) -> None:
        turn = number
        while not is_over.is_set():
            turn += 1
            step = STEPS[turn // 2 % len(STEPS)] if turn % 2 else None

            def stop(name: str, at: str | None = step) -> None:
                if name == at:
                    raise ZeroDivisionError

            with suppress(ZeroDivisionError):
                run(step=stop)

    keepers = [threading.Thread(target=guarded, args=(keep_log, number)) for number in range(2)]
    appending = [threading.Thread(target=guarded, args=(write, number)) for number in range(writers)]
    for thread in keepers + appending:
        thread.start()
    for thread in appending:
        thread.join()
    is_over.set()
    for thread in keepers:
        thread.join()
    run()

    assert failures == []
    kept = writers * (each - each // 4)
    assert Seal.objects.count() == kept
    assert list(LogEntry.objects.order_by("position").values_list("position", flat=True)) == list(range(kept))
    assert set(LogEntry.objects.values_list("seal_id", flat=True)) == set(Seal.objects.values_list("pk", flat=True))
    assert verify_ledger(anchored=[]).findings == []


def test_t2_the_command_says_what_it_did(tmp_path, capsys) -> None:
    file = tmp_path / "log.key"
    call_command("make_log_key", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    queue_rows(2)
    with override_settings(LOG_KEY_FILE=file, LOG_KEY_IS_OURS=False, LOG_NAME=NAME, LOG_ANCHORS=[f"dir:{tmp_path}"]):
        call_command("seal_log")
        call_command("seal_log")
        call_command("verify_ledger", "--json", "-")
    said, report = capsys.readouterr().out.split("\n{", 1)
    assert "2 seals got their place. Checkpoint: 2 " in said
    assert "No seal waits for its place, or another run" in said
    told = json.loads("{" + report)
    assert (told["whole"], told["proved"], told["seals"]) == (True, True, 2)
    with pytest.raises(CommandError, match="never replaced"):
        call_command("make_log_key", str(file))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (None, "LOG_KEY_FILE is not set"),
        ("absent", "is not there"),
        ("nonsense", "holds no private key"),
        ("rsa", "holds no Ed25519 key"),
    ],
)
def test_t2_a_log_without_its_key_says_what_to_do(tmp_path, make: str | None, sentence: str) -> None:
    file = tmp_path / "log.key"
    if make == "nonsense":
        file.write_text("nonsense")
    if make == "rsa":
        key = ec.generate_private_key(ec.SECP256R1())
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    setting = file if make else None
    with override_settings(LOG_KEY_FILE=setting, LOG_KEY_IS_OURS=False), pytest.raises(CommandError, match=sentence):
        call_command("seal_log")
