"""What the role of the log may do, and the application's may not, on every object of the catalogue (T1)."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg import errors

from config.ledger.anchors import Anchored
from config.ledger.following import begin_new_log
from config.ledger.log import grow
from tests.factories.learners import TrainingRecordFactory
from training.core.seals.checkpoints import Checkpoint, sign
from training.models import LogEntry, Seal

pytestmark = pytest.mark.django_db

APPLICATION, LOG = (f"siteproof_{name}_{os.getpid()}" for name in ("app_of_log", "log_of_log"))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

RIGHTS = {
    "training_seal": "SELECT",
    "training_sealpending": "SELECT DELETE",
    "training_log": "SELECT INSERT",
    "training_logkey": "SELECT INSERT",
    "training_logentry": "SELECT INSERT",
    "training_logtile": "SELECT INSERT",
    "training_logcheckpoint": "SELECT INSERT",
    "training_loganchor": "SELECT INSERT",
}
LEDGER = {*RIGHTS, "training_sealopening", "training_erasure"}
PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
    return found


def rights_of(role: str) -> dict[str, str]:
    """Every right on every table, columns included."""
    found = rows(
        """SELECT c.relname, string_agg(p, ' ' ORDER BY n) FROM pg_class c, unnest(%s::text[]) WITH ORDINALITY e (p, n)
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
              AND (has_table_privilege(%s, c.oid, p) OR p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                   AND has_any_column_privilege(%s, c.oid, p)) GROUP BY 1""",
        PRIVILEGES,
        role,
        role,
    )
    return dict(found)


@pytest.fixture
def roles() -> Iterator[None]:
    call_command("setup_database_roles", role=APPLICATION, log_role=LOG)
    yield
    rows("RESET ROLE")


def test_t1_the_role_of_the_log_has_the_declared_rights_and_no_others(roles: None) -> None:
    assert rights_of(LOG) == RIGHTS


def test_t1_the_application_only_reads_the_ledger(roles: None) -> None:
    held = rights_of(APPLICATION)
    assert {table: held[table] for table in LEDGER} == dict.fromkeys(LEDGER, "SELECT")


def test_t2_the_role_of_the_log_gives_places(roles: None) -> None:
    TrainingRecordFactory()
    rows(f"SET LOCAL ROLE {LOG}")
    with connection.cursor() as cursor:
        grow(cursor, key=KEY, name="training.example.com/log")
    rows("RESET ROLE")
    assert LogEntry.objects.count() == Seal.objects.count()


def test_t6_the_role_of_the_log_begins_a_new_one_after_a_restore(roles: None) -> None:
    TrainingRecordFactory()
    with connection.cursor() as cursor:
        grow(cursor, key=KEY, name="training.example.com/log")
    size = LogEntry.objects.count()
    lost = sign(Checkpoint("training.example.com/log", size + 5, bytes(32)), KEY)  # of what came after the backup
    rows(f"SET LOCAL ROLE {LOG}")
    anchored = [Anchored(lost, timezone.now(), "anchor")]
    assert begin_new_log(anchored=anchored, using="default", key=KEY) == "training.example.com/log/2"
    rows("RESET ROLE")
    assert LogEntry.objects.count() == size + 1
    rows(f"SET LOCAL ROLE {APPLICATION}")
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        rows("INSERT INTO training_log (origin, begins_at, follows) VALUES ('x', 0, 'y')")
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO training_seal (id, kind, row_id, leaf, leaf_hash, list) VALUES (1, 'record', 1, '{}', 'x', '')",
        "UPDATE training_seal SET leaf = '{}'",
        "DELETE FROM training_sealpending",
        "INSERT INTO training_sealpending VALUES (1)",
        "UPDATE training_sealopening SET person = ''",
        "DELETE FROM training_sealopening",
        "INSERT INTO training_logentry VALUES (0, 1, 'x')",
        "INSERT INTO training_logcheckpoint (log_id, size, note) VALUES (1, 1, 'x')",
        "INSERT INTO training_erasure (seals, rows, reason, erased_by) VALUES ('[]', '{}', 'x', 'x')",
        "TRUNCATE training_sealpending",
        "ALTER TABLE learners_trainingrecord DISABLE TRIGGER seal_record_insert",
        "DROP FUNCTION seal_record() CASCADE",
        "SELECT setval('training_seal_id_seq', 1)",
        "CREATE TRIGGER mine AFTER INSERT ON training_packmade REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION seal_record()",
    ],
)
def test_t1_the_application_can_forge_nothing(roles: None, attempt: str) -> None:
    rows(f"SET LOCAL ROLE {APPLICATION}")
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        rows(attempt)
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege), refused.value


def test_t1_what_the_application_writes_is_sealed_all_the_same(roles: None) -> None:
    record = TrainingRecordFactory()
    rows(f"SET LOCAL ROLE {APPLICATION}")
    rows(
        "INSERT INTO learners_revocation (record_id, reason, revoked_at, revoked_on, revoked_by_id) "
        "VALUES (%s, 'Forged', now(), current_date, %s)",
        record.pk,
        record.created_by_id,
    )
    rows("RESET ROLE")
    assert Seal.objects.filter(kind="revocation").count() == 1


def test_t1_the_application_is_no_member_of_the_role_of_the_log(roles: None) -> None:
    rows(f"GRANT {LOG} TO {APPLICATION}")
    with pytest.raises(CommandError, match="which is not this user's to take away"):
        call_command("setup_database_roles", role=APPLICATION, log_role=LOG)
    with pytest.raises(CommandError, match="which is not this user's to take away"):
        call_command("setup_database_roles", role=APPLICATION, log_role=APPLICATION)
