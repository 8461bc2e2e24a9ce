"""Gunicorn's settings, for production and the demo: ``gunicorn -c python:config.web_server config.wsgi``."""

import multiprocessing

from config.environment import env
from config.logs import logging_config
from learners.evidence_files.confinement import hide_from_others

bind = env.str("WEB_BIND", default="127.0.0.1:8000")
workers = env.int("WEB_WORKERS", default=min(multiprocessing.cpu_count(), 4) + 1)
# A thread without a database connection of its own could only wait for one.
threads = env.int("WEB_THREADS", default=env.int("DATABASE_POOL_SIZE", default=10) or 10)
worker_class = "config.web_worker.Worker"
worker_connections = 500  # below the usual limit of 1,024 open files, uploads on their way included
sendfile = False  # goes past the bound on how long an answer may take
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190
control_socket_disable = True
forwarded_allow_ips = env.str("FORWARDED_ALLOW_IPS", default="127.0.0.1,::1")

# The site logs every request itself, with its id and user; gunicorn's own lines join in as JSON.
accesslog = None
logconfig_dict = logging_config(level=env.str("LOG_LEVEL", default="INFO"))


def on_starting(server: object) -> None:
    """Keep the secrets in the environment of gunicorn's first process from others of the same account."""
    hide_from_others()


def post_fork(server: object, worker: object) -> None:
    """The same for each web process."""
    hide_from_others()
