"""Uploads with a file name that Django cannot use: it drops the file, and the person is told that none was chosen."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http.multipartparser import MultiPartParser, MultiPartParserError

FIELD = "file"
# Names lose characters that cannot be printed, so nobody can send this one.
UNUSABLE = "\0unusable"


class NamingParser(MultiPartParser):
    """Django's parser, which keeps a file named `.`, `..` or with thousands of characters, as `UNUSABLE`."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or UNUSABLE

    def parse(self) -> Any:
        """Return fields and files. The head of a part has no room for such a long name: what came before it stands."""
        try:
            return super().parse()
        except MultiPartParserError as error:
            if "header size" not in str(error):
                raise
            fields, files = self._post, self._files  # type: ignore[attr-defined]  # its stub has none
            files.appendlist(FIELD, UploadedFile(BytesIO(), UNUSABLE, size=0))
            return fields, files
