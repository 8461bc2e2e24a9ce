#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it brings up the database of this checkout first."""

import os
import sys

from django.core.management import execute_from_command_line

from config import embedded_postgres, environment

WITHOUT_DATABASE = {"check", "collectstatic", "compilemessages", "diffsettings", "help", "makemessages", "version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in WITHOUT_DATABASE and not command.startswith("-") and environment.IS_LOCAL:
        embedded_postgres.join()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
