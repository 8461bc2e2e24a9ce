"""Evidence in S3: with limits on how long a page waits for it (E4)."""

from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

CONNECT_SECONDS = 5
READ_SECONDS = 20
ATTEMPTS = 2
IN_ONE_PART_BYTES = 1024**3
IN_PARTS_BYTES = 64 * 1024**2
IN_MEMORY_BYTES = 2 * 1024**2
BUSY = (408, 429)  # the store's own trouble, whatever was asked for


class EvidenceBucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """The S3 storage of django-storages, which gives up in time, and sends a file in one request: whole or not."""

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            ),
            "transfer_config": TransferConfig(
                multipart_threshold=IN_ONE_PART_BYTES, num_download_attempts=ATTEMPTS, use_threads=False
            ),
            "max_memory_size": IN_MEMORY_BYTES,
            "default_acl": None,
            "file_overwrite": True,  # the store looks first: the same key is the same content
        }

    def blames_one_file(self, error: Exception) -> bool:
        """Tell whether the store answered, and declined this one object."""
        if not isinstance(error, ClientError):
            return False
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return 400 <= status < 500 and status not in BUSY


class WaitingBucket(EvidenceBucket):
    """The corner of the bucket where files of jobs wait: they may be too large for one request, and end by themselves.

    What was sent half is no object, and the service forgets it by its own rule for unfinished uploads.
    """

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "transfer_config": TransferConfig(
                multipart_threshold=IN_PARTS_BYTES,
                multipart_chunksize=IN_PARTS_BYTES,
                num_download_attempts=ATTEMPTS,
                use_threads=False,
            ),
        }
