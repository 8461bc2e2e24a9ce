"""Reading a file that somebody brings: starting the reader of tables, and the sentences where it refuses (I2, I10)."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import structlog
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from training.core.confined import crowd, limited
from training.core.confined.places import Places
from training.core.refusals import Invalid, Unavailable
from training.core.tables.grid import Book
from training.core.tables.unfit import LONGEST_CELL, UnfitTableReason

logger = structlog.get_logger(__name__)

PROGRAM = "training.core.tables.reader"
READERS = Places("tables", at_once=2)
NICENESS = 12  # behind pages, and a little behind the reader of evidence
PATIENCE_SECONDS = 25.0
UNPACKED = 20  # a workbook may hold so many times the bytes that its file may have
MOST_AT_ONCE = max(1, crowd.MOST // 4)  # threads of this process, so that evidence has the others

_free = threading.BoundedSemaphore(MOST_AT_ONCE)


class UnreadableTable(Invalid):
    """The file is no table that can be read, or is more than is read (I2, I10)."""


class TablesBusy(Unavailable):
    """Tables cannot be read at the moment (503)."""


def read_book(file: BinaryIO, *, name: str, encoding: str = "", patience: float = PATIENCE_SECONDS) -> Book:
    """Read a file of the trade, whatever it is, in a process of its own. Its content decides what it is, not its name.

    Args:
        file: its position changes.
        name: how the person calls the file, for the sentences.
        encoding: of a text file, one of those that fit as well as the likeliest, as a person has chosen.
        patience: how many seconds to wait for a place among the readers of this machine; a job has more than a page.

    Returns:
        what was read, with a temporary file of its own: close it.

    Raises:
        UnreadableTable: it is no table, is damaged, has a password, or is more than is read.
        TablesBusy: all readers are busy, or none can be started.
    """
    size = file.seek(0, 2)
    if size > settings.IMPORT_MAX_BYTES:
        raise _unreadable(name, UnfitTableReason.BYTES, {"size": size, "most": settings.IMPORT_MAX_BYTES})
    if not size:
        raise _unreadable(name, UnfitTableReason.EMPTY, {})
    with _with_descriptor(file) as readable:
        return Book(_read(readable, name, encoding, patience))


def _read(file: BinaryIO, name: str, encoding: str, patience: float) -> BinaryIO:
    program = limited.Program(
        module=PROGRAM,
        places=READERS,
        cpu_seconds=settings.IMPORT_CPU_SECONDS,
        wall_seconds=settings.IMPORT_WALL_SECONDS,
        memory_bytes=settings.IMPORT_MEMORY_BYTES,
        output_bytes=settings.IMPORT_OUTPUT_BYTES,
        niceness=NICENESS,
    )
    bounds = {
        "rows": settings.IMPORT_MAX_ROWS,
        "cells": settings.IMPORT_MAX_CELLS,
        "unpacked_bytes": UNPACKED * settings.IMPORT_MAX_BYTES,
    }
    if not _free.acquire(blocking=False):
        raise _busy()
    try:
        return limited.run(program, "read", [file], patience=patience, encoding=encoding, **bounds)
    except limited.NotNowError as error:
        raise _busy() from error
    except limited.RefusedError as error:
        reason = UnfitTableReason(error.words["reason"])
        logger.info("table_refused", reason=reason)
        raise _unreadable(name, reason, error.words["facts"]) from error
    except limited.EndedError as error:
        logger.warning("table_reader_killed", signal=error.signal)
        raise _unreadable(name, UnfitTableReason.EFFORT, {}) from error
    except limited.BrokenError as error:
        logger.error("table_reader_failed", status=error.status)
        raise TablesBusy(_("Tables cannot be read at the moment. Tell your administrator.")) from error
    except OSError as error:
        logger.exception("table_reader_not_started")
        raise TablesBusy(_("Tables cannot be read at the moment. Try again in a minute.")) from error
    finally:
        _free.release()


@contextmanager
def _with_descriptor(file: BinaryIO) -> Iterator[BinaryIO]:
    """Give the file itself, or a copy on disk if it is in memory only, as small uploads are."""
    try:
        file.fileno()
    except (AttributeError, OSError):
        with tempfile.TemporaryFile() as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy)
            copy.flush()
            yield copy
    else:
        yield file


def _busy() -> TablesBusy:
    return TablesBusy(_("Too many tables are being read at the moment. Try again in a minute."))


def _unreadable(name: str, reason: UnfitTableReason, facts: dict[str, Any]) -> UnreadableTable:
    return UnreadableTable(sentence(name, reason, facts))


def sentence(name: str, reason: UnfitTableReason, facts: dict[str, Any]) -> str:
    """Return why a file is not read, and what to do about it.

    Args:
        name: how the person calls the file.
        facts: what the reader says about it, see `UnfitTableReason`.
    """
    words: dict[str, Any] = {
        **facts,
        "name": name,
        "most": number_format(facts["most"], force_grouping=True) if "most" in facts else "",
        "letters": number_format(LONGEST_CELL, force_grouping=True),
    }
    match reason:
        case UnfitTableReason.KIND:
            text = _kind(facts.get("looks", ""))
        case UnfitTableReason.BYTES:
            words |= {"size": filesizeformat(facts["size"]), "most": filesizeformat(facts["most"])}
            text = _("“%(name)s” has %(size)s; at most %(most)s are read. Send it in parts.")
        case UnfitTableReason.LONG_CELL if facts.get("cell"):
            text = _("Cell %(cell)s of “%(name)s” holds more than %(letters)s letters. Shorten it, and send it again.")
        case UnfitTableReason.SPREAD if not facts.get("sheet"):
            text = _(
                "The values of a sheet of “%(name)s” lie too far apart, down to row %(row)s. Delete the empty rows and "
                "columns after the last value, or save it as an Excel workbook (XLSX), and send it again."
            )
        case _:
            text = _sentences()[reason]
    return text % words


def _kind(looks: str) -> str:
    if looks in {"Word", "PowerPoint", "PDF", "RTF", "ODF", "Numbers"}:
        text = {
            "Word": _("“%(name)s” is a Word document."),
            "PowerPoint": _("“%(name)s” is a PowerPoint presentation."),
            "PDF": _("“%(name)s” is a PDF file."),
            "RTF": _("“%(name)s” is a text document (RTF)."),
            "ODF": _("“%(name)s” is an OpenDocument file, but no table."),
            "Numbers": _("“%(name)s” is a document of Numbers, Pages or Keynote. In Numbers, export it to Excel."),
        }[looks]
        return f"{text} {_what_is_read()}"
    if looks in {"HTML", "XML"}:
        return _(
            "“%(name)s” is a web page or an XML file, though it may be named like a workbook. Open it in a "
            "spreadsheet, save it as an Excel workbook (XLSX), and send it again."
        )
    if looks in {"ZIP", "7z", "RAR", "gzip"}:
        return _("“%(name)s” is an archive. Unpack it, and send the table in it.")
    return f"{_('“%(name)s” is no table.')} {_what_is_read()}"


def _what_is_read() -> str:
    return _("Tables are read from CSV, Excel (XLSX, XLSM, XLSB, XLS) and OpenDocument (ODS).")


def _sentences() -> dict[UnfitTableReason, str]:
    return {
        UnfitTableReason.EMPTY: _("“%(name)s” is empty."),
        UnfitTableReason.PASSWORD: _("“%(name)s” opens with a password only. Save it without one, and send it again."),
        UnfitTableReason.OLD_EXCEL: _(
            "“%(name)s” was written by an Excel of before 1993. Open it in a newer one, save it as an Excel workbook "
            "(XLSX), and send it again."
        ),
        UnfitTableReason.DAMAGED: _(
            "“%(name)s” is damaged. Open it in a spreadsheet, save it as an Excel workbook (XLSX), and send it again."
        ),
        UnfitTableReason.LETTERS: _(
            "It cannot be told how the letters of “%(name)s” are written. Save it as “CSV UTF-8”, and send it again."
        ),
        UnfitTableReason.NO_TEXT: _("“%(name)s” is neither a workbook nor a text: it holds bytes that no text has."),
        UnfitTableReason.UNCLOSED: _(
            "In row %(row)s of “%(name)s” a quotation mark begins a cell, and no other one ends it. Mend that row, and "
            "send the file again."
        ),
        UnfitTableReason.ROWS: _("“%(name)s” has more than %(most)s rows. Send it in parts."),
        UnfitTableReason.CELLS: _("“%(name)s” has more than %(most)s filled cells. Send it in parts."),
        UnfitTableReason.COLUMNS: _("“%(name)s” has more than %(most)s columns. It is no table of a spreadsheet."),
        UnfitTableReason.SPREAD: _(
            "The values of sheet “%(sheet)s” of “%(name)s” lie too far apart, down to row %(row)s. Delete what stands "
            "far to the right, and send it again."
        ),
        UnfitTableReason.LONG_CELL: _(
            "A cell in row %(row)s of “%(name)s” holds more than %(letters)s letters. Shorten it, and send it again."
        ),
        UnfitTableReason.UNPACKED: _(
            "“%(name)s” would be far larger than a table when it is unpacked, and is not opened. Save it anew in a "
            "spreadsheet, without pictures and unused sheets, and send it again."
        ),
        UnfitTableReason.ENTITIES: _(
            "“%(name)s” holds declarations that no spreadsheet writes, and is not opened. Open it in a spreadsheet, "
            "save it as an Excel workbook (XLSX), and send it again."
        ),
        UnfitTableReason.EFFORT: _(
            "“%(name)s” takes more time or memory to read than there is. Delete unused sheets, rows and columns, or "
            "send it in parts."
        ),
    }
