"""JSON logs on standard error. Personal data stays out: users appear by id, requests without their query string, and
exceptions without their message, since PostgreSQL quotes the offending row in it."""

import traceback
from typing import Any

import structlog


def _describe_exception(exc_info: Any) -> str:
    """Return the chain of exceptions with their classes and lines of code, without messages and values."""
    exception: BaseException | None = exc_info[1]
    parts: list[str] = []
    while exception is not None:
        frames = traceback.extract_tb(exception.__traceback__)
        lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        parts.append("\n".join([*lines, type(exception).__qualname__]))
        exception = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)
    return "\ncaused by\n".join(parts)


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

FORMATTER = {
    "()": structlog.stdlib.ProcessorFormatter,
    "foreign_pre_chain": SHARED_PROCESSORS,
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.ExceptionRenderer(_describe_exception),
        structlog.processors.JSONRenderer(),
    ],
}


def logging_config(level: str) -> dict[str, Any]:
    """Return the LOGGING setting; every logger writes one JSON object per line to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": FORMATTER},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            "axes.apps": {"level": "WARNING"},  # its greeting, once per command
            "procrastinate": {"level": "WARNING"},  # every command loads its tasks; jobs write their own lines
            # The request log tells the same, with request id and user.
            "django.request": {"handlers": ["nowhere"], "propagate": False},
            "gunicorn.access": {"handlers": ["nowhere"], "propagate": False},  # would show query strings
            "gunicorn.error": {"handlers": ["stderr"], "propagate": False, "level": level},
        },
    }


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
