"""The lists that can be taken away as a file (X1): one declaration for each, which page, job and command share.

A list is declared with `declare_list` in a module of `papers`, which the module `tasks` of its app imports. The file
has the rows that the page shows for the same address, all pages of them, in the same order.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import IO, Any, Protocol, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportKind
from training.core.keys import key_of
from training.core.list_files import FileFormat, TableColumn, write_table
from training.core.permissions import Permission, check_may, is_auditor, may, name_of
from training.core.refusals import Invalid, NotFound
from training.core.sorting import Columns, sort_of, sorted_by
from training.core.words import moment
from training.core.xlsx_files import Value
from training.services.job_kinds import JobKind, Product, Tell, declare

Line = TypeVar("Line")
Thing = TypeVar("Thing", bound=Model)

ROWS_AT_ONCE = 5_000  # a longer file is made by a job (X2)
ROWS_READ_AT_ONCE = 500
KEYS_READ_AT_ONCE = 20_000
FORMAT = "format"
CONTACTS = "-contacts"  # the end of the kind of a job whose file tells how to reach people

reads_site: Callable[[User], None] = partial(check_may, permission=Permission.READ_SITE)


class Write(Protocol):
    """Writes the rows of a list into an open file, in a way of its own; `marks` are columns for its end (N6)."""

    def __call__(self, ending: FileFormat, rows: Iterable[Any], marks: Sequence[TableColumn[Any]], /) -> IO[bytes]: ...


@dataclass(frozen=True)
class FoundRows:
    """What an address of a list asks for.

    Attributes:
        columns: of the file.
        total: how many rows there are.
        read: returns the rows, which are read only then, some at a time.
        subject: what the rows are, in words, if that says more than the name of the list.
        at_once: how many rows a page may wait for.
        write: how the file is written, if it is no plain table.
        day: the day in the name of the file; None for today.
    """

    columns: Sequence[TableColumn[Any]]
    total: int
    read: Callable[[], Iterator[Any]]
    subject: str = ""
    at_once: int = ROWS_AT_ONCE
    write: Write | None = None
    day: date | None = None


@dataclass(frozen=True)
class Asking:
    """Who asks for a list, when, and for which one.

    Attributes:
        query: the query of the address of the list's page, or what it says in its path: `session=12`.
        by: the rows are those that this login may read.
        contacts: whether the file may tell how to reach people.
    """

    query: QueryDict
    by: User
    now: datetime
    contacts: bool

    @property
    def today(self) -> date:
        """The site's date."""
        return timezone.localdate(self.now)

    def key(self, name: str) -> int:
        """Return the key that the query says under a name, or 0, which no row has."""
        return key_of(self.query.get(name, "")) or 0

    def sorted(self, rows: QuerySet[Thing], sorts: Columns) -> QuerySet[Thing]:
        """Return rows in the order that the query asks for."""
        return sorted_by(rows, sort_of(self.query.get("sort", ""), sorts), sorts)


Find = Callable[[Asking], FoundRows]
"""Finds the rows of a list; raises a `Refusal` where there is no such list, or not for this login."""


@dataclass(frozen=True)
class ListExport:
    """A list that can be taken away as a file.

    Attributes:
        name: in addresses, in the log, as the kind of the job, and the beginning of the file's name.
        label: what it is, in words.
        check: refuses a login that may not read the list.
        find: finds the rows.
        page: returns the address of the page that shows the list, for the query of an export.
        has_contacts: whether some of its columns tell how to reach people.
        of_kind: the kind of imports that reads the file back, and finds every row the same (X2); empty for others.
    """

    name: str
    label: str | Promise
    check: Callable[[User], None]
    find: Find
    page: Callable[[QueryDict], str]
    has_contacts: bool = False
    of_kind: str = ""

    def kind_for(self, by: User) -> str:
        """Return the kind of job that makes the file for a login, and under which it is logged."""
        return self.name + CONTACTS if self.has_contacts and may(by, Permission.EXPORT_CONTACTS) else self.name


@dataclass(frozen=True)
class AskedList:
    """A file that somebody asked for, and how it is made."""

    found: FoundRows
    columns: Sequence[TableColumn[Any]]
    ending: FileFormat
    name: str
    title: str
    day: str

    @property
    def is_long(self) -> bool:
        """Whether nobody should wait for it on a page."""
        return self.found.total > self.found.at_once

    def make(self, *, tell: Tell) -> Product:
        """Return the finished file; `tell` is told how many rows are done."""
        rows = self._told(tell)
        if self.found.write is not None:
            file = self.found.write(self.ending, rows, self.columns)
        else:
            file = write_table(self.ending, self.title, self.columns, rows)
        return Product(name=f"{self.name}-{self.day}.{self.ending}", content_type=self.ending.content_type, file=file)

    def _told(self, tell: Tell) -> Iterator[Any]:
        for place, row in enumerate(self.found.read()):
            tell(place, max(self.found.total, place + 1))
            yield row


_LISTS: dict[str, ListExport] = {}


def declare_list(
    name: str,
    label: str | Promise,
    *,
    check: Callable[[User], None] = reads_site,
    find: Find,
    page: Callable[[QueryDict], str],
    has_contacts: bool = False,
    of_kind: str = "",
) -> ListExport:
    """Add a list, with the kind of job that makes its long files; the arguments are those of `ListExport`.

    A list with contacts has two kinds: the one of those who may export them is refused to everybody else, so that a
    file that waits is not handed out to somebody who has lost that permission since.
    """
    made = ListExport(name, label, check, find, page, has_contacts, of_kind)
    _LISTS[name] = made
    declare(JobKind(name, label, check, partial(_make, made, contacts=False)))
    if has_contacts:

        def check_contacts(user: User) -> None:
            check(user)
            check_may(user, Permission.EXPORT_CONTACTS)

        declare(JobKind(name + CONTACTS, label, check_contacts, partial(_make, made, contacts=True)))
    return made


def list_of_name(name: str) -> ListExport:
    """Return a list by its name.

    Raises:
        NotFound: there is none of that name.
    """
    try:
        return _LISTS[name]
    except KeyError:
        raise NotFound(_("There is no such list.")) from None


def lists() -> Mapping[str, ListExport]:
    """Return all lists by their names."""
    return dict(_LISTS)


def ask_list(exported: ListExport, query: QueryDict, *, by: User, now: datetime) -> AskedList:
    """Return the file that a query asks for, with the columns that this login may have.

    Args:
        query: the query of the page, and `format`.

    Raises:
        Refusal: the login may not read it, or there is no such list.
    """
    return _ask(exported, query, by=by, now=now, contacts=exported.kind_for(by) != exported.name)


def format_of(query: Mapping[str, Any]) -> FileFormat:
    """Return the kind of file that is asked for; Excel unless another is named.

    Raises:
        Invalid: there is no such kind.
    """
    try:
        return FileFormat(query.get(FORMAT) or FileFormat.XLSX)
    except ValueError:
        raise Invalid(_("A file is CSV or Excel: csv, xlsx.")) from None


def in_chunks(
    rows: QuerySet[Thing],
    lines: Callable[[QuerySet[Thing]], Iterable[Line]],
    *,
    key: Callable[[Line], Any],
) -> tuple[int, Callable[[], Iterator[Line]]]:
    """Return how many rows there are, and a function that reads them some at a time, in their order.

    The keys are read at once, so that a change meanwhile neither repeats nor skips a row. What was deleted meanwhile is
    left out.

    Args:
        rows: the rows as the page has them before it takes one page of them.
        lines: turns some rows, which come in no order, into lines.
        key: returns the key of the row of a line.
    """
    keys = array("q", rows.values_list("pk", flat=True).iterator(chunk_size=KEYS_READ_AT_ONCE))

    def read() -> Iterator[Line]:
        for start in range(0, len(keys), ROWS_READ_AT_ONCE):
            some = list(keys[start : start + ROWS_READ_AT_ONCE])
            found = {key(line): line for line in lines(rows.filter(pk__in=some).order_by())}
            yield from (found[pk] for pk in some if pk in found)

    return len(keys), read


def all_at_once(columns: Sequence[TableColumn[Line]], lines: Sequence[Line], *, subject: str = "") -> FoundRows:
    """Return a short list that its page shows without pages."""
    return FoundRows(columns, len(lines), lambda: iter(lines), subject)


def import_column(kind: ImportKind, name: str, value: Callable[[Any], Value], *, width: int = 16) -> TableColumn[Any]:
    """Return the column of a file that has the heading of a column of a kind of imports (X2)."""
    column = kind.column(name)
    return TableColumn(name, capfirst(column.label), value, width=width, is_contact=column.is_personal)


def page_at(name: str) -> Callable[[QueryDict], str]:
    """Return how the page of a list is found: by its URL name, with the query that was asked for."""
    return lambda query: reverse(name, query=query)


def page_of(name: str, of: str) -> Callable[[QueryDict], str]:
    """Return how the page of a thing is found: by its URL name, and the key that the query says under `of`."""
    return lambda query: reverse(name, args=[key_of(query.get(of, "")) or 0])


def _ask(exported: ListExport, query: QueryDict, *, by: User, now: datetime, contacts: bool) -> AskedList:
    exported.check(by)
    asking = Asking(query, by, now, contacts)
    found = exported.find(asking)
    columns = [each for each in found.columns if contacts or not each.is_contact]
    return AskedList(
        found=found,
        columns=[*columns, *marks_of(by, now=now)],
        ending=format_of(query),
        name=f"{exported.name}{_name_of_auditor(by)}",
        title=found.subject or str(exported.label),
        day=f"{found.day or asking.today:%Y-%m-%d}",
    )


def marks_of(by: User, *, now: datetime) -> list[TableColumn[Any]]:
    """Return the column that says in each row who took a file and when, for auditors (N6); none for others."""
    if not is_auditor(by):
        return []
    mark = _("%(name)s, %(when)s") % {"name": name_of(by), "when": moment(timezone.localtime(now))}
    return [TableColumn("exported_by", _("Exported by"), lambda _row: mark, width=34)]


def _name_of_auditor(by: User) -> str:
    """Return the part of a file's name that says which auditor took it; some files say it only there."""
    return f"-{slugify(name_of(by)) or by.pk}" if is_auditor(by) else ""


def _make(exported: ListExport, query: QueryDict, *, by: User, now: datetime, tell: Tell, contacts: bool) -> Product:
    return _ask(exported, query, by=by, now=now, contacts=contacts).make(tell=tell)
