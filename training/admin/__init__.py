"""Admin of the library, of classes, of the site and of logins."""

from training.admin import classes, courses, library, logins, site
from training.core.admin.events import register_events

__all__ = ["classes", "courses", "library", "logins", "site"]

register_events("training")
