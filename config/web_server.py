"""Gunicorn's settings, for production and the demo: ``gunicorn -c python:config.web_server config.wsgi``."""

import multiprocessing
import os
import shutil
import sys
import tempfile
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.logs import logging_config
from training.core.confined.confinement import hide_from_others
from training.core.printing import scripts_without_font

try:
    from config import setting_values as value
    from config import settings  # a wrong value gives one sentence here, not a traceback in each process

    bind = value.web_address("WEB_BIND", default="127.0.0.1:8000")
    workers = value.whole_number(
        "WEB_WORKERS", default=min(multiprocessing.cpu_count(), 4) + 1, at_least=1, at_most=1000
    )
    threads = settings.WEB_THREADS
    forwarded_allow_ips = value.proxy_addresses("FORWARDED_ALLOW_IPS", default="127.0.0.1,::1")
    value.check_holidays("SITE_HOLIDAYS", settings.SITE_HOLIDAYS)
    logconfig_dict = logging_config(level=value.log_level())
except ImproperlyConfigured as refusal:
    sys.exit(str(refusal))

worker_class = "config.web_worker.Worker"
worker_connections = 500  # stays below the usual limit of 1,024 open files, with the files of running uploads
sendfile = False  # would bypass the limit on how long an answer may take
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190
control_socket_disable = True

# Where the web processes count together (`config.metrics`); the library looks for it when it is imported.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
if settings.METRICS_TOKEN:
    os.environ[SHARED] = tempfile.mkdtemp(prefix="siteproof-metrics-")

# The site logs every request itself, with its id and user; gunicorn's own lines join in as JSON (`logconfig_dict`).
accesslog = None


def on_starting(server: Any) -> None:
    """Hide the secrets in the environment of gunicorn's first process from other processes of the same account.

    The log also names the scripts that cannot be printed, so that nobody first learns of it from a printed sheet.
    """
    hide_from_others()
    for package, scripts in scripts_without_font().items():
        server.log.info("No font to print names in %s: apt install %s", ", ".join(scripts), package)


def post_fork(server: object, worker: object) -> None:
    """Hide the secrets in the environment of each web process too."""
    hide_from_others()


def child_exit(server: object, worker: Any) -> None:
    """Take the pool of a web process that has ended out of the numbers; what it has counted stays."""
    if settings.METRICS_TOKEN:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # after `SHARED` is set

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types here


def on_exit(server: object) -> None:
    """Remove what was counted: the next start counts from nought, as Prometheus expects of a restart."""
    if settings.METRICS_TOKEN:
        shutil.rmtree(os.environ[SHARED], ignore_errors=True)
