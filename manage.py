#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it brings up the database of this checkout first."""

import os
import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C during the imports ends it without a traceback

if sys.argv[1:2] == ["demo"]:  # it, and the web server that it starts, use a database of their own, wherever they run
    os.environ.setdefault("LOCAL_SITE", "1")

from django.core.exceptions import ImproperlyConfigured

try:
    from config import embedded_postgres, environment
    from config.command_line import run_command
except ImproperlyConfigured as refusal:
    sys.exit(str(refusal))

WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "help",
    "makemessages",
    "state_diagram",
    "version",
}
INTERRUPTED = 130
SOON_SECONDS = 0.05


def interrupt_again(lost: "sys.UnraisableHookArgs") -> None:
    """Print what Python cannot pass on, such as out of a finalizer. If that is Ctrl+C, let it come again soon."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, SOON_SECONDS)


def main() -> None:
    """Run the command that was typed; what goes wrong before it begins is told in one sentence, without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = interrupt_again
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        asks = command not in WITHOUT_DATABASE or "--database" in sys.argv
        if asks and not command.startswith("-") and environment.IS_LOCAL:
            embedded_postgres.join()
        run_command(sys.argv)
    except (ImproperlyConfigured, embedded_postgres.NoServerError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl+C would only disturb the tidying up
        print("\nStopped.", file=sys.stderr)  # noqa: T201
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
