"""Audit logs as files (X1)."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from training.core.list_files import TableColumn
from training.core.permissions import Permission, may
from training.core.trail import EVERYTHING, Change, Entry, Only, Source, count_lines, trail
from training.papers.lists import ROWS_READ_AT_ONCE, Asking, FoundRows, declare_list, reads_site

Sources = Callable[[Asking], Sequence[Source]]

COLUMNS: Sequence[TableColumn[Entry]] = (
    TableColumn("at", _("When"), lambda entry: entry.at, width=18),
    TableColumn("what", _("What"), lambda entry: entry.title, width=36),
    TableColumn("changes", _("Changes"), lambda entry: "; ".join(map(_in_words, entry.changes)), width=60),
    TableColumn("who", _("Who"), lambda entry: entry.who, width=24),
)
FROM_WHERE: Sequence[TableColumn[Entry]] = (
    TableColumn("door", _("Through"), lambda entry: entry.door, width=20),
    TableColumn("path", _("Path"), lambda entry: entry.path, width=30),
    TableColumn("address", _("Network address"), lambda entry: entry.address, width=18),
)


def declare_log(
    name: str,
    label: str | Promise,
    sources: Sources,
    *,
    page: Callable[[QueryDict], str],
    check: Callable[[User], None] = reads_site,
    has_contacts: bool = False,
) -> None:
    """Declare the audit log of a kind of thing as a list.

    Args:
        name: of the list.
        label: what it is, in words.
        sources: returns the tables and rows of the log of one thing; it raises if the login may not read it.
        page: returns the address of the page of the log.
        check: refuses a login that may read no such log.
        has_contacts: whether some lines may tell how to reach people.
    """
    declare_list(name, label, check=check, find=partial(log_found, sources), page=page, has_contacts=has_contacts)


def log_found(sources: Sources, asking: Asking, *, only: Only = EVERYTHING) -> FoundRows:
    """Return all lines of a log, the newest first.

    Args:
        only: which lines are wanted.
    """
    tables = sources(asking)
    sees_from_where = may(asking.by, Permission.READ_SITE)  # trainers see who acted, but not from where

    def read() -> Iterator[Entry]:
        page = trail(tables, size=ROWS_READ_AT_ONCE, only=only)
        yield from page.entries
        while page.following:
            page = trail(tables, after=page.following, size=ROWS_READ_AT_ONCE, only=only)
            yield from page.entries

    return FoundRows((*COLUMNS, *(FROM_WHERE if sees_from_where else ())), count_lines(tables, only=only), read)


def _in_words(change: Change) -> str:
    before = f"{change.before} → " if change.before else ""
    return f"{change.label}: {before}{change.after}"
