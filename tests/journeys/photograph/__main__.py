"""Photographs every page of ours: python -m tests.journeys.photograph DIR

It starts a demo of its own and an empty site, takes every page at 1440, 820, 390 and 320 px, light and dark and on
paper, and prints what is wrong with each. Exit status 1 when anything is.
"""

import os
import sys

import django

from config import embedded_postgres, environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
if environment.IS_LOCAL:
    embedded_postgres.join()
django.setup()

from tests.journeys.photograph.command import main  # noqa: E402  # the models are there only now

sys.exit(main())
