"""Every service that writes, as the role of the application: it has the rights that it needs, and no others (2.13)."""

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from tests.concurrency.writers import WRITERS
from tests.factories.training import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

ROLE = f"siteproof_app_of_services_{os.getpid()}"


@pytest.fixture
def role() -> Iterator[str]:
    """A role as installations have one; it goes with its rights."""
    call_command("setup_database_roles", role=ROLE)
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"RESET ROLE; DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


@pytest.mark.parametrize("module", WRITERS)
def test_a_service_does_its_work_as_the_role_of_the_application(module: str, role: str) -> None:
    by: User = UserFactory(is_superuser=True)
    call = WRITERS[module](by)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")

    call()

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (role,)
