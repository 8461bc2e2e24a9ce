import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory

from config.environment import CHECKOUT
from training.core import words
from training.core.kinds import StatusKind
from training.templatetags import ui


def _render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def _request(user: User | AnonymousUser | None = None, path: str = "/", **cookies: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    request.COOKIES.update(cookies)
    return request


# Icons and statuses


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (CHECKOUT / "static/icons/sprite.svg").read_text()))
    named = {
        (template.name, name)
        for template in (CHECKOUT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text())
    }
    assert named
    assert [where for where in named if where[1] not in symbols] == []
    assert {f"status-{kind}" for kind in StatusKind} <= symbols


@pytest.mark.parametrize("kind", StatusKind)
def test_a_status_is_shape_and_word_and_colour(kind: str) -> None:
    pill = _render("{% status_pill kind word %}", kind=kind, word="Expired <1 d")
    assert f'class="pill {kind}"' in pill
    assert f"#status-{kind}" in pill
    assert "Expired &lt;1 d</span>" in pill


def test_a_status_of_no_known_kind_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="green"):
        ui.status_pill("green", "Valid")


def test_a_shape_alone_is_read_out_and_one_beside_a_word_is_not() -> None:
    assert 'role="img" aria-label="Missing"' in ui.status_icon("bad", "Missing")
    assert 'aria-hidden="true"' in ui.status_icon("bad")


def test_severity_bar_stacks_the_counts_worst_first_and_leaves_zeros_out() -> None:
    bar = ui.severity_bar(bad=12, warn=0, wait=2, ok=36)
    assert 'viewBox="0 0 50 1"' in bar
    assert re.findall(r'class="(\w+)" x="(\d+)" width="(\d+)"', bar) == [
        ("bad", "0", "12"),
        ("wait", "12", "2"),
        ("ok", "14", "36"),
    ]


def test_severity_bar_of_nobody_is_empty() -> None:
    assert "<rect" not in ui.severity_bar()


@pytest.mark.parametrize(
    ("level", "kind"),
    [(levels.ERROR, "bad"), (levels.WARNING, "warn"), (levels.SUCCESS, "ok"), (levels.INFO, "none")],
)
def test_messages_have_a_status_kind(level: int, kind: str) -> None:
    assert ui.message_kind(Message(level, "x")) == kind


# The frame of the page


def test_may_asks_the_permission_table(supervisor: User) -> None:
    context = {"request": _request(supervisor)}
    assert _render('{% may "FINALIZE" %} {% may "REVOKE" %}', **context) == "True False"


def test_the_theme_is_the_one_of_the_cookie_and_nothing_else_gets_into_the_page() -> None:
    assert _render("{% theme %}", request=_request(theme="dark")) == "dark"
    assert _render("{% theme %}", request=_request(theme='dark" onload="x')) == ""
    assert _render("{% theme %}", request=_request()) == ""
    assert _render("{% theme %}") == ""


# Dates, times and durations


def test_days_and_times_are_those_of_the_site() -> None:
    late_evening_in_utc = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)
    shown = _render("{{ at|day }} {{ at|weekday }} {{ at|clock }} {{ at|moment }}", at=late_evening_in_utc)
    assert shown == "2 Jul 2026 Thu 2 Jul 2026 00:30 2 Jul 2026 00:30"


def test_what_has_no_date_is_a_dash() -> None:
    assert _render("{{ at|day }}{{ at|clock }}{{ at|duration }}{{ at|days_left }}", at=None) == "––––"


def _in_berlin(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (_in_berlin(22, 8), _in_berlin(22, 12), "Thu 22 Oct 2026, 08:00–12:00"),
        (_in_berlin(22, 22), _in_berlin(23, 6), "Thu 22 Oct 2026, 22:00 – Fri 23 Oct 2026, 06:00"),
        (_in_berlin(22, 8), None, "Thu 22 Oct 2026, 08:00"),
        (None, None, "–"),
    ],
)
def test_time_range(start: dt.datetime | None, end: dt.datetime | None, shown: str) -> None:
    assert words.time_range(start, end) == shown


@pytest.mark.parametrize(("minutes", "shown"), [(240, "4 h"), (270, "4 h 30 min"), (45, "45 min"), (0, "0 min")])
def test_duration(minutes: int, shown: str) -> None:
    assert words.duration(minutes) == shown


@pytest.mark.parametrize(("days", "shown"), [(18, "18 d left"), (0, "last day today"), (-30, "30 d ago")])
def test_days_left(days: int, shown: str) -> None:
    assert words.days_left(days) == shown


# Words


@pytest.mark.parametrize(
    ("name", "letters"), [("Oksana Kovalenko", "OK"), ("Ana Maria Čelik", "AČ"), ("Madonna", "M"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_fingerprint_shows_both_ends_of_a_digest() -> None:
    assert ui.fingerprint("4be190aa7c3d" + "0" * 44 + "0d12f7b8") == "4be1 90aa 7c3d … 0d12 f7b8"


# Rules that hold for every template


@pytest.mark.parametrize(
    "forbidden", [r"\sstyle=", r"<style", r"\shx-on", r"\son\w+=", r"javascript:", r"\|safe", r"{% autoescape"]
)
def test_no_template_needs_a_hole_in_the_content_security_policy_or_trusts_data(forbidden: str) -> None:
    templates = {each.name: each.read_text() for each in (CHECKOUT / "templates").rglob("*.html")}
    assert [name for name, text in templates.items() if re.search(forbidden, text)] == []


def test_every_script_is_a_file() -> None:
    scripts = [
        tag
        for template in (CHECKOUT / "templates").rglob("*.html")
        for tag in re.findall(r"<script[^>]*>", template.read_text())
    ]
    assert scripts
    assert all("src=" in tag for tag in scripts)
