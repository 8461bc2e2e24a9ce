"""The worker: it does the jobs that people ask for, until it is told to stop."""

import asyncio
import os
import signal
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

from training.services import job_runs
from training.services.job_kinds import chores
from training.services.jobs import QUEUE

logger = structlog.get_logger(__name__)

NICENESS = 10  # lower priority than the processes that serve pages
POLL_SECONDS = 2
ALIVE_SECONDS = 5
LEAVE_SECONDS = 5  # a job that ends within this time may end; others are handed back
AGAIN_SECONDS = 1
CONNECT_SECONDS = 5
PURGE_EVERY = timedelta(hours=1)


class Command(BaseCommand):
    help = (
        "Makes the packs and large exports that people ask for, until it is stopped (SIGTERM). Run one or more; a job "
        "whose worker was lost is begun again by another within half a minute."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at-once",
            type=int,
            default=settings.JOBS_AT_ONCE,
            help=f"how many jobs this process works on ({settings.JOBS_AT_ONCE})",
        )

    def handle(self, *args: Any, at_once: int, **options: Any) -> None:
        os.nice(NICENESS)
        asyncio.run(_Worker(at_once).run())


class _Worker:
    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
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
                await sync_to_async(self._tidy)(set(job_runs.in_hand))
            except Exception:
                logger.exception("housekeeping_failed")
            await self._sleep(ALIVE_SECONDS)

    def _tidy(self, in_hand: set[int]) -> None:
        close_old_connections()
        try:
            now = timezone.now()
            job_runs.say_alive(in_hand, now=now)
            job_runs.recover(now=now)
            if self.purged_at is None or now - self.purged_at > PURGE_EVERY:
                self.purged_at = now
                job_runs.purge(now=now)
                for chore in chores():
                    chore(now)
        finally:
            close_old_connections()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.is_leaving.wait(), seconds)
