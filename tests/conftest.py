"""What every test may rely on: the flush that works with append-only tables, N+1 queries that fail, the browser."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeal
import zeal.apps
import zeal.constants
from django.apps import apps
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.signals import connection_created
from django.test import Client
from django.test.testcases import LiveServerThread
from django.test.utils import instrumented_test_render  # type: ignore[attr-defined]  # not in the stubs
from pytest_django.plugin import DjangoDbBlocker
from template_partials.templatetags.partials import TemplateProxy

from tests.locking import refuse_joins
from tests.made_database import made_database
from tests.site import IDENTITY

pytest_plugins = ["tests.fixtures"]

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"]
PLAYWRIGHT_BROWSERS = Path.home() / ".cache" / "ms-playwright"
CHROMIUM_ARGUMENTS = [
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LAST_REQUESTS_SECONDS = 30


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the quality checks with their full numbers (hours)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare our own marks."""
    config.addinivalue_line(
        "markers",
        "long_only: with `--long` alone; another case stands for it otherwise, or what it tries can change no more",
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """The whole suite runs on every core; named files or tests run in this process, where starting is quicker."""
    names_tests = any(argument.split("::")[0].startswith("tests") for argument in config.invocation_params.args)
    return 0 if names_tests else None


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether to run with the full numbers of the quality checks."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only_triggers() -> Iterator[None]:
    """Between transactional tests Django truncates every table, which the append-only triggers rightly refuse.

    As superuser of the test server, empty the tables with the triggers asleep. DELETE is 30 times faster on small
    tables than TRUNCATE. The tables of jobs go too, which Django leaves out because procrastinate manages them.
    """

    def sql_flush(self: DatabaseOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
        of_jobs = [model._meta.db_table for model in apps.get_app_config("procrastinate").get_models()]
        deletes = [f"DELETE FROM {self.quote_name(table)}" for table in [*tables, *of_jobs]]
        return ["SET LOCAL session_replication_role = replica", *deletes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy the test database from one that the migrations have made before."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = made_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give every site that a test makes the same identity, which the stores of tests bear.

    It has just been made, so that nothing waits too long on it. Before the test database is dropped, end what killed
    clients left: their servers may not have noticed yet.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE training_site ALTER identity SET DEFAULT '{IDENTITY}'")
        cursor.execute("UPDATE training_site SET identity = DEFAULT")
        cursor.execute("UPDATE django_migrations SET applied = now()")
    yield
    connection.close()  # it may be one of those that a test has cut
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def _requests_fail_on_repeated_queries() -> Iterator[None]:
    """Every request of Django's test client raises where a loop fetches related rows one by one."""
    zeal.constants.initialize_app_registry()
    zeal.apps.patch()
    send = Client.request

    def request(self: Client, **arguments: Any) -> Any:
        with zeal.zeal_context():
            return send(self, **arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", request)
        yield


@pytest.fixture(scope="session", autouse=True)
def _parts_of_pages_tell_their_context() -> Iterator[None]:
    """`response.context` holds what a part of a page was drawn with, as Django does it for whole templates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TemplateProxy, "_render", instrumented_test_render)
        yield


@pytest.fixture(scope="session", autouse=True)
def _locking_queries_are_bare() -> Iterator[None]:
    """Every connection of every thread refuses to lock by a query that reads more than the rows it locks."""

    def watch(connection: BaseDatabaseWrapper, **signal: Any) -> None:
        if refuse_joins not in connection.execute_wrappers:
            # First: wrappers are taken off from the end, and this one comes while others may be on.
            connection.execute_wrappers.insert(0, refuse_joins)

    connection_created.connect(watch)
    yield
    connection_created.disconnect(watch)


# Live server


class _WatchedServer(ThreadedWSGIServer):
    """The live server, which knows the connections it still serves."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.serving: set[socket.socket] = set()
        super().__init__(*arguments, **options)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.serving.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        self.serving.discard(request)

    def wait_until_silent(self) -> None:
        """Wait for every request that was sent before now; what connects now is accepted after them."""
        socket.create_connection(self.socket.getsockname()[:2]).close()
        deadline = time.monotonic() + LAST_REQUESTS_SECONDS
        while self.serving:
            assert time.monotonic() < deadline, f"still being served: {self.serving}"
            time.sleep(0.005)


@pytest.fixture(scope="session", autouse=True)
def _live_server_is_watched() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveServerThread, "server_class", _WatchedServer)
        yield


@pytest.fixture(autouse=True)
def _no_request_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A closed browser leaves requests in the server: they would write into the tables of the next test."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    server = request.getfixturevalue("live_server").thread.httpd
    yield
    server.wait_until_silent()


# Browser


def chromium() -> str | None:
    """Return the browser of CHROMIUM or of the machine; None leaves the choice to Playwright."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _has_browser() -> bool:
    return bool(chromium() or list(PLAYWRIGHT_BROWSERS.glob("chromium-*")))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    system = chromium()
    return {
        **browser_type_launch_args,
        "args": CHROMIUM_ARGUMENTS,
        **({"executable_path": system} if system else {}),
    }


@pytest.fixture(scope="session")
def browser_type(browser_type: Any) -> Iterator[Any]:
    """Playwright runs a loop in the test's thread, in which Django would refuse database access."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser_type


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what runs with `--long` alone; without a browser, what needs one says so."""
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long_only")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("long_only")]
    if _has_browser():
        return
    if os.environ.get("CI"):
        raise pytest.UsageError("Chromium is missing, and CI must run the browser tests: apt install chromium")
    for item in items:
        if "browser_type" in getattr(item, "fixturenames", []):
            item.add_marker(pytest.mark.skip(reason="Chromium is missing"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _has_browser():
        terminalreporter.write_line(
            "BROWSER TESTS SKIPPED: apt install chromium, or playwright install chromium", red=True
        )
