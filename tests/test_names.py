"""An action has one verb from its address to its service, and a class has a name of its own (README)."""

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.test_access import ACCESS

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = ("training", "learners", "attendance", "config")

# Django's own pages, and passwords.
NOT_OURS = {"login", "logout", "password_change"}
OF_ALLAUTH = ("account_", "mfa_", "openid_connect_", "socialaccount_")  # it finds its pages by these names
ACTIONS = sorted(
    name
    for name, methods in ACCESS.items()
    if "POST" in methods and name not in NOT_OURS and not name.startswith(OF_ALLAUTH)
)

# How services say a verb that addresses say otherwise.
IN_SERVICES = {
    "new": ("create", "save"),  # *save* where one form makes and edits
    "edit": ("edit", "save"),
    "remove": ("remove", "delete"),  # a requirement is nothing without the role that asks for it
}

# The service that a POST calls, where the last word of the address's name does not say it.
OTHERWISE = {
    # a page that is read as well, and named by what it shows
    "attendance:class_exception": "mark_exception",
    "attendance:class_hours": "ask",
    "attendance:class_learners": "start_progressions",
    "attendance:matrix_cell": "add_attendees",
    "attendance:matrix_course": "create_draft_for",
    "attendance:matrix_pack": "ask",
    "attendance:progression_hours": "enter_hours",
    "attendance:session_certificates": "ask",
    "attendance:session_correct_sheet": "correct_sheet",
    "attendance:session_evidence": "upload_evidence",
    "attendance:session_marks": "save_marks",
    "attendance:sign_off_attempt": "open_further_attempt",
    "attendance:import_compare": "check_can_compare",
    "attendance:import_do": "check_can_do",
    "attendance:import_undo": "check_can_undo_import",
    "attendance:import_undo_preview": "check_can_preview_undo",
    "attendance:taking_over_sample": "draw_sample",
    "attendance:verify_many": "sign_off",  # *verify* is the word for the queue's address only
    "attendance:verify_one": "sign_off",
    "attendance:worker_data": "ask",
    "attendance:worker_pack": "ask",
    "learners:area_requirement": "save_requirement",
    "learners:role_requirement": "save_requirement",
    "learners:worker_badge": "replace_badge",
    "learners:worker_status": "set_status",
    "learners:workers_change": "give_role",
    "training:list_export": "ask",
    # another verb
    "attendance:session_repeat": "plan_repeat",  # an offer until somebody confirms it
    "learners:worker_record_new": "record_external",  # the rule's word (R1)
    "learners:worker_unmerge": "undo_merge",
    # one field of what is edited
    "training:company_activate": "edit_company",
    "training:company_deactivate": "edit_company",
    "training:trainer_activate": "edit_trainer",
    "training:trainer_deactivate": "edit_trainer",
    "training:venue_activate": "edit_venue",
    "training:venue_deactivate": "edit_venue",
}

# Modules of `config` with services, from before it had rooms.
SERVICES_IN_CONFIG = {"config.api_tokens", "config.second_factor"}

# Django finds each command by this name.
SAME_WORD = {"Command"}


def test_every_verb_that_services_say_otherwise_is_needed() -> None:
    assert OTHERWISE.keys() <= set(ACTIONS)
    verbs = {_verb(name) for name in ACTIONS if name not in OTHERWISE}
    assert IN_SERVICES.keys() <= verbs


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_has_one_name_from_its_address_to_its_service_and_its_tests(name: str) -> None:
    pattern = _patterns()[name]
    view = inspect.unwrap(pattern.callback)
    assert view.__name__ == name.rpartition(":")[2], "the view is called as its address is"

    service = OTHERWISE.get(name)
    if service is None:
        verb = _verb(name)
        assert verb in re.split(r"[/<>:_-]", str(pattern.pattern)) or verb == "edit", "its address says the verb"
        verbs = IN_SERVICES.get(verb, (verb,))
        found = [each for each in _called_from(view.__module__) if each.split("_")[0] in verbs]
        assert found, f"no service that its view calls begins with {verbs}"
    else:
        assert service in _called_from(view.__module__)
        found = [service]
    assert any(_in_tests(each) for each in found), f"no test names {found}"
    assert any(name in text for text in _pages()), "no page leads to it"


def test_no_class_name_means_two_things() -> None:
    where: dict[str, list[str]] = defaultdict(list)
    for path in _sources():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(str(path.relative_to(CHECKOUT)))
    twice = {name: places for name, places in where.items() if len(places) > 1}
    assert {name: places for name, places in twice.items() if name not in SAME_WORD} == {}


def _verb(name: str) -> str:
    return name.rpartition("_")[2]


@cache
def _patterns() -> dict[str, URLPattern]:
    return dict(_walk(get_resolver().url_patterns, ()))


def _walk(patterns: list[URLPattern | URLResolver], spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif pattern.name:
            yield ":".join((*spaces, pattern.name)), pattern


@cache
def _called_from(module: str) -> set[str]:
    """Return the services that a module of views imports, itself or by its forms and what it shares with others."""
    return _services_in(importlib.import_module(module), set())


def _services_in(module: ModuleType, seen: set[str]) -> set[str]:
    if module.__name__ in seen:
        return set()
    seen.add(module.__name__)
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = set(node.module.split("."))
            if "services" in parts or node.module in SERVICES_IN_CONFIG:
                found |= {alias.name for alias in node.names}
            elif parts & {"views", "forms"}:
                found |= _services_in(importlib.import_module(node.module), seen)
    return found


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in sorted((CHECKOUT / app).rglob("*.py")) if "migrations" not in path.parts)


@cache
def _pages() -> list[str]:
    """Return what can lead to an address: templates, and the rooms that write links."""
    python = [path for path in _sources() if {"views", "pages", "forms", "admin"} & {*path.parts, path.stem}]
    return [path.read_text() for path in [*(CHECKOUT / "templates").rglob("*.html"), *python]]


@cache
def _tests() -> str:
    paths = sorted((CHECKOUT / "tests").rglob("*.py"))
    return "\n".join(path.read_text() for path in paths if path.name not in {"test_access.py", "test_names.py"})


def _in_tests(service: str) -> bool:
    return re.search(rf"\b{service}\b", _tests()) is not None
