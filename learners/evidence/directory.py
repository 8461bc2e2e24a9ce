"""Evidence on disk: either the whole file is there and survives a power cut, or nothing is there (E2, E4)."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PRIVATE, PRIVATE_FILE = 0o700, 0o600
FOR_GROUP, FILE_FOR_GROUP = 0o750, 0o640
OF_ONE_FILE = (errno.EACCES, errno.EPERM, errno.EIO, errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


class EvidenceDirectory(FileSystemStorage):
    """Django's storage on disk, made to write under another name first, wait for the disk, and then rename the file.

    Only the account of the site can read it. If the process is killed while it writes, a `.part` file is left, to which
    nothing refers.

    Args:
        group_reads: let the group of the account read files too, for a worker that runs as another user.
    """

    def __init__(self, *, group_reads: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.directory_mode = FOR_GROUP if group_reads else PRIVATE
        self.file_mode = FILE_FOR_GROUP if group_reads else PRIVATE_FILE

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        for directory in (Path(self.location), target.parent):
            directory.mkdir(mode=self.directory_mode, parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=target.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, self.file_mode)
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        for directory in (target.parent, target.parent.parent):
            _wait_for_disk(directory)
        return name

    def blames_one_file(self, error: Exception) -> bool:
        """Tell whether the disk answered, and this one file cannot be read."""
        if isinstance(error, OSError):
            return error.errno in OF_ONE_FILE
        return isinstance(error, SuspiciousFileOperation)  # a key that leads out of the directory

    def did_not_answer(self, error: BaseException) -> bool:
        """Return False: a disk that stalls raises no error, and an error is an answer."""
        return False

    def may_pass(self, error: BaseException) -> bool:
        """Return False: a disk would answer the same."""
        return False

    def is_full(self, error: BaseException) -> bool:
        """Tell whether the disk is full, or the part of it that the account may use."""
        return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)

    def reason(self, error: BaseException) -> str:
        """Return the system's own word for why the disk refused, without a path, for logs and operators."""
        if isinstance(error, OSError) and error.errno:
            return errno.errorcode.get(error.errno, str(error.errno))
        return type(error).__name__


def _wait_for_disk(directory: Path) -> None:
    """Make sure that the names in a directory are on the disk; fsync of a file does that only for its content."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
