"""`manage.py demo`: what it refuses, and that it leaves nothing when it is interrupted. The rest is a journey."""

import io
import socket

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

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

    with pytest.raises(KeyboardInterrupt):
        run("--no-serve", "--workers", "50")

    assert not Learner.objects.exists()
    assert not Course.objects.exists()
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


def test_too_small_a_site_is_refused() -> None:
    with pytest.raises(CommandError, match="at least 50 workers"):
        run("--workers", "10")
