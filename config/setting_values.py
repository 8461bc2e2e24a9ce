"""What settings may be. Nonsense is refused when the site starts, in one sentence that names the variable.

Each function takes the name of a variable and returns its value, or raises ImproperlyConfigured.
"""

import ipaddress
import json
import logging
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import holidays
from django.core.exceptions import ImproperlyConfigured
from holidays.registry import COUNTRIES

from config.environment import CHECKOUT, env
from training.core.groups import GROUPS

LONGEST_LINE = 100
SUPERUSERS = "superuser"  # as `training.core.permissions.LoginRole` calls them
LONGEST_DATABASE_NAME = 63
SHORTEST_TOKEN = 20
SHORTEST_KEY, FEWEST_CHARACTERS = 50, 5
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]", ".localhost"}

HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")
ORIGIN = re.compile(r"https?://((\*\.)?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\])(:\d{1,5})?")
ADDRESS = re.compile(r"unix:/.+|fd://\d+|([\w.-]*|\[[0-9a-fA-F:.]+\]):\d{1,5}")
BUCKET = re.compile(r"(?!.*://)[A-Za-z0-9][A-Za-z0-9._:/-]{1,254}")
ANCHOR = re.compile(r"dir:/.+|s3://[A-Za-z0-9][A-Za-z0-9._-]+(/.*)?|rfc3161:https?://[^/].*")
LOG_NAME = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)
SENTRY = re.compile(r"https?://[^\s@/]+@[^\s@/]+(/[\w.-]+)*/\d+")
REGION = re.compile(r"[a-z0-9-]{2,40}")


def whole_number(name: str, *, default: int | None, at_least: int = 0, at_most: int | None = None) -> Any:
    """Return a number within its limits; None only where that is the default."""
    value = env.int(name, default=default)
    if value is not None and (value < at_least or (at_most is not None and value > at_most)):
        limits = f"at least {at_least:,}" if at_most is None else f"between {at_least:,} and {at_most:,}"
        raise ImproperlyConfigured(f"{name} is {limits}, not {value:,}.")
    return value


def replaced(name: str, *, by: str) -> None:
    """Refuse a variable that means nothing any more, and say which one took its place."""
    if env.str(name, default=""):
        raise ImproperlyConfigured(f"{name} is no setting any more: set {by} instead. docs/operations.md says how.")


def line(name: str, *, default: str) -> str:
    """Return a text that fits into the head of a page."""
    value: str = env.str(name, default=default).strip()
    if not 0 < len(value) <= LONGEST_LINE or not value.isprintable():
        raise ImproperlyConfigured(f"{name} is one line of 1 to {LONGEST_LINE} characters.")
    return value


def words(name: str, *, default: str, longest: int) -> list[str]:
    """Return what is listed between commas; an empty list if nothing is."""
    listed = [" ".join(each.split()) for each in env.str(name, default=default).split(",")]
    found = [each for each in listed if each]
    if len({each.casefold() for each in found}) < len(found):
        raise ImproperlyConfigured(f"{name} lists something twice.")
    if any(len(each) > longest or not each.isprintable() for each in found):
        raise ImproperlyConfigured(f"{name} lists words of at most {longest} characters each, none of them hidden.")
    return found


def login_roles(name: str, *, default: str) -> list[str]:
    """Return the kinds of logins that are listed between commas; an empty list if none is."""
    kinds = (SUPERUSERS, *GROUPS)
    listed = words(name, default=default, longest=40)
    found = [kind for each in listed for kind in kinds if kind.casefold() == each.casefold()]
    if len(found) < len(listed):
        raise ImproperlyConfigured(f"{name} lists kinds of logins, each one of: {', '.join(kinds)}.")
    return found


def issuer(name: str) -> str:
    """Return the address of an OpenID provider; empty for none. Over plain HTTP it may be on this machine only."""
    value: str = env.str(name, default="")
    parts = urlsplit(value)
    is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    is_address = parts.scheme == "https" or (parts.scheme == "http" and is_here)
    if value and not (is_address and parts.hostname and not parts.query and not parts.fragment):
        raise ImproperlyConfigured(
            f"{name} is the issuer of a provider, such as https://login.example.com/realms/site."
        )
    return value


def credential(name: str) -> str:
    """Return what a provider calls this site, or the secret that it has for it: plain characters, empty for none."""
    value: str = env.str(name, default="").strip()
    if not value.isascii() or (value and not value.isprintable()):
        raise ImproperlyConfigured(f"{name} is what the provider shows for this client, in plain characters.")
    return value


def scopes(name: str, *, default: str) -> list[str]:
    """Return the scopes to ask a provider for, which stand between blanks."""
    found: list[str] = env.str(name, default=default).split()
    if "openid" not in found or not all(each.isascii() and each.isprintable() for each in found):
        raise ImproperlyConfigured(f"{name} holds scopes between blanks, openid among them.")
    return found


def groups_of_claim(name: str) -> dict[str, str]:
    """Return which kind of login each group of the provider opens."""
    typed: str = env.str(name, default="{}")
    try:
        value = json.loads(typed or "{}")
    except ValueError:
        value = None
    kinds = (SUPERUSERS, *GROUPS)
    if not isinstance(value, dict) or not set(map(str, value.values())) <= set(kinds):
        raise ImproperlyConfigured(
            f'{name} says what each group opens, as {{"safety-team": "{GROUPS[0]}"}}; kinds are {", ".join(kinds)}.'
        )
    return value


def check_provider(address: str, *, client: str, secret: str, groups: dict[str, str]) -> None:
    """Refuse a provider of which a part is missing; returns nothing."""
    if address and not (client and secret and groups):
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_GROUPS as well.")


def one_of(name: str, choices: Collection[str], *, default: str) -> str:
    value: str = env.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is one of {', '.join(sorted(choices))}; {value!r} is none of them.")
    return value


def log_level() -> str:
    return one_of("LOG_LEVEL", logging.getLevelNamesMapping().keys() - {"NOTSET", "WARN"}, default="INFO")


def time_zone(name: str, *, default: str) -> str:
    value: str = env.str(name, default=default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ImproperlyConfigured(f"{name}: there is no time zone {value!r}; one is Europe/Berlin.") from None
    return value


def holiday_place(name: str, *, default: str) -> str:
    """Return a country, or a country and a part of it, whose public holidays are known; empty for none.

    The part is not checked here: reading the calendars takes half a second. The web server has that time when it starts
    (`check_holidays`); commands do not.
    """
    value: str = env.str(name, default=default)
    if value and value.partition("/")[0] not in {code for _class, *codes in COUNTRIES.values() for code in codes}:
        raise _unknown_place(name, value)
    return value


def check_holidays(name: str, value: str) -> None:
    """Check the part of a place that `holiday_place` has returned, by reading its calendar; returns nothing."""
    country, _slash, subdivision = value.partition("/")
    try:
        if value:
            holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        raise _unknown_place(name, value) from None


def _unknown_place(name: str, value: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{name}: the public holidays of {value!r} are not known. Name a country such as DE, or a part of one such as "
        "DE/BY, or leave it empty."
    )


def directory(name: str, *, default: str) -> str:
    """Return a whole path: every command must find the same files, wherever it is started."""
    value: str = env.str(name, default=str(CHECKOUT / default))
    if not Path(value).is_absolute() or "\0" in value or (Path(value).exists() and not Path(value).is_dir()):
        raise ImproperlyConfigured(f"{name} is the whole path of a directory, such as /var/lib/siteproof/{default}.")
    return value


def secret_key(name: str, value: str) -> str:
    if len(value) < SHORTEST_KEY or len(set(value)) < FEWEST_CHARACTERS:
        raise ImproperlyConfigured(
            f"{name} can be guessed: it needs {SHORTEST_KEY} random characters. To make one: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value


def token(name: str) -> str:
    """Return a secret that a program shows in a header; empty for none."""
    value: str = env.str(name, default="").strip()
    if value and (len(value) < SHORTEST_TOKEN or not value.isascii() or not value.isprintable() or " " in value):
        raise ImproperlyConfigured(f"{name} is a secret of at least {SHORTEST_TOKEN} plain characters without blanks.")
    return value


def sentry(name: str) -> str:
    """Return the address of a project of Sentry; empty for none."""
    value: str = env.str(name, default="").strip()
    if value and not SENTRY.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is the DSN that Sentry shows, such as https://key@sentry.example.com/1.")
    return value


def hosts(name: str, *, default: list[str]) -> list[str]:
    """Return the host names of the site. A wildcard for all would let anybody pose as the site in links and caches."""
    values: list[str] = env.list(name, default=default)
    for value in values:
        is_whole_domain = value.startswith(".") and "." not in value.strip(".")
        if not HOST.fullmatch(value) or (is_whole_domain and value not in THIS_MACHINE):
            raise ImproperlyConfigured(
                f"{name} names the hosts of the site, such as training.example.com, without scheme and port; {value!r} "
                "is none."
            )
    return values


def origins(name: str) -> list[str]:
    values: list[str] = env.list(name, default=[])
    for value in values:
        if not ORIGIN.fullmatch(value):
            raise ImproperlyConfigured(f"{name} holds origins such as https://training.example.com; {value!r} is none.")
    return values


def database(name: str) -> dict[str, Any]:
    """Return Django's description of the database. The message shows no part of the address: it holds a password."""
    if not env.str(name, default=""):
        raise ImproperlyConfigured(
            f"Set {name}: this is an installed site and no checkout that runs on a database of its own. To look at it "
            "run `manage.py demo`, to work on it set DEBUG=1."
        )
    try:
        value: dict[str, Any] = env.db(name)
    except Exception:  # the parser raises many kinds of error
        value = {}
    if value.get("ENGINE") != "django.db.backends.postgresql" or not value.get("NAME"):
        raise ImproperlyConfigured(f"{name} is an address such as postgres://user:password@host/name.")
    return value


def test_database(name: str) -> str | None:
    value: str | None = env.str(name, default=None)
    if value is not None and not 0 < len(value.encode()) <= LONGEST_DATABASE_NAME:
        raise ImproperlyConfigured(f"{name} is the name of a database, of 1 to {LONGEST_DATABASE_NAME} bytes.")
    return value


def bucket(name: str) -> str:
    value: str = env.str(name, default="")
    if value and not BUCKET.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is the name of a bucket, not its address.")
    return value


def s3_options(bucket_name: str, *, prefix: str = "EVIDENCE") -> dict[str, str | None]:
    """Return the options of an S3 store, from the settings that begin with `prefix`; None for what is not set."""
    names = {each: f"{prefix}_S3_{each}" for each in ("ENDPOINT", "REGION", "ACCESS_KEY", "SECRET_KEY")}
    endpoint = env.str(names["ENDPOINT"], default=None)
    if endpoint is not None and not ORIGIN.match(endpoint):
        raise ImproperlyConfigured(f"{names['ENDPOINT']} is an address such as https://s3.example.com.")
    region = env.str(names["REGION"], default=None)
    if region is not None and not REGION.fullmatch(region):
        raise ImproperlyConfigured(f"{names['REGION']} is the name of a region, such as eu-central-1.")
    access, secret = (env.str(name, default=None) for name in (names["ACCESS_KEY"], names["SECRET_KEY"]))
    pairs = ((names["ACCESS_KEY"], access, secret), (names["SECRET_KEY"], secret, access))
    for name, value, other in pairs:
        if value is not None and (other is None or not value.strip()):
            raise ImproperlyConfigured(f"{name} is blank or stands alone: S3 wants both keys, or neither.")
    return {
        "bucket_name": bucket_name,
        "endpoint_url": endpoint,
        "region_name": region,
        "access_key": access,
        "secret_key": secret,
    }


def web_address(name: str, *, default: str) -> str:
    value: str = env.str(name, default=default)
    if not all(ADDRESS.fullmatch(part.strip()) for part in value.split(",")):
        raise ImproperlyConfigured(f"{name} is an address to listen at, such as 127.0.0.1:8000 or unix:/run/siteproof.")
    return value


def proxy_addresses(name: str, *, default: str) -> str:
    value: str = env.str(name, default=default)
    try:
        for part in value.split(","):
            if value != "*":
                ipaddress.ip_network(part.strip(), strict=False)
    except ValueError:
        raise ImproperlyConfigured(f"{name} holds addresses such as 10.0.0.5, or *; {value!r} does not.") from None
    return value


def refuse_debugging_in_production(*, names: list[str], https: bool) -> None:
    """Refuse DEBUG where others reach the site: its pages show code, settings and data to whoever provokes an error."""
    if https or set(names) - THIS_MACHINE:
        raise ImproperlyConfigured(
            "DEBUG is for development only: switch it off, or serve this machine only, with HTTPS=0 and no other host "
            "in ALLOWED_HOSTS."
        )


def log_name(name: str) -> str:
    """Return the name of the log of all seals; empty where the site names it by itself."""
    value: str = env.str(name, default="").strip()
    if value and not LOG_NAME.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is a name such as training.example.com/log, without scheme and blanks.")
    return value


def file(name: str, *, default: Path | None) -> Path | None:
    """Return the whole path of a file, which need not be there."""
    value: str = env.str(name, default="")
    if not value:
        return default
    if not Path(value).is_absolute() or "\0" in value or Path(value).is_dir():
        raise ImproperlyConfigured(f"{name} is the whole path of a file.")
    return Path(value)


def anchors(name: str) -> list[str]:
    """Return the places outside where checkpoints of the log are kept, as `config.ledger.anchors` reads them."""
    values = [text.strip() for text in env.list(name, default=[])]
    for value in values:
        if not ANCHOR.fullmatch(value):
            raise ImproperlyConfigured(
                f"{name} holds places such as dir:/mnt/log, s3://bucket/log or rfc3161:https://tsa.example.com; "
                f"{value!r} is none."
            )
    return values
