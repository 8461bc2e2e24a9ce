"""The environment, with the optional file ``.env`` of the checkout read into it. Usable before the settings are."""

from pathlib import Path

import environ

CHECKOUT = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
env.read_env(CHECKOUT / ".env")

# Without DATABASE_URL this is a demo, development or test checkout on its own embedded server.
IS_LOCAL = not env.str("DATABASE_URL", default="")
