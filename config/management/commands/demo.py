"""A whole site to try: database, two years of made-up history, and the web server, without any set-up (O2)."""

import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config.demo.load import ForeignWorkers, is_loaded, load
from config.demo.logins import told_logins
from config.demo.progress import Progress
from config.environment import CHECKOUT

ON_THIS_MACHINE = "127.0.0.1"
WORKERS = 2_000
FEWEST_WORKERS = 50


class Command(BaseCommand):
    help = (
        "Load a made-up site of 2,000 workers into an empty database and serve it. A later start finds it as it was "
        "left. Refuses a database with workers that it did not make."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
        parser.add_argument("--seed", type=int, default=1, help="another number gives another site (1)")
        parser.add_argument("--workers", type=int, default=WORKERS, help=f"size of the site ({WORKERS})")
        parser.add_argument("--no-serve", action="store_true", help="load only")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"] < FEWEST_WORKERS:
            raise CommandError(f"The demo needs at least {FEWEST_WORKERS} workers.")
        if not options["no_serve"]:
            _check_free(options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        self._load(seed=options["seed"], workers=options["workers"])
        self._tell_logins()
        if not options["no_serve"]:
            call_command("collectstatic", verbosity=0, interactive=False)
            self._serve(port=options["port"])

    def _load(self, *, seed: int, workers: int) -> None:
        """Load everything in one transaction: interrupted at any moment, nothing is left."""
        try:
            if is_loaded():
                return
        except ForeignWorkers as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Loading the demo: {workers:,} workers, two years of training.")
        started = monotonic()
        # Not atomic(): the services that it calls insist on transactions of their own, which nest in an open one.
        connection.set_autocommit(False)
        try:
            load(seed=seed, workers=workers, now=timezone.now(), progress=Progress(self.stdout))
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
        """Run the web server until it is interrupted."""
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
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        try:
            status = server.wait()
        except KeyboardInterrupt:
            status = 0
        finally:
            server.terminate()
            server.wait()
        if status:
            raise CommandError("The web server stopped; its last lines above say why.")
        self.stdout.write("Stopped.")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ON_THIS_MACHINE, port))
        except OSError as error:
            raise CommandError(f"Port {port} is taken. Choose another one: --port {port + 1}") from error
