"""The JSON API: mounts the routers of the apps, and turns their refusals into problems."""

import json
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.docs import Swagger

from attendance.api import classes, corrections, imports, lists, sessions
from config.api_gate import gate, not_signed_in
from config.problems import MEDIA_TYPE, field_errors, problem, problem_of, sentence
from config.refusal_answers import refusal_of
from learners.api import competency, records, workers
from training.api import jobs
from training.api import library as training
from training.core.permissions import public
from training.core.refusals import Refusal

DOCUMENT = "/openapi.json"
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token made in the administration."},
    "login": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "The login of the pages; what changes something needs X-CSRFToken as well.",
    },
}


class SiteProofAPI(NinjaAPI):
    """Documents problems under the media type that they have."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        return self._document(path_prefix or self.get_root_path(path_params or {}))

    @cache  # noqa: B019  # there is one API, and its document takes a second to make
    def _document(self, path_prefix: str) -> Any:
        schema = super().get_openapi_schema(path_prefix=path_prefix)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
        return schema


def for_logins(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show documentation only to whoever is logged in: others are sent to the login page, programs get a 401."""

    def guarded(request: HttpRequest, **values: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, **values)
        if request.path.endswith(DOCUMENT):
            return not_signed_in(request)
        return redirect_to_login(request.get_full_path())

    return guarded


class Docs(Swagger):
    """The page to browse the document; requests that are tried out there carry the login and CSRF token of the page."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **values: Any) -> HttpResponse:
        swagger = json.dumps({**self.settings, "url": self.get_openapi_url(api, values)})
        return render(request, self.template, {"swagger_settings": swagger, "api": api, "add_csrf": True})


api = SiteProofAPI(
    title="SiteProof",
    version="1",
    urls_namespace="api",
    openapi_url=DOCUMENT,
    docs=Docs(settings={"persistAuthorization": False}),
    docs_decorator=for_logins,
    openapi_extra={
        "components": {"securitySchemes": SECURITY},
        "security": [{"token": []}, {"login": []}],
    },
)
api.add_decorator(gate, mode="view")
api.add_router("/v1/training/sessions", sessions.router, tags=["sessions"])
api.add_router("/v1/training/sessions", lists.router, tags=["lists"])
api.add_router("/v1/training/sessions", corrections.router, tags=["corrections"])
api.add_router("/v1/training/records", records.router, tags=["records"])
api.add_router("/v1/training", training.library, tags=["library"])
api.add_router("/v1/competency", competency.router, tags=["competency"])
api.add_router("/v1/compliance", workers.compliance, tags=["compliance"])
api.add_router("/v1/learners", workers.learners, tags=["learners"])
api.add_router("/v1/classes", classes.router, tags=["classes"])
api.add_router("/v1/imports", imports.router, tags=["imports"])
api.add_router("/v1/jobs", jobs.router, tags=["jobs"])


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem_of(refusal)


@api.exception_handler(Error)
def failed_database(request: HttpRequest, error: Error) -> HttpResponse:
    """Answer a time-out or a lost connection like a refusal; leave a defect to the site's own 500."""
    refusal = refusal_of(request, error)
    if refusal is None:
        raise error
    return problem_of(refusal)


@api.exception_handler(ValidationError)
def misread(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(HTTPStatus.BAD_REQUEST, _("Some fields are not right."), errors=field_errors(error.errors))


@api.exception_handler(HttpError)
def declined(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, sentence(error.status_code))


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The request is too large."))


@api.exception_handler(Exception)
def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Leave accidents to the site's own 500, which is logged, whatever DEBUG says."""
    raise error


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """Return the addresses; the permission middleware lets them through, because the gate checks permissions."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        public(pattern.callback)  # type: ignore[type-var]  # ninja makes plain patterns
    return patterns, app_name, namespace
