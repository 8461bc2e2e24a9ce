"""Which pages there are to photograph: every address that answers with a page, and some of them in more states.

The addresses come from the URL configuration, by way of the table of access, which names every one of them. Which
worker or session an address is about is found as a person would: by following links.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import admin
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from tests.test_access import ACCESS

SUPERVISOR, TRAINER, AUDITOR, ADMIN, NOBODY = "supervisor", "trainer", "auditor", "admin", ""

# Addresses that answer a GET with something that is not a page.
FOR_PROGRAMS = {"healthz", "readyz", "monitor"}
FILES = {
    "attendance:import_file",
    "attendance:import_refused",
    "attendance:import_template",
    "attendance:record_certificate",
    "attendance:record_evidence",
    "attendance:record_evidence_page",
    "attendance:session_evidence",
    "attendance:session_evidence_page",
    "attendance:session_sheet",
    "attendance:sign_off_evidence",
    "attendance:sign_off_evidence_page",
    "attendance:matrix_pack",
    "attendance:take_over_report",
    "attendance:worker_data",
    "attendance:worker_pack",
    "training:job_file",
    "training:list_export",
}
PARTS_OF_PAGES = {
    "attendance:session_candidates",
    "attendance:session_mark",
    "attendance:record_evidence_check",
    "attendance:session_evidence_check",
    "training:class_days",
    "training:job_progress",
    "training:session_findings",
    "training:session_trainers",
}
LEADS_ELSEWHERE = {
    "attendance:record",  # to a certificate
    "sent",  # to the page that was sent
    # To the password, for who has no second factor: tests/journeys/test_sign_in.py shows them.
    "account_inactive",
    "account_login",
    "mfa_authenticate",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "socialaccount_login_cancelled",
}
# The demo holds nothing that they could be about; tests/journeys/test_phone.py opens them.
NOT_IN_THE_DEMO = {
    "attendance:comparison",  # this and the next two: tests/attendance/views/
    "attendance:filing_edit",
    "attendance:take_over_withdraw",
    "attendance:import",
    "learners:record_certificate_add",
    "learners:worker_unmerge",
    "training:job",
    "training:version_delete",
    "training:version_edit",
    "training:version_publish",
    "token_revoke",  # this and the next one: tests/config/test_users.py
    "user_second_factor_reset",
}
NOT_PAGES = FOR_PROGRAMS | FILES | PARTS_OF_PAGES | LEADS_ELSEWHERE

# Admin has the same few pages for each model; of each kind these models stand for all.
ADMIN_KINDS = {
    "changelist": ("learners_learner", "training_session", "learners_trainingrecord", "learners_learnerevent"),
    "change": ("learners_learner", "training_session", "learners_trainingrecord", "learners_learnerevent"),
    "add": ("learners_assessmentmethod",),
    "history": ("learners_learner",),
    "revoke": ("learners_trainingrecord",),
    "void": ("training_classattendancesession",),
    "remove": ("learners_role",),
    "cancel": ("training_session",),
}
ADMIN_IN_OTHER_PLACES = {
    "archive": "as cancel",
    "decide": "as cancel",
    "undo": "as revoke",
    "delete": "refused for every model with a sentence, or as Django asks",
    "export": "a file",
    "finalize": "as cancel",
    "publish": "as cancel",
    "schedule": "as cancel",
    "password_change": "the site's own page",
}
ADMIN_WITHOUT_MODEL = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "app_list",
}


@dataclass(frozen=True)
class Photo:
    """One page to photograph.

    Attributes:
        name: of its address in the URL configuration; or a path; or a template, for answers that no address gives.
        state: what tells it from other photographs of that address.
        login: who looks at it; empty for somebody who is not signed in.
        on: a path on which the first link to the address stands; without it the address is found by following links.
        query: added to the address, such as `?show=draft`.
        press: what is pressed before the photograph is taken, one after the other: CSS selectors.
    """

    name: str
    state: str = ""
    login: str = SUPERVISOR
    on: str = ""
    query: str = ""
    press: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The beginning of the names of its files."""
        name = "no-such-page" if self.name.startswith("/") else self.name.removesuffix(".html").replace(":", ".")
        return ".".join(filter(None, [name, self.state, self.login or "nobody"]))


SESSION, WORKER, CLASS = "attendance:session", "attendance:worker", "attendance:class"
STATES = (
    Photo("login", "refused", NOBODY, press=("main button.pri",)),
    Photo("/no/such/page/", "refused"),
    *(Photo(template, login=NOBODY) for template in ("403_csrf.html", "500.html", "503.html")),
    Photo("attendance:workers", "refused", TRAINER),
    Photo("attendance:today", "", TRAINER),
    Photo("attendance:today", "menu", press=("[data-menu] summary",)),
    Photo("attendance:today", "", AUDITOR),
    Photo("attendance:search", "found", query="?q=an"),
    Photo("attendance:search", "nothing", query="?q=zzzz"),
    Photo("attendance:sessions", "completed", query="?show=completed"),
    Photo("attendance:sessions", "all", query="?show=all"),
    Photo("attendance:sessions", "", TRAINER),
    Photo("attendance:sessions_week", "", TRAINER),
    Photo(SESSION, "draft", on="/sessions/?show=draft"),
    Photo(SESSION, "to-finalize", on="/sessions/?show=to-finalize"),
    Photo(SESSION, "coming", on="/sessions/?show=coming"),
    Photo(SESSION, "completed", on="/sessions/?show=completed"),
    Photo(SESSION, "cancelled", on="/sessions/?show=cancelled"),
    Photo(SESSION, "open", TRAINER, on="/sessions/"),
    Photo(SESSION, "completed", AUDITOR, on="/sessions/?show=completed"),
    Photo(SESSION, "completed", ADMIN, on="/sessions/?show=completed"),
    Photo(SESSION, "menu", on="/sessions/?show=coming", press=(".ctx details.menu summary",)),
    Photo(SESSION, "cancel", on="/sessions/?show=coming", press=(".ctx details.menu summary", 'a[hx-get$="/cancel/"]')),
    Photo(WORKER, "not-cleared", on="/workers/"),
    Photo(WORKER, "cleared", on="/workers/?status=cleared"),
    Photo(WORKER, "", AUDITOR, on="/workers/"),
    Photo(WORKER, "", ADMIN, on="/workers/"),
    Photo(WORKER, "not-active", on="/workers/?person=INACTIVE"),
    Photo(WORKER, "as-of", on="/workers/", query="?on=2026-06-01"),
    Photo("attendance:workers", "", AUDITOR),
    Photo("attendance:workers", "ticked", press=("[data-select-all]",)),
    Photo("attendance:matrix", "", AUDITOR),
    Photo("attendance:matrix", "cell", press=(".matrix td.r",)),
    Photo("attendance:verify", "", AUDITOR),
    Photo("attendance:classes", "", TRAINER),
    Photo("attendance:class_hours", "", TRAINER),
    Photo(CLASS, "", TRAINER, on="/classes/"),
    Photo(CLASS, "draft", on="/classes/?show=draft"),
    Photo(CLASS, "stop", on="/classes/", press=('a[hx-get$="/stop/"]',)),
)
# Addresses that a script puts together: from which pages their parts are.
PUT_TOGETHER = {"attendance:matrix_cell": {"pk": "attendance:worker", "course_id": "attendance:matrix_course"}}

# On a site on which there is nothing yet.
FIRST_RUN = tuple(
    Photo(f"attendance:{name}", "empty", ADMIN)
    for name in ("today", "sessions", "sessions_week", "workers", "matrix", "classes", "verify")
)


def addresses_of_pages() -> list[str]:
    """Return the names of all addresses that answer a GET with a page of ours, Django Admin left out."""
    return [name for name, access in ACCESS.items() if "GET" in access and name not in NOT_PAGES]


def all_photos() -> list[Photo]:
    """Return every photograph that there is to take of a site with something on it."""
    names = (name for name in addresses_of_pages() if name not in NOT_IN_THE_DEMO)
    photos = [Photo(name, login=_login_for(name)) for name in names]
    return [*photos, *STATES, *_photos_of_admin()]


def _login_for(name: str) -> str:
    who = ACCESS[name]["GET"]
    return NOBODY if name in ("login", "training:verify_pack") else SUPERVISOR if "supervisor" in who else ADMIN


def _photos_of_admin() -> Iterator[Photo]:
    yield Photo("admin:index", login=ADMIN)
    yield Photo("admin:app_list", login=ADMIN)
    for kind, models in ADMIN_KINDS.items():
        yield from (Photo(f"admin:{model}_{kind}", login=ADMIN) for model in models)


def kinds_of_admin_not_known() -> set[str]:
    """Return the last words of Admin's addresses of which nobody has said whether they are photographed."""
    models = [f"{model._meta.app_label}_{model._meta.model_name}_" for model in admin.site._registry]
    found = set()
    for pattern in admin.site.get_urls():
        for each in getattr(pattern, "url_patterns", [pattern]):
            name = getattr(each, "name", None)
            if name and name not in ADMIN_WITHOUT_MODEL:
                found.add(next((name.removeprefix(model) for model in models if name.startswith(model)), name))
    return found - set(ADMIN_KINDS) - set(ADMIN_IN_OTHER_PLACES)


# Which worker, session or class a page is about

LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)"')
PATHS_OF_A_NAME = 3  # that are followed, so that the search ends
PATHS = 400


class Guide:
    """Finds addresses by following links: as somebody who may see everything, or as whoever is to look at the page.

    Args:
        read: returns what a login sees at a path, empty when there is no such page.
    """

    def __init__(self, read: Callable[[str, str], str]) -> None:
        self.read = read
        self._pages: dict[tuple[str, str], str] = {}
        self._found: dict[str, list[str]] | None = None

    def path_of(self, photo: Photo) -> str | None:
        """Return where the page is, None when nothing leads there."""
        if photo.name.startswith("/"):
            return photo.name + photo.query
        if photo.name.endswith(".html"):
            return f"/{photo.name}"
        if photo.on:
            links = (link for link in self._links(photo.on, photo.login or ADMIN) if _name_of(link) == photo.name)
            found = next(links, None)
            return urlsplit(found).path + photo.query if found else None
        try:
            return reverse(photo.name) + photo.query
        except NoReverseMatch:
            found = self._first(photo.name)
            return found + photo.query if found else None

    def _first(self, name: str) -> str | None:
        if name in PUT_TOGETHER:
            parts = {part: self._first(of) for part, of in PUT_TOGETHER[name].items()}
            return reverse(name, kwargs={part: resolve(path).kwargs["pk"] for part, path in parts.items() if path})
        return next(iter(self._everywhere().get(name, [])), None)

    def _links(self, path: str, login: str = ADMIN) -> list[str]:
        if (login, path) not in self._pages:
            self._pages[login, path] = self.read(login, path)
        return [link.replace("&amp;", "&") for link in LINK.findall(self._pages[login, path])]

    def _everywhere(self) -> dict[str, list[str]]:
        """Return paths by the names of their addresses, in the order in which they are met."""
        if self._found is None:
            self._found = {}
            examples = (self.path_of(photo) for photo in STATES if photo.on)
            ahead = list(dict.fromkeys([*filter(None, examples), "/", *map(reverse, _without_parts())]))
            seen = set(ahead)
            for path in ahead:
                if len(seen) > PATHS:
                    break
                for link in self._links(path):
                    plain = urlsplit(link).path
                    name = _name_of(plain)
                    known = self._found.setdefault(name, [])
                    if not name or plain in known:
                        continue
                    known.append(plain)
                    if len(known) <= PATHS_OF_A_NAME and plain not in seen and name in _followed():
                        seen.add(plain)
                        ahead.append(plain)
        return self._found


def _name_of(link: str) -> str:
    try:
        return resolve(urlsplit(link).path).view_name
    except Resolver404:
        return ""


def _followed() -> set[str]:
    return {*addresses_of_pages(), *(photo.name for photo in _photos_of_admin())}


def _without_parts() -> Iterator[str]:
    """Yield the names of pages whose addresses say nothing of a worker, a session or their like."""
    for name in (*addresses_of_pages(), *(photo.name for photo in _photos_of_admin())):
        try:
            reverse(name)
        except NoReverseMatch:
            continue
        yield name
