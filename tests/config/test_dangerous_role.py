"""A role that is the owner of the tables, or could become it, is refused as the application's, and nothing changes."""

import os
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config import checks, dangerous_role

pytestmark = pytest.mark.django_db

ROLE, OWNER, GROUP = (f"siteproof_{name}_{os.getpid()}" for name in ("served", "owning", "between"))

EVERY_RIGHT = """
    SELECT string_agg(what, ' ' ORDER BY what) FROM (
      SELECT oid::regclass::text || relacl::text FROM pg_class WHERE relacl IS NOT NULL
      UNION ALL SELECT oid::regprocedure::text || proacl::text FROM pg_proc WHERE proacl IS NOT NULL
      UNION ALL SELECT oid::regprocedure::text || proconfig::text FROM pg_proc WHERE proconfig IS NOT NULL
      UNION ALL SELECT datname || datacl::text FROM pg_database
                 WHERE datname = current_database() AND datacl IS NOT NULL
      UNION ALL SELECT nspname || nspacl::text FROM pg_namespace WHERE nspacl IS NOT NULL
      UNION ALL SELECT defaclrole::text || defaclacl::text FROM pg_default_acl
    ) rights (what)
"""

DANGERS = {
    "is a superuser": "ALTER ROLE {role} SUPERUSER",
    "may make and change roles (CREATEROLE)": "ALTER ROLE {role} CREATEROLE",
    "may make databases (CREATEDB)": "ALTER ROLE {role} CREATEDB",
    "may read the whole server's log (REPLICATION)": "ALTER ROLE {role} REPLICATION",
    "bypasses row security (BYPASSRLS)": "ALTER ROLE {role} BYPASSRLS",
    "owns the database {database}": "ALTER DATABASE {database} OWNER TO {role}",
    "owns the schema extra": "CREATE SCHEMA extra AUTHORIZATION {role}",
    "owns the table training_venue": "ALTER TABLE training_venue OWNER TO {role}",
    "owns the function site_today()": "ALTER FUNCTION site_today() OWNER TO {role}",
    "is a member of {owner}, which owns the table training_venue": (
        "ALTER TABLE training_venue OWNER TO {owner}; GRANT {owner} TO {role}"
    ),
    "is a member of {owner}, which owns the table training_course": (
        "ALTER TABLE training_course OWNER TO {owner}; GRANT {owner} TO {group}; GRANT {group} TO {role}"
    ),
    "is a member of {owner}, which owns the table training_trainer": (
        "ALTER TABLE training_trainer OWNER TO {owner}; ALTER ROLE {role} NOINHERIT; GRANT {owner} TO {role}"
    ),
    "is a member of {group}, which is a superuser": "ALTER ROLE {group} SUPERUSER; GRANT {group} TO {role}",
    **{
        f"is a member of {name}, which comes with PostgreSQL and reaches past the rights of tables": (
            f"GRANT {name} TO {{role}}"
        )
        for name in ("pg_write_all_data", "pg_read_all_data", "pg_execute_server_program", "pg_signal_backend")
    },
}


@pytest.fixture(autouse=True)
def _roles() -> None:
    """They go with the test's transaction."""
    for name in (ROLE, OWNER, GROUP):
        _execute(f"CREATE ROLE {name} LOGIN")


def _execute(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


def _rights() -> object:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_RIGHT)
        return cursor.fetchone()


def _filled_in(text: str) -> str:
    return text.format(role=ROLE, owner=OWNER, group=GROUP, database=connection.settings_dict["NAME"])


@pytest.mark.parametrize("danger", DANGERS)
def test_a_dangerous_role_is_refused_in_one_sentence_and_nothing_changes(danger: str) -> None:
    _execute(_filled_in(DANGERS[danger]))
    before = _rights()

    with pytest.raises(CommandError) as refused:
        call_command("setup_database_roles", role=ROLE)

    assert str(refused.value) == (
        f"{ROLE} cannot be the application's role, because it {_filled_in(danger)}: use a role of its own. "
        "Nothing was changed."
    )
    assert _rights() == before


def test_the_owner_named_by_mistake_stays_the_owner() -> None:
    before = _rights()
    with pytest.raises(CommandError, match="cannot be the application's role"):
        call_command("setup_database_roles", role=connection.settings_dict["USER"])
    assert _rights() == before


@pytest.mark.parametrize(
    ("grant", "excess"),
    [
        ("GRANT TEMPORARY ON DATABASE {database} TO {group}", "may make temporary tables"),
        ("GRANT CREATE ON DATABASE {database} TO {group}", "may make schemas in the database"),
        ("GRANT CREATE ON SCHEMA public TO {group}", "may make things in the schema public"),
        ("GRANT EXECUTE ON FUNCTION refuse_change() TO {group}", "may call refuse_change()"),
        ("GRANT TRIGGER ON learners_learner TO {group}", "may empty learners_learner, or hang triggers on it"),
        ("GRANT INSERT ON training_venueevent TO {group}", "may write training_venueevent"),
    ],
)
def test_a_right_that_comes_by_another_role_is_found_at_the_end(grant: str, excess: str) -> None:
    _execute(_filled_in(f"{grant}; GRANT {GROUP} TO {ROLE}"))
    before = _rights()

    with pytest.raises(CommandError, match="which is not this user's to take away") as refused:
        call_command("setup_database_roles", role=ROLE)

    assert f"{ROLE} {excess}," in str(refused.value)
    assert _rights() == before


def test_statistics_and_large_objects_are_no_danger() -> None:
    """The role may make large objects itself: owning one must not stop the next upgrade."""
    _execute(f"GRANT pg_monitor TO {ROLE}; SET LOCAL ROLE {ROLE}; SELECT lo_create(0); RESET ROLE")
    _execute(f"SET LOCAL ROLE {ROLE}; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; RESET ROLE")
    call_command("setup_database_roles", role=ROLE)
    with connection.cursor() as cursor:
        assert not dangerous_role.powers(ROLE, cursor)


def test_a_role_that_nobody_made_is_asked_of_an_administrator() -> None:
    """As the documentation installs it: the owner is no superuser and may make no roles."""
    _execute(f"SET LOCAL ROLE {OWNER}")
    with pytest.raises(CommandError) as refused:
        call_command("setup_database_roles", role=f"{ROLE}_2")
    assert str(refused.value) == (
        f"There is no role {ROLE}_2, and it cannot be made here: let an administrator of PostgreSQL run "
        f"`createuser {ROLE}_2 --pwprompt`. Nothing was changed."
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "The name of a role has 1 to 63 bytes. Nothing was changed."),
        ("r" * 64, "The name of a role has 1 to 63 bytes. Nothing was changed."),
        ("public", "PostgreSQL keeps the name public for itself. Nothing was changed."),
        ("pg_ours", "PostgreSQL keeps the name pg_ours for itself. Nothing was changed."),
    ],
)
def test_a_name_that_no_role_can_have_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("setup_database_roles", role=name)
    assert str(refused.value) == sentence


def test_the_check_before_a_deployment_fails_for_a_role_that_may_do_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "IS_LOCAL", False)
    told = checks.check_role()
    assert {each.id for each in told} == {"siteproof.E001"}
    assert f"served by the database role {connection.settings_dict['USER']}, which is a superuser." in str(told)


def test_the_check_only_says_so_where_no_database_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    params = connection.get_connection_params()

    def nowhere() -> dict[str, Any]:
        return params | {"host": "/nowhere"}

    monkeypatch.setattr(checks, "IS_LOCAL", False)
    monkeypatch.setattr(connection, "get_connection_params", nowhere)
    assert [each.id for each in checks.check_role()] == ["siteproof.I001"]


def test_a_checkout_on_its_own_server_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "IS_LOCAL", True)
    assert not checks.check_role()
