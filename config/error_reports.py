"""Errors to Sentry, where SENTRY_DSN is set (B5): which exception, and where; never what it said (ADR 5).

None of the library's integrations is used: they send requests, queries, log lines and variables. An event is made anew
from what may leave the site: the classes of the chain of exceptions, the lines of code, and the name of the view or the
log line.
"""

import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sentry_sdk
from django.core.signals import got_request_exception
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration

from config.environment import CHECKOUT

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = ("event_id", "timestamp", "platform", "level", "release", "environment", "sdk")
KEPT_TAGS = ("view", "event", "logger")
OF_REQUESTS = ("django.request", "django_structlog.middlewares.request")  # `_of_request` sends these, with their view
KEPT_OF_FRAME = ("filename", "abs_path", "function", "module", "lineno", "in_app")


def start(dsn: str, *, release: str) -> None:
    """Send errors of this process to Sentry from now on.

    Args:
        dsn: the address of the project.
        release: the version of the program.
    """
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        server_name="",
        default_integrations=False,
        integrations=[AtexitIntegration(callback=lambda pending, timeout: None), DedupeIntegration()],
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        send_client_reports=False,
        auto_session_tracking=False,
        project_root=str(CHECKOUT),
        before_send=scrubbed,
    )
    got_request_exception.connect(_of_request, dispatch_uid="sentry")
    root = logging.getLogger()
    if not any(isinstance(handler, _LoggedErrors) for handler in root.handlers):
        root.addHandler(_LoggedErrors(logging.ERROR))


def stop() -> None:
    """Send what waits, and nothing more from now on."""
    got_request_exception.disconnect(dispatch_uid="sentry")
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _LoggedErrors)]:
        root.removeHandler(handler)
    sentry_sdk.get_client().close()


def scrubbed(event: "Event", hint: "Hint") -> "Event | None":
    """Return a new event with what may leave the site; None without an exception: a text may say anything."""
    told: Mapping[str, Any] = event
    chain = (told.get("exception") or {}).get("values") or []
    if not chain:
        return None
    tags = told.get("tags") or {}
    kept = {name: told[name] for name in KEPT if name in told}
    kept["tags"] = {name: tags[name] for name in KEPT_TAGS if name in tags}
    kept["exception"] = {"values": [_without_message(each) for each in chain]}
    return kept  # type: ignore[return-value]


def _without_message(exception: Mapping[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames") or []
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {"frames": [{name: frame.get(name) for name in KEPT_OF_FRAME} for frame in frames]},
    }


def _of_request(sender: object, **signal: Any) -> None:
    """Send the exception of a request that became an answer 500, with the name of its view."""
    match = getattr(signal.get("request"), "resolver_match", None)
    _send(sys.exc_info()[1], view=match.view_name if match else "none")


class _LoggedErrors(logging.Handler):
    """Sends exceptions that the log tells of, such as those of jobs and of the evidence store."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in OF_REQUESTS:
            return
        told = record.msg if isinstance(record.msg, dict) else {}
        found = record.exc_info or told.get("exc_info")
        error = found if isinstance(found, BaseException) else found[1] if isinstance(found, tuple) else None
        if error is None and found:
            error = sys.exc_info()[1]
        _send(error, event=str(told.get("event", "")), logger=record.name)


def _send(error: BaseException | None, **tags: str) -> None:
    if error is None:
        return
    with sentry_sdk.new_scope() as scope:
        for name, value in tags.items():
            scope.set_tag(name, value)
        sentry_sdk.capture_exception(error)
