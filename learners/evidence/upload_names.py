"""Uploads with a file name that Django cannot use.

Django drops such a file, and the person would be told that none was chosen.
"""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http.multipartparser import MultiPartParser, MultiPartParserError

FIELD = "file"
# Names lose characters that cannot be printed, so nobody can send this one.
UNUSABLE = "\0unusable"


class NamingParser(MultiPartParser):
    """Django's parser; a file named `.`, `..` or with thousands of characters is kept under the name `UNUSABLE`."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or UNUSABLE

    def parse(self) -> Any:
        """Return fields and files. A file name of thousands of characters ends parsing; what came before it is kept."""
        try:
            return super().parse()
        except MultiPartParserError as error:
            if "header size" not in str(error):
                raise
            fields, files = self._post, self._files  # type: ignore[attr-defined]  # its stub has none
            files.appendlist(FIELD, UploadedFile(BytesIO(), UNUSABLE, size=0))
            return fields, files
