"""The settings as a production site and a local checkout get them, each in a process of its own."""

import json
import os
import re
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
    """The code as it is installed: without a history, and without anybody's `.env`."""
    for package in ("config", "attendance", "learners", "training"):
        shutil.copytree(CHECKOUT / package, tmp_path / package)
    shutil.copy(CHECKOUT / "manage.py", tmp_path)
    return tmp_path


def _python(
    directory: Path, *arguments: str, typed: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    # The last is set by the browser tests that ran before in this process.
    ours = {*TEST_ENVIRONMENT, *PRODUCTION, "DEBUG", "LOCAL_SITE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env={**inherited, **environment},
        input=typed,
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
    (checkout / ".git").mkdir()
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


# Nonsense


# Each case in a process of its own, forked from one that has read everything but our settings.
REFUSALS = """
import json, os, sys
import csp.constants, django.utils.translation, environ, holidays, multiprocessing, pgtrigger, zoneinfo
import holidays.countries, training.core.confined.confinement
from config import embedded_postgres, logs, secret_key
from django.core.exceptions import ImproperlyConfigured

def refusal(environment):
    os.environ.update(environment)
    try:
        from config import settings, web_server
    except (ImproperlyConfigured, SystemExit) as refused:
        return str(refused)
    return ""

for environment in json.load(sys.stdin):
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, json.dumps(refusal(environment)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        print(told.read(), flush=True)
    os.wait()
"""

NUMBERS = ["many", "-1", "1.5", ""]
SWITCHES = ["maybe", "ture", "2"]
NO_MORE = ["EVIDENCE_RETENTION_YEARS"]  # RETENTION_RECORDS_YEARS took its place
NONSENSE = {
    "ALLOWED_HOSTS": ["*", "https://training.example.com", "training.example.com:443", ".", ".com", "a b"],
    "API_REQUESTS_PER_MINUTE": [*NUMBERS, "0"],
    "CSRF_TRUSTED_ORIGINS": ["training.example.com", "ftp://training.example.com", "https://*", "*"],
    "DATABASE_BEHIND_PGBOUNCER": SWITCHES,
    "DATABASE_IDLE_SECONDS": [*NUMBERS, "0"],
    "DATABASE_LOCK_SECONDS": [*NUMBERS, "0"],
    "DATABASE_STATEMENT_SECONDS": [*NUMBERS, "0"],
    "DATABASE_POOL_SIZE": [*NUMBERS, "1000000"],
    "DATABASE_URL": ["nonsense", "mysql://user@host/name", "postgres://", "postgres://host", "postgres://h:port/n"],
    "DEBUG": [*SWITCHES, "1"],
    "EVIDENCE_DIR": ["", "evidence", "/dev/null"],
    "EVIDENCE_MAX_BYTES": [*NUMBERS, "0", "20 MiB"],
    "EVIDENCE_RETENTION_YEARS": ["10"],
    "METRICS_TOKEN": ["short", "with blanks in the middle of it", "ä" * 30],
    "SENTRY_DSN": ["sentry.example.com", "https://sentry.example.com/1", "https://key@sentry.example.com/"],
    "EVIDENCE_S3_ACCESS_KEY": ["a key without its secret"],
    "EVIDENCE_S3_BUCKET": ["https://s3.example.com/evidence", "two words", "x"],
    "EVIDENCE_S3_ENDPOINT": ["s3.example.com"],
    "EVIDENCE_S3_REGION": ["Frankfurt am Main"],
    "EVIDENCE_S3_SECRET_KEY": ["a secret without its key"],
    "IDLE_MINUTES": [*NUMBERS, "0", "721"],
    "OIDC_ISSUER": ["http://login.example.com", "login.example.com", "https://login.example.com?x=1"],
    "OIDC_GROUPS": ["nonsense", "[]", '{"safety": "everybody"}'],
    "OIDC_SCOPES": ["profile email"],
    "SECOND_FACTOR_FOR": ["everybody", "superuser, superuser"],
    "EXPIRY_WARNING_DAYS": [*NUMBERS, "100000"],
    "MARKING_OPENS_MINUTES": [*NUMBERS, "10081"],
    "FORWARDED_ALLOW_IPS": ["", "proxy.example.com", "10.0.0.300"],
    "FILES_FOR_GROUP": SWITCHES,
    "HTTPS": SWITCHES,
    "IMPORT_CPU_SECONDS": [*NUMBERS, "4"],
    "IMPORT_MAX_BYTES": [*NUMBERS, "0", "50 MiB"],
    "IMPORT_MAX_CELLS": [*NUMBERS, "0"],
    "IMPORT_MAX_ROWS": [*NUMBERS, "0"],
    "IMPORT_MEMORY_BYTES": [*NUMBERS, "1024"],
    "IMPORT_OUTPUT_BYTES": [*NUMBERS, "1024"],
    "IMPORT_WALL_SECONDS": [*NUMBERS, "4"],
    "JOBS_AT_ONCE": [*NUMBERS, "0"],
    "LANGUAGE_CODE": ["", "xx", "English"],
    "LOCAL_SITE": SWITCHES,
    "LOG_LEVEL": ["", "LOUD", "10"],
    "PAGE_IMAGE_DIR": ["", "images", "/dev/null"],
    "SECRET_KEY": ["", "x", "short", "x" * 80],
    "SECRET_KEY_FALLBACKS": ["x", f"{'x' * 80},y"],
    "SITE_HOLIDAYS": ["XX", "DE/XX", "Germany, all of it"],
    "SITE_NAME": ["", "   ", "x" * 101, "two\nlines"],
    "SITE_TIME_ZONE": ["", "Mars/Olympus", "../passwd", "CEST+1"],
    "STATIC_HASHED_NAMES": SWITCHES,
    "STATIC_ROOT": ["", "static", "/dev/null"],
    "TEST_DATABASE_NAME": ["x" * 64],
    "TRUSTED_PROXY_COUNT": [*NUMBERS, "1000"],
    "WAITING_DIR": ["", "waiting", "/dev/null"],
    "WEB_BIND": ["", "8000", "localhost", "unix:"],
    "WEB_THREADS": [*NUMBERS, "0"],
    "WEB_WORKERS": [*NUMBERS, "0"],
    "WORKER_NUMBER_KINDS": ["x" * 41, "Passport, passport", "two\u200bwords"],
}
ANY = ["nonsense \N{BLACK HEART SUIT}", "-1", ""]  # for a setting that is not named above: one of them is refused
NOT_OURS = {"CHROMIUM"}  # asked for by the browser tests themselves

SENSE = [
    {"HTTPS": "off", "TRUSTED_PROXY_COUNT": "1", "SITE_HOLIDAYS": "", "SITE_TIME_ZONE": "America/New_York"},
    {"SITE_HOLIDAYS": "DE/BY", "RETENTION_RECORDS_YEARS": "10", "DATABASE_POOL_SIZE": "0", "LOG_LEVEL": "DEBUG"},
    {
        "ALLOWED_HOSTS": "a.example.com,.example.org,[::1],10.0.0.5",
        "CSRF_TRUSTED_ORIGINS": "https://a.example.com:8443",
    },
    {"WEB_BIND": "unix:/run/siteproof.sock", "FORWARDED_ALLOW_IPS": "10.0.0.0/8,::1", "WEB_THREADS": "4"},
    {"EVIDENCE_S3_BUCKET": "evidence", "EVIDENCE_S3_ENDPOINT": "http://127.0.0.1:9000", "EVIDENCE_S3_REGION": "eu-1"},
    {"EVIDENCE_S3_ACCESS_KEY": "key", "EVIDENCE_S3_SECRET_KEY": "secret", "EVIDENCE_DIR": "/var/lib/evidence"},
    {"DEBUG": "1", "HTTPS": "0", "ALLOWED_HOSTS": "localhost"},
    {"DATABASE_URL": "postgres://user@//run/postgresql/name"},
]


def _documented() -> list[str]:
    text = (CHECKOUT / "docs" / "operations.md").read_text().partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)]


def _refusals(directory: Path, cases: list[dict[str, str]]) -> list[str]:
    ran = _python(directory, "-c", REFUSALS, typed=json.dumps([{**PRODUCTION, **case} for case in cases]))
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_every_documented_setting_refuses_nonsense_in_one_sentence_that_names_it(checkout: Path) -> None:
    named = [*(name for name in _documented() if name not in NOT_OURS), *NO_MORE]
    assert set(NONSENSE) <= set(named)
    cases = [(name, value) for name in named for value in NONSENSE.get(name, ANY)]
    refusals = _refusals(checkout, [{name: value} for name, value in cases])
    told = dict(zip(cases, refusals, strict=True))

    for name in named:
        sentences = [told[name, value] for value in NONSENSE.get(name, ANY)]
        refused = [sentence for sentence in sentences if sentence.startswith((name, f"Set {name}"))]
        assert refused, (name, sentences)
        if name in NONSENSE:
            assert refused == sentences, (name, dict(zip(NONSENSE[name], sentences, strict=True)))
    assert not [sentence for sentence in refusals if "\n" in sentence]


def test_sensible_settings_are_taken(checkout: Path) -> None:
    assert _refusals(checkout, SENSE) == [""] * len(SENSE)


def test_no_refusal_shows_a_secret(checkout: Path) -> None:
    told = _refusals(checkout, [{"SECRET_KEY": "hunter2"}, {"DATABASE_URL": "mysql://user:hunter2@host/name"}])
    assert all(told)
    assert "hunter2" not in " ".join(told)


def test_a_file_that_cannot_be_read_is_named(checkout: Path) -> None:
    (told,) = _refusals(checkout, [{"SECRET_KEY_FILE": str(checkout / "nothing")}])
    assert told == "SECRET_KEY_FILE names a file that cannot be read: No such file or directory."


@pytest.mark.parametrize("local", [{"DEBUG": "1"}, {"LOCAL_SITE": "1"}])
def test_a_database_of_its_own_is_asked_for(checkout: Path, local: dict[str, str]) -> None:
    """An installed site that lost its DATABASE_URL must not begin anew on an empty database."""
    refused = _python(checkout, "-c", SHOW, *NAMES)
    assert refused.returncode != 0
    assert "Set DATABASE_URL: this is an installed site" in refused.stderr
    assert _settings(checkout, **local)["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_debugging_pages_are_for_this_machine_only(checkout: Path) -> None:
    local = {"LOCAL_SITE": "1", "DATABASE_URL": "", "SECRET_KEY": "", "DEBUG": "1"}
    served, kept = _refusals(
        checkout, [{**local, "ALLOWED_HOSTS": "training.example.com"}, {**local, "ALLOWED_HOSTS": "127.0.0.1"}]
    )
    assert served.startswith("DEBUG is for development only")
    assert kept == ""


MIGRATE = ("manage.py", "migrate")
GUNICORN = ("-m", "gunicorn", "-c", "python:config.web_server", "config.wsgi")


@pytest.mark.parametrize(
    ("start", "nonsense", "beginning"),
    [
        (MIGRATE, {**PRODUCTION, "SECRET_KEY": "x"}, "SECRET_KEY can be guessed"),
        (MIGRATE, {}, "Set DATABASE_URL"),
        (MIGRATE, {**PRODUCTION, "DEBUG": "maybe"}, "DEBUG is 1 (on) or 0 (off)"),
        (("manage.py", "setup_database_roles"), {**PRODUCTION, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS names the hosts"),
        (("manage.py", "check", "--deploy"), {**PRODUCTION, "DEBUG": "1"}, "DEBUG is for development only"),
        (("manage.py", "runserver"), {}, "Set DATABASE_URL"),
        (GUNICORN, {**PRODUCTION, "SECRET_KEY": "x"}, "SECRET_KEY can be guessed"),
        (GUNICORN, {}, "Set DATABASE_URL"),
        (GUNICORN, {**PRODUCTION, "DEBUG": "1"}, "DEBUG is for development only"),
        (GUNICORN, {**PRODUCTION, "WEB_WORKERS": "0"}, "WEB_WORKERS is between 1 and"),
        (GUNICORN, {**PRODUCTION, "HTTPS": "ture"}, "HTTPS is 1 (on) or 0 (off)"),
    ],
)
def test_whatever_is_started_ends_with_one_line(
    checkout: Path, start: tuple[str, ...], nonsense: dict[str, str], beginning: str
) -> None:
    ended = _python(checkout, *start, **nonsense)
    assert ended.returncode != 0
    assert not ended.stdout
    (line,) = ended.stderr.splitlines()
    assert line.startswith(beginning)
