"""`manage.py demo`: what it refuses, and that it leaves nothing when it is interrupted. The rest is a journey."""

import errno
import io
import os
import socket

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config.demo import load as loading
from learners.models import Learner
from tests.factories.learners import LearnerFactory
from training.models import Course


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_o2_a_database_with_workers_of_others_is_refused_and_left_alone() -> None:
    learner = LearnerFactory()
    users = User.objects.count()

    with pytest.raises(CommandError, match="holds 1 worker that the demo did not make"):
        run("--no-serve")

    assert list(Learner.objects.all()) == [learner]
    assert User.objects.count() == users


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_load_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object, **options: object) -> None:
        assert Learner.objects.exists()  # half-way: people are there, sessions are not
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "recalculate_everyone", interrupt)

    with pytest.raises(CommandError, match=r"Stopped\. Nothing was loaded\."):
        run("--no-serve", "--workers", "50")

    assert not Learner.objects.exists()
    assert not Course.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("full", ["evidence", "database"])
def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    def no_room(*arguments: object, **options: object) -> None:
        if full == "database":
            raise OperationalError from psycopg.errors.DiskFull()
        raise OSError(errno.ENOSPC, "No space left on device")

    if full == "database":
        monkeypatch.setattr(loading, "recalculate_everyone", no_room)
    else:
        monkeypatch.setattr(os, "fsync", no_room)

    with pytest.raises(CommandError, match=r"The disk is full\. Nothing was loaded\. Make room"):
        run("--no-serve", "--workers", "50")

    assert not Learner.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_taken_port_is_said_before_anything_is_loaded() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} is taken. Choose another one: --port {port + 1}"):
            run("--port", str(port))

    assert not Learner.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_empty_site_has_logins_and_keeps_what_somebody_brings_in() -> None:
    said = run("--no-serve", "--empty")
    assert "admin" in said
    assert not Learner.objects.exists()
    assert not Course.objects.exists()

    learner = LearnerFactory()
    users = User.objects.count()
    run("--no-serve", "--empty")
    assert list(Learner.objects.all()) == [learner]
    assert User.objects.count() == users


def test_too_small_a_site_is_refused() -> None:
    with pytest.raises(CommandError, match="at least 50 workers"):
        run("--workers", "10")
