"""The environment, with the optional file ``.env`` of the checkout read into it. Usable before the settings are."""

import tomllib
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

CHECKOUT = Path(__file__).resolve().parent.parent

YES = environ.Env.BOOLEAN_TRUE_STRINGS
NO = ("false", "off", "n", "no", "0", "")


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # environ has no types
    """The variables. Nonsense is refused in one sentence that names the variable, and shows no secret.

    Whole numbers are never negative, and a switch takes only the words for on and off: a typing error must not switch
    off what protects the site.
    """

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        """Return a variable as environ does.

        Raises:
            ImproperlyConfigured: it is missing and has no default, or is not what it should be.
        """
        try:
            typed = self.ENVIRON.get(var)
            value = super().get_value(var, cast=cast, default=default, parse_default=parse_default)
        except OSError as error:
            raise ImproperlyConfigured(f"{var}_FILE names a file that cannot be read: {error.strerror}.") from None
        except ValueError:
            raise ImproperlyConfigured(f"{var} is not {'a whole number' if cast is int else 'readable'}.") from None
        if typed is not None and cast is bool and typed.strip().lower() not in (*YES, *NO):
            raise ImproperlyConfigured(f"{var} is 1 (on) or 0 (off), and nothing else.")
        if typed is not None and cast is int and value is not None and value < 0:
            raise ImproperlyConfigured(f"{var} is not below 0.")
        return value


env = Environment()
env.read_env(CHECKOUT / ".env")

IS_DEBUGGED = env.bool("DEBUG", default=False)
IS_LOCAL_WANTED = env.bool("LOCAL_SITE", default=False)

# Without DATABASE_URL a checkout runs on its own embedded server, and so does a site with DEBUG or LOCAL_SITE, which
# the demo sets. No other does: an installed site that lost its DATABASE_URL must not begin anew on an empty database.
IS_LOCAL = not env.str("DATABASE_URL", default="") and (IS_DEBUGGED or IS_LOCAL_WANTED or (CHECKOUT / ".git").exists())


def program_version() -> str:
    """Return the version of this program, as its own project file says it."""
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
