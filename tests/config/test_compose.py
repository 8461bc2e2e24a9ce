"""The Compose file keeps to its rules (B3), and its scripts do what they say on a real PostgreSQL and PgBouncer.

No container is started: what runs in them is tried from Debian's packages in `tests/faults/test_pgbouncer.py`,
`test_proxy.py` and `test_store.py`.
"""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection, transaction

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {"rights", "bucket"}  # end by themselves, and are waited for


def secrets_of(name: str) -> set[str]:
    return {each if isinstance(each, str) else each["source"] for each in SERVICES[name].get("secrets", [])}


@pytest.mark.parametrize("name", SERVICES)
def test_b3_nothing_runs_as_root_or_writes_its_root_file_system(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert ("healthcheck" in service) == (name not in ONCE)


def test_b3_secrets_are_files_and_each_part_has_only_its_own() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|SECRET|KEY|DATABASE_URL|ROOT_USER", variable)
            assert not secret or value.startswith("/run/secrets/"), (name, variable)
        assert secrets_of(name) <= set(COMPOSE["secrets"])
    assert {name for name in SERVICES if "owner_database_url" in secrets_of(name)} == {"rights"}
    assert {name for name in SERVICES if "log_key" in secrets_of(name)} == {"worker"}
    assert {name for name in SERVICES if "log_database_url" in secrets_of(name)} == {"worker"}


def test_b3_the_parts_of_the_rule_are_there_and_wait_for_each_other() -> None:
    assert set(SERVICES) == {"proxy", "web", "worker", "rights", "pool", "database", "store", "bucket"}
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    pool = configparser.ConfigParser()
    pool.read(DEPLOY / "compose" / "pgbouncer.ini")
    assert pool["pgbouncer"]["pool_mode"] == "transaction"
    for name in ("web", "worker"):
        assert SERVICES[name]["environment"]["DATABASE_BEHIND_PGBOUNCER"] == "1"
        assert {"rights", "pool"} <= set(SERVICES[name]["depends_on"])


@pytest.mark.django_db
def test_b3_the_roles_are_three_and_none_is_a_superuser() -> None:
    script = (DEPLOY / "compose" / "roles.sh").read_text()
    made = re.findall(r"^CREATE ROLE (\w+) LOGIN PASSWORD :'(\w+)';$", script, re.MULTILINE)
    assert [role for role, _secret in made] == ["siteproof_owner", "siteproof_app", "siteproof_log"]
    with transaction.atomic(), connection.cursor() as cursor:
        for role, secret in made:
            cursor.execute(f"CREATE ROLE {role}_of_compose LOGIN PASSWORD '{secret}'")
        cursor.execute("SELECT bool_or(rolsuper OR rolcreaterole) FROM pg_roles WHERE rolname LIKE '%_of_compose'")
        assert cursor.fetchone() == (False,)
        transaction.set_rollback(True)
