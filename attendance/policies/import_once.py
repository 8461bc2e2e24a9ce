"""What is said once for all rows of an import of sessions, marks or hours, where the file does not say it (I4)."""

from dataclasses import replace
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from attendance.policies.import_states import SESSION_STATUS, SaidStatus
from training.core.imports.declaration import ImportChoice, ImportColumn, Reads, Thing


class Unnamed(StrEnum):
    """What is said of those of a class who stand in no row of a meeting."""

    PRESENT = "present"
    ABSENT = "absent"


SESSIONS_ONCE = (
    replace(
        SESSION_STATUS,
        label=_("Status of new sessions"),
        choices=[each for each in SESSION_STATUS.choices if each.value in {SaidStatus.DRAFT, SaidStatus.SCHEDULED}],
        help_text=_("Empty: scheduled where nothing is missing, else a draft."),
    ),
    ImportColumn(
        name="reason",
        label=_("Why sessions are moved"),
        reads=Reads.TEXT,
        help_text=_("Asked for where a session with marks or a signed sheet gets another time, trainer or venue."),
    ),
)
MARKS_ONCE = (
    ImportColumn(
        name="session",
        label=_("Session of the list"),
        reads=Reads.THING,
        thing=Thing.SESSION,
        help_text=_("Whose list it is, where the file does not say it."),
        is_needed=True,
    ),
)
HOURS_ONCE = (
    ImportColumn(
        name="class_code",
        label=_("Class of all meetings"),
        reads=Reads.THING,
        thing=Thing.CLASS,
        help_text=_("Whose hours they are, where the file does not say it."),
        is_needed=True,
    ),
    ImportColumn(
        name="unnamed",
        label=_("Workers of the class who stand in no row"),
        reads=Reads.CHOICE,
        choices=(
            ImportChoice(value=Unnamed.PRESENT, label=_("were present at the whole meeting"), words={}),
            ImportChoice(value=Unnamed.ABSENT, label=_("were absent"), words={}),
        ),
        help_text=_("A meeting is recorded as a whole. Empty: meetings at which somebody is missing are refused."),
    ),
)
