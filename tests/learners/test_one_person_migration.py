"""L4 comes to a site that has twins and a name that nobody sees: everything stays, and no more are made."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django.plugin import DjangoDbBlocker

from tests.own_database import own_database

BEFORE = [("learners", "0020_item_from_register"), ("training", "0023_version_zero")]
AFTER = [("learners", "0023_badge_keys"), ("training", "0025_one_name")]

ENTER = """
    INSERT INTO training_company (id, name, class_code_prefix, is_active, created_at, updated_at)
    VALUES (1, 'Halloran Mechanical', 'HAL', true, now(), now()),
           (2, 'halloran  mechanical', 'HAL', true, now(), now()),
           (3, U&'\\200B', 'XXX', true, now(), now());
    INSERT INTO training_venue (id, name, capacity, location, is_active, created_at, updated_at)
    VALUES (1, 'Room 12', 20, '', true, now(), now()), (2, 'Room 12', 20, '', true, now(), now());
    INSERT INTO training_trainer (id, first_name, last_name, kind, email, phone, is_active, created_at, updated_at)
    VALUES (1, 'Liam', 'O''Brien', 'INTERNAL', '', '', true, now(), now()),
           (2, 'Liam', 'OBrien', 'INTERNAL', '', '', true, now(), now());
    INSERT INTO learners_role (id, code, title, description, created_at, updated_at)
    VALUES (1, 'ROLE', 'Role', '', now(), now());
    INSERT INTO learners_learner (id, badge_id, first_name, last_name, email, phone, status, status_reason, start_date,
                                  company_id, role_id, role_assigned_at, compliance_status, created_at, updated_at)
    SELECT id, badge, first, last, '', '', 'ACTIVE', '', '2026-01-01', 1, 1, '2026-01-01', 'COMPLIANT', now(), now()
      FROM (VALUES (1, '00417', 'Jana', 'Weiß'), (2, U&'\\200B00417', 'Jana', 'Weiss'), (3, 'OLD-1', 'Uwe', 'Müller'),
                   (4, 'PB-5', U&'\\3164', U&'\\200B'), (5, U&'004\\00AD17', 'Sami', 'Al-Masri'))
           AS worker (id, badge, first, last);
    UPDATE learners_learner SET badge_id = 'NEW-1' WHERE id = 3;
    UPDATE learners_learner SET badge_id = U&'old\\20131' WHERE id = 4
"""


@pytest.fixture
def upgraded(django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    with django_db_blocker.unblock(), own_database("one_person") as database:
        MigrationExecutor(database).migrate(BEFORE)
        rows(database, ENTER)
        MigrationExecutor(database).migrate(AFTER)
        yield database


def rows(database: BaseDatabaseWrapper, statement: str) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def refused(database: BaseDatabaseWrapper, statement: str, why: str) -> None:
    with pytest.raises(DatabaseError, match=why), transaction.atomic(using=database.alias):
        rows(database, statement)


@pytest.mark.long_only
def test_l4_twins_stay_and_no_more_are_made(upgraded: BaseDatabaseWrapper) -> None:
    database = upgraded
    workers = "SELECT id, badge_key, twin_key, name_key, last_name FROM learners_learner ORDER BY id"
    assert rows(database, workers) == [
        (1, "00417", None, "janaweiss", "Weiß"),
        (2, "00417", "00417", "janaweiss", "Weiss"),
        (3, "new-1", None, "uwemuller", "Müller"),
        (4, "old-1", None, "old1", "old\u20131"),
        (5, "00417", "00417", "samialmasri", "Al-Masri"),
    ]
    assert rows(database, "SELECT search_key FROM learners_learner WHERE id = 5") == [
        (" al masri almasri sami 00417 417 ",)
    ]
    marked = "SELECT learner_id, is_known_twin FROM learners_badgeperiod ORDER BY learner_id, id"
    assert rows(database, marked) == [(1, False), (2, True), (3, False), (3, False), (4, False), (4, True), (5, True)]
    for table in ("training_company", "training_venue"):
        assert rows(database, f"SELECT id FROM {table} WHERE twin_key = name_key") == [(2,)]
    assert rows(database, "SELECT DISTINCT name_key FROM training_trainer") == [("liamobrien",)]

    again = """INSERT INTO learners_learner (id, badge_id, first_name, last_name, email, phone, status, status_reason,
                      start_date, company_id, role_id, role_assigned_at, compliance_status, created_at, updated_at)
               SELECT 100, %s, 'N', 'W', '', '', 'ACTIVE', '', start_date, 1, 1, start_date, 'COMPLIANT', now(), now()
                 FROM learners_learner WHERE id = 1"""
    refused(database, again % "'\uff10\uff10417'", "learner_badge_once_however_spelled")
    refused(database, again % "'OLD 1'", "badge_of_one_person_however_spelled|learner_badge_once_however_spelled")
    refused(database, "UPDATE learners_learner SET badge_id = 'X-417', twin_key = 'x-417' WHERE id = 1", "twins are")
    refused(database, "UPDATE learners_badgeperiod SET is_known_twin = true WHERE learner_id = 1", "keeps what was")
    refused(database, "UPDATE learners_learner SET first_name = '', last_name = U&'\\2800'", "learner_has_a_name")
    refused(
        database,
        "INSERT INTO training_venue (id, name, capacity, location, is_active, created_at, updated_at) "
        "VALUES (100, 'ROOM-12', 1, '', true, now(), now())",
        "venue_name_once_however_spelled",
    )

    # What was there goes on: twins and the company of no name are changed in other fields, and a twin gets a new badge.
    with transaction.atomic(using=database.alias):
        rows(database, "UPDATE learners_learner SET phone = '0660', compliance_updated_at = now()")
        rows(database, "UPDATE training_company SET code = 'HM' WHERE id = 2")
        rows(database, "UPDATE learners_learner SET badge_id = 'NEW-2' WHERE id = 2")
        refused(database, "UPDATE learners_learner SET badge_id = 'new 2' WHERE id = 5", "badge_once_however_spelled")

    MigrationExecutor(database).migrate(BEFORE)
    assert rows(database, "SELECT badge_id FROM learners_learner WHERE id = 2") == [("NEW-2",)]
    MigrationExecutor(database).migrate(AFTER)
