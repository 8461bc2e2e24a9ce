"""Which rows of evidence were emptied by an erasure, so that nobody looks for their files (T6)."""

from collections.abc import Collection

from django.db import models

from learners.models import EvidenceUpload
from training.models import Erasure


def erased_rows(model: type[models.Model]) -> Collection[int]:
    """Return the keys of the rows of a table that erasures name."""
    table = model._meta.db_table
    named = Erasure.objects.filter(rows__has_key=table).values_list(f"rows__{table}", flat=True)
    return {key for keys in named for key in keys}


def is_erased(key: str) -> bool:
    """Return whether the file of this key in the store is of an upload that an erasure names."""
    return EvidenceUpload.objects.filter(key=key, pk__in=erased_rows(EvidenceUpload)).exists()
