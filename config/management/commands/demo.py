"""A whole site to try: database, two years of made-up history, web server and worker, without any set-up (O2)."""

import errno
import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from time import monotonic, sleep
from typing import Any

import psycopg
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.utils import timezone

from config.demo.load import ForeignWorkers, is_loaded, load
from config.demo.logins import told_logins, write_logins
from config.demo.progress import LoadingProgress
from config.embedded_postgres import stop_with_parent
from config.environment import CHECKOUT, IS_LOCAL
from learners.evidence.mark import adopt_store
from training.core.refusals import Refusal

ON_THIS_MACHINE = "127.0.0.1"
WORKERS = 2_000
FEWEST_WORKERS = 50
LOCK = 7_305_101  # number of the advisory lock: one start at a time makes the tables and the site
INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Load a made-up site of 2,000 workers into an empty database and serve it. A later start finds it as it was "
        "left. Refuses a database with workers that it did not make."
    )

    is_interrupted = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
        parser.add_argument("--seed", type=int, default=1, help="another number gives another site (1)")
        parser.add_argument("--workers", type=int, default=WORKERS, help=f"size of the site ({WORKERS})")
        parser.add_argument("--no-serve", action="store_true", help="load only")
        parser.add_argument(
            "--empty", action="store_true", help="a site with logins and nothing else, to try its first day"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"] < FEWEST_WORKERS:
            raise CommandError(f"The demo needs at least {FEWEST_WORKERS} workers.")
        serves = not options["no_serve"]
        if serves:
            _check_free(options["port"])
        try:
            with self._interruptible(), self._one_start_at_a_time():
                self._make(seed=options["seed"], workers=0 if options["empty"] else options["workers"], serves=serves)
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was loaded.", returncode=INTERRUPTED) from None
        except (OSError, OperationalError, Refusal) as error:
            if _is_full(error):
                raise CommandError(
                    "The disk is full. Nothing was loaded. Make room for database and evidence, then start again."
                ) from error
            raise
        self._tell_logins()
        if serves:
            _check_free(options["port"])  # another start may have taken it meanwhile
            self._serve(port=options["port"])

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl+C stop the work at once, in whatever line it is."""
        before, tell = signal.signal(signal.SIGINT, self._interrupt), sys.unraisablehook

        def tell_unless_interrupted(lost: "sys.UnraisableHookArgs") -> None:
            """Print what Python cannot pass on, such as out of a finalizer; not Ctrl+C, which is remembered."""
            if not issubclass(lost.exc_type, KeyboardInterrupt):
                tell(lost)

        sys.unraisablehook = tell_unless_interrupted
        try:
            yield
        finally:
            sys.unraisablehook = tell
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        """Stop at once, and remember it: where an exception cannot be passed on, Python drops it and continues."""
        self.is_interrupted = True
        raise KeyboardInterrupt

    def _stop_if_interrupted(self) -> None:
        if self.is_interrupted:
            raise KeyboardInterrupt

    @contextmanager
    def _one_start_at_a_time(self) -> Iterator[None]:
        """Let one start at a time make the site, so that a second one finds what the first has made.

        The lock is held by a database connection that nothing else uses.
        """
        with closing(connections.create_connection(DEFAULT_DB_ALIAS)) as own, own.cursor() as cursor:
            is_told = False
            while True:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                if cursor.fetchone() == (True,):
                    break
                if not is_told:
                    self.stdout.write("Another start of the demo is making the site; waiting for it.")
                    is_told = True
                sleep(0.5)
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _make(self, *, seed: int, workers: int, serves: bool) -> None:
        """Make the tables, the site and the static files, as far as they are not there yet.

        Args:
            workers: how many people the site has; 0 is for a site that is still empty.
        """
        if not connection.introspection.table_names():
            self.stdout.write("Making the tables.")
        call_command("migrate", verbosity=0, interactive=False)
        self._stop_if_interrupted()
        if workers:
            self._load(seed=seed, workers=workers)
        else:
            self._open_empty()
        if serves:
            call_command("collectstatic", verbosity=0, interactive=False)

    def _open_empty(self) -> None:
        """Write the logins of a site on which there is nothing else; one that somebody fills meanwhile stays as it is.

        Raises:
            CommandError: the demo is in the database.
        """
        with suppress(ForeignWorkers):
            if is_loaded():
                raise CommandError("This database holds the demo. Use another database for an empty site.")
        if not User.objects.exists():
            adopt_store(from_another_site=IS_LOCAL)
            write_logins()

    def _load(self, *, seed: int, workers: int) -> None:
        """Load everything in one transaction: interrupted at any moment, nothing is left."""
        try:
            if is_loaded():
                return
        except ForeignWorkers as refusal:
            raise CommandError(str(refusal)) from refusal
        adopt_store(from_another_site=IS_LOCAL)  # a store in a checkout is of a demo whose database is gone
        self.stdout.write(f"Loading the demo: {workers:,} workers, two years of training.")
        started = monotonic()
        # Not atomic(): the services that it calls insist on transactions of their own, which nest in an open one.
        connection.set_autocommit(False)
        try:
            load(seed=seed, workers=workers, now=timezone.now(), progress=LoadingProgress(self.stdout))
            self._stop_if_interrupted()
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.set_autocommit(True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")  # so that the first pages are as quick as the later ones
        self.stdout.write(f"Loaded in {monotonic() - started:.0f} s.")

    def _tell_logins(self) -> None:
        self.stdout.write("\nSign in as")
        for username, password, kind in told_logins():
            self.stdout.write(f"  {username:<12}{password:<18}{kind}")

    def _serve(self, *, port: int) -> None:
        """Run the web server, and the worker beside it, until it is interrupted."""
        self.stdout.write(f"\nhttp://localhost:{port}/   (Ctrl+C stops it)\n")
        self.stdout.flush()
        connection.close()
        environment = {
            **os.environ,
            "WEB_BIND": f"{ON_THIS_MACHINE}:{port}",
            "WEB_WORKERS": "2",
            "HTTPS": "0",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:config.web_server", "config.wsgi"],
            cwd=CHECKOUT,
            env=environment,
            preexec_fn=stop_with_parent(signal.SIGTERM),  # noqa: PLW1509  # no other thread runs any more
        )
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_jobs"],
            cwd=CHECKOUT,
            env=environment,
            start_new_session=True,  # Ctrl+C reaches only this process, which stops the worker
            preexec_fn=stop_with_parent(signal.SIGTERM),  # noqa: PLW1509  # as above
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        try:
            status = server.wait()
        except KeyboardInterrupt:
            status = 0
        finally:
            for process in (server, worker):
                process.terminate()
            for process in (server, worker):
                process.wait()
        if status:
            raise CommandError("The web server stopped; its last lines above say why.")
        self.stdout.write("Stopped.")


def _is_full(error: BaseException | None) -> bool:
    """Tell whether an error came from a full disk, the database's or ours."""
    while error is not None:
        if isinstance(error, psycopg.errors.DiskFull) or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__
    return False


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ON_THIS_MACHINE, port))
        except OSError as error:
            raise CommandError(f"Port {port} is taken. Choose another one: --port {port + 1}") from error
