"""The worker: it does the jobs that people ask for, and what is due by the clock, until it is told to stop."""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from training.services import job_runs, periodic_runs
from training.services.job_kinds import chores
from training.services.jobs import QUEUE
from training.services.periodic_runs import DUE_AT, Due

logger = structlog.get_logger(__name__)

NICENESS = 10  # lower priority than the processes that serve pages
POLL_SECONDS = 2
ALIVE_SECONDS = 5
LEAVE_SECONDS = 5  # a job that ends within this time may end; others are handed back
AGAIN_SECONDS = 1
CONNECT_SECONDS = 5
PURGE_EVERY = timedelta(hours=1)
RUNS_AT_ONCE = 2  # of what is due by the clock
AGAIN_AFTER_FAILURE = timedelta(minutes=1)  # for a command that ends before it can write down anything


class Command(BaseCommand):
    help = (
        "Makes the packs and large exports that people ask for, and runs what is due by the clock, until it is stopped "
        "(SIGTERM). Run one or more; what was lost with its worker is begun again by another within half a minute."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at-once",
            type=int,
            default=settings.JOBS_AT_ONCE,
            help=f"how many jobs this process works on ({settings.JOBS_AT_ONCE})",
        )
        parser.add_argument(
            "--without-periodic",
            action="store_true",
            help="leave what is due by the clock to cron, or to other workers",
        )

    def handle(self, *args: Any, at_once: int, without_periodic: bool, **options: Any) -> None:
        os.nice(NICENESS)
        asyncio.run(_Worker(at_once, runs_by_clock=not without_periodic).run())


class _Worker:
    def __init__(self, at_once: int, *, runs_by_clock: bool) -> None:
        self.at_once = at_once
        self.runs_by_clock = runs_by_clock
        self.running: dict[str, asyncio.Task[None]] = {}  # by command
        self.failed_at: dict[str, datetime] = {}
        self.is_leaving = asyncio.Event()
        self.purged_at: datetime | None = None

    async def run(self) -> None:
        """Work until a signal comes; if the database is away, wait for it."""
        loop = asyncio.get_running_loop()
        for which in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(which, self.is_leaving.set)
        keeping = asyncio.create_task(self._keep_house())
        while not self.is_leaving.is_set():
            try:
                await self._work()
            except Exception:
                logger.exception("worker_stopped")
            await self._sleep(AGAIN_SECONDS)
        await keeping

    async def _work(self) -> None:
        """Do jobs until told to stop, or until the database goes away.

        LISTEN receives nothing through PgBouncer, so the worker polls for jobs every `POLL_SECONDS`.
        """
        connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2, timeout=CONNECT_SECONDS)
        with app.replace_connector(connector):
            async with app.open_async():
                working = asyncio.create_task(
                    app.run_worker_async(
                        queues=[QUEUE],
                        concurrency=self.at_once,
                        listen_notify=False,
                        fetch_job_polling_interval=POLL_SECONDS,
                        shutdown_graceful_timeout=LEAVE_SECONDS,
                        install_signal_handlers=False,
                    )
                )
                leaving = asyncio.create_task(self.is_leaving.wait())
                await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
                leaving.cancel()
                if not working.done():
                    working.cancel()
                with suppress(asyncio.CancelledError):
                    await working

    async def _keep_house(self) -> None:
        while not self.is_leaving.is_set():
            try:
                for each in await sync_to_async(self._tidy)(set(job_runs.in_hand)):
                    self._begin(each)
            except Exception:
                logger.exception("housekeeping_failed")
            await self._sleep(ALIVE_SECONDS)
        await asyncio.gather(*self.running.values())

    def _begin(self, due: Due) -> None:
        """Begin a run, unless this worker has it in hand, or has enough."""
        command = due.periodic.command
        failed_at = self.failed_at.get(command)
        if failed_at is not None and timezone.now() < failed_at + AGAIN_AFTER_FAILURE:
            return
        if command not in self.running and len(self.running) < RUNS_AT_ONCE:
            self.running[command] = asyncio.create_task(self._run(due))

    async def _run(self, due: Due) -> None:
        """Run a command as a process of its own, which writes down itself how it goes, and can be ended at any time."""
        command = due.periodic.command
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(settings.CHECKOUT / "manage.py"), command, *due.periodic.arguments),
                stdin=asyncio.subprocess.DEVNULL,
                env={**os.environ, DUE_AT: due.at.isoformat()},
            )
            ending, leaving = asyncio.create_task(process.wait()), asyncio.create_task(self.is_leaving.wait())
            await asyncio.wait({ending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if not ending.done():
                with suppress(ProcessLookupError):
                    process.terminate()
                await asyncio.wait({ending}, timeout=LEAVE_SECONDS)
            if not ending.done():
                with suppress(ProcessLookupError):
                    process.kill()
            if await ending > 0:
                self.failed_at[command] = timezone.now()
        except OSError:
            logger.exception("periodic_run_did_not_begin", command=command)
            self.failed_at[command] = timezone.now()
        finally:
            del self.running[command]

    def _tidy(self, in_hand: set[int]) -> list[Due]:
        """Do the housekeeping, and return what is due by the clock."""
        close_old_connections()
        try:
            now = timezone.now()
            job_runs.say_alive(in_hand, now=now)
            job_runs.recover(now=now)
            periodic_runs.recover(now=now)
            if self.purged_at is None or now - self.purged_at > PURGE_EVERY:
                self.purged_at = now
                job_runs.purge(now=now)
                periodic_runs.purge(now=now)
                for chore in chores():
                    chore(now)
            return periodic_runs.due(now=now) if self.runs_by_clock else []
        finally:
            close_old_connections()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.is_leaving.wait(), seconds)
