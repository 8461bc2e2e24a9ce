"""The certificates of records from registers (I7): found by the names in the rows, judged, and stored as evidence.

They are judged before the check, once for each file or part of one, and stored before anything is written. What a cell
says, and what it was found to mean, stays with the import, so that a check that is repeated judges nothing again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.models.fields.json import KT

from attendance.policies.certificate_names import NamedFile
from attendance.policies.imports import WRITES
from attendance.services.imports.archives import Archives, open_archives
from attendance.services.imports.steps import kind_of_import
from learners.evidence.incoming import Document, pages_of, received
from learners.evidence.store import StoredFile, store
from training.core.refusals import Refusal, Unavailable
from training.models import Import, ImportRow
from training.selectors.site import site_identity
from training.services.job_kinds import Tell, untold

COLUMN = "certificate"
SAVED_EVERY = 50  # files; a check that is interrupted goes on from there
LEFTOVER_TOLD = 50

Certificate = StoredFile | str  # a stored file, or why there is none


def judge_certificates(one: Import, *, tell: Tell = untold) -> None:
    """Find and judge the certificates that the waiting rows of an import name, as far as that was not done before.

    Raises:
        ArchiveUnusable: a ZIP cannot be read.
        ReaderUnavailable, WaitingStoreUnavailable: the site cannot open files at the moment.
    """
    if not _has_certificates(one):
        return
    texts = [text for text in _texts(one) if text not in one.certificates]
    with open_archives(one) as archives:
        for number, text in enumerate(texts, start=1):
            one.certificates[text] = _judged(archives, text)
            if number % SAVED_EVERY == 0 or number == len(texts):
                Import.objects.filter(pk=one.pk).update(certificates=one.certificates)
                tell(number, len(texts))


def leftover_files(one: Import) -> dict[str, Any]:
    """Return how many files of the ZIPs no row names, and the first of them."""
    if not one.files.filter(is_table=False).exists():
        return {}
    named = {each["path"] for each in one.certificates.values()}
    with open_archives(one) as archives:
        left = [path for path in archives.paths if path not in named]
    return {"count": len(left), "names": left[:LEFTOVER_TOLD]}


def certificates_of(one: Import) -> Mapping[str, Certificate]:
    """Return by what a cell says the file that it means, not stored yet, or why there is none."""
    return {
        text: each["wrong"] or StoredFile("", each["sha256"], each["size"], each["content_type"], each["pages"])
        for text, each in one.certificates.items()
    }


def store_certificates(one: Import, *, tell: Tell = untold) -> Mapping[str, Certificate]:
    """Store the certificates that rows would bring in, and return them by what the cells say.

    Nothing may be open in the database meanwhile, since a store can be slow.

    Raises:
        StoreUnavailable: one of them could not be stored.
        Refusal: it cannot be judged any more.
    """
    found = dict(certificates_of(one))
    if not found:
        return found
    writes = ImportRow.objects.filter(of=one, outcome__in=WRITES)
    texts = sorted(set(writes.annotate(text=KT(f"values__{COLUMN}")).values_list("text", flat=True)) & found.keys())
    site = site_identity()
    with open_archives(one) as archives:
        for number, text in enumerate(texts, start=1):
            if not isinstance(found[text], str):
                with _document(archives, NamedFile(**_place(one.certificates[text]))) as document:
                    found[text] = store(document=document, site=site)
            tell(number, len(texts))
    return found


def _has_certificates(one: Import) -> bool:
    return COLUMN in kind_of_import(one).names and one.files.filter(is_table=False).exists()


def _texts(one: Import) -> list[str]:
    texts = ImportRow.objects.filter(of=one).annotate(text=KT(f"values__{COLUMN}")).filter(text__isnull=False)
    return list(texts.order_by("text").values_list("text", flat=True).distinct())


def _judged(archives: Archives, text: str) -> dict[str, Any]:
    named = archives.find(text)
    told = {"path": named.path, "first": named.first, "last": named.last, "wrong": named.wrong}
    if named.wrong:
        return told
    try:
        with _document(archives, named) as document:
            return {
                **told,
                "sha256": document.sha256,
                "size": document.size,
                "content_type": document.content_type.value,
                "pages": document.pages,
            }
    except Unavailable:
        raise
    except Refusal as refusal:
        return {**told, "wrong": refusal.message}


def _place(judged: Mapping[str, Any]) -> dict[str, Any]:
    return {name: judged[name] for name in ("path", "first", "last")}


@contextmanager
def _document(archives: Archives, named: NamedFile) -> Iterator[Document]:
    """Give what a cell means as a document, judged as every evidence is."""
    with archives.taken_out(named.path) as file, received([file]) as document:
        if named.first is None or named.last is None:
            yield document
        else:
            with pages_of(document, first=named.first, last=named.last) as part:
                yield part
