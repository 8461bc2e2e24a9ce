"""After a restart of a healthy database the next request is answered: no stale connection, no growing pause."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connections
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

STOCK = "django.db.backends.postgresql"
PLACES = 5
POOL = {"min_size": 1, "max_size": PLACES, "timeout": 1, "reconnect_timeout": 0.5}
AS_BEFORE = {"min_size": 1, "max_size": PLACES, "timeout": 1}


class Server:
    """A database of its own, which can be down while the server of the tests is up."""

    def __init__(self, name: str) -> None:
        server = settings.DATABASES["default"]
        self.name = name
        self.parameters: dict[str, Any] = {key.lower(): server.get(key) or None for key in ("HOST", "USER", "PASSWORD")}

    def execute(self, statement: str) -> None:
        with psycopg.connect(**self.parameters, dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(name=sql.Identifier(self.name), text=self.name))

    def break_connections(self) -> None:
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {text}")

    def go_down(self) -> None:
        self.execute("ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self.break_connections()

    def come_back(self) -> None:
        self.execute("ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.fixture
def server(django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    server = Server(f"test_pool_{os.getpid()}")
    server.execute("CREATE DATABASE {name}")
    with django_db_blocker.unblock():  # no test database is needed
        yield server
    server.execute("DROP DATABASE {name} WITH (FORCE)")


class Site:
    """Requests of one web process on a pool of its own."""

    def __init__(self, server: Server, *, engine: str, pool: dict[str, Any]) -> None:
        self.alias = f"pool_{id(self)}"
        connections.settings[self.alias] = deepcopy(settings.DATABASES["default"]) | {
            "ENGINE": engine,
            "NAME": server.name,
            "CONN_HEALTH_CHECKS": engine == STOCK,
            "OPTIONS": {"pool": pool},
        }

    def request(self, seconds: float = 0.0) -> bool:
        """Ask the database as a page would; tell whether it answered."""
        connection = connections[self.alias]
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [seconds])
        except OperationalError:
            return False
        finally:
            connection.close()
        return True

    def at_once(self, count: int) -> list[bool]:
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(self.request, [0.2] * count))

    def close(self) -> None:
        connections[self.alias].close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend
        del connections[self.alias], connections.settings[self.alias]


@pytest.fixture
def site(server: Server) -> Iterator[Site]:
    site = Site(server, engine="config.postgresql", pool=POOL)
    yield site
    site.close()


@pytest.fixture
def as_before(server: Server) -> Iterator[Site]:
    site = Site(server, engine=STOCK, pool=AS_BEFORE)
    yield site
    site.close()


def test_every_stale_connection_goes_with_the_first_that_is_found(server: Server, site: Site) -> None:
    assert site.at_once(PLACES) == [True] * PLACES
    server.break_connections()

    begun = time.monotonic()
    assert site.at_once(PLACES) == [True] * PLACES
    assert time.monotonic() - begun < 2


def test_without_it_stale_connections_cost_requests(server: Server, as_before: Site) -> None:
    """The control: Django's own backend, as it was set up before."""
    assert as_before.at_once(PLACES) == [True] * PLACES
    server.break_connections()

    assert not as_before.request()


def test_after_a_long_absence_the_site_is_healthy_within_two_seconds(server: Server, site: Site) -> None:
    assert site.at_once(PLACES) == [True] * PLACES
    server.go_down()
    down_until = time.monotonic() + 6  # the pauses of the pool's own attempts have grown to four seconds by then
    while time.monotonic() < down_until:
        assert not site.request()
    server.come_back()

    begun = time.monotonic()
    while not site.request():
        assert time.monotonic() - begun < 2
    assert site.at_once(PLACES) == [True] * PLACES
