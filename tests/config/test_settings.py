"""The settings as a production site and a local checkout get them, each in a process of its own."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import CHECKOUT
from config.pytest_database import TEST_ENVIRONMENT

PRODUCTION = {
    "DATABASE_URL": "postgres://app@db.example/siteproof",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "training.example.com",
}
NAMES = [
    "ALLOWED_HOSTS",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "DEBUG",
    "KNOWN_BROWSER_COOKIE_NAME",
    "SECURE_HSTS_SECONDS",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
]
SHOW = "import json, sys; from config import settings; print(json.dumps([getattr(settings, n) for n in sys.argv[1:]]))"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without anybody's `.env`."""
    shutil.copytree(CHECKOUT / "config", tmp_path / "config")
    return tmp_path


def _python(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # The last is set by the browser tests that ran before in this process.
    ours = {*TEST_ENVIRONMENT, *PRODUCTION, "DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _settings(directory: Path, **environment: str) -> dict:
    shown = _python(directory, "-c", SHOW, *NAMES, **environment)
    return dict(zip(NAMES, json.loads(shown.stdout), strict=True))


def test_production_is_secure_without_asking(checkout: Path) -> None:
    assert _settings(checkout, **PRODUCTION) == {
        "ALLOWED_HOSTS": ["training.example.com"],
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "CSRF_COOKIE_SECURE": True,
        "DEBUG": False,
        "KNOWN_BROWSER_COOKIE_NAME": "__Host-browser",
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
    }


def test_production_needs_a_secret_key_of_its_own(checkout: Path) -> None:
    refused = _python(checkout, "-c", SHOW, DATABASE_URL=PRODUCTION["DATABASE_URL"])
    assert refused.returncode != 0
    assert "Set the SECRET_KEY environment variable" in refused.stderr


def test_a_local_checkout_serves_this_machine_only_and_shows_no_debugging_pages(checkout: Path) -> None:
    assert _settings(checkout) == {
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
        "CSRF_COOKIE_NAME": "csrftoken",
        "CSRF_COOKIE_SECURE": False,
        "DEBUG": False,
        "KNOWN_BROWSER_COOKIE_NAME": "browser",
        "SECURE_HSTS_SECONDS": 0,
        "SECURE_SSL_REDIRECT": False,
        "SESSION_COOKIE_NAME": "sessionid",
        "SESSION_COOKIE_SECURE": False,
    }


def test_the_deployment_checks_of_django_have_nothing_to_say() -> None:
    checks = _python(CHECKOUT, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checks.returncode == 0, checks.stderr
