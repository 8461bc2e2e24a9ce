"""Evidence in S3, with limits on how long a page waits for it (E4)."""

from typing import Any, cast

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

CONNECT_SECONDS = 2
READ_SECONDS = 5
PATIENT_READ_SECONDS = 20
PATIENT_ATTEMPTS = 3
IN_ONE_PART_BYTES = 1024**3
IN_PARTS_BYTES = 64 * 1024**2
IN_MEMORY_BYTES = 2 * 1024**2
BUSY = (408, 429)  # the store's own trouble, whatever was asked for
FULL = 507
SILENCE = (ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError, TimeoutError)
CUT = (ConnectionClosedError, ConnectionResetError, IncompleteReadError, ResponseStreamingError)


class EvidenceBucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """The S3 storage of django-storages, made to give up in time, and to send each file in one request.

    The driver tries once; only `asking` repeats a request. Checksums that follow the content are sent to AWS only: many
    other services refuse them, and every file is read back and compared anyway.
    """

    def __init__(self, **settings: Any) -> None:
        self._is_aws = not settings.get("endpoint_url")
        super().__init__(**settings)

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": 1, "mode": "standard"},
                request_checksum_calculation="when_supported" if self._is_aws else "when_required",
            ),
            "transfer_config": TransferConfig(
                multipart_threshold=IN_ONE_PART_BYTES, num_download_attempts=1, use_threads=False
            ),
            "max_memory_size": IN_MEMORY_BYTES,
            "default_acl": None,
            "file_overwrite": True,  # the store looks first: the same key is the same content
        }

    def blames_one_file(self, error: Exception) -> bool:
        """Tell whether the store answered, and refused only this one object."""
        status = _status(error)
        return 400 <= status < 500 and status not in BUSY

    def did_not_answer(self, error: BaseException) -> bool:
        """Tell whether nothing came back: the store is down, or stalls."""
        return isinstance(_cause(error), SILENCE)

    def may_pass(self, error: BaseException) -> bool:
        """Tell whether the same question may well be answered when it is asked again at once."""
        return isinstance(_cause(error), CUT) or _status(error) >= 500

    def is_full(self, error: BaseException) -> bool:
        """Tell whether the store has no room left."""
        return _status(error) == FULL

    def reason(self, error: BaseException) -> str:
        """Return the store's own word for why it refused, without anything of the request, for logs and operators."""
        cause = _cause(error)
        if isinstance(cause, ClientError):
            return f"{cause.response.get('Error', {}).get('Code', '')} ({_status(error)})"
        return type(cause).__name__


class WaitingBucket(EvidenceBucket):
    """The part of the bucket where files of jobs wait. They may be too large for one request, and are removed later.

    A worker writes them, and nobody waits for that, so the driver may try several times. A file that was sent in part
    is no object; the service removes it by its own rule for unfinished uploads.
    """

    def get_default_settings(self) -> dict[str, Any]:
        settings = super().get_default_settings()
        patient = Config(
            read_timeout=PATIENT_READ_SECONDS, retries={"total_max_attempts": PATIENT_ATTEMPTS, "mode": "standard"}
        )
        return {
            **settings,
            "client_config": settings["client_config"].merge(patient),
            "transfer_config": TransferConfig(
                multipart_threshold=IN_PARTS_BYTES,
                multipart_chunksize=IN_PARTS_BYTES,
                num_download_attempts=PATIENT_ATTEMPTS,
                use_threads=False,
            ),
        }


def _cause(error: BaseException) -> BaseException:
    """Return the error of a download, which the driver hides behind an error about the number of tries."""
    if isinstance(error, RetriesExceededError):
        return cast("BaseException", error.last_exception)
    return error


def _status(error: BaseException) -> int:
    cause = _cause(error)
    if not isinstance(cause, ClientError):
        return 0
    return int(cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
