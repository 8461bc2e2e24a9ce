"""Admin of the library, of classes, of imports, of the site and of logins."""

from training.admin import classes, courses, imports, library, logins, site
from training.core.admin.events import register_events

__all__ = ["classes", "courses", "imports", "library", "logins", "site"]

register_events("training")
