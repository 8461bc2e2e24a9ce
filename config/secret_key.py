import contextlib
import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def read_or_create(file: Path) -> str:
    """Return the secret key kept in ``file``, made on first use and readable by its owner only.

    Safe when several processes start at once: all of them get the key of the first.
    """
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()
