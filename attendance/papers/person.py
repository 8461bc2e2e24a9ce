"""One person's data: all that is stored about a worker, and who read it, as one ZIP file (X5).

`person.html` is for people, `person.json` for programs. Certificates of external training are in it as they were
uploaded; of signed sheets there is a picture with the person's line alone, and those on which that line is not known
are named and left out. A file that the store does not hold as it was uploaded is named too.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance.pages.trail import of_worker
from attendance.papers.masked_sheets import MaskedSheet, masked_sheets
from attendance.papers.worker_lists import LEARNER
from attendance.papers.zip_stream import Member, zipped
from attendance.selectors.person import PersonsTable, tables_of_person
from learners.evidence.reads import log_downloads
from learners.evidence.store import EvidenceAltered, EvidenceMissing, EvidenceUnreadable, open_stored
from learners.models import EvidenceUpload, Learner
from learners.pages.worker_rows import worker_rows
from learners.selectors.learners import ids_of_person
from training.core.list_files import plain_rows
from training.core.permissions import name_of
from training.papers.lists import Asking, FoundRows, list_of_name
from training.papers.trails import log_found
from training.services.job_kinds import Product, Tell

CHUNK = 256 * 1024
# The lists of the profile that stand in the page, in their order.
LISTS = ("worker-required", "worker-records", "worker-sign-offs", "worker-programmes")
OF_OTHERS = frozenset({"supervisor"})  # columns that name another worker


@dataclass(frozen=True)
class PersonSection:
    """A table of the page for people."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass
class _Done:
    """What went in: uploads, and what was left out with the reason."""

    uploads: list[int]
    left_out: list[tuple[str, str]]


def data_of_person(learner: Learner, *, by: User, now: datetime, tell: Tell) -> Product:
    """Return the finished ZIP file; that its files were read is logged when the job is done.

    Args:
        learner: the surviving badge of the person (L2).
        by: for whom it is made.
        tell: is told how many of the person's files are done.

    Raises:
        StoreUnavailable, ReaderUnavailable: the evidence cannot be read now, so there is no file.
    """
    done = _Done([], [])
    badge = re.sub(r"[^A-Za-z0-9]+", "-", learner.badge_id).strip("-") or f"worker-{learner.pk}"
    name = f"person-{badge}-{timezone.localdate(now):%Y-%m-%d}"
    file = TemporaryFile()  # noqa: SIM115  # whoever takes the product closes it
    try:
        file.writelines(
            zipped(_members(learner, name, done, by=by, now=now, tell=tell), made_at=timezone.localtime(now))
        )
    except BaseException:
        file.close()
        raise
    reads = [(upload, learner.pk) for upload in dict.fromkeys(done.uploads)]
    log = partial(log_downloads, reads=reads, by=by, now=now)
    return Product(name=f"{name}.zip", content_type="application/zip", file=file, log=log)


def _members(learner: Learner, name: str, done: _Done, *, by: User, now: datetime, tell: Tell) -> Iterator[Member]:
    tables = tables_of_person(learner)
    yield _text(f"{name}/person.json", _as_json(learner, tables, by=by, now=now))
    certificates = list(EvidenceUpload.objects.filter(record__learner__in=ids_of_person(learner)).order_by("pk"))
    tell(0, len(certificates) + 1)
    for place, upload in enumerate(certificates, start=1):
        yield from _certificate(upload, name, done)
        tell(place, len(certificates) + 1)
    for sheet in masked_sheets(learner):
        yield from _sheet(sheet, name, done)
    page = render_to_string(
        "attendance/person.html",
        {
            "learner": learner,
            "language": get_language(),
            "sections": list(_sections(learner, by=by, now=now)),
            "left_out": done.left_out,
            "made_at": now,
            "made_by": name_of(by),
        },
    )
    yield _text(f"{name}/person.html", page)


def _text(name: str, content: str) -> Member:
    return Member(name, [content.encode()])


def _as_json(learner: Learner, tables: Sequence[PersonsTable], *, by: User, now: datetime) -> str:
    told = {
        "worker": {"badge": learner.badge_id, "name": learner.name},
        "made_at": now,
        "made_by": name_of(by),
        "tables": {table.name: {"what": table.label, "rows": table.rows} for table in tables},
    }
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _certificate(upload: EvidenceUpload, name: str, done: _Done) -> Iterator[Member]:
    ending = re.sub(r"[^a-z0-9]", "", PurePosixPath(upload.key).suffix.lower()) or "bin"
    of = f"record-{upload.record_id}-{upload.pk}.{ending}"
    try:
        file = open_stored(key=upload.key, sha256=upload.sha256)
    except (EvidenceMissing, EvidenceAltered, EvidenceUnreadable):
        done.left_out.append((of, _("the store does not hold it as it was uploaded")))
        return
    with file:
        done.uploads.append(upload.pk)
        yield Member(f"{name}/certificates/{of}", _chunks(file))


def _sheet(sheet: MaskedSheet, name: str, done: _Done) -> Iterator[Member]:
    if sheet.picture is None:
        done.left_out.append((sheet.name, sheet.why))
        return
    done.uploads.append(sheet.upload.pk)
    yield Member(f"{name}/sheets/{sheet.name}", [sheet.picture])


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _sections(learner: Learner, *, by: User, now: datetime) -> Iterator[PersonSection]:
    asking = Asking(QueryDict(f"worker={learner.pk}"), by, now, contacts=True)
    (row,) = worker_rows([learner], today=asking.today, warning_days=settings.EXPIRY_WARNING_DAYS)
    columns = [column for column in LEARNER if column.name not in OF_OTHERS]
    (cells,) = plain_rows(columns, [row])
    yield PersonSection(
        _("About the worker"), (), [(str(each.title), cell) for each, cell in zip(columns, cells, strict=True)]
    )
    for name in LISTS:
        exported = list_of_name(name)
        yield _section(str(exported.label), exported.find(asking))
    log = log_found(lambda asking: of_worker(learner, tells_contact=True, tells_reads=True, names_others=False), asking)
    yield _section(_("What happened, and who read what"), log)


def _section(title: str, found: FoundRows) -> PersonSection:
    rows = list(plain_rows(found.columns, found.read()))
    return PersonSection(title, [str(column.title) for column in found.columns], rows)
