"""The pieces of the interface that templates share: icons, statuses, bars, heads of lists, dates and times.

Every status has a shape, a word and a colour: templates name its kind and its word, never a colour.
"""

from functools import lru_cache
from itertools import accumulate

from django import template
from django.conf import settings
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from training.core import words
from training.core.kinds import StatusKind
from training.core.permissions import Owned, Permission, reach
from training.core.permissions import may as user_may
from training.core.sorting import Sort
from training.pages.jobs import HAS_JOBS, Waiting, waiting_files

register = template.Library()

THEMES = ("light", "dark")

# Icons and statuses


@register.simple_tag
def icon(name: str, label: str | Promise = "", size: int = 16) -> SafeString:
    """Draw a symbol of static/icons/sprite.svg, 14, 16, 18 or 24 px large.

    ``label`` is for screen readers; leave it away where words beside the icon say the same.
    """
    return _symbol(name, "i" if size == 16 else f"i i-{size}", label)


@register.simple_tag
def status_icon(kind: str, label: str | Promise = "") -> SafeString:
    """Draw the shape of a status: ■× bad, ▲! warn, ◷ wait, ●✓ ok, dashed ring none.

    Give ``label`` where no word stands beside it.
    """
    return _symbol(f"status-{_checked(kind)}", f"mark {kind}", label)


@register.simple_tag
def status_pill(kind: str, word: str | Promise, style: str = "") -> SafeString:
    """Draw a status with its word. ``style``: "soft" (no fill), "lg" (large), "fit" (no minimum width), or several."""
    return _pill(_checked(kind), str(word), style)


@register.simple_tag
def severity_bar(bad: int = 0, warn: int = 0, wait: int = 0, ok: int = 0) -> SafeString:
    """Draw counts as one stacked bar, worst first. Screen readers skip it: the numbers stand beside it as text."""
    counts = (bad, warn, wait, ok)
    ends = list(accumulate(counts))
    return format_html(
        '<svg class="bar-svg" viewBox="0 0 {} 1" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        ends[-1] or 1,
        format_html_join(
            "",
            '<rect class="{}" x="{}" width="{}" height="1"></rect>',
            ((kind, end - count, count) for kind, count, end in zip(StatusKind, counts, ends, strict=False) if count),
        ),
    )


@register.filter
def message_kind(message: Message) -> StatusKind:
    """Return the status kind in which a message of Django's messages framework is shown."""
    if message.level >= levels.ERROR:
        return StatusKind.BAD
    if message.level >= levels.WARNING:
        return StatusKind.WARN
    return StatusKind.OK if message.level == levels.SUCCESS else StatusKind.NONE


def _symbol(name: str, classes: str, label: str | Promise) -> SafeString:
    return _drawn(name, classes, str(label))


# A page of a long list draws the same few symbols and words hundreds of times. Typed: a text that is safe as it stands
# and the same text that has to be escaped are two.


@lru_cache(maxsize=512, typed=True)
def _pill(kind: StatusKind, word: str, style: str) -> SafeString:
    symbol = _drawn(f"status-{kind}", f"mark {kind}", "")
    return format_html('<span class="{}">{}{}</span>', f"pill {kind} {style}".strip(), symbol, word)


@lru_cache(maxsize=512, typed=True)
def _drawn(name: str, classes: str, label: str) -> SafeString:
    sprite = static("icons/sprite.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', classes, label, sprite, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, sprite, name)


def _checked(kind: str) -> StatusKind:
    """Return the status kind that a template names.

    Raises:
        ValueError: there is no such kind.
    """
    return StatusKind(kind)


# The frame of the page


@register.simple_tag(takes_context=True)
def files_of_login(context: Context) -> Waiting | None:
    """Return how many jobs and new files this person has; None where there are none.

    It is asked only for whoever has asked for a job since signing in; others cost no query.
    """
    request = context["request"]
    if not request.session.get(HAS_JOBS):
        return None
    waiting = waiting_files(request.user, now=timezone.now())
    return waiting if any(waiting) else None


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str, thing: Owned | None = None) -> bool:
    """Tell whether this person has the permission, by its name in `Permission`: ``{% may "MARK" session as ok %}``."""
    return user_may(context["request"].user, Permission[permission], thing)


@register.simple_tag(takes_context=True)
def may_some(context: Context, permission: str) -> bool:
    """Tell whether this person has the permission at all, be it for own sessions and classes only."""
    return reach(context["request"].user, Permission[permission]) is not None


@register.simple_tag(takes_context=True)
def sort_head(context: Context, column: str, word: str | Promise, classes: str = "") -> SafeString:
    """Draw the head of a column that sorts its list: a link that keeps the filter. The context must have `sort`."""
    sort: Sort = context["sort"]
    query = context["request"].GET.copy()
    for name in ("page", "after", "before", "sort"):
        query.pop(name, None)
    if following := sort.after(column).text:
        query["sort"] = following
    order = ("descending" if sort.is_down else "ascending") if sort.column == column else ""
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="?{}" title="{}">{}{}</a></th>',
        format_html(' class="{}"', classes) if classes else "",
        format_html(' aria-sort="{}"', order) if order else "",
        query.urlencode(),
        _("Sort by this column; the third press brings the usual order back"),
        word,
        icon("chevron-down" if sort.is_down else "chevron-up", size=14) if order else "",
    )


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """Return the theme that this browser has chosen, "light" or "dark"; empty means the theme of the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request else None
    return chosen if chosen in THEMES else ""


@register.simple_tag
def this_moment() -> str:
    """Return when the page was made, for people who print it: 22 Oct 2026 11:40."""
    return words.moment(timezone.now())


@register.simple_tag
def site_name() -> str:
    """Return the name of the site, as the setting `SITE_NAME` says."""
    name: str = settings.SITE_NAME
    return name


# Dates, times and durations, as `training.core.words` writes them

for _filter in (
    words.clock,
    words.day,
    words.days_left,
    words.duration,
    words.moment,
    words.month,
    words.weekday,
    words.weekday_of_year,
):
    register.filter(_filter)
for _tag in (words.clock_range, words.day_range, words.time_range):
    register.simple_tag(_tag)


# Words


@register.filter
def initials(name: str) -> str:
    """Return the initials of a name: OK of "Oksana Kovalenko"."""
    parts = name.split()
    return "".join(part[0] for part in (parts if len(parts) < 2 else (parts[0], parts[-1]))).upper()


@register.filter
def fingerprint(digest: str) -> str:
    """Return the ends of a SHA-256, which is enough to compare two by eye: 4be1 90aa 7c3d … 0d12 f7b8."""
    groups = [digest[at : at + 4] for at in range(0, len(digest), 4)]
    return f"{' '.join(groups[:3])} … {' '.join(groups[-2:])}" if len(groups) > 5 else digest
