import contextlib
import os
import tempfile
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def read_or_create(file: Path) -> str:
    """Return the secret key kept in ``file``, made on first use and readable by its owner only.

    Safe when several processes start at once: all of them get the key of the first.
    """
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=file.name) as draft:  # mode 600
            draft.write(get_random_secret_key())
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, file)
    return file.read_text()
